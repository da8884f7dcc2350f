export * from './candidate.ts'
export * from './gather.ts'
export * from './select.ts'
