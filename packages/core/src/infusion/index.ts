export * from './persistence.ts'
export * from './persistence-figure.ts'
