export * from './lab-grade.ts'
export * from './persistence.ts'
export * from './persistence-figure.ts'
