// A genome of which only stretches are held: the exons of an annotation and some bases around them. Everything else reads as N.
import { chromosomeKey } from '../bio/index.ts'
import type { Genome, Transcript } from './transcript.ts'

/** Bases kept on each side of an exon: room for splice sites and for shifting an indel. */
export const EXON_FLANK = 80

interface Stretches {
  /** Ascending, not touching: start, end, start, end. */
  readonly bounds: Int32Array
  /** Where each stretch begins in `letters`. */
  readonly offsets: Int32Array
  /** Upper-case letters; 0 where nothing was read. */
  readonly letters: Uint8Array
}

const N = 'N'.charCodeAt(0)

/** Merged exon stretches of the transcripts, by chromosome key; `further` are flat stretches that are wanted too. */
export function exonStretches(
  transcripts: readonly Transcript[],
  flank = EXON_FLANK,
  further: ReadonlyMap<string, readonly number[]> = new Map(),
): ReadonlyMap<string, Int32Array> {
  const byChromosome = new Map<string, [number, number][]>()
  for (const { chromosome, exons } of transcripts) {
    const key = chromosomeKey(chromosome)
    const list = byChromosome.get(key) ?? []
    for (let i = 0; i < exons.length; i += 2) list.push([Math.max(0, exons[i]! - flank), exons[i + 1]! + flank])
    byChromosome.set(key, list)
  }
  for (const [key, flat] of further) {
    const list = byChromosome.get(key)
    if (list !== undefined) for (let i = 0; i < flat.length; i += 2) list.push([flat[i]!, flat[i + 1]!])
  }
  const out = new Map<string, Int32Array>()
  for (const [key, list] of byChromosome) {
    list.sort((a, b) => a[0] - b[0])
    const merged: number[] = []
    for (const [start, end] of list) {
      if (merged.length > 0 && start <= merged.at(-1)!) merged[merged.length - 1] = Math.max(merged.at(-1)!, end)
      else merged.push(start, end)
    }
    out.set(key, Int32Array.from(merged))
  }
  return out
}

/** The first stretch that ends behind a position. */
function firstBehind(bounds: Int32Array, position: number): number {
  let low = 0
  let high = bounds.length / 2
  while (low < high) {
    const middle = (low + high) >> 1
    if (bounds[2 * middle + 1]! <= position) low = middle + 1
    else high = middle
  }
  return low
}

export class SparseGenome implements Genome {
  readonly #held = new Map<string, Stretches>()
  readonly #names = new Map<string, string>()
  readonly #refget = new Map<string, string>()

  /** `stretches` by chromosome key, as from `exonStretches`. */
  constructor(stretches: ReadonlyMap<string, Int32Array>) {
    for (const [key, bounds] of stretches) {
      const offsets = new Int32Array(bounds.length / 2)
      let length = 0
      for (let i = 0; i < offsets.length; i++) {
        offsets[i] = length
        length += bounds[2 * i + 1]! - bounds[2 * i]!
      }
      this.#held.set(key, { bounds, offsets, letters: new Uint8Array(length) })
    }
  }

  /** Whether any stretch of this chromosome is wanted; remembers the name under which the genome writes it. */
  wants(name: string): boolean {
    const key = chromosomeKey(name)
    if (!this.#held.has(key)) return false
    if (!this.#names.has(key)) this.#names.set(key, name)
    return true
  }

  /** Stretches of one chromosome key, for writing the genome away. */
  stretches(key: string): { readonly bounds: Int32Array; readonly letters: Uint8Array } | undefined {
    return this.#held.get(key)
  }

  get keys(): readonly string[] {
    return [...this.#held.keys()]
  }

  /** Puts a run of letters that begins at 0-based `position`; upper-cased. Calls for one chromosome may come in any order. */
  put(name: string, position: number, letters: Uint8Array): void {
    const held = this.#held.get(chromosomeKey(name))
    if (held === undefined) return
    const { bounds, offsets } = held
    const end = position + letters.length
    const low = firstBehind(bounds, position)
    for (let i = low; i < offsets.length && bounds[2 * i]! < end; i++) {
      const from = Math.max(position, bounds[2 * i]!)
      const to = Math.min(end, bounds[2 * i + 1]!)
      const at = offsets[i]! + from - bounds[2 * i]!
      for (let b = from; b < to; b++) held.letters[at + b - from] = letters[b - position]! & 0xdf
    }
  }

  /** Letters of one chromosome already in the order of its stretches. */
  fill(name: string, letters: Uint8Array): void {
    if (this.wants(name)) this.#held.get(chromosomeKey(name))!.letters.set(letters)
  }

  /** The digest of the whole chromosome, of which the stretches are a part. */
  setRefget(name: string, accession: string): void {
    this.#refget.set(chromosomeKey(name), accession)
  }

  refgetOf(chromosome: string): string | undefined {
    return this.#refget.get(chromosomeKey(chromosome))
  }

  nameOf(chromosome: string): string | undefined {
    return this.#names.get(chromosomeKey(chromosome))
  }

  bases(chromosome: string, start: number, end: number): string {
    const held = this.#held.get(chromosomeKey(chromosome))
    if (held === undefined || end <= start) return 'N'.repeat(Math.max(0, end - start))
    const { bounds, offsets, letters } = held
    const low = firstBehind(bounds, start)
    if (low < offsets.length && bounds[2 * low]! <= start && bounds[2 * low + 1]! >= end) {
      const at = offsets[low]! + start - bounds[2 * low]!
      return textOf(letters, at, at + end - start)
    }
    let out = ''
    let position = start
    for (let i = low; i < offsets.length && bounds[2 * i]! < end; i++) {
      const from = Math.max(start, bounds[2 * i]!)
      const to = Math.min(end, bounds[2 * i + 1]!)
      if (from > position) out += 'N'.repeat(from - position)
      const at = offsets[i]! + from - bounds[2 * i]!
      out += textOf(letters, at, at + to - from)
      position = to
    }
    return out + 'N'.repeat(end - position)
  }
}

const PIECE = 4096

function textOf(letters: Uint8Array, from: number, to: number): string {
  let out = ''
  for (let at = from; at < to; at += PIECE) {
    const piece = letters.subarray(at, Math.min(to, at + PIECE))
    out += String.fromCharCode.apply(null, piece as unknown as number[])
  }
  return out.includes('\0') ? out.replaceAll('\0', String.fromCharCode(N)) : out
}
