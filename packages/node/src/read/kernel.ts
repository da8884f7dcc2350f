// The WebAssembly modules that the build makes from the .as.ts files.
import { readFileSync } from 'node:fs'
import { fail, type Issue, issue, ok, type Result } from '@cognate/core/base'
import { kernelPath } from './paths.ts'

/** The compiler keeps its own tables at the start of a kernel's memory: what its owner lays out begins behind them. */
export const STATIC_BYTES = 65536

const WORK = { class1: 'scoring', class2: 'scoring', scan: 'scanning', junction: 'distance', match: 'likeness' } as const

/** Bytes of a kernel's module. Errors: `kernel-missing`. */
export function readKernel(kernel: keyof typeof WORK): Result<Uint8Array<ArrayBuffer>, Issue> {
  try {
    return ok(new Uint8Array(readFileSync(kernelPath(kernel))))
  } catch {
    return fail(issue('kernel-missing', `no ${WORK[kernel]} kernel at ${kernelPath(kernel)}`, 'run `./cognate doctor`, which builds it'))
  }
}
