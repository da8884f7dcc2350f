// Sequencing of the returned plasmid against the design: every base proven, or what differs, what is not covered, or that it is another construct.
// A base is proven by a read of quality 20 or more that agrees, without one of 20 or more that does not. Positions are 1-based in the design.
import { alignOverlap, leftAlign, reverseComplement, translate } from '../bio/index.ts'

export interface Read {
  readonly name: string
  readonly bases: string
  /** Phred qualities; undefined for a consensus, whose bases all count as proven. */
  readonly qualities: Uint8Array | undefined
}

export interface DesignToVerify {
  readonly name: string
  readonly insert: string
  /** Bases of the vector before and behind the insert; may be empty. */
  readonly left: string
  readonly right: string
  /** Bases before the start codon. */
  readonly fivePrime: number
  /** Base behind the stop codon: what follows is barcode, arm or vector. */
  readonly codingEnd: number
}

export interface Difference {
  /** First base concerned; an insertion stands before it. */
  readonly position: number
  readonly ref: string
  readonly alt: string
  readonly effect: string
  readonly reads: readonly string[]
}

export interface Verdict {
  readonly design: string
  readonly verdict: 'match' | 'differs' | 'incomplete' | 'wrong-construct' | 'no-reads'
  readonly differences: readonly Difference[]
  /** 1-based closed ranges that no read proves. */
  readonly unproven: readonly (readonly [number, number])[]
  /** For `wrong-construct`: the design of the batch that fits, if one does. */
  readonly fits: string | undefined
}

export const PROVEN_QUALITY = 20
/** Error probability at which Mott's trimming cuts. */
export const TRIM_ERROR = 0.05
/** Contradicted share of the compared bases beyond which a plasmid is another construct. */
const WRONG_SHARE = 0.03
const SEED = 13

/** Mott's trimming: the stretch with the largest sum of (limit − error probability). */
export function trimRead(read: Read, limit = TRIM_ERROR): Read {
  if (read.qualities === undefined) return read
  let best = 0
  let bestFrom = 0
  let bestTo = 0
  let sum = 0
  let from = 0
  for (let i = 0; i < read.bases.length; i++) {
    sum += limit - 10 ** (-read.qualities[i]! / 10)
    if (sum < 0) {
      sum = 0
      from = i + 1
    } else if (sum > best) {
      best = sum
      bestFrom = from
      bestTo = i + 1
    }
  }
  return { name: read.name, bases: read.bases.slice(bestFrom, bestTo), qualities: read.qualities.slice(bestFrom, bestTo) }
}

function seeds(text: string): ReadonlySet<string> {
  const set = new Set<string>()
  for (let i = 0; i + SEED <= text.length; i++) set.add(text.slice(i, i + SEED))
  return set
}

const shared = (text: string, set: ReadonlySet<string>): number => {
  let n = 0
  for (let i = 0; i + SEED <= text.length; i++) if (set.has(text.slice(i, i + SEED))) n++
  return n
}

/** The read on the design's strand, rotated to the design's start when it is a whole circle cut elsewhere. */
function orient(read: Read, target: string, set: ReadonlySet<string>): Read {
  const reverse = reverseComplement(read.bases)
  const strand =
    shared(reverse, set) > shared(read.bases, set) ? { ...read, bases: reverse, qualities: read.qualities?.slice().reverse() } : read
  if (strand.qualities !== undefined || strand.bases.length < target.length) return strand
  const start = startIn(strand.bases, target)
  const isCut = start > 0 && start + target.length > strand.bases.length
  return isCut ? { ...strand, bases: strand.bases.slice(start) + strand.bases.slice(0, start) } : strand
}

const ANCHOR = 25

/** Where the design begins in a circle, by the first of its words that is found: a change in one of them must not hide it. -1: nowhere. */
function startIn(circle: string, target: string): number {
  for (let offset = 0; offset + ANCHOR <= Math.min(target.length, 20 * ANCHOR); offset += ANCHOR) {
    const at = circle.indexOf(target.slice(offset, offset + ANCHOR))
    if (at >= 0) return (at - offset + circle.length) % circle.length
  }
  return -1
}

interface Observation {
  readonly base: string
  readonly quality: number
  readonly read: string
}

/** Verdict of one design from its reads. `others`: the batch, to say which design a wrong plasmid is. */
export function verifyDesign(design: DesignToVerify, reads: readonly Read[], others: readonly DesignToVerify[] = []): Verdict {
  const target = design.left + design.insert + design.right
  const set = seeds(target)
  const observed: Observation[][] = Array.from({ length: target.length }, () => [])
  const inserted = new Map<number, Map<string, Observation[]>>()
  const usable = reads.map(read => trimRead({ ...read, bases: read.bases.toUpperCase() })).filter(read => read.bases.length >= 2 * SEED)
  for (const read of usable) observe(orient(read, target, set), target, observed, inserted)
  const from = design.left.length
  const to = from + design.insert.length
  const differences: Difference[] = []
  const unproven: [number, number][] = []
  let contradicted = 0
  let compared = 0
  for (let p = from; p < to; p++) {
    const strong = observed[p]!.filter(o => o.quality >= PROVEN_QUALITY)
    const against = strong.filter(o => o.base !== target[p])
    if (strong.length > 0) compared++
    if (against.length > 0) {
      contradicted++
      note(differences, p - from, target[p]!, against, design)
    } else if (strong.length === 0) {
      const last = unproven.at(-1)
      if (last !== undefined && last[1] === p - from) last[1]++
      else unproven.push([p - from + 1, p - from + 1])
    }
    for (const [bases, list] of inserted.get(p) ?? []) {
      const sure = list.filter(o => o.quality >= PROVEN_QUALITY)
      if (sure.length > 0)
        differences.push({
          position: p - from + 1,
          ref: '',
          alt: bases,
          effect: indelEffect(design, p - from, bases.length, 'insertion'),
          reads: sure.map(o => o.read),
        })
    }
  }
  const merged = mergeDeletions(differences, design)
  const base = { design: design.name, differences: merged, unproven }
  if (usable.length === 0) return { ...base, verdict: 'no-reads', fits: undefined }
  if (compared > 0 && contradicted / compared > WRONG_SHARE) {
    const all = usable.map(read => read.bases).join('N'.repeat(SEED))
    const score = (other: DesignToVerify) => Math.max(shared(all, seeds(other.insert)), shared(reverseComplement(all), seeds(other.insert)))
    const best = others.filter(other => other.name !== design.name).toSorted((a, b) => score(b) - score(a))[0]
    const fits =
      best !== undefined && score(best) > score(design) && score(best) > 0.95 * (best.insert.length - SEED + 1) ? best.name : undefined
    return { ...base, differences: [], verdict: 'wrong-construct', fits }
  }
  return { ...base, verdict: merged.length > 0 ? 'differs' : unproven.length > 0 ? 'incomplete' : 'match', fits: undefined }
}

/** A consensus counts as 60. A mixed base (two peaks) has a low quality by nature: its neighbours' is taken, so that a mixture is not lost. */
function qualityAt(read: Read, q: number): number {
  const { qualities, bases } = read
  if (qualities === undefined) return 60
  if (/[ACGTN-]/.test(bases[q] ?? 'N')) return qualities[q] ?? 0
  return Math.min(qualities[q - 1] ?? 0, qualities[q + 1] ?? 0)
}

function observe(read: Read, target: string, observed: readonly Observation[][], inserted: Map<number, Map<string, Observation[]>>): void {
  const pair = leftAlign(alignOverlap(target, read.bases))
  let p = pair.startA
  let q = pair.startB
  for (let i = 0; i < pair.a.length; i++) {
    const quality = qualityAt(read, Math.min(q, read.bases.length - 1))
    if (pair.a[i] === '-') {
      let end = i
      let least = quality
      while (pair.a[end] === '-') {
        least = Math.min(least, read.qualities?.[q + end - i] ?? 60)
        end++
      }
      const bases = pair.b.slice(i, end)
      const here = inserted.get(p) ?? new Map<string, Observation[]>()
      here.set(bases, [...(here.get(bases) ?? []), { base: bases, quality: least, read: read.name }])
      inserted.set(p, here)
      q += end - i
      i = end - 1
    } else {
      // a deleted base is as sure as its weaker neighbour
      const sure = pair.b[i] === '-' ? Math.min(quality, read.qualities?.[Math.max(0, q - 1)] ?? 60) : quality
      observed[p]!.push({ base: pair.b[i]!, quality: sure, read: read.name })
      p++
      if (pair.b[i] !== '-') q++
    }
  }
}

function note(differences: Difference[], offset: number, ref: string, against: readonly Observation[], design: DesignToVerify): void {
  for (const alt of new Set(against.map(o => o.base))) {
    const reads = against.filter(o => o.base === alt).map(o => o.read)
    differences.push({ position: offset + 1, ref, alt: alt === '-' ? '' : alt, effect: effectOf(design, offset, alt), reads })
  }
}

/** What one changed base does, in words. */
function indelEffect({ fivePrime, codingEnd }: DesignToVerify, offset: number, length: number, kind: 'insertion' | 'deletion'): string {
  if (offset < fivePrime) return 'kozak'
  if (offset >= codingEnd) return 'outside the reading'
  return length % 3 === 0 ? `in-frame ${kind}` : 'frameshift'
}

function effectOf({ insert, fivePrime, codingEnd }: DesignToVerify, offset: number, alt: string): string {
  if (offset < fivePrime) return 'kozak'
  if (offset >= codingEnd) return 'outside the reading'
  if (!/^[ACGT-]$/.test(alt)) return 'mixed'
  if (alt === '-') return 'deletion'
  const codon = fivePrime + 3 * Math.floor((offset - fivePrime) / 3)
  const before = translate(insert.slice(codon, codon + 3))
  const changed = insert.slice(0, offset) + alt + insert.slice(offset + 1)
  const after = translate(changed.slice(codon, codon + 3))
  if (codon === fivePrime && before !== after) return 'start lost'
  if (before === after) return 'synonymous'
  if (before === '*') return 'stop lost'
  return after === '*' ? 'nonsense' : 'missense'
}

/** Deleted bases side by side in the same reads are one deletion. */
function mergeDeletions(differences: readonly Difference[], design: DesignToVerify): readonly Difference[] {
  const merged: Difference[] = []
  for (const difference of differences) {
    const last = merged.at(-1)
    if (
      difference.alt === '' &&
      last !== undefined &&
      last.alt === '' &&
      last.ref !== '' &&
      last.position + last.ref.length === difference.position
    ) {
      merged[merged.length - 1] = { ...last, ref: last.ref + difference.ref }
    } else merged.push(difference)
  }
  return merged.map(d =>
    d.alt === '' && d.ref !== '' ? { ...d, effect: indelEffect(design, d.position - 1, d.ref.length, 'deletion') } : d,
  )
}
