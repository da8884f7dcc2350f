export * from './command.ts'
export * from './rows.ts'
