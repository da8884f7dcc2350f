export * from './class2-molecules.ts'
export * from './predictor.ts'
export * from './present.ts'
export * from './supported-alleles.ts'
