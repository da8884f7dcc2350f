export * from './account-commands.ts'
export * from './command.ts'
export * from './rows.ts'
export * from './station-commands.ts'
