import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { LongFirst } from './test/long-first.ts'

export default defineConfig({
  test: {
    include: ['packages/**/*.test.ts', 'test/**/*.test.{ts,tsx}'],
    globalSetup: ['test/build-once.ts'],
    maxWorkers: availableParallelism(),
    sequence: { sequencer: LongFirst },
    testTimeout: 400_000,
    hookTimeout: 120_000,
  },
})
