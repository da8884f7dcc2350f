// Which V and J a receptor's names mean: repaired, settled by the junction, preferred, or another allele in the place of an absent one. What is not sure is refused, or a caveat.
import { type Caveat, caveat, type Issue, ok, type Result, refuse } from '../base/index.ts'
import {
  findSegment,
  type Germline,
  type GermlineJ,
  type GermlineV,
  geneIndexOf,
  locusOf,
  normaliseGeneName,
  repairGeneName,
  segmentName,
  splitGeneName,
  translate,
} from '../bio/index.ts'
import type { AlleleChoice } from './allele-choice.ts'
import { type ChainInput, modeOf } from './chain-input.ts'

/** Residues of the junction, whichever way it was given. */
const junctionOf = (input: ChainInput): string => (input.junctionNt === '' ? input.junctionAa : translate(input.junctionNt))

/** Residues up to and with 118 that a junction ends with as the J does. */
function endAgreement(j: GermlineJ, junction: string): number {
  if (j.j118 === undefined) return 0
  const own = translate(j.sequence.slice(j.j118 % 3, j.j118 + 3))
  let same = 0
  while (same < Math.min(own.length, junction.length) && own.at(-1 - same) === junction.at(-1 - same)) same++
  return same
}

/** Residues from Cys104 on that a junction begins with as the V does. */
function startAgreement(v: GermlineV, junction: string): number {
  if (v.cys104 === undefined) return 0
  const own = translate(v.sequence.slice(v.cys104))
  let same = 0
  while (same < Math.min(own.length, junction.length) && own[same] === junction[same]) same++
  return same
}

/** Behind 104, or before 118: both ends are alike in every gene. */
const SETTLING_RESIDUES = 3

/** Of several genes the one whose germline end the junction alone carries on, or any, where all give one protein outside the junction. */
function settledBy(
  region: 'V' | 'J',
  names: readonly string[],
  input: ChainInput,
  germline: Germline,
): { readonly name: string; readonly why: string } | undefined {
  const junction = junctionOf(input)
  const candidates = names.flatMap(name => {
    const found = findSegment(germline, region, name)
    if (!found.ok || locusOf(name) !== input.locus) return []
    const { segment } = found.value
    const [agreement, protein] =
      segment.region === 'V'
        ? [startAgreement(segment, junction) - 1, translate(segment.sequence.slice(0, segment.cys104))]
        : [endAgreement(segment, junction) - 1, translate(segment.sequence.slice(segment.j118 ?? 0))]
    return [{ name, agrees: agreement >= SETTLING_RESIDUES, protein }]
  })
  const agreeing = candidates.filter(({ agrees }) => agrees)
  if (agreeing.length === 1) return { name: agreeing[0]!.name, why: 'the junction carries on one of them alone' }
  const isOne = candidates.length === names.length && new Set(candidates.map(({ protein }) => protein)).size === 1
  return isOne ? { name: candidates[0]!.name, why: 'all give one protein' } : undefined
}

/** The reference's name for what was written. Only lossless repairs are made, each with its audit line; everything else is for people to decide. */
function geneNameOf<R extends 'V' | 'J'>(
  region: R,
  input: ChainInput,
  germline: Germline,
  choice: AlleleChoice,
  caveats: Caveat[],
): Result<string, Issue> {
  const written = region === 'V' ? input.vCall : input.jCall
  const outcome = repairGeneName(written, geneIndexOf(germline), choice.names)
  if (outcome.kind === 'refused') return normaliseGeneName(written)
  if (outcome.kind === 'valid' || outcome.kind === 'allele-absent') return ok(outcome.name)
  // `TRAJ32-1` may be a habit of writing TRAJ32, or an Arden name: not ours to say without a table
  const isUnsure = outcome.kind === 'candidates' || (outcome.rule.includes('single-member-suffix') && choice.names.size === 0)
  if (isUnsure) {
    const names = outcome.kind === 'candidates' ? outcome.names : [outcome.name]
    const one = names.length > 1 ? settledBy(region, names, input, germline) : undefined
    if (one === undefined)
      return refuse('gene-name-candidates', `"${written}" may mean ${names.join(', ')} [${outcome.rule}]`, 'write the gene that is meant')
    caveats.push(caveat('gene-name-settled', `"${written}" may mean ${names.join(', ')}: ${one.why}, ${one.name}`))
    return ok(one.name)
  }
  caveats.push(caveat('gene-name-repaired', outcome.audit))
  return ok(outcome.name)
}

function findNamed<R extends 'V' | 'J'>(region: R, input: ChainInput, germline: Germline, choice: AlleleChoice, caveats: Caveat[]) {
  const name = geneNameOf(region, input, germline, choice, caveats)
  if (!name.ok) return name
  const { locus } = input
  if (locusOf(name.value) !== locus)
    return refuse(
      'locus-differs',
      `${region === 'V' ? input.vCall : input.jCall} is no ${locus} gene`,
      'put each chain under its own columns',
    )
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

export function chooseV(input: ChainInput, germline: Germline, choice: AlleleChoice, caveats: Caveat[]): Result<GermlineV, Issue> {
  const found = findNamed('V', input, germline, choice, caveats)
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

export function chooseJ(input: ChainInput, germline: Germline, choice: AlleleChoice, caveats: Caveat[]): Result<GermlineJ, Issue> {
  const found = findNamed('J', input, germline, choice, caveats)
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
  const junction = junctionOf(input)
  if (modeOf(input) === 'contig' || junction === '') return undefined
  const agreement = (j: GermlineJ) => endAgreement(j, junction)
  const least = agreement(named) + MORE_RESIDUES
  const agreeing = others.filter(other => agreement(other) >= least).toSorted((a, b) => agreement(b) - agreement(a))
  return agreeing.length > 1 && agreement(agreeing[0]!) === agreement(agreeing[1]!) ? undefined : agreeing[0]
}
