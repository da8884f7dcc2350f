// Worker thread of `cognate present`: the pool calls presentBatch by name.
export { presentBatch } from './present-batch.ts'
