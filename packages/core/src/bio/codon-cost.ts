// Why a codon is not the one that was wanted: the wanted one is put back in its place, and what then breaks is told.
import { gcShare, reverseComplement } from './nucleotide.ts'
import { type ChangedCodon, SOFT_GC_MARGIN, SOFT_SPLICE } from './optimise-codons.ts'
import { type Arms, breaches, gcBreaches, type LimitBreach, type SequenceLimits } from './sequence-limits.ts'
import { acceptorScore, donorScore } from './splice-score.ts'

export interface CodonCost {
  /** The hard limit that the wanted codon breaks; `soft` where it only comes close to one; `neighbours` where it would hold by itself. */
  readonly limit: LimitBreach['check'] | 'soft' | 'neighbours'
  readonly text: string
}

/** Bases of a splice acceptor, the longest thing that is scored as a whole. */
const SPLICE_SITE = 17
/** Shortest word that the optimiser looks for twice, also where the limit is longer. */
const REPEAT_WORD = 16

/** `sequence` keeps the limits. Looks around the codon, and for repeats in all of the sequence. */
export function codonCost(sequence: string, { at, wanted }: ChangedCodon, limits: SequenceLimits, arms: Arms = [0, 0]): CodonCost {
  const changed = sequence.slice(0, at) + wanted + sequence.slice(at + 3)
  const reach = Math.max(SPLICE_SITE, ...limits.gcWindows.map(window => window.length))
  const from = Math.max(0, at - reach)
  const to = Math.min(sequence.length, at + 3 + reach)
  const local = {
    ...limits,
    gcWhole: [0, 1] as const,
    gcEnds: undefined,
    length: [0, Infinity] as const,
    directRepeat: Infinity,
    invertedRepeat: Infinity,
  }
  const inArms: Arms = [Math.max(0, arms[0] - from), Math.max(0, to - (sequence.length - arms[1]))]
  const [hit] = breaches(changed.slice(from, to), local, inArms)
  if (hit !== undefined) return { limit: hit.check, text: `${hit.text} at ${from + hit.at + 1}` }
  const [gc] = gcBreaches(changed, { ...limits, gcWindows: [] })
  if (gc !== undefined) return { limit: gc.check, text: gc.text }
  return repeatCost(changed, at, limits) ?? softCost(sequence, changed, at, limits)
}

function repeatCost(changed: string, at: number, { directRepeat, invertedRepeat, hairpinSpan }: SequenceLimits): CodonCost | undefined {
  const words = (length: number): readonly (readonly [number, string])[] => {
    const first = Math.max(0, at + 1 - length)
    const last = Math.min(at + 2, changed.length - length)
    return Array.from(
      { length: Math.max(0, last - first + 1) },
      (_, i) => [first + i, changed.slice(first + i, first + i + length)] as const,
    )
  }
  if (Number.isFinite(directRepeat))
    for (const [start, word] of words(REPEAT_WORD)) {
      const first = changed.indexOf(word)
      const other = first === start ? changed.indexOf(word, start + 1) : first
      if (other >= 0) return { limit: 'repeats', text: `${word} also at ${other + 1}` }
    }
  if (Number.isFinite(invertedRepeat))
    for (const [start, word] of words(invertedRepeat)) {
      const near = Math.max(0, start - invertedRepeat - hairpinSpan)
      const other = changed.slice(near, start + 2 * invertedRepeat + hairpinSpan).indexOf(reverseComplement(word))
      if (other >= 0) return { limit: 'hairpin', text: `${word} pairs with ${near + other + 1}` }
    }
  return undefined
}

function softCost(sequence: string, changed: string, at: number, limits: SequenceLimits): CodonCost {
  if (Number.isFinite(limits.mostDonorScore))
    for (let i = Math.max(0, at - SPLICE_SITE); i < at + SPLICE_SITE; i++)
      for (const [kind, score] of [
        ['donor', donorScore],
        ['acceptor', acceptorScore],
      ] as const) {
        const now = score(changed, i)
        if (now >= SOFT_SPLICE && now > score(sequence, i)) return { limit: 'soft', text: `${kind} ${now.toFixed(0)} at ${i + 1}` }
      }
  for (const motif of limits.softMotifs) {
    const first = Math.max(0, at + 1 - motif.length)
    const here = changed.slice(first, at + 2 + motif.length).indexOf(motif)
    if (here >= 0) return { limit: 'soft', text: `${motif} at ${first + here + 1}` }
  }
  for (const { length, high } of limits.gcWindows)
    for (let start = Math.max(0, at + 3 - length); start <= Math.min(at, changed.length - length); start++) {
      const gc = gcShare(changed.slice(start, start + length))
      if (gc > high - SOFT_GC_MARGIN && gc > gcShare(sequence.slice(start, start + length)))
        return { limit: 'soft', text: `${(100 * gc).toFixed(0)} % G and C in ${length} nt, of at most ${(100 * high).toFixed(0)} %` }
    }
  return { limit: 'neighbours', text: 'holds by itself: chosen together with the codons around it' }
}
