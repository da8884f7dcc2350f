export * from './survival/index.ts'
