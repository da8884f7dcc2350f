// Codon choice under hard limits: a beam over codons from left to right, highest codon adaptation first, deterministic (ties by codon order).
// Bases are numbers 0-3 (A C G T) in rings of 256 per state; each new base is checked against what it can have broken, nothing else.
// Every 32 codons the beam keeps the descendants of one ancestor, so that older bases are common to all states and repeats are looked up in one set.
// Whole because the state and its checks share one memory layout. A wider beam is tried when a narrow one ends; then the place is named.
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import { type CodonUsage, codonAdaptationIndex, codonShare, codonsByUse, relativeAdaptiveness } from './codon-usage.ts'
import { reverseComplement } from './nucleotide.ts'
import { type Arms, breaches, type SequenceLimits } from './sequence-limits.ts'
import { ACCEPTOR_PERCENT, DONOR_PERCENT } from './splice-score.table.ts'

/** Bases that must stay as they are, or residues to write. */
export type DesignPart = { readonly kind: 'locked'; readonly nt: string } | { readonly kind: 'free'; readonly aa: string }

export interface OptimisedSequence {
  readonly nt: string
  readonly cai: number
  /** Free codons other than the first choice: the most frequent synonym, or with `match-usage` the one whose turn it was. */
  readonly changed: readonly ChangedCodon[]
}

export interface ChangedCodon {
  /** Offset of its first base, 0-based. */
  readonly at: number
  readonly wanted: string
}

/** The most frequent synonym everywhere, or every synonym as often as the species uses it. */
export const CODON_OBJECTIVES = ['best', 'match-usage'] as const
export type CodonObjective = (typeof CODON_OBJECTIVES)[number]

/**
 * States kept, and what a base costs in a window near its upper GC limit: without that cost the beam walks into a corner of G and C. `everyBase`: windows that end
 * inside a codon are foreseen too, which takes three times as long and stretches such as AGAGAGAD need. Tried in this order.
 */
const ATTEMPTS = [
  { width: 8, gcCost: 0.03, everyBase: false },
  { width: 32, gcCost: 0.03, everyBase: false },
  { width: 32, gcCost: 0.06, everyBase: false },
  { width: 96, gcCost: 0.06, everyBase: false },
  { width: 384, gcCost: 0.06, everyBase: false },
  { width: 96, gcCost: 0.06, everyBase: true },
  { width: 384, gcCost: 0.12, everyBase: true },
]
const RING = 256
const CHECKPOINT = 32
/** Splice sites from this score on cost a little: soft limit. */
export const SOFT_SPLICE = 70
const SOFT_COST = 0.1
/** A motif that is only avoided costs as much as a synonym that is used three quarters as often as the best. */
const SOFT_MOTIF_COST = 0.3
/** With `match-usage`, a codon out of its turn; a rare one costs nearly twice that. */
const OUT_OF_TURN = 0.1
export const SOFT_GC_MARGIN = 0.06

interface Choice {
  /** Base numbers. */
  readonly bases: Uint8Array
  readonly text: string
  /** Natural logarithm of relative adaptiveness, at most 0. */
  readonly gain: number
}

/** One of the codons of a residue, with its share of all of them, also of those that are not chosen. */
interface Synonym extends Choice {
  readonly share: number
}

const LETTERS = 'ACGT'
const numbers = (text: string): Uint8Array => Uint8Array.from(text, letter => LETTERS.indexOf(letter))

/** `arms`: bases of the first and the last locked part in which cloning sites may stand. Errors: `codons-impossible` naming the residue where every choice breaks a limit. */
export function optimiseCodons(
  parts: readonly DesignPart[],
  usage: CodonUsage,
  limits: SequenceLimits,
  arms: Arms = [0, 0],
  objective: CodonObjective = 'best',
): Result<OptimisedSequence, Issue> {
  const tables = new Map(
    [...'ACDEFGHIKLMNPQRSTVWY'].map(residue => [
      residue,
      codonsByUse(usage, residue)
        .map(text => ({
          text,
          bases: numbers(text),
          gain: Math.log(Math.max(relativeAdaptiveness(usage, text), 1e-4)),
          share: codonShare(usage, text),
        }))
        .filter(({ share }) => share >= limits.leastCodonShare),
    ]),
  )
  const turns = objective === 'best' ? undefined : new UsageTurns()
  const steps = parts.flatMap(part =>
    part.kind === 'locked'
      ? [[{ text: part.nt, bases: numbers(part.nt), gain: 0 }]]
      : [...part.aa].map(residue => {
          const synonyms = tables.get(residue) ?? []
          return turns === undefined ? synonyms : turns.choices(residue, synonyms)
        }),
  )
  let stuck = ''
  for (const attempt of ATTEMPTS) {
    const made = new Beam(limits, arms, attempt).run(steps)
    if (made.ok) return ok(describe(made.value, parts, usage, steps))
    stuck = made.issue
  }
  return fail(
    issue(
      'codons-impossible',
      `no choice of codons keeps the limits of ${limits.name} ${stuck}`,
      arms[0] + arms[1] > 0
        ? 'choose other enzymes (NotI before the Kozak sequence is nearly all G and C), flanks, or another preset'
        : 'choose another preset, or free a locked part',
    ),
  )
}

function describe(nt: string, parts: readonly DesignPart[], usage: CodonUsage, steps: readonly (readonly Choice[])[]): OptimisedSequence {
  let at = 0
  let step = 0
  let coding = ''
  const changed: ChangedCodon[] = []
  for (const part of parts) {
    if (part.kind === 'locked') {
      at += part.nt.length
      step++
      continue
    }
    for (let i = 0; i < part.aa.length; i++, step++, at += 3) {
      const codon = nt.slice(at, at + 3)
      const wanted = steps[step]![0]!.text
      if (codon !== wanted) changed.push({ at, wanted })
      coding += codon
    }
  }
  return { nt, cai: codonAdaptationIndex(usage, coding), changed }
}

/** Whose turn it is among the synonyms of a residue: always the one that is furthest behind its share, so that every stretch is mixed like the whole. */
class UsageTurns {
  readonly #given = new Map<string, number>()

  /** The codon whose turn it is first. */
  choices(residue: string, synonyms: readonly Synonym[]): readonly Choice[] {
    const total = synonyms.reduce((sum, { share }) => sum + share, 0)
    const share = (choice: Synonym) => choice.share / total
    const turns = 1 + (this.#given.get(residue) ?? 0)
    const behind = (choice: Synonym) => share(choice) * turns - (this.#given.get(choice.text) ?? 0)
    const [first, ...others] = synonyms.toSorted((a, b) => behind(b) - behind(a) || (a.text < b.text ? -1 : 1))
    if (first === undefined) return []
    this.#given.set(residue, turns).set(first.text, 1 + (this.#given.get(first.text) ?? 0))
    return [
      { ...first, gain: 0 },
      ...others.map(choice => ({ ...choice, gain: OUT_OF_TURN * (share(choice) - 2) })).toSorted((a, b) => b.gain - a.gain),
    ]
  }
}

interface MotifTable {
  readonly length: number
  readonly mask: number
  readonly table: Uint8Array
}

/** Motifs of up to eight bases as bit tables over the rolling code of the last bases. */
function motifTables(motifs: readonly string[]): readonly MotifTable[] {
  const byLength = new Map<number, Uint8Array>()
  for (const motif of motifs) {
    const table = byLength.get(motif.length) ?? new Uint8Array(4 ** motif.length)
    table[[...motif].reduce((code, letter) => code * 4 + LETTERS.indexOf(letter), 0)] = 1
    byLength.set(motif.length, table)
  }
  return [...byLength].map(([length, table]) => ({ length, mask: 4 ** length - 1, table }))
}

/** A 16-base code to 16 bits (multiplicative hash). */
const hash16 = (code: number): number => Math.imul(code ^ (code >>> 15), 0x9e3779b1) >>> 16

class Beam {
  readonly #limits: SequenceLimits
  readonly #width: number
  readonly #gcCost: number
  readonly #arms: Arms
  readonly #sites: readonly MotifTable[]
  readonly #motifs: readonly MotifTable[]
  readonly #softMotifs: readonly MotifTable[]
  /** Longest run by base number. */
  readonly #longestRun: Float64Array
  #total = 0
  readonly #everyBase: boolean
  /** After each step, or each of its bases: length, and the least and most G and C that all bases so far can hold. */
  #ends = new Int32Array(0)
  /** Place of each step's last entry in these. */
  #entryOf = new Int32Array(0)
  #leastGc = new Int32Array(0)
  #mostGc = new Int32Array(0)
  // two generations of states, each a slot: ring of bases, ring of rolling 16-base codes, G and C summed, run length, scores
  readonly #bases: Uint8Array
  readonly #codes: Int32Array
  /** Ring of G and C counted from the start. */
  readonly #gcSum: Int32Array
  readonly #run: Int32Array
  readonly #reverse: Int32Array
  readonly #score: Float64Array
  readonly #checkpoint: Int32Array
  readonly #common = new Set<number>()
  #commonCode = 0
  #commonLength = 0
  /** Which 16-base words any state has seen, by hash: most words are new, and need no look at the ring. */
  readonly #seen = new Uint8Array(1 << 16)
  readonly #orderScore: Float64Array
  readonly #orderIndex: Int32Array
  // scratch of the state under test
  #newRun = 0
  /** Code of the reverse complement of the last 16 bases. */
  #newReverse = 0
  #penalty = 0

  constructor(limits: SequenceLimits, arms: Arms, { width, gcCost, everyBase }: (typeof ATTEMPTS)[number]) {
    this.#gcCost = gcCost
    this.#everyBase = everyBase
    this.#limits = limits
    this.#width = width
    this.#arms = arms
    const sites = Object.values(limits.sites)
    this.#sites = motifTables([...sites, ...sites.map(reverseComplement)])
    this.#motifs = motifTables(limits.senseMotifs)
    this.#softMotifs = motifTables(limits.softMotifs)
    this.#longestRun = Float64Array.from([...LETTERS], letter => limits.longestRun[letter as 'A' | 'C' | 'G' | 'T'])
    const slots = 2 * width
    this.#bases = new Uint8Array((slots + 1) * RING)
    this.#codes = new Int32Array((slots + 1) * RING)
    this.#gcSum = new Int32Array((slots + 1) * RING)
    this.#run = new Int32Array(slots)
    this.#reverse = new Int32Array(slots)
    this.#score = new Float64Array(slots)
    this.#checkpoint = new Int32Array(slots)
    this.#orderScore = new Float64Array(6 * width)
    this.#orderIndex = new Int32Array(6 * width)
  }

  /** The best sequence, or where no state could go on. */
  run(steps: readonly (readonly Choice[])[]): Result<string, string> {
    const width = this.#width
    this.#foresee(steps)
    const parents: Int32Array[] = []
    const chosen: Int32Array[] = []
    let live = 1
    let from = 0
    let length = 0
    for (let s = 0; s < steps.length; s++) {
      const choices = steps[s]!
      const to = from === 0 ? width : 0
      const candidates = this.#order(from, live, choices)
      const parent = new Int32Array(width)
      const codon = new Int32Array(width)
      let next = 0
      for (let c = 0; c < candidates && next < width; c++) {
        const candidate = this.#orderIndex[c]!
        const slot = from + Math.floor(candidate / choices.length)
        const choice = candidate % choices.length
        if (!this.#extend(slot, to + next, choices[choice]!.bases, length) || !this.#canGoOn(to + next, s)) continue
        const score = this.#score[slot]! + choices[choice]!.gain + this.#penalty
        if (this.#isAlike(to, next, length + choices[choice]!.bases.length)) continue
        this.#score[to + next] = score
        this.#checkpoint[to + next] = this.#checkpoint[slot]!
        parent[next] = slot - from
        codon[next] = choice
        next++
      }
      if (next === 0) return fail(`at part ${s + 1} of ${steps.length} (${choices.map(choice => choice.text).join(' ')})`)
      parents.push(parent)
      chosen.push(codon)
      length += choices[0]!.bases.length
      for (let i = 0; i < next; i++) this.#remember(to + i, length, choices[0]!.bases.length)
      live = next
      from = to
      if ((s + 1) % CHECKPOINT === 0) {
        live = this.#keepOneAncestor(from, live, parents, chosen)
        if (s >= CHECKPOINT) this.#commit(steps, parents, chosen, s + 1 - 2 * CHECKPOINT, s + 1 - CHECKPOINT, this.#checkpoint[from]!)
        for (let i = 0; i < live; i++) this.#checkpoint[from + i] = i
      }
    }
    const ranked = Array.from({ length: live }, (_, i) => i).sort((a, b) => this.#score[from + b]! - this.#score[from + a]! || a - b)
    let faults = ''
    for (const end of ranked) {
      const nt = trace(steps, parents, chosen, steps.length, end)
      const found = breaches(nt, this.#limits, this.#arms)
      if (found.length === 0) return ok(nt)
      if (faults === '')
        faults = found
          .map(breach => `${breach.check} ${breach.text}`)
          .slice(0, 3)
          .join('; ')
    }
    return fail(`in the finished sequence: ${faults}`)
  }

  /** State × choice, best score first; ties by state, then by choice. Insertion sort: the list is short and nearly sorted. */
  #order(from: number, live: number, choices: readonly Choice[]): number {
    const n = live * choices.length
    for (let i = 0, state = 0; state < live; state++) {
      const score = this.#score[from + state]!
      for (let choice = 0; choice < choices.length; choice++, i++) {
        const own = score + choices[choice]!.gain
        let at = i
        while (at > 0 && this.#orderScore[at - 1]! < own) {
          this.#orderScore[at] = this.#orderScore[at - 1]!
          this.#orderIndex[at] = this.#orderIndex[at - 1]!
          at--
        }
        this.#orderScore[at] = own
        this.#orderIndex[at] = i
      }
    }
    return n
  }

  /** At most two states may share their last 12 bases: the beam keeps real alternatives. */
  #isAlike(to: number, next: number, length: number): boolean {
    const tail = (slot: number) => this.#codes[slot * RING + ((length - 1) & (RING - 1))]! & 0xffffff
    const own = tail(to + next)
    let alike = 0
    for (let i = 0; i < next; i++) if (tail(to + i) === own && ++alike === 2) return true
    return false
  }

  /** What the steps still to come must and can hold at least and at most. */
  #foresee(steps: readonly (readonly Choice[])[]): void {
    const ends: number[] = []
    const leastGc: number[] = []
    const mostGc: number[] = []
    this.#entryOf = new Int32Array(steps.length)
    let length = 0
    let least = 0
    let most = 0
    steps.forEach((choices, s) => {
      const size = choices[0]?.bases.length ?? 0
      const counts = new Int32Array(choices.length)
      for (let i = 0; i < size; i++) {
        choices.forEach(({ bases }, c) => {
          if (bases[i] === 1 || bases[i] === 2) counts[c]!++
        })
        if (!this.#everyBase && i < size - 1) continue
        ends.push(length + i + 1)
        leastGc.push(least + Math.min(...counts))
        mostGc.push(most + Math.max(...counts))
      }
      this.#entryOf[s] = ends.length - 1
      length += size
      least = leastGc.at(-1) ?? 0
      most = mostGc.at(-1) ?? 0
    })
    this.#ends = Int32Array.from(ends)
    this.#leastGc = Int32Array.from(leastGc)
    this.#mostGc = Int32Array.from(mostGc)
    this.#total = length
  }

  /** Whether the next steps can keep the GC limits of the windows that reach back into this state, whatever codons they take. */
  #canGoOn(slot: number, s: number): boolean {
    const here = this.#entryOf[s]!
    const now = this.#ends[here]!
    const base = slot * RING
    const sum = this.#gcSum[base + ((now - 1) & (RING - 1))]!
    for (const { length, low, high } of this.#limits.gcWindows) {
      for (let next = here + 1; next < this.#ends.length; next++) {
        const start = this.#ends[next]! - length
        if (start >= now) break
        if (start < 0) continue
        const kept = sum - (start === 0 ? 0 : this.#gcSum[base + ((start - 1) & (RING - 1))]!)
        if (
          kept + this.#leastGc[next]! - this.#leastGc[here]! > high * length ||
          kept + this.#mostGc[next]! - this.#mostGc[here]! < low * length
        )
          return false
      }
    }
    return true
  }

  /** Writes state `slot` plus bases into `target`; false when a limit breaks. */
  #extend(slot: number, target: number, added: Uint8Array, length: number): boolean {
    const bases = this.#bases
    const codes = this.#codes
    const old = slot * RING
    const base = target * RING
    bases.copyWithin(base, old, old + RING)
    codes.copyWithin(base, old, old + RING)
    this.#gcSum.copyWithin(base, old, old + RING)
    this.#newRun = this.#run[slot]!
    this.#newReverse = this.#reverse[slot]!
    this.#penalty = 0
    for (let i = 0; i < added.length; i++) if (!this.#append(base, added[i]!, length + i)) return false
    this.#run[target] = this.#newRun
    this.#reverse[target] = this.#newReverse
    return true
  }

  #append(base: number, letter: number, position: number): boolean {
    const limits = this.#limits
    const bases = this.#bases
    const at = (back: number) => bases[base + ((position - back) & (RING - 1))]!
    this.#newRun = position > 0 && at(1) === letter ? this.#newRun + 1 : 1
    if (this.#newRun > this.#longestRun[letter]!) return false
    const before = position === 0 ? 0 : this.#codes[base + ((position - 1) & (RING - 1))]!
    const code = (before << 2) | letter
    this.#newReverse = (this.#newReverse >>> 2) | ((3 - letter) << 30)
    for (const { length, mask, table } of this.#motifs) if (table[code & mask] === 1 && position + 1 >= length) return false
    for (const { length, mask, table } of this.#softMotifs)
      if (table[code & mask] === 1 && position + 1 >= length) this.#penalty -= SOFT_MOTIF_COST
    for (const { length, mask, table } of this.#sites)
      if (
        table[code & mask] === 1 &&
        position + 1 >= length &&
        position >= this.#arms[0] &&
        position + 1 - length < this.#total - this.#arms[1]
      )
        return false
    bases[base + (position & (RING - 1))] = letter
    this.#codes[base + (position & (RING - 1))] = code
    this.#gcSum[base + (position & (RING - 1))] =
      (position === 0 ? 0 : this.#gcSum[base + ((position - 1) & (RING - 1))]!) + (letter === 1 || letter === 2 ? 1 : 0)
    for (const { length, low, high } of limits.gcWindows) {
      const gc = this.#gcOfLast(base, position, length)
      if (position >= length - 1 && (gc < low * length || gc > high * length)) return false
      if (gc > (high - SOFT_GC_MARGIN) * length) this.#penalty -= this.#gcCost
    }
    return (
      this.#endHolds(base, position) &&
      this.#tandemsHold(base, position) &&
      this.#spliceHolds(base, position) &&
      this.#repeatsHold(base, position, code)
    )
  }

  /** G and C among the last bases, fewer at the start. */
  #gcOfLast(base: number, position: number, length: number): number {
    const before = position < length ? 0 : this.#gcSum[base + ((position - length) & (RING - 1))]!
    return this.#gcSum[base + (position & (RING - 1))]! - before
  }

  /** GC of the first and of the last bases. */
  #endHolds(base: number, position: number): boolean {
    const ends = this.#limits.gcEnds
    if (ends === undefined || (position !== ends.length - 1 && position !== this.#total - 1)) return true
    const gc = this.#gcOfLast(base, position, ends.length)
    return gc >= ends.low * ends.length && gc <= ends.high * ends.length
  }

  /** No unit repeated too often up to the last base. */
  #tandemsHold(base: number, position: number): boolean {
    const at = (back: number) => this.#bases[base + ((position - back) & (RING - 1))]!
    for (const { unit, copies } of this.#limits.tandemRepeats) {
      const pairs = unit * (copies - 1)
      if (position + 1 < pairs + unit) continue
      let same = 0
      while (same < pairs && at(same) === at(same + unit)) same++
      if (same === pairs) return false
    }
    return true
  }

  /** Donor of the last 9 bases, acceptor of the last 17. */
  #spliceHolds(base: number, position: number): boolean {
    const { mostDonorScore, mostAcceptorScore } = this.#limits
    if (!Number.isFinite(mostDonorScore)) return true
    const bases = this.#bases
    const at = (back: number) => bases[base + ((position - back) & (RING - 1))]!
    if (position >= 8 && at(5) === 2 && at(4) === 3) {
      let sum = 0
      for (let i = 0; i < 9; i++) sum += DONOR_PERCENT[at(8 - i)]![i]!
      const score = (100 * (sum - 51)) / 600
      if (score >= mostDonorScore) return false
      if (score >= SOFT_SPLICE) this.#penalty -= SOFT_COST
    }
    if (position >= 16 && at(3) === 0 && at(2) === 2) {
      const score = this.#acceptor(at)
      if (score >= mostAcceptorScore) return false
      if (score >= SOFT_SPLICE) this.#penalty -= SOFT_COST
    }
    return true
  }

  #acceptor(at: (back: number) => number): number {
    let total = 0
    const lowest = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
    for (let i = 0; i < 11; i++) {
      if (i < 10 && at(16 - i) === 0 && at(15 - i) === 2) return 0
      const value = ACCEPTOR_PERCENT[at(16 - i)]![i]!
      total += value
      // the three lowest of eleven are left out: the best eight remain
      let low = value
      for (let k = 0; k < 3; k++) {
        if (low < lowest[k]!) {
          const other = lowest[k]!
          lowest[k] = low
          low = other
        }
      }
    }
    const t1 = total - lowest[0]! - lowest[1]! - lowest[2]!
    let t2 = 0
    for (let i = 12; i < 16; i++) t2 += ACCEPTOR_PERCENT[at(16 - i)]![i]!
    return (50 * (t1 - 66)) / 397 + (50 * (t2 - 12)) / 293
  }

  /** No earlier 16 bases like the last 16, also where the limit is longer; no reverse complement of the last 20 close by. Both limits must be 16 or more. */
  #repeatsHold(base: number, position: number, code: number): boolean {
    const { directRepeat, invertedRepeat, hairpinSpan } = this.#limits
    if ((!Number.isFinite(directRepeat) && !Number.isFinite(invertedRepeat)) || position < 15) return true
    if (this.#common.has(code)) return false
    const reverse = this.#newReverse
    if (this.#seen[hash16(code)] === 0 && this.#seen[hash16(reverse)] === 0) return true
    const codes = this.#codes
    const oldest = Math.max(15, position - RING + 17)
    for (let p = oldest; p < position; p++) {
      const earlier = codes[base + (p & (RING - 1))]!
      if (earlier === code) return false
      if (earlier === reverse && position - p >= 16 && position - p <= hairpinSpan + invertedRepeat && this.#isHairpin(base, position, p))
        return false
    }
    return true
  }

  #remember(slot: number, length: number, added: number): void {
    for (let p = Math.max(15, length - added); p < length; p++) this.#seen[hash16(this.#codes[slot * RING + (p & (RING - 1))]!)] = 1
  }

  /** The reverse complement of the last `invertedRepeat` bases stands so that its last 16 bases' partner ends at `p`. */
  #isHairpin(base: number, position: number, p: number): boolean {
    const { invertedRepeat } = this.#limits
    if (p + invertedRepeat - 16 > position - invertedRepeat) return false
    // the last base of the sequence pairs with the first of the partner
    const start = p - 15
    for (let i = 0; i < invertedRepeat; i++) {
      const q = start + i
      if (q > position - invertedRepeat) return false
      if (this.#bases[base + (q & (RING - 1))]! + this.#bases[base + ((position - i) & (RING - 1))]! !== 3) return false
    }
    return true
  }

  /** Drops the states that do not descend from the best state's ancestor at the last checkpoint. */
  #keepOneAncestor(from: number, live: number, parents: Int32Array[], chosen: Int32Array[]): number {
    let best = 0
    for (let i = 1; i < live; i++) if (this.#score[from + i]! > this.#score[from + best]!) best = i
    const ancestor = this.#checkpoint[from + best]!
    const parent = parents.at(-1)!
    const codon = chosen.at(-1)!
    let kept = 0
    for (let i = 0; i < live; i++) {
      if (this.#checkpoint[from + i] !== ancestor) continue
      if (kept !== i) {
        this.#bases.copyWithin((from + kept) * RING, (from + i) * RING, (from + i + 1) * RING)
        this.#codes.copyWithin((from + kept) * RING, (from + i) * RING, (from + i + 1) * RING)
        this.#gcSum.copyWithin((from + kept) * RING, (from + i) * RING, (from + i + 1) * RING)
        this.#run[from + kept] = this.#run[from + i]!
        this.#reverse[from + kept] = this.#reverse[from + i]!
        this.#score[from + kept] = this.#score[from + i]!
        this.#checkpoint[from + kept] = ancestor
        parent[kept] = parent[i]!
        codon[kept] = codon[i]!
      }
      kept++
    }
    return kept
  }

  /** Adds the 16-base codes of the bases that became common to all states, steps `fromStep` to `upTo`, to the set of earlier words. */
  #commit(
    steps: readonly (readonly Choice[])[],
    parents: readonly Int32Array[],
    chosen: readonly Int32Array[],
    fromStep: number,
    upTo: number,
    slot: number,
  ): void {
    const added = trace(steps, parents, chosen, upTo, slot, fromStep)
    for (let i = 0; i < added.length; i++) {
      this.#commonCode = (this.#commonCode << 2) | LETTERS.indexOf(added[i]!)
      if (++this.#commonLength >= 16) this.#common.add(this.#commonCode)
    }
  }
}

/** Text of the path that ends in a slot after `upTo` steps, from step `fromStep` on. */
function trace(
  steps: readonly (readonly Choice[])[],
  parents: readonly Int32Array[],
  chosen: readonly Int32Array[],
  upTo: number,
  slot: number,
  fromStep = 0,
): string {
  const pieces: string[] = []
  for (let s = upTo - 1, at = slot; s >= fromStep; s--) {
    pieces.push(steps[s]![chosen[s]![at]!]!.text)
    at = parents[s]![at]!
  }
  return pieces.reverse().join('')
}
