export * from './predictor.ts'
export * from './present.ts'
