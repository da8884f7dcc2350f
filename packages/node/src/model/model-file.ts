// A shipped model file (models/model_file.py writes it): magic `COGNATE1`, u32 version, u32 header length, JSON header, 64-byte aligned tensors, little-endian.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fail, type Issue, issue, ok, type Result } from '@cognate/core/base'

interface TensorEntry {
  readonly name: string
  readonly shape: readonly number[]
  readonly type: 'f32' | 'f16' | 'i8'
  readonly offset: number
}

export interface ModelHeader {
  readonly model: string
  readonly version: string
  readonly residues: string
  readonly min_length: number
  readonly max_length: number
  /** Class I: units of the second layer. */
  readonly hidden2?: number
  readonly hidden: number
  /** Networks whose table is mixed by gates, and how many gates each has. */
  readonly gated: number
  readonly gates: number
  /** Rows of a network's table. */
  readonly rows: number
  /** Class II: first row of each block of rows that has gates of its own, and `rows` at the end. */
  readonly blocks?: readonly number[]
  /** Networks that share one table, to which the molecule adds a vector. */
  readonly additive: number
  /** Allele name → row of the allele tensors. */
  readonly alleles: Readonly<Record<string, number>>
  /** Per row: ligands and affinities in training, residues that differ from the nearest trained molecule, its name. */
  readonly allele_support: readonly (readonly [number, number, number, string])[]
  /** Class II: β chain → the α chain most often measured with it. */
  readonly usual_alpha?: Readonly<Record<string, string>>
  readonly tensors: readonly TensorEntry[]
}

export interface ModelFile {
  readonly header: ModelHeader
  readonly sha256: string
  /** Tensor as 32-bit floats; half precision and bytes are widened. */
  readonly tensor: (name: string) => Float32Array
  /** Half-precision tensor row as 32-bit floats, without widening the whole. */
  readonly row: (name: string, row: number) => Float32Array
  /** First byte of a tensor's row in the file. */
  readonly rowOffset: (name: string, row: number) => number
}

const BYTES = { f32: 4, f16: 2, i8: 1 } as const
const MAGIC = 'COGNATE1'
/** 2: mixed tables in bytes. */
const FORMAT = 2
const RESTORE = 'restore the file with `git checkout packages/node/models`, or train it with `npm run model:train`'

/** Errors: `model-missing`, `model-format`. */
export function readModelFile(path: string): Result<ModelFile, Issue> {
  let bytes: Uint8Array
  try {
    bytes = new Uint8Array(readFileSync(path))
  } catch {
    return fail(issue('model-missing', `no model file at ${path}`, RESTORE))
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 16 || new TextDecoder().decode(bytes.subarray(0, 8)) !== MAGIC || view.getUint32(8, true) !== FORMAT) {
    return fail(issue('model-format', `${path} is not a model of format ${FORMAT}`, RESTORE))
  }
  const headerLength = view.getUint32(12, true)
  let header: ModelHeader
  try {
    header = JSON.parse(new TextDecoder().decode(bytes.subarray(16, 16 + headerLength))) as ModelHeader
  } catch {
    return fail(issue('model-format', `${path} has a damaged header`, RESTORE))
  }
  const start = Math.ceil((16 + headerLength) / 64) * 64
  const entry = (name: string): TensorEntry => {
    const found = header.tensors.find(tensor => tensor.name === name)
    if (found === undefined) throw new Error(`the model has no tensor ${name}`)
    return found
  }
  const values = (e: TensorEntry, from: number, count: number): Float32Array => {
    const size = BYTES[e.type]
    const own = bytes.buffer.slice(start + e.offset + from * size, start + e.offset + (from + count) * size)
    if (e.type === 'f32') return new Float32Array(own)
    return e.type === 'f16' ? widenHalves(new Uint16Array(own)) : Float32Array.from(new Int8Array(own))
  }
  const size = (e: TensorEntry) => e.shape.reduce((a, b) => a * b, 1)
  const last = header.tensors.at(-1)!
  if (start + last.offset + size(last) * BYTES[last.type] > bytes.length)
    return fail(issue('model-format', `${path} is cut short`, RESTORE))
  return ok({
    header,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    tensor: name => values(entry(name), 0, size(entry(name))),
    row: (name, row) => {
      const e = entry(name)
      const width = size(e) / e.shape[0]!
      return values(e, row * width, width)
    },
    rowOffset: (name, row) => {
      const e = entry(name)
      return start + e.offset + ((row * size(e)) / e.shape[0]!) * BYTES[e.type]
    },
  })
}

/** IEEE 754 half precision to numbers, by a table of all 65,536. */
function widenHalves(halves: Uint16Array): Float32Array {
  halfTable ??= Float32Array.from({ length: 65_536 }, (_, half) => widenHalf(half))
  const out = new Float32Array(halves.length)
  for (let i = 0; i < halves.length; i++) out[i] = halfTable[halves[i]!]!
  return out
}
let halfTable: Float32Array | undefined

function widenHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >> 10) & 31
  const fraction = half & 1023
  if (exponent === 0) return sign * 2 ** -24 * fraction
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * 2 ** (exponent - 15) * (1 + fraction / 1024)
}
