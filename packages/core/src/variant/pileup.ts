// Reads of an alignment over one variant → depth and reads with the variant. Two reads of a pair count once; bases below quality 13 do not count (as bcftools mpileup's default).
import type { ReadEvidence, SomaticVariant } from './somatic-variant.ts'

export interface AlignedRead {
  readonly name: string
  /** 0-based first aligned base. */
  readonly start: number
  /** Length and operation: M I D N S H P = X. */
  readonly cigar: readonly (readonly [number, string])[]
  /** Whole read as sequenced on the forward strand, soft-clipped bases included. */
  readonly bases: string
  /** Undefined: none were kept. */
  readonly qualities: Uint8Array | undefined
}

export const LEAST_BASE_QUALITY = 13

export type AlleleSeen = 'ref' | 'alt' | 'other'

/**
 * What a read shows at a variant; undefined when it does not cover it whole, skips it (an intron), or its bases there are too poor. A change of length must be followed by an
 * aligned base: at a read's end an indel cannot be told from a match.
 */
export function alleleOfRead(
  read: AlignedRead,
  { position, ref, alt }: Pick<SomaticVariant, 'position' | 'ref' | 'alt'>,
): AlleleSeen | undefined {
  const start = position - 1
  const end = start + ref.length
  const changesLength = ref.length !== alt.length
  const seen: string[] = []
  let covered = 0
  let behind = false
  let poor = false
  let at = read.start
  let base = 0
  const take = (from: number, count: number) => {
    for (let i = from; i < from + count; i++) {
      seen.push(read.bases[i]!)
      if (read.qualities !== undefined && read.qualities[i]! < LEAST_BASE_QUALITY) poor = true
    }
  }
  for (const [length, operation] of read.cigar) {
    if (operation === 'M' || operation === '=' || operation === 'X') {
      const [from, to] = [Math.max(at, start), Math.min(at + length, end)]
      if (from < to) {
        take(base + from - at, to - from)
        covered += to - from
      }
      if (at <= end && at + length > end) behind = true
      at += length
      base += length
    } else if (operation === 'D') {
      covered += Math.max(0, Math.min(at + length, end) - Math.max(at, start))
      // a deletion that goes on behind the variant is another one
      if (at < end && at + length > end) return at + length > start ? 'other' : undefined
      at += length
    } else if (operation === 'N') {
      if (at < end && at + length > start) return undefined
      at += length
    } else if (operation === 'I') {
      if (at > start && (at < end || (changesLength && at === end))) take(base, length)
      base += length
    } else if (operation === 'S') base += length
  }
  if (covered < ref.length || poor || (changesLength && !behind)) return undefined
  const text = seen.join('')
  return text === alt ? 'alt' : text === ref ? 'ref' : 'other'
}

/** Depth counts what shows the reference, the variant or something else; the share is of that depth. */
export function pileup(reads: Iterable<AlignedRead>, variant: Pick<SomaticVariant, 'position' | 'ref' | 'alt'>): ReadEvidence {
  const fragments = new Map<string, AlleleSeen>()
  for (const read of reads) {
    const seen = alleleOfRead(read, variant)
    if (seen === undefined) continue
    const other = fragments.get(read.name)
    fragments.set(read.name, other === undefined || other === seen ? seen : 'other')
  }
  const altReads = [...fragments.values()].filter(seen => seen === 'alt').length
  const depth = fragments.size
  return { depth, altReads, vaf: depth === 0 ? 0 : altReads / depth }
}
