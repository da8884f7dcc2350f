// Codon choice under hard limits: a beam over codons from left to right, highest codon adaptation first, deterministic (ties by codon order).
// Refuses, with the place, when a wider beam finds nothing either.
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import { type CodonUsage, codonAdaptationIndex, codonsByUse, relativeAdaptiveness } from './codon-usage.ts'
import { reverseComplement } from './nucleotide.ts'
import { breaches, type SequenceLimits } from './sequence-limits.ts'
import { acceptorScore, donorScore } from './splice-score.ts'

/** Bases that must stay as they are, or residues to write. */
export type DesignPart = { readonly kind: 'locked'; readonly nt: string } | { readonly kind: 'free'; readonly aa: string }

export interface OptimisedSequence {
  readonly nt: string
  readonly cai: number
  /** Free codons that are not the most frequent synonym. */
  readonly notBest: number
}

interface State {
  readonly score: number
  readonly nt: string
  readonly gc: readonly number[]
}

const CONTEXT = 26
const BEAMS = [12, 48, 192]

/** Errors: `codons-impossible` naming the residue where every choice breaks a limit. */
export function optimiseCodons(parts: readonly DesignPart[], usage: CodonUsage, limits: SequenceLimits): Result<OptimisedSequence, Issue> {
  let stuck = ''
  for (const width of BEAMS) {
    const made = beam(parts, usage, limits, width)
    if (made.ok) return made
    stuck = made.issue
  }
  return fail(
    issue(
      'codons-impossible',
      `no choice of codons keeps the limits of ${limits.name} ${stuck}`,
      'choose another preset, or free a locked part',
    ),
  )
}

function beam(parts: readonly DesignPart[], usage: CodonUsage, limits: SequenceLimits, width: number): Result<OptimisedSequence, string> {
  const table = new Map(
    [...'ACDEFGHIKLMNPQRSTVWY'].map(residue => [
      residue,
      codonsByUse(usage, residue).map(codon => ({ codon, cost: Math.log(Math.max(relativeAdaptiveness(usage, codon), 1e-4)) })),
    ]),
  )
  const checker = new SuffixChecker(limits)
  let states: readonly State[] = [{ score: 0, nt: '', gc: limits.gcWindows.map(() => 0) }]
  let residueNumber = 0
  for (const part of parts) {
    const steps = part.kind === 'locked' ? [undefined] : [...part.aa]
    for (const residue of steps) {
      const choices = part.kind === 'locked' ? [{ codon: part.nt, cost: 0 }] : table.get(residue!)!
      const locked = part.kind === 'locked'
      if (!locked) residueNumber++
      const candidates: { state: State; codon: string; score: number }[] = []
      for (const state of states) for (const { codon, cost } of choices) candidates.push({ state, codon, score: state.score + cost })
      candidates.sort((a, b) => b.score - a.score || (a.codon < b.codon ? -1 : a.codon > b.codon ? 1 : 0))
      const next: State[] = []
      const tails = new Map<string, number>()
      for (const { state, codon, score } of candidates) {
        if (next.length === width) break
        const grown = checker.extend(state, codon)
        if (grown === undefined) continue
        const tail = grown.nt.slice(-12)
        const alike = tails.get(tail) ?? 0
        if (alike >= 2) continue
        tails.set(tail, alike + 1)
        next.push({ score: score + grown.penalty, nt: grown.nt, gc: grown.gc })
      }
      if (next.length === 0) return fail(`at residue ${residueNumber}${residue === undefined ? ' (a locked part)' : ` (${residue})`}`)
      states = next
    }
  }
  const finished = states.toSorted((a, b) => b.score - a.score).find(state => breaches(state.nt, limits).length === 0)
  if (finished === undefined)
    return fail(
      `in the finished sequence: ${breaches(states[0]!.nt, limits)
        .map(breach => `${breach.check} ${breach.text}`)
        .slice(0, 3)
        .join('; ')}`,
    )
  let at = 0
  let coding = ''
  let notBest = 0
  for (const part of parts) {
    if (part.kind === 'locked') {
      at += part.nt.length
      continue
    }
    for (const residue of part.aa) {
      const codon = finished.nt.slice(at, at + 3)
      if (codon !== table.get(residue)![0]!.codon) notBest++
      coding += codon
      at += 3
    }
  }
  return ok({ nt: finished.nt, cai: codonAdaptationIndex(usage, coding), notBest })
}

/** Checks only what the newest bases can have broken. */
class SuffixChecker {
  readonly #limits: SequenceLimits
  readonly #motifs: readonly string[]

  constructor(limits: SequenceLimits) {
    this.#limits = limits
    const sites = Object.values(limits.sites)
    this.#motifs = [...new Set([...sites, ...sites.map(reverseComplement), ...limits.senseMotifs])]
  }

  extend(state: State, added: string): (State & { penalty: number }) | undefined {
    const limits = this.#limits
    const before = state.nt
    const context = Math.min(before.length, CONTEXT)
    const tail = before.slice(before.length - context) + added
    for (const motif of this.#motifs) {
      const from = Math.max(0, context - motif.length + 1)
      if (tail.indexOf(motif, from) >= 0) return undefined
    }
    if (!this.#runsHold(tail, context)) return undefined
    let penalty = 0
    if (Number.isFinite(limits.mostDonorScore)) {
      for (let at = tail.indexOf('GT', Math.max(0, context - 5)); at >= 0 && at + 6 <= tail.length; at = tail.indexOf('GT', at + 1)) {
        const score = donorScore(tail, at)
        if (score >= limits.mostDonorScore) return undefined
        if (score >= 70) penalty -= 0.1
      }
      for (let at = tail.indexOf('AG', Math.max(0, context - 3)); at >= 0 && at + 4 <= tail.length; at = tail.indexOf('AG', at + 1)) {
        const score = acceptorScore(tail, at)
        if (score >= limits.mostAcceptorScore) return undefined
        if (score >= 70) penalty -= 0.1
      }
    }
    const whole = before + added
    const gc = this.#windows(state, added, before)
    if (gc === undefined || !this.#repeatsHold(whole, before.length)) return undefined
    return { score: 0, nt: whole, gc, penalty }
  }

  #runsHold(tail: string, context: number): boolean {
    let run = 1
    for (let i = Math.max(1, context - 8); i < tail.length; i++) {
      run = tail[i] === tail[i - 1] ? run + 1 : 1
      const most = tail[i] === 'A' || tail[i] === 'T' ? this.#limits.longestRunAT : this.#limits.longestRunGC
      if (run > most) return false
    }
    return true
  }

  #windows(state: State, added: string, before: string): number[] | undefined {
    const counts: number[] = []
    for (const [w, { length, low, high }] of this.#limits.gcWindows.entries()) {
      let gc = state.gc[w]!
      for (let i = 0; i < added.length; i++) {
        const entering = added[i]
        if (entering === 'G' || entering === 'C') gc++
        const at = before.length + i - length
        if (at >= 0) {
          const leaving = at < before.length ? before[at] : added[at - before.length]
          if (leaving === 'G' || leaving === 'C') gc--
        }
        if (at >= -1 && (gc < low * length || gc > high * length)) return undefined
      }
      counts.push(gc)
    }
    return counts
  }

  #repeatsHold(whole: string, from: number): boolean {
    const { directRepeat, invertedRepeat, hairpinSpan } = this.#limits
    if (Number.isFinite(directRepeat)) {
      for (let end = Math.max(from + 1, directRepeat); end <= whole.length; end++) {
        const start = end - directRepeat
        if (whole.indexOf(whole.slice(start, end)) < start) return false
      }
    }
    if (Number.isFinite(invertedRepeat) && whole.length >= 2 * invertedRepeat) {
      const start = whole.length - invertedRepeat
      const low = Math.max(0, start - hairpinSpan)
      if (whole.slice(low, start).includes(reverseComplement(whole.slice(start)))) return false
    }
    return true
  }
}
