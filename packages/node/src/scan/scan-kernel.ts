// Owns the WebAssembly memory of the proteome scan: the proteome's residues once, a query's tables at a time.
import { type Issue, ok, type Result } from '@cognate/core/base'
import { BREAK, type Proteome, SIEVE_LENGTH, SIEVE_WIDTH, type WindowSieve } from '@cognate/core/safety'
import { readKernel, STATIC_BYTES } from '../read/kernel.ts'

const TABLE_BYTES = 48
/** Windows of one crossing, and so the most starts it can give. */
const BLOCK = 1 << 20
/** One window in 64 is sampled. */
const SAMPLED = 1 / 64

interface ScanExports {
  readonly collect: (codes: number, from: number, to: number, tables: number, threshold: number, least: number, out: number) => number
  readonly sample: (codes: number, to: number, tables: number, scratch: number, counts: number) => void
}

/** Errors: `kernel-missing`. */
export function openSieve(proteome: Proteome): Result<WindowSieve, Issue> {
  const wasm = readKernel('scan')
  return wasm.ok ? ok(sieveOf(wasm.value, proteome)) : wasm
}

function sieveOf(wasm: Uint8Array<ArrayBuffer>, { codes }: Proteome): WindowSieve {
  const tables = STATIC_BYTES
  const scratch = tables + Math.ceil((SIEVE_LENGTH * TABLE_BYTES) / 64) * 64
  const counts = scratch + 64
  const out = counts + 1024
  const residues = out + 4 * BLOCK
  const end = residues + codes.length + 64
  const memory = new WebAssembly.Memory({ initial: Math.ceil(end / 65536) + 1 })
  const instance = new WebAssembly.Instance(new WebAssembly.Module(wasm), { env: { memory } })
  const kernel = instance.exports as unknown as ScanExports
  const bytes = new Uint8Array(memory.buffer)
  bytes.set(codes, residues)
  // the last block reads beyond the end
  bytes.fill(BREAK, residues + codes.length, end)
  const histogram = new Uint32Array(memory.buffer, counts, 256)
  const starts = new Int32Array(memory.buffer, out, BLOCK)
  return ({ query, bounds, leastMatches }) => {
    for (let i = 0; i < SIEVE_LENGTH; i++) {
      bytes.set(bounds.subarray(i * SIEVE_WIDTH, (i + 1) * SIEVE_WIDTH), tables + i * TABLE_BYTES)
      bytes.fill(query[i]!, tables + i * TABLE_BYTES + SIEVE_WIDTH, tables + (i + 1) * TABLE_BYTES)
    }
    return {
      sampled: SAMPLED,
      sample() {
        histogram.fill(0)
        kernel.sample(residues, codes.length, tables, scratch, counts)
        return histogram
      },
      collect(threshold, take) {
        for (let from = 0; from < codes.length; from += BLOCK) {
          const to = Math.min(codes.length, from + BLOCK)
          const count = kernel.collect(residues, from, to, tables, threshold, leastMatches, out)
          for (let i = 0; i < count; i++) take(starts[i]!)
        }
      },
    }
  }
}
