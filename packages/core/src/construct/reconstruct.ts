// V gene, junction, J gene → the chain's bases from the leader's ATG to the end of J. Given junction bases are never changed (lossless mode);
// a junction known as residues only takes germline codons where it agrees with V or J and the most frequent codon between (amino-acid mode).
import { type Caveat, caveat, type Issue, ok, type Result, refuse } from '../base/index.ts'
import {
  type CodonUsage,
  codonsByUse,
  type Germline,
  type GermlineJ,
  type GermlineV,
  isDna,
  residueOfCodon,
  segmentName,
  translate,
} from '../bio/index.ts'
import { type AlleleChoice, NO_CHOICE } from './allele-choice.ts'
import { type ChainInput, modeOf, type ReconstructionMode } from './chain-input.ts'
import type { ChainLocusName } from './chain-locus.ts'
import { chooseJ, chooseV } from './choose-segment.ts'
import { readContigChain } from './contig-chain.ts'

export interface ReconstructedChain {
  readonly locus: ChainLocusName
  readonly mode: ReconstructionMode
  readonly v: GermlineV
  readonly j: GermlineJ
  readonly leaderNt: string
  /** V-REGION up to Cys104. */
  readonly vNt: string
  readonly junctionNt: string
  readonly junctionAa: string
  /** J behind residue 118, with the one base that C completes. */
  readonly jNt: string
  readonly caveats: readonly Caveat[]
}

/**
 * Errors: `gene-name`, `gene-name-candidates`, `gene-unknown`, `allele-absent`, `locus-differs`, `v-unusable` (no leader, no anchors, a stop), `j-unusable`, `j-allele-contradicted`, `junction-residue`,
 * `junction-length`, `junction-stop`, `junction-ends` (not C…J118), `junction-translation`.
 */
export function reconstructChain(
  input: ChainInput,
  germline: Germline,
  usage: CodonUsage,
  choice: AlleleChoice = NO_CHOICE,
): Result<ReconstructedChain, Issue> {
  const caveats: Caveat[] = []
  const v = chooseV(input, germline, choice, caveats)
  if (!v.ok) return v
  const j = chooseJ(input, germline, choice, caveats)
  if (!j.ok) return j
  const mode = modeOf(input)
  if (mode === 'contig') return fromContig(input, v.value, j.value, caveats)
  const junction = mode === 'amino-acid' ? codonsForJunction(input.junctionAa, v.value, j.value, usage, caveats) : checkedJunction(input)
  if (!junction.ok) return junction
  const aa = translate(junction.value)
  const j118 = residueOfCodon(j.value.sequence.slice(j.value.j118!, j.value.j118! + 3))
  if (aa[0] !== 'C' || aa.at(-1) !== j118) {
    return refuse(
      'junction-ends',
      `the junction ${aa} does not run from C104 to ${j118}118 of ${segmentName(j.value)}`,
      'give the junction with both conserved residues, or the J gene it belongs to',
    )
  }
  if (mode === 'nucleotide') checkAgreement(aa, v.value, j.value, caveats)
  return ok({
    locus: input.locus,
    mode,
    v: v.value,
    j: j.value,
    leaderNt: v.value.leader,
    vNt: v.value.sequence.slice(0, v.value.cys104),
    junctionNt: junction.value,
    junctionAa: aa,
    jNt: j.value.sequence.slice(j.value.j118! + 3),
    caveats,
  })
}

function fromContig(input: ChainInput, v: GermlineV, j: GermlineJ, caveats: readonly Caveat[]): Result<ReconstructedChain, Issue> {
  const read = readContigChain(input.contig!.toUpperCase(), v, j, input.germlineBases)
  if (!read.ok) return read
  const { leaderNt, vNt, junctionNt, jNt } = read.value
  const own = translate(junctionNt)
  if (input.junctionAa !== '' && own !== input.junctionAa) {
    return refuse(
      'contig-junction-differs',
      `the contig's junction is ${own}, the receptor's ${input.junctionAa}`,
      'check that contig and receptor belong together',
    )
  }
  if (input.junctionNt !== '' && junctionNt !== input.junctionNt.toUpperCase()) {
    return refuse(
      'contig-junction-differs',
      `the contig's junction has other bases than the receptor's (${junctionNt}, ${input.junctionNt})`,
      'check that contig and receptor belong together',
    )
  }
  // the contig proves the allele: what was assumed for want of a name no longer is
  const kept = caveats.filter(c => c.code !== 'allele-assumed')
  return ok({
    locus: input.locus,
    mode: 'contig',
    v,
    j,
    leaderNt,
    vNt,
    junctionNt,
    junctionAa: own,
    jNt,
    caveats: [...kept, ...read.value.caveats],
  })
}

function checkedJunction(input: ChainInput): Result<string, Issue> {
  const nt = input.junctionNt
  if (!isDna(nt))
    return refuse('junction-residue', `the junction bases "${nt}" hold a letter that is not A, C, G or T`, 'resequence the junction')
  if (nt.length % 3 !== 0)
    return refuse(
      'junction-length',
      `the junction has ${nt.length} bases, not a multiple of three`,
      'check the ends of the junction; an out-of-frame chain makes no receptor',
    )
  const aa = translate(nt)
  if (aa.includes('*')) return refuse('junction-stop', `the junction ${aa} holds a stop`, 'this rearrangement makes no receptor')
  if (input.junctionAa !== '' && aa !== input.junctionAa)
    return refuse(
      'junction-translation',
      `the junction bases read ${aa}, the residues given are ${input.junctionAa}`,
      'correct the one that is wrong',
    )
  return ok(nt)
}

/** Germline codons for the longest agreeing start (V from C104) and end (J up to 118), the most frequent codon between. */
function codonsForJunction(aa: string, v: GermlineV, j: GermlineJ, usage: CodonUsage, caveats: Caveat[]): Result<string, Issue> {
  if (!/^[ACDEFGHIKLMNPQRSTVWY]{4,}$/.test(aa))
    return refuse(
      'junction-residue',
      `the junction "${aa}" is not at least four of the 20 residues`,
      'write the junction from C104 to F/W118 in capital letters',
    )
  const start = v.sequence.slice(v.cys104)
  const end = j.sequence.slice(0, j.j118! + 3)
  const vSupport = agreeing(k => residueOfCodon(start.slice(3 * k, 3 * k + 3)) === aa[k], Math.min(aa.length, Math.floor(start.length / 3)))
  const jSupport = agreeing(
    k => residueOfCodon(end.slice(end.length - 3 * k - 3, end.length - 3 * k)) === aa[aa.length - 1 - k],
    Math.min(aa.length - vSupport, Math.floor(end.length / 3)),
  )
  noteSupport(aa, v, j, vSupport, jSupport, caveats)
  let nt = start.slice(0, 3 * vSupport)
  for (let k = vSupport; k < aa.length - jSupport; k++) nt += codonsByUse(usage, aa[k]!)[0]!
  return ok(nt + end.slice(end.length - 3 * jSupport))
}

/** Residues by which the junction agrees with the germline: too few, and gene or junction may be wrong. */
function noteSupport(aa: string, v: GermlineV, j: GermlineJ, vSupport: number, jSupport: number, caveats: Caveat[]): void {
  if (jSupport < 3 || vSupport < 2)
    caveats.push(caveat('junction-inconsistent', `${aa} agrees with ${v.gene} in ${vSupport} and with ${j.gene} in ${jSupport} residues`))
}

function agreeing(agrees: (k: number) => boolean, most: number): number {
  let n = 0
  while (n < most && agrees(n)) n++
  return n
}

function checkAgreement(aa: string, v: GermlineV, j: GermlineJ, caveats: Caveat[]): void {
  const vAa = translate(v.sequence.slice(v.cys104))
  const jAa = translate(j.sequence.slice(j.j118! % 3, j.j118! + 3))
  const vSupport = agreeing(k => vAa[k] === aa[k], Math.min(vAa.length, aa.length))
  const jSupport = agreeing(k => jAa.at(-1 - k) === aa.at(-1 - k), Math.min(jAa.length, aa.length))
  noteSupport(aa, v, j, vSupport, jSupport, caveats)
}
