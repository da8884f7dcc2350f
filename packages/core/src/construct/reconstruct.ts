// V gene, junction, J gene → the chain's bases from the leader's ATG to the end of J. Given junction bases are never changed (lossless mode);
// a junction known as residues only takes germline codons where it agrees with V or J and the most frequent codon between (amino-acid mode).
import { type Caveat, caveat, type Issue, ok, type Result, refuse } from '../base/index.ts'
import {
  type CodonUsage,
  codonsByUse,
  findSegment,
  type Germline,
  type GermlineJ,
  type GermlineV,
  geneIndexOf,
  isDna,
  locusOf,
  normaliseGeneName,
  repairGeneName,
  residueOfCodon,
  segmentName,
  splitGeneName,
  translate,
} from '../bio/index.ts'
import { type AlleleChoice, NO_CHOICE } from './allele-choice.ts'
import type { ChainLocusName } from './chain-locus.ts'
import { readContigChain } from './contig-chain.ts'

export interface ChainInput {
  readonly locus: ChainLocusName
  readonly vCall: string
  readonly jCall: string
  /** Residues of C104 to F/W118, both included. */
  readonly junctionAa: string
  /** Bases of the junction; empty when only residues are known. */
  readonly junctionNt: string
  /** The sequenced contig, either strand: its bases win over germline. */
  readonly contig?: string | undefined
}

export type ReconstructionMode = 'contig' | 'nucleotide' | 'amino-acid'

/** The best evidence decides: a contig, else bases of the junction, else its residues. */
export const modeOf = (input: ChainInput): ReconstructionMode =>
  input.contig !== undefined && input.contig !== '' ? 'contig' : input.junctionNt === '' ? 'amino-acid' : 'nucleotide'

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
  const read = readContigChain(input.contig!.toUpperCase(), v, j)
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

/** The reference's name for what was written. Only lossless repairs are made, each with its audit line; everything else is for people to decide. */
function geneNameOf(written: string, germline: Germline, caveats: Caveat[]): Result<string, Issue> {
  const outcome = repairGeneName(written, geneIndexOf(germline))
  if (outcome.kind === 'refused') return normaliseGeneName(written)
  if (outcome.kind === 'valid' || outcome.kind === 'allele-absent') return ok(outcome.name)
  // `TRAJ32-1` may be a habit of writing TRAJ32, or an Arden name: not ours to say without a table
  const names = outcome.kind === 'candidates' ? outcome.names : [outcome.name]
  if (outcome.kind === 'candidates' || outcome.rule.includes('single-member-suffix'))
    return refuse('gene-name-candidates', `"${written}" may mean ${names.join(', ')} [${outcome.rule}]`, 'write the gene that is meant')
  caveats.push(caveat('gene-name-repaired', outcome.audit))
  return ok(outcome.name)
}

function findNamed<R extends 'V' | 'J'>(
  region: R,
  written: string,
  locus: ChainLocusName,
  germline: Germline,
  choice: AlleleChoice,
  caveats: Caveat[],
) {
  const name = geneNameOf(written, germline, caveats)
  if (!name.ok) return name
  if (locusOf(name.value) !== locus)
    return refuse('locus-differs', `${written} is no ${locus} gene`, 'put each chain under its own columns')
  const { gene, allele } = splitGeneName(name.value)
  const preferred = allele === undefined ? choice.preferred.get(`${region} ${gene}`) : undefined
  const wanted = preferred === undefined ? name.value : `${gene}*${preferred}`
  const found = findSegment(germline, region, wanted)
  if (found.ok || found.issue.code !== 'allele-absent' || !choice.fallback) return found
  const other = findSegment(germline, region, gene)
  if (other.ok)
    caveats.push(caveat('allele-fallback', `${germline.release} has no ${wanted}: ${segmentName(other.value.segment)} stands in for it`))
  return other
}

function chooseV(input: ChainInput, germline: Germline, choice: AlleleChoice, caveats: Caveat[]): Result<GermlineV, Issue> {
  const found = findNamed('V', input.vCall, input.locus, germline, choice, caveats)
  if (!found.ok) return found
  const { segment, basis, others } = found.value
  if (segment.cys104 === undefined || segment.leader === '') {
    return refuse(
      'v-unusable',
      `${segmentName(segment)} has ${segment.leader === '' ? 'no usable leader' : 'not all of C23, W41 and C104'} in ${germline.release}`,
      'use a contig, or import a germline reference that holds the gene',
    )
  }
  const mature = translate(segment.sequence.slice(0, segment.cys104))
  if (mature.includes('*'))
    return refuse('v-unusable', `${segmentName(segment)} has a stop in its V region: a pseudogene`, 'check the gene name')
  const differing = others.filter(other => translate(other.sequence.slice(0, other.cys104)) !== mature)
  if (basis === 'assumed' && differing.length > 0) {
    caveats.push(
      caveat(
        'allele-assumed',
        `${segmentName(segment)} was assumed; ${differing.map(o => `*${o.allele}`).join(', ')} differ in the mature protein`,
      ),
    )
  }
  return ok(segment)
}

function chooseJ(input: ChainInput, germline: Germline, choice: AlleleChoice, caveats: Caveat[]): Result<GermlineJ, Issue> {
  const found = findNamed('J', input.jCall, input.locus, germline, choice, caveats)
  if (!found.ok) return found
  const { segment, basis, others } = found.value
  if (segment.j118 === undefined)
    return refuse(
      'j-unusable',
      `${segmentName(segment)} has no trustworthy residue 118 in ${germline.release}`,
      'check the gene name, or import a germline reference',
    )
  const tail = (j: GermlineJ) => translate(j.sequence.slice(j.j118 ?? 0))
  const better = alleleOfJunction(input, segment, others)
  if (better !== undefined) {
    const told = `the junction ends as ${segmentName(better)} does, not as ${segmentName(segment)}`
    if (basis !== 'named') {
      caveats.push(caveat('allele-by-junction', `${told}: ${segmentName(better)} was taken`))
      return ok(better)
    }
    if (tail(better) !== tail(segment))
      return refuse('j-allele-contradicted', told, `name ${segmentName(better)}, or give the contig: behind residue 118 they differ`)
    caveats.push(caveat('j-allele-contradicted', `${told}; behind residue 118 they are the same`))
  }
  if (basis === 'assumed' && others.some(other => tail(other) !== tail(segment)))
    caveats.push(caveat('allele-assumed', `${segmentName(segment)} was assumed; other alleles differ behind residue 118`))
  return ok(segment)
}

/** Residues that an allele has to agree in more than the one that is named. */
const MORE_RESIDUES = 2

/** The allele whose end before residue 118 agrees with the junction in two residues or more beyond what the named one does; a contig says it itself. */
function alleleOfJunction(input: ChainInput, named: GermlineJ, others: readonly GermlineJ[]): GermlineJ | undefined {
  const junction = input.junctionNt === '' ? input.junctionAa : translate(input.junctionNt)
  if (modeOf(input) === 'contig' || junction === '') return undefined
  const agreement = (j: GermlineJ): number => {
    if (j.j118 === undefined) return 0
    const own = translate(j.sequence.slice(j.j118 % 3, j.j118 + 3))
    let same = 0
    while (same < Math.min(own.length, junction.length) && own.at(-1 - same) === junction.at(-1 - same)) same++
    return same
  }
  const least = agreement(named) + MORE_RESIDUES
  const agreeing = others.filter(other => agreement(other) >= least).toSorted((a, b) => agreement(b) - agreement(a))
  return agreeing.length > 1 && agreement(agreeing[0]!) === agreement(agreeing[1]!) ? undefined : agreeing[0]
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
