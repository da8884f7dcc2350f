// Owns the WebAssembly memory of the Matrix Market kernel: a piece of text and its numbers. Without the built kernel the plain reader does it alone.
import { existsSync, readFileSync } from 'node:fs'
import type { EntryParser } from '@cognate/core/format'
import { STATIC_BYTES } from './kernel.ts'
import { kernelPath } from './paths.ts'
import { CHUNK } from './text.ts'

/** `1 1 1` and its line's end. */
const SHORTEST_LINE = 6
/** Shorter pieces are not worth the crossing. */
const LEAST_BYTES = 4096

interface KernelExports {
  readonly parse: (text: number, end: number, genes: number, values: number, runs: number, state: number) => number
}

export function openEntryParser(): EntryParser | undefined {
  const path = kernelPath('matrix')
  if (!existsSync(path)) return undefined
  const most = Math.ceil(CHUNK / SHORTEST_LINE) + 1
  const [state, text] = [STATIC_BYTES, STATIC_BYTES + 16]
  const genes = text + CHUNK + 16
  const values = genes + 4 * most
  const runs = values + 4 * most
  const memory = new WebAssembly.Memory({ initial: Math.ceil((runs + 8 * most) / 65536) + 1 })
  const module = new WebAssembly.Module(new Uint8Array(readFileSync(path)))
  const { parse } = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as KernelExports
  const bytes = new Uint8Array(memory.buffer)
  const numbers = new Uint32Array(memory.buffer)
  const floats = new Float32Array(memory.buffer)
  return (chunk, from, end) => {
    const length = end - from
    if (length > CHUNK || length < LEAST_BYTES) return undefined
    bytes.set(chunk.subarray(from, end), text)
    // a stop behind the last line, whatever stood there before
    bytes[text + length] = 0
    const count = parse(text, text + length, genes, values, runs, state)
    return count < 0
      ? undefined
      : {
          genes: numbers.subarray(genes >> 2, (genes >> 2) + count),
          values: floats.subarray(values >> 2, (values >> 2) + count),
          runs: numbers.subarray(runs >> 2, (runs >> 2) + 2 * numbers[state >> 2]!),
          largestGene: numbers[(state >> 2) + 1]!,
        }
  }
}
