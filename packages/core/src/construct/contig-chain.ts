// A sequenced contig with its V and J known → leader, V, junction and J as the cell has them. The contig's bases win over germline; germline supplies only what it lacks.
// Offsets are 0-based in the contig on the receptor's strand. Anchors come from germline offsets through the alignment, never from a motif search.
import { type Caveat, caveat, type Issue, ok, type Result, refuse } from '../base/index.ts'
import { type GermlineJ, type GermlineV, residueOfCodon, reverseComplement, segmentName, translate } from '../bio/index.ts'
import type { GermlineBase } from './chain-input.ts'

export interface ContigChain {
  readonly leaderNt: string
  /** V-REGION up to Cys104. */
  readonly vNt: string
  readonly junctionNt: string
  readonly jNt: string
  /** Of V-REGION's first base, of the junction, and one past J's last base; negative when germline supplies the start. */
  readonly vStart: number
  readonly junctionStart: number
  readonly junctionEnd: number
  readonly jEnd: number
  /** Differences to the germline alleles outside the junction, `V 123 A>G`, 1-based in the segment. */
  readonly differences: readonly string[]
  readonly caveats: readonly Caveat[]
}

const SEED = 12
/** Identical bases that a join of contig and germline needs. */
const JOIN = 30

/** Offset of the contig relative to a segment: contig position − segment position, by the commonest shared word; undefined without one. */
function diagonal(contig: string, segment: string, seed: number, from = 0): { offset: number; support: number } | undefined {
  const words = new Map<string, number>()
  for (let i = 0; i + seed <= segment.length; i++) words.set(segment.slice(i, i + seed), i)
  const votes = new Map<number, number>()
  for (let p = from; p + seed <= contig.length; p++) {
    const i = words.get(contig.slice(p, p + seed))
    if (i !== undefined) votes.set(p - i, (votes.get(p - i) ?? 0) + 1)
  }
  let best: { offset: number; support: number } | undefined
  for (const [offset, support] of votes) if (best === undefined || support > best.support) best = { offset, support }
  return best
}

/**
 * Errors: `contig-no-v`, `contig-no-j`, `contig-join` (too little of V to join), `contig-n` (N between ATG and J's end), `contig-out-of-frame`,
 * `contig-stop`, `contig-no-anchor`, `germline-base` (a base to be taken back by which the contig does not differ).
 */
export function readContigChain(
  written: string,
  v: GermlineV,
  j: GermlineJ,
  germlineBases: readonly GermlineBase[] = [],
): Result<ContigChain, Issue> {
  const name = segmentName(v)
  if (v.cys104 === undefined || j.j118 === undefined)
    return refuse(
      'contig-no-anchor',
      `${v.cys104 === undefined ? name : segmentName(j)} has no anchor in the germline`,
      'import a germline reference that holds it',
    )
  const forward = diagonal(written, v.sequence, SEED)
  const reversed = diagonal(reverseComplement(written), v.sequence, SEED)
  const isReverse = (reversed?.support ?? 0) > (forward?.support ?? 0)
  const contig = isReverse ? reverseComplement(written) : written
  const found = isReverse ? reversed : forward
  if (found === undefined || found.support < JOIN - SEED + 1)
    return refuse('contig-no-v', `${name} is not found in the contig`, 'check that contig and V call belong together')
  const vStart = found.offset
  const junctionStart = vStart + v.cys104
  const joined = diagonal(contig, j.sequence, 10, junctionStart)
  if (joined === undefined)
    return refuse('contig-no-j', `${segmentName(j)} is not found behind ${name}`, 'check that contig and J call belong together')
  const junctionEnd = joined.offset + j.j118 + 3
  const jEnd = joined.offset + j.sequence.length
  const caveats: Caveat[] = []
  let vNt = contig.slice(Math.max(0, vStart), junctionStart)
  if (vStart < 0) {
    if (contig.slice(0, JOIN) !== v.sequence.slice(-vStart, -vStart + JOIN))
      return refuse(
        'contig-join',
        `the contig starts inside ${name} and its first ${JOIN} bases differ from it`,
        'give a longer contig, or decide by hand',
      )
    vNt = v.sequence.slice(0, -vStart) + vNt
    caveats.push(caveat('germline-start', `the first ${-vStart} bases of V are germline: the contig starts behind them`))
  }
  let jNt =
    jEnd <= contig.length
      ? contig.slice(junctionEnd, jEnd)
      : contig.slice(junctionEnd) + j.sequence.slice(j.sequence.length - (jEnd - contig.length))
  if (jEnd > contig.length)
    caveats.push(caveat('germline-end', `the last ${jEnd - contig.length} bases of J are germline: the contig ends before them`))
  const differences = () => [
    ...differ('V', vNt, v.sequence, 0, v.cys104!),
    ...differ('J', jNt, j.sequence.slice(j.j118! + 3), j.j118! + 3, jNt.length),
  ]
  const shown = differences()
  for (const { difference, person, reason } of germlineBases) {
    if (!shown.includes(difference) || difference.includes('-'))
      return refuse(
        'germline-base',
        `the contig does not differ by ${difference}`,
        shown.length === 0 ? 'it has the bases of its alleles' : `it differs by ${shown.join(', ')}`,
      )
    const [segment, place, bases] = difference.split(' ') as [string, string, string]
    if (segment === 'V') vNt = withBase(vNt, Number(place) - 1, bases[0]!)
    else jNt = withBase(jNt, Number(place) - 1 - (j.j118 + 3), bases[0]!)
    caveats.push(caveat('germline-base', `${difference} of the contig was taken back to germline by ${person}: ${reason}`))
  }
  const leader = chooseLeader(contig, vStart, v, caveats)
  const junctionNt = contig.slice(junctionStart, junctionEnd)
  if (/[^ACGT]/.test(leader + vNt + junctionNt + jNt))
    return refuse('contig-n', 'the contig has an N or a mixed base between ATG and the end of J', 'resequence it')
  if (junctionNt.length % 3 !== 0)
    return refuse(
      'contig-out-of-frame',
      `V and J of the contig are out of frame (junction of ${junctionNt.length} bases): this chain makes no receptor`,
      'use the other chain of the cell',
    )
  if (translate(leader + vNt + junctionNt + jNt).includes('*'))
    return refuse('contig-stop', 'the contig has a stop between ATG and the end of J', 'this chain makes no receptor')
  if (residueOfCodon(junctionNt.slice(0, 3)) !== 'C')
    return refuse(
      'contig-no-anchor',
      `position 104 of the contig is ${residueOfCodon(junctionNt.slice(0, 3))}, not C`,
      'this chain lost its conserved cysteine',
    )
  const left = differences()
  if (left.length > 0)
    caveats.push(
      caveat(
        'differs-from-germline',
        `${left.length} bases differ from ${name} or ${segmentName(j)}: ${left.slice(0, 4).join(', ')}${left.length > 4 ? ' …' : ''}`,
      ),
    )
  return ok({ leaderNt: leader, vNt, junctionNt, jNt, vStart, junctionStart, junctionEnd, jEnd, differences: left, caveats })
}

const withBase = (text: string, at: number, base: string): string => text.slice(0, at) + base + text.slice(at + 1)

function differ(segment: string, own: string, germline: string, shift: number, length: number): readonly string[] {
  const found: string[] = []
  for (let i = 0; i < length; i++)
    if (own[i] !== germline[i]) found.push(`${segment} ${shift + i + 1} ${germline[i] ?? '-'}>${own[i] ?? '-'}`)
  return found
}

/** In-frame ATG before V without a stop between, 14-45 codons: the germline leader's length, else the nearest to it within 15-35; else the germline leader. */
function chooseLeader(contig: string, vStart: number, v: GermlineV, caveats: Caveat[]): string {
  const lengths: number[] = []
  for (let codons = 1; vStart - 3 * codons >= 0 && codons <= 45; codons++) {
    const residue = residueOfCodon(contig.slice(vStart - 3 * codons, vStart - 3 * codons + 3))
    if (residue === '*') break
    if (residue === 'M' && codons >= 14) lengths.push(codons)
  }
  const wanted = v.leader.length / 3
  const chosen = lengths.includes(wanted)
    ? wanted
    : lengths.filter(n => n >= 15 && n <= 35).toSorted((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted))[0]
  if (chosen !== undefined) return contig.slice(vStart - 3 * chosen, vStart)
  caveats.push(caveat('germline-leader', 'the leader is germline: the contig shows no usable one'))
  return v.leader
}
