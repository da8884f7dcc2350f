// What a DNA insert may not contain: limits of synthesis, of the vector's cloning sites and of a retroviral genome. A preset is data; the checks are here.
// Positions reported are 0-based offsets.

import { gcShare, reverseComplement } from './nucleotide.ts'
import { acceptorScore, donorScore } from './splice-score.ts'

export interface SequenceLimits {
  readonly name: string
  /** Printed with every use: vendor presets were not confirmed by the vendor. */
  readonly verified: boolean
  /** Recognition sites that may stand on neither strand: name → site. */
  readonly sites: Readonly<Record<string, string>>
  /** Motifs that may not stand on the sense strand. */
  readonly senseMotifs: readonly string[]
  readonly mostDonorScore: number
  readonly mostAcceptorScore: number
  readonly longestRunAT: number
  readonly longestRunGC: number
  /** Share of G and C in the whole insert, and in every window of a length; 0-1. */
  readonly gcWhole: readonly [number, number]
  readonly gcWindows: readonly { readonly length: number; readonly low: number; readonly high: number }[]
  /** Shortest direct repeat that is refused; and inverted repeat within `hairpinSpan`. */
  readonly directRepeat: number
  readonly invertedRepeat: number
  readonly hairpinSpan: number
}

/** Sites whose enzymes are used for cloning into retroviral vectors and in assembly kits (REBASE). */
export const CLONING_SITES: Readonly<Record<string, string>> = {
  NotI: 'GCGGCCGC',
  SalI: 'GTCGAC',
  EcoRI: 'GAATTC',
  XhoI: 'CTCGAG',
  BamHI: 'GGATCC',
  BsmBI: 'CGTCTC',
  BsaI: 'GGTCTC',
  BbsI: 'GAAGAC',
  SapI: 'GCTCTTC',
}

export const GENERIC_STRICT: SequenceLimits = {
  name: 'generic-strict',
  verified: false,
  sites: CLONING_SITES,
  // poly-A signals, doi:10.1101/gr.10.7.1001 (the two strong ones are refused)
  senseMotifs: ['AATAAA', 'ATTAAA'],
  mostDonorScore: 85,
  mostAcceptorScore: 85,
  longestRunAT: 6,
  longestRunGC: 5,
  gcWhole: [0.4, 0.65],
  gcWindows: [
    { length: 100, low: 0.3, high: 0.7 },
    { length: 50, low: 0.3, high: 0.72 },
    { length: 20, low: 0.15, high: 0.9 },
  ],
  directRepeat: 16,
  invertedRepeat: 20,
  hairpinSpan: 200,
}

/** Native codons, nothing refused: for comparison with designs of others. */
export const NO_LIMITS: SequenceLimits = {
  name: 'none',
  verified: true,
  sites: {},
  senseMotifs: [],
  mostDonorScore: Number.POSITIVE_INFINITY,
  mostAcceptorScore: Number.POSITIVE_INFINITY,
  longestRunAT: Number.POSITIVE_INFINITY,
  longestRunGC: Number.POSITIVE_INFINITY,
  gcWhole: [0, 1],
  gcWindows: [],
  directRepeat: Number.POSITIVE_INFINITY,
  invertedRepeat: Number.POSITIVE_INFINITY,
  hairpinSpan: 0,
}

export const PRESETS: Readonly<Record<string, SequenceLimits>> = { 'generic-strict': GENERIC_STRICT, none: NO_LIMITS }

export interface LimitBreach {
  readonly check: 'sites' | 'motifs' | 'splice' | 'homopolymer' | 'gc' | 'repeats' | 'hairpin'
  readonly at: number
  readonly text: string
}

/** Every breach of the limits in a finished sequence. */
export function breaches(sequence: string, limits: SequenceLimits): readonly LimitBreach[] {
  const found: LimitBreach[] = []
  const everyHit = (needle: string, hit: (at: number) => void) => {
    for (let at = sequence.indexOf(needle); at >= 0; at = sequence.indexOf(needle, at + 1)) hit(at)
  }
  for (const [name, site] of Object.entries(limits.sites)) {
    everyHit(site, at => found.push({ check: 'sites', at, text: `${name} ${site}` }))
    const other = reverseComplement(site)
    if (other !== site) everyHit(other, at => found.push({ check: 'sites', at, text: `${name} ${other} (other strand)` }))
  }
  for (const motif of limits.senseMotifs) everyHit(motif, at => found.push({ check: 'motifs', at, text: motif }))
  everyHit('GT', at => {
    if (donorScore(sequence, at) >= limits.mostDonorScore)
      found.push({ check: 'splice', at, text: `donor ${donorScore(sequence, at).toFixed(0)}` })
  })
  everyHit('AG', at => {
    if (acceptorScore(sequence, at) >= limits.mostAcceptorScore)
      found.push({ check: 'splice', at, text: `acceptor ${acceptorScore(sequence, at).toFixed(0)}` })
  })
  for (const match of sequence.matchAll(/A+|C+|G+|T+/g)) {
    const most = match[0][0] === 'A' || match[0][0] === 'T' ? limits.longestRunAT : limits.longestRunGC
    if (match[0].length > most) found.push({ check: 'homopolymer', at: match.index, text: `${match[0].length} × ${match[0][0]}` })
  }
  found.push(...gcBreaches(sequence, limits), ...repeatBreaches(sequence, limits))
  return found
}

function gcBreaches(sequence: string, limits: SequenceLimits): readonly LimitBreach[] {
  const found: LimitBreach[] = []
  const whole = gcShare(sequence)
  if (whole < limits.gcWhole[0] || whole > limits.gcWhole[1])
    found.push({ check: 'gc', at: 0, text: `${(100 * whole).toFixed(1)} % in the whole insert` })
  for (const { length, low, high } of limits.gcWindows) {
    let gc = 0
    for (let i = 0; i < sequence.length; i++) {
      if (sequence[i] === 'G' || sequence[i] === 'C') gc++
      if (i >= length && (sequence[i - length] === 'G' || sequence[i - length] === 'C')) gc--
      if (i >= length - 1 && (gc < low * length || gc > high * length)) {
        found.push({ check: 'gc', at: i - length + 1, text: `${((100 * gc) / length).toFixed(0)} % in ${length} nt` })
        break
      }
    }
  }
  return found
}

function repeatBreaches(sequence: string, limits: SequenceLimits): readonly LimitBreach[] {
  const found: LimitBreach[] = []
  if (Number.isFinite(limits.directRepeat)) {
    const seen = new Map<string, number>()
    for (let i = 0; i + limits.directRepeat <= sequence.length; i++) {
      const word = sequence.slice(i, i + limits.directRepeat)
      const before = seen.get(word)
      if (before !== undefined) found.push({ check: 'repeats', at: i, text: `${word} also at ${before}` })
      else seen.set(word, i)
    }
  }
  if (Number.isFinite(limits.invertedRepeat)) {
    const other = reverseComplement(sequence)
    const length = limits.invertedRepeat
    for (let i = 0; i + 2 * length <= sequence.length; i++) {
      const partner = other.slice(sequence.length - i - length, sequence.length - i)
      const at = sequence.slice(i + length, i + 2 * length + limits.hairpinSpan).indexOf(partner)
      if (at >= 0) found.push({ check: 'hairpin', at: i, text: `${partner} at ${i + length + at}` })
    }
  }
  return found
}
