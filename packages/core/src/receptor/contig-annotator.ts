// A contig → its V, D, J and C, found by shared words and extended along a diagonal, with an alignment where the contig has an indel.
// Anchors (Cys104, Phe/Trp118) come from germline offsets through the alignment, never from a motif search in the contig. Offsets are 0-based in the contig on the
// receptor's strand, ends exclusive. Whole because the index, the extension and the alignment walk one layout of words and diagonals.

import { type Caveat, caveat } from '../base/index.ts'
import {
  alignOverlap,
  type Germline,
  type GermlineC,
  type GermlineJ,
  type GermlineV,
  reverseComplement,
  segmentName,
  translate,
} from '../bio/index.ts'

export interface PlacedSegment<S> {
  readonly segment: S
  /** Names of all segments that explain the contig equally well, this one first. */
  readonly calls: readonly string[]
  readonly start: number
  readonly end: number
  /** Of the first aligned base in the segment. */
  readonly germlineStart: number
  readonly germlineEnd: number
  readonly identity: number
  /** Contig and germline over the aligned part, `-` for an indel. */
  readonly contigAligned: string
  readonly germlineAligned: string
}

export interface AnnotatedContig {
  readonly sequence: string
  readonly reversed: boolean
  readonly v: PlacedSegment<GermlineV> | undefined
  readonly j: PlacedSegment<GermlineJ> | undefined
  readonly c: PlacedSegment<GermlineC> | undefined
  readonly d: { readonly name: string; readonly start: number; readonly end: number } | undefined
  readonly junctionStart: number | undefined
  readonly junctionEnd: number | undefined
  readonly locus: string
  readonly inFrame: boolean | undefined
  readonly stopCodon: boolean | undefined
  readonly productive: boolean
  /** Offset of the leader's ATG; undefined when the contig starts behind it. */
  readonly leaderStart: number | undefined
  readonly differences: readonly string[]
  /** Why there is no complete call; empty when there is. */
  readonly reason: '' | 'no-v' | 'no-j' | 'short' | 'ambiguous-n'
  readonly caveats: readonly Caveat[]
}

export interface DSegment {
  readonly gene: string
  readonly sequence: string
}

const SEED = 11
const J_SEED = 8
const SHORTEST = 60
const MATCH = 1
const MISMATCH = -2
/** Score a V must reach: about 30 bases in a row. */
const LEAST_V = 30
const LEAST_J = 10
const LEAST_C = 15
const LEAST_D = 5
/** Seeds on a second diagonal from which an indel is looked for. */
const SECOND_DIAGONAL = 6
const WIDEST_INDEL = 24

const BASE = new Int8Array(128).fill(-1)
for (const [i, letter] of [...'ACGT'].entries()) BASE[letter.charCodeAt(0)] = i

/** Words of segments by number, flat: where a word's list begins and which (segment, place) it holds. */
class WordIndex {
  readonly #starts: Int32Array
  readonly #segments: Int16Array
  readonly #places: Int16Array
  readonly #length: number

  constructor(sequences: readonly string[], length: number) {
    this.#length = length
    const counts = new Int32Array(4 ** length + 1)
    for (const sequence of sequences) eachWord(sequence, length, word => counts[word + 1]!++)
    for (let i = 1; i < counts.length; i++) counts[i]! += counts[i - 1]!
    this.#starts = counts.slice()
    this.#segments = new Int16Array(counts.at(-1)!)
    this.#places = new Int16Array(counts.at(-1)!)
    const next = counts.slice()
    for (const [s, sequence] of sequences.entries())
      eachWord(sequence, length, (word, at) => {
        const slot = next[word]!++
        this.#segments[slot] = s
        this.#places[slot] = at
      })
  }

  /** Votes per (segment, diagonal): diagonal = place in contig − place in segment. */
  vote(contig: string, from: number, to: number, votes: Map<number, number>): void {
    eachWord(
      contig,
      this.#length,
      (word, at) => {
        for (let slot = this.#starts[word]!; slot < this.#starts[word + 1]!; slot++) {
          const key = this.#segments[slot]! * DIAGONALS + (at - this.#places[slot]! + SHIFT)
          votes.set(key, (votes.get(key) ?? 0) + 1)
        }
      },
      from,
      to,
    )
  }
}

/** Room for diagonals of contigs up to 8 kb and segments up to 1 kb. */
const SHIFT = 1024
const DIAGONALS = 16_384

function eachWord(sequence: string, length: number, visit: (word: number, at: number) => void, from = 0, to = sequence.length): void {
  const mask = 4 ** length - 1
  let word = 0
  let run = 0
  for (let i = from; i < to; i++) {
    const code = BASE[sequence.charCodeAt(i)] ?? -1
    if (code < 0) {
      run = 0
      word = 0
      continue
    }
    word = ((word << 2) | code) & mask
    if (++run >= length) visit(word, i - length + 1)
  }
}

interface Stretch {
  readonly score: number
  readonly from: number
  readonly to: number
}

/** The best-scoring stretch of a segment along a diagonal. */
function bestStretch(contig: string, segment: string, diagonal: number, least: number): Stretch {
  let score = 0
  let start = Math.max(0, -diagonal)
  let best: Stretch = { score: 0, from: 0, to: 0 }
  const end = Math.min(segment.length, contig.length - diagonal)
  for (let i = Math.max(start, least); i < end; i++) {
    score += segment.charCodeAt(i) === contig.charCodeAt(i + diagonal) ? MATCH : MISMATCH
    if (score <= 0) {
      score = 0
      start = i + 1
    } else if (score > best.score) best = { score, from: start, to: i + 1 }
  }
  return best
}

/** Bases at the start of a V that a difference cut off the alignment, where the contig goes on. */
const CUT_OFF = 6

const fromFirstBase = ({ diagonal, stretch }: Placing): Stretch =>
  stretch.from <= CUT_OFF && diagonal >= 0 ? { ...stretch, from: 0 } : stretch

interface Placing {
  readonly segment: number
  readonly diagonal: number
  readonly stretch: Stretch
}

export class ContigAnnotator {
  readonly #v: readonly GermlineV[]
  readonly #j: readonly GermlineJ[]
  readonly #c: readonly GermlineC[]
  readonly #d: readonly DSegment[]
  readonly #vIndex: WordIndex
  readonly #jIndex: WordIndex
  readonly #cIndex: WordIndex

  /** V segments without Cys104 and J segments without their anchor are kept: they are called, but give no junction. */
  constructor(germline: Germline, dSegments: readonly DSegment[] = []) {
    const all = [...germline.byGene.values()].flat()
    this.#v = all.filter((segment): segment is GermlineV => segment.region === 'V')
    this.#j = all.filter((segment): segment is GermlineJ => segment.region === 'J')
    this.#c = all.filter((segment): segment is GermlineC => segment.region === 'C')
    this.#d = dSegments
    this.#vIndex = new WordIndex(
      this.#v.map(segment => segment.sequence),
      SEED,
    )
    this.#jIndex = new WordIndex(
      this.#j.map(segment => segment.sequence),
      J_SEED,
    )
    this.#cIndex = new WordIndex(
      this.#c.map(segment => segment.sequence),
      SEED,
    )
  }

  annotate(written: string): AnnotatedContig {
    const forward = written.toUpperCase()
    if (forward.length < SHORTEST) return this.#nothing(forward, 'short')
    const here = this.#bestV(forward)
    const turned = reverseComplement(forward)
    const there = here !== undefined && here[0]!.stretch.score > 100 ? undefined : this.#bestV(turned)
    const reversed = (there?.[0]?.stretch.score ?? 0) > (here?.[0]?.stretch.score ?? 0)
    const contig = reversed ? turned : forward
    const placings = reversed ? there : here
    const v = placings === undefined ? undefined : this.#placedV(contig, placings)
    if (v === undefined) return this.#withoutV(forward, turned)
    const junctionStart = v.segment.cys104 === undefined ? undefined : contigPlace(v, v.segment.cys104)
    const j = this.#placedJ(contig, junctionStart ?? Math.max(v.start, v.end - 20), v.segment.gene)
    const junctionEnd = j?.segment.j118 === undefined ? undefined : contigPlace(j, j.segment.j118 + 3)
    const c = j === undefined ? this.#placedC(contig, v.end, '') : this.#placedC(contig, j.end - 10, j.segment.gene)
    return this.#finished(contig, reversed, v, j, c, junctionStart, junctionEnd)
  }

  #nothing(sequence: string, reason: AnnotatedContig['reason']): AnnotatedContig {
    return {
      sequence,
      reversed: false,
      v: undefined,
      j: undefined,
      c: undefined,
      d: undefined,
      junctionStart: undefined,
      junctionEnd: undefined,
      locus: '',
      inFrame: undefined,
      stopCodon: undefined,
      productive: false,
      leaderStart: undefined,
      differences: [],
      reason,
      caveats: [],
    }
  }

  /** J and C are still told when there is no V. */
  #withoutV(forward: string, turned: string): AnnotatedContig {
    const here = this.#placedC(forward, 0, '')
    const there = this.#placedC(turned, 0, '')
    const reversed = (there?.contigAligned.length ?? 0) > (here?.contigAligned.length ?? 0)
    const contig = reversed ? turned : forward
    const c = reversed ? there : here
    const j = this.#placedJ(contig, 0, '', c === undefined ? contig.length : c.start + 5)
    return { ...this.#nothing(contig, 'no-v'), reversed, j, c, locus: (j?.segment.gene ?? c?.segment.gene ?? '').slice(0, 3) }
  }

  /** V placings, best first; undefined when none is good enough. */
  #bestV(contig: string): readonly Placing[] | undefined {
    const votes = new Map<number, number>()
    this.#vIndex.vote(contig, 0, contig.length, votes)
    const best = new Map<number, { diagonal: number; votes: number }>()
    for (const [key, count] of votes) {
      const segment = Math.floor(key / DIAGONALS)
      const held = best.get(segment)
      if (held === undefined || count > held.votes) best.set(segment, { diagonal: (key % DIAGONALS) - SHIFT, votes: count })
    }
    const most = Math.max(0, ...[...best.values()].map(held => held.votes))
    const placings = [...best]
      .filter(([, held]) => held.votes >= Math.max(3, most * 0.4))
      .map(([segment, { diagonal }]) => ({ segment, diagonal, stretch: bestStretch(contig, this.#v[segment]!.sequence, diagonal, 0) }))
      .sort((a, b) => b.stretch.score - a.stretch.score || a.segment - b.segment)
    if (placings.length === 0 || placings[0]!.stretch.score < LEAST_V) return undefined
    return placings
      .map(placing => this.#overIndel(contig, placing, votes))
      .sort((a, b) => b.stretch.score - a.stretch.score || a.segment - b.segment)
  }

  /** Adds what lies behind an indel to a placing's score, so that a V with one is not lost to a shorter neighbour. */
  #overIndel(contig: string, placing: Placing, votes: ReadonlyMap<number, number>): Placing {
    const sequence = this.#v[placing.segment]!.sequence
    const covered = placing.stretch.to - placing.stretch.from
    if (covered > 0.8 * Math.min(sequence.length, contig.length - Math.max(0, placing.diagonal))) return placing
    let extra = 0
    for (let shift = -WIDEST_INDEL; shift <= WIDEST_INDEL; shift++) {
      if (shift === 0) continue
      const count = votes.get(placing.segment * DIAGONALS + placing.diagonal + shift + SHIFT) ?? 0
      if (count < SECOND_DIAGONAL) continue
      const other = bestStretch(contig, sequence, placing.diagonal + shift, 0)
      const apart = other.to <= placing.stretch.from + 12 || other.from >= placing.stretch.to - 12
      if (apart && other.score > extra) extra = other.score - 8
    }
    return extra > 0 ? { ...placing, stretch: { ...placing.stretch, score: placing.stretch.score + extra } } : placing
  }

  #placedV(contig: string, placings: readonly Placing[]): PlacedSegment<GermlineV> | undefined {
    const best = placings[0]!
    const segment = this.#v[best.segment]!
    const calls = placings
      .filter(placing => placing.stretch.score === best.stretch.score)
      .map(placing => segmentName(this.#v[placing.segment]!))
    const gapless = best.stretch.score === bestStretch(contig, segment.sequence, best.diagonal, 0).score
    if (gapless) return placed(contig, segment, segment.sequence, best.diagonal, fromFirstBase(best), calls)
    // an indel: align the V against the part of the contig that can hold it
    const from = Math.max(0, best.diagonal - WIDEST_INDEL)
    const part = contig.slice(from, best.diagonal + segment.sequence.length + WIDEST_INDEL)
    const pair = alignOverlap(part, segment.sequence)
    const contigBases = pair.a.replace(/-/g, '').length
    const germlineBases = pair.b.replace(/-/g, '').length
    let same = 0
    for (let i = 0; i < pair.a.length; i++) if (pair.a[i] === pair.b[i]) same++
    return {
      segment,
      calls,
      start: from + pair.startA,
      end: from + pair.startA + contigBases,
      germlineStart: pair.startB,
      germlineEnd: pair.startB + germlineBases,
      identity: same / Math.max(1, pair.a.length),
      contigAligned: pair.a,
      germlineAligned: pair.b,
    }
  }

  #placedJ(contig: string, from: number, vGene: string, to = contig.length): PlacedSegment<GermlineJ> | undefined {
    const votes = new Map<number, number>()
    this.#jIndex.vote(contig, from, Math.min(to, from + 600), votes)
    const loci = vGene === '' ? undefined : /\/DV|^TRDV/.test(vGene) ? ['TRA', 'TRD'] : [vGene.slice(0, 3)]
    let best: Placing | undefined
    const all: Placing[] = []
    for (const [key, count] of votes) {
      if (count < 2) continue
      const segment = Math.floor(key / DIAGONALS)
      if (loci !== undefined && !loci.includes(this.#j[segment]!.gene.slice(0, 3))) continue
      const diagonal = (key % DIAGONALS) - SHIFT
      const stretch = bestStretch(contig, this.#j[segment]!.sequence, diagonal, from - diagonal)
      const placing = { segment, diagonal, stretch }
      all.push(placing)
      if (best === undefined || stretch.score > best.stretch.score || (stretch.score === best.stretch.score && segment < best.segment))
        best = placing
    }
    if (best === undefined || best.stretch.score < LEAST_J) return undefined
    const top = best.stretch.score
    const calls = all.filter(placing => placing.stretch.score === top).sort((a, b) => a.segment - b.segment)
    const segment = this.#j[best.segment]!
    return placed(contig, segment, segment.sequence, best.diagonal, best.stretch, [
      ...new Set(calls.map(placing => segmentName(this.#j[placing.segment]!))),
    ])
  }

  /** TRBJ1 goes with TRBC1 and TRBJ2 with TRBC2 unless twelve bases that tell them apart were read. */
  #placedC(contig: string, from: number, jGene: string): PlacedSegment<GermlineC> | undefined {
    const votes = new Map<number, number>()
    this.#cIndex.vote(contig, Math.max(0, from), contig.length, votes)
    const best = new Map<number, Placing>()
    for (const [key, count] of votes) {
      if (count < 2) continue
      const segment = Math.floor(key / DIAGONALS)
      const diagonal = (key % DIAGONALS) - SHIFT
      const stretch = bestStretch(contig, this.#c[segment]!.sequence, diagonal, Math.max(0, from) - diagonal)
      const held = best.get(segment)
      if (held === undefined || stretch.score > held.stretch.score) best.set(segment, { segment, diagonal, stretch })
    }
    const sorted = [...best.values()].sort((a, b) => b.stretch.score - a.stretch.score || a.segment - b.segment)
    let first = sorted[0]
    if (first === undefined || first.stretch.score < LEAST_C) return undefined
    const pairedGene = /^TRB[JD]?J1/.test(jGene) ? 'TRBC1' : /^TRBJ2/.test(jGene) ? 'TRBC2' : ''
    const paired = sorted.find(placing => this.#c[placing.segment]!.gene === pairedGene)
    if (paired !== undefined && paired !== first && first.stretch.score - paired.stretch.score < 12) first = paired
    const segment = this.#c[first.segment]!
    const calls = [
      segmentName(segment),
      ...sorted
        .filter(
          placing => placing !== first && placing.stretch.score === first.stretch.score && this.#c[placing.segment]!.gene === segment.gene,
        )
        .map(placing => segmentName(this.#c[placing.segment]!)),
    ]
    return placed(contig, segment, segment.sequence, first.diagonal, first.stretch, calls)
  }

  #finished(
    contig: string,
    reversed: boolean,
    v: PlacedSegment<GermlineV>,
    j: PlacedSegment<GermlineJ> | undefined,
    c: PlacedSegment<GermlineC> | undefined,
    junctionStart: number | undefined,
    junctionEnd: number | undefined,
  ): AnnotatedContig {
    const caveats: Caveat[] = []
    const chainStart = leaderStartOf(contig, v)
    const codingStart = chainStart ?? v.start + ((3 - (v.germlineStart % 3)) % 3)
    const hasJunction = junctionStart !== undefined && junctionEnd !== undefined && junctionEnd > junctionStart
    const frameOfV = junctionStart === undefined ? undefined : (junctionStart - codingStart) % 3 === 0
    const inFrame = hasJunction ? (junctionEnd - junctionStart) % 3 === 0 && frameOfV !== false : undefined
    const end = j === undefined ? v.end : j.end
    const coding = contig.slice(codingStart, end)
    const stopCodon = translate(coding).includes('*')
    const whole = j !== undefined && j.germlineEnd >= j.segment.sequence.length - 1
    const between = contig.slice(codingStart, end)
    const reason = j === undefined ? 'no-j' : /[^ACGT]/.test(between) ? 'ambiguous-n' : ''
    if (hasJunction && inFrame === false)
      caveats.push(caveat('out-of-frame', `the junction has ${junctionEnd - junctionStart} bases: this chain makes no receptor`))
    if (v.contigAligned.includes('-') || v.germlineAligned.includes('-'))
      caveats.push(caveat('indel', `the contig differs from ${segmentName(v.segment)} by an insertion or deletion`))
    if (v.calls.length > 1) caveats.push(caveat('v-equally-good', `${v.calls.length} V alleles explain the contig equally well`))
    if (!whole && j !== undefined) caveats.push(caveat('j-incomplete', 'the contig ends inside J'))
    const locus = (j ?? v).segment.gene.slice(0, 3)
    const d = locus === 'TRB' || locus === 'TRD' ? this.#placedD(contig, v.end, j?.start ?? v.end, j?.segment.gene ?? '', locus) : undefined
    const anchored = hasJunction && translate(contig.slice(junctionStart, junctionStart + 3)) === 'C'
    return {
      sequence: contig,
      reversed,
      v,
      j,
      c,
      d,
      junctionStart: hasJunction ? junctionStart : undefined,
      junctionEnd: hasJunction ? junctionEnd : undefined,
      locus,
      inFrame,
      stopCodon,
      productive: reason === '' && inFrame === true && !stopCodon && anchored,
      leaderStart: chainStart,
      differences: [...differencesOf(v, v.segment.cys104), ...(j === undefined ? [] : differencesOf(j, undefined, j.segment.j118))],
      reason,
      caveats,
    }
  }

  /** The longest exact part of a D between V and J; TRBJ1 lies before TRBD2 on the chromosome and never joins it. */
  #placedD(contig: string, from: number, to: number, jGene: string, locus: string): AnnotatedContig['d'] {
    const part = contig.slice(from, Math.max(from, to))
    let best: { name: string; start: number; end: number } | undefined
    for (const { gene, sequence } of this.#d) {
      if (!gene.startsWith(locus) || (jGene.startsWith('TRBJ1') && gene === 'TRBD2')) continue
      for (let i = 0; i < sequence.length; i++)
        for (let length = sequence.length - i; length >= LEAST_D; length--) {
          if (best !== undefined && length <= best.end - best.start) break
          const at = part.indexOf(sequence.slice(i, i + length))
          if (at < 0) continue
          best = { name: gene, start: from + at, end: from + at + length }
          break
        }
    }
    return best
  }
}

function placed<S>(
  contig: string,
  segment: S,
  sequence: string,
  diagonal: number,
  { from, to }: Stretch,
  calls: readonly string[],
): PlacedSegment<S> {
  const own = contig.slice(from + diagonal, to + diagonal)
  const germline = sequence.slice(from, to)
  let same = 0
  for (let i = 0; i < own.length; i++) if (own[i] === germline[i]) same++
  return {
    segment,
    calls,
    start: from + diagonal,
    end: to + diagonal,
    germlineStart: from,
    germlineEnd: to,
    identity: same / Math.max(1, own.length),
    contigAligned: own,
    germlineAligned: germline,
  }
}

/** Place in the contig of a germline offset, through the alignment; beyond its ends the diagonal goes on. */
export function contigPlace(placing: PlacedSegment<unknown>, offset: number): number {
  if (offset < placing.germlineStart) return placing.start - (placing.germlineStart - offset)
  if (offset >= placing.germlineEnd) return placing.end + (offset - placing.germlineEnd)
  let contigAt = placing.start
  let germlineAt = placing.germlineStart
  for (let i = 0; i < placing.contigAligned.length; i++) {
    if (germlineAt === offset && placing.germlineAligned[i] !== '-') return contigAt
    if (placing.contigAligned[i] !== '-') contigAt++
    if (placing.germlineAligned[i] !== '-') germlineAt++
  }
  return contigAt
}

/** ATG of the leader: where the germline's leader ends at V's first base, in frame; the germline's own length first, then the nearest ATG of a plausible leader. */
function leaderStartOf(contig: string, v: PlacedSegment<GermlineV>): number | undefined {
  const vStart = v.start - v.germlineStart
  if (vStart <= 0) return undefined
  const expected = vStart - v.segment.leader.length
  if (v.segment.leader.length > 0 && expected >= 0 && contig.startsWith('ATG', expected)) return expected
  for (let at = vStart - 3; at >= Math.max(0, vStart - 120); at -= 3) {
    const codon = contig.slice(at, at + 3)
    if (codon === 'TAA' || codon === 'TAG' || codon === 'TGA') return undefined
    if (codon === 'ATG' && vStart - at >= 36) return at
  }
  return undefined
}

/** Where a contig differs from the allele. */
export interface AlleleDifference {
  /** 0-based in the segment; of an insertion the base behind it. */
  readonly germlineAt: number
  /** 0-based in the contig; of a deletion the base behind it. */
  readonly contigAt: number
  /** `-`: none. */
  readonly germline: string
  readonly own: string
}

/** Substitutions and indels against the allele, outside the junction: before an offset of the segment, and from three behind another on. */
export function alleleDifferences(placing: PlacedSegment<unknown>, before?: number, behind?: number): readonly AlleleDifference[] {
  const found: AlleleDifference[] = []
  let germlineAt = placing.germlineStart
  let contigAt = placing.start
  for (let i = 0; i < placing.contigAligned.length; i++) {
    const own = placing.contigAligned[i]!
    const germline = placing.germlineAligned[i]!
    const outside = (before === undefined || germlineAt < before) && (behind === undefined || germlineAt >= behind + 3)
    if (own !== germline && outside) found.push({ germlineAt, contigAt, germline, own })
    if (germline !== '-') germlineAt++
    if (own !== '-') contigAt++
  }
  return found
}

/** `TRAV12-1 165 G>C`, 1-based in the segment. */
const differencesOf = (placing: PlacedSegment<{ readonly gene: string }>, before?: number, behind?: number): readonly string[] =>
  alleleDifferences(placing, before, behind).map(
    ({ germlineAt, germline, own }) => `${placing.segment.gene} ${germlineAt + 1} ${germline}>${own}`,
  )
