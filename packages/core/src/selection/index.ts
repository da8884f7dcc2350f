export * from './candidate.ts'
export * from './select.ts'
