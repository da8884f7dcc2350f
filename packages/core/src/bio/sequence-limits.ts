// What a DNA insert may not contain: limits of synthesis, of the vector's cloning sites and of a retroviral genome. A preset is data; the checks are here.
// Positions reported are 0-based offsets.

import { gcShare, reverseComplement } from './nucleotide.ts'
import { acceptorScore, donorScore } from './splice-score.ts'

/** A limit that is absent is infinite, empty or 0: presets say so in their files. */
export interface SequenceLimits {
  readonly name: string
  readonly source: string
  /** ISO date of the file. */
  readonly dated: string
  /** Printed with every use: vendor presets were not confirmed by the vendor. */
  readonly verified: boolean
  /** The receptor's own codons are kept: nothing is optimised. */
  readonly keepsNativeCodons: boolean
  /** Recognition sites that may stand on neither strand: name → site. */
  readonly sites: Readonly<Record<string, string>>
  /** Motifs that may not stand on the sense strand. */
  readonly senseMotifs: readonly string[]
  /** Motifs that are avoided on the sense strand where it costs little: the rarer signals of polyadenylation. */
  readonly softMotifs: readonly string[]
  readonly mostDonorScore: number
  readonly mostAcceptorScore: number
  /** Longest run of one base. */
  readonly longestRun: Readonly<Record<'A' | 'C' | 'G' | 'T', number>>
  /** Fewest and most bases of the whole insert. */
  readonly length: readonly [number, number]
  /** Share of G and C in the whole insert, in every window of a length, and in the first and the last bases; 0-1. */
  readonly gcWhole: readonly [number, number]
  readonly gcWindows: readonly GcWindow[]
  readonly gcEnds?: GcWindow | undefined
  /** A unit of so many bases that stands so many times in a row is refused. */
  readonly tandemRepeats: readonly { readonly unit: number; readonly copies: number }[]
  /** Shortest direct repeat that is refused; and inverted repeat within `hairpinSpan`. */
  readonly directRepeat: number
  readonly invertedRepeat: number
  readonly hairpinSpan: number
  /** Codons with a smaller share of their residue's synonyms are not chosen. */
  readonly leastCodonShare: number
  /** The vendor's order form: heading → column of `order.csv`; absent: our own columns. */
  readonly orderColumns?: Readonly<Record<string, string>> | undefined
}

export interface GcWindow {
  readonly length: number
  readonly low: number
  readonly high: number
}

export const LIMIT_CHECKS = ['sites', 'motifs', 'splice', 'homopolymer', 'gc', 'repeats', 'hairpin', 'length'] as const

export interface LimitBreach {
  readonly check: (typeof LIMIT_CHECKS)[number]
  readonly at: number
  readonly text: string
}

/** The limits with the sites of a vector among them. */
export const withSites = (limits: SequenceLimits, sites: SequenceLimits['sites'] = {}): SequenceLimits => ({
  ...limits,
  sites: { ...limits.sites, ...sites },
})

/** Bases at the two ends of a sequence in which cloning sites may stand. */
export type Arms = readonly [number, number]

/** Every breach of the limits in a finished sequence; a site that lies in an arm is none. */
export function breaches(sequence: string, limits: SequenceLimits, arms: Arms = [0, 0]): readonly LimitBreach[] {
  const found: LimitBreach[] = []
  const everyHit = (needle: string, hit: (at: number) => void) => {
    for (let at = sequence.indexOf(needle); at >= 0; at = sequence.indexOf(needle, at + 1)) hit(at)
  }
  const inArm = (at: number, length: number) => at + length <= arms[0] || at >= sequence.length - arms[1]
  for (const [name, site] of Object.entries(limits.sites)) {
    const note = (at: number, text: string) => {
      if (!inArm(at, site.length)) found.push({ check: 'sites', at, text })
    }
    everyHit(site, at => note(at, `${name} ${site}`))
    const other = reverseComplement(site)
    if (other !== site) everyHit(other, at => note(at, `${name} ${other} (other strand)`))
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
    if (match[0].length > limits.longestRun[match[0][0] as 'A' | 'C' | 'G' | 'T'])
      found.push({ check: 'homopolymer', at: match.index, text: `${match[0].length} × ${match[0][0]}` })
  }
  if (sequence.length < limits.length[0] || sequence.length > limits.length[1])
    found.push({ check: 'length', at: 0, text: `${sequence.length} bases, not ${limits.length[0]} to ${limits.length[1]}` })
  found.push(...gcBreaches(sequence, limits), ...repeatBreaches(sequence, limits))
  return found
}

/** Of the whole, of its ends and of its windows. */
export function gcBreaches(sequence: string, limits: SequenceLimits): readonly LimitBreach[] {
  const found: LimitBreach[] = []
  const whole = gcShare(sequence)
  if (whole < limits.gcWhole[0] || whole > limits.gcWhole[1])
    found.push({ check: 'gc', at: 0, text: `${(100 * whole).toFixed(1)} % in the whole insert` })
  if (limits.gcEnds !== undefined) {
    const { length, low, high } = limits.gcEnds
    for (const at of [0, sequence.length - length]) {
      const gc = gcShare(sequence.slice(Math.max(0, at), at + length))
      if (gc < low || gc > high) found.push({ check: 'gc', at, text: `${(100 * gc).toFixed(0)} % in the ${length} nt at an end` })
    }
  }
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
  for (const { unit, copies } of limits.tandemRepeats) {
    let same = 0
    for (let i = unit; i < sequence.length; i++) {
      same = sequence[i] === sequence[i - unit] ? same + 1 : 0
      if (same === unit * (copies - 1))
        found.push({ check: 'repeats', at: i + 1 - unit * copies, text: `${copies} × ${sequence.slice(i + 1 - unit, i + 1)}` })
    }
  }
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
    const places = new Map<string, number[]>()
    for (let i = 0; i + length <= sequence.length; i++) {
      const word = sequence.slice(i, i + length)
      const list = places.get(word)
      if (list === undefined) places.set(word, [i])
      else list.push(i)
    }
    for (let i = 0; i + 2 * length <= sequence.length; i++) {
      const partner = other.slice(sequence.length - i - length, sequence.length - i)
      const at = places.get(partner)?.find(place => place >= i + length && place <= i + length + limits.hairpinSpan)
      if (at !== undefined) found.push({ check: 'hairpin', at: i, text: `${partner} at ${at}` })
    }
  }
  return found
}
