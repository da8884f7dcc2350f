export * from './case-file.ts'
export * from './dossier.ts'
export * from './figures.ts'
export * from './ro-crate.ts'
