export * from './fusion-window.ts'
export * from './minigene.ts'
export * from './mutated-peptide.ts'
export * from './window.ts'
