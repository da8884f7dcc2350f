// The sum of log-odds terms that orders neoantigens, and the same terms as sentences. Weights: rank-weights.table.ts.
import type { HlaAllele } from '../bio/index.ts'
import { WEAK_BINDER_PERCENTILE, WEAK_BINDER_PERCENTILE_II } from '../presentation/index.ts'
import type { ChangeKind } from '../variant/index.ts'
import type { CellFraction, Clonality } from './clonality.ts'
import type { BestPeptide, RankTerm } from './neoantigen.ts'
import { isAnchor } from './pvacseq-tier.ts'
import { RANK_WEIGHTS as W } from './rank-weights.table.ts'

export interface RankFacts {
  readonly best: BestPeptide
  readonly class2: BestPeptide | undefined
  readonly kind: ChangeKind
  readonly geneExpression: number | undefined
  readonly alleleExpression: number | undefined
  readonly rnaVaf: number | undefined
  readonly rnaAltReads: number | undefined
  readonly dnaVaf: number | undefined
  readonly clonality: Clonality
  readonly cellFraction: CellFraction | undefined
  readonly allelesPresenting: readonly HlaAllele[]
}

const limit = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value))
const percent = (percentile: number) => `${percentile < 0.1 ? percentile.toPrecision(1) : percentile.toPrecision(2)} %`
const share = (fraction: number) => `${Math.round(fraction * 100)} %`

const cellShare = (cells: CellFraction | undefined): string =>
  cells === undefined ? '' : `, in ${share(Math.min(1, cells.low))}-${share(Math.min(1, cells.high))} of tumour cells`

export function rankTerms(facts: RankFacts): readonly RankTerm[] {
  const { best } = facts
  const terms: RankTerm[] = []
  const wild = best.percentileWildType === undefined ? 'no comparable wild type' : `wild type ${percent(best.percentileWildType)}`
  terms.push({
    name: 'presentation',
    value: W.presentation * limit(-Math.log10(best.percentileMutant / 2), W.presentationLow, W.presentationHigh),
    fact: `rank ${percent(best.percentileMutant)} on ${best.allele}, ${wild}`,
  })
  if (facts.alleleExpression !== undefined) {
    const rna = facts.rnaVaf === undefined ? '' : `, ${share(facts.rnaVaf)} of RNA reads mutated`
    terms.push({
      name: 'expression',
      value: W.expression * Math.min(W.expressionHigh, Math.log2(1 + facts.alleleExpression)),
      fact: `${(facts.geneExpression ?? 0).toPrecision(3)} TPM${rna}`,
    })
  } else if (facts.geneExpression !== undefined)
    terms.push({ name: 'expression', value: 0, fact: `${facts.geneExpression.toPrecision(3)} TPM, mutated share unknown` })
  else terms.push({ name: 'expression', value: 0, fact: 'expression not measured' })
  if (facts.clonality !== 'unknown') {
    terms.push({
      name: 'clonality',
      value: facts.clonality === 'clonal' ? W.clonal : W.subclonal,
      fact: `${facts.clonality}: ${share(facts.dnaVaf ?? 0)} of tumour DNA reads${cellShare(facts.cellFraction)}`,
    })
  }
  if ((facts.rnaAltReads ?? 0) >= 1) terms.push({ name: 'seen-in-rna', value: W.seenInRna, fact: `${facts.rnaAltReads} mutated RNA reads` })
  if (facts.kind === 'FS' || facts.kind === 'stop_lost')
    terms.push({
      name: 'novel-tail',
      value: W.novelTail,
      fact: facts.kind === 'FS' ? 'frameshift: every residue of the tail is new' : 'read-through: every residue of the extension is new',
    })
  const anchorOnly = best.changedPositions.length > 0 && best.changedPositions.every(position => isAnchor(position, best.sequence.length))
  const wildTypePresented = (best.percentileWildType ?? 100) <= WEAK_BINDER_PERCENTILE
  if (anchorOnly && wildTypePresented && best.ic50WildType !== undefined && best.ic50WildType / best.ic50Mutant < 2) {
    terms.push({
      name: 'anchor-only',
      value: W.anchorOnly,
      fact: `the change is at an anchor (P${best.changedPositions.join(', P')}) and the wild type binds as well: the T cell sees self`,
    })
  } else if (best.changedPositions.length > 0 && best.changedPositions.length <= 3) {
    // where the wild type is not presented and the mutant is, the residue holds the peptide to the molecule, wherever it stands: P3 of KRAS G12D on HLA-C*08:02 (Tran 2016, doi:10.1056/NEJMoa1609279)
    const holds = best.percentileMutant <= WEAK_BINDER_PERCENTILE && best.percentileWildType !== undefined && !wildTypePresented
    const places = `(P${best.changedPositions.join(', P')})`
    if (holds)
      terms.push({
        name: 'lets-it-be-presented',
        value: 0,
        fact: `changed residue lets the molecule present it ${places}: the wild type is not presented`,
      })
    else if (!anchorOnly) terms.push({ name: 'faces-t-cell', value: 0, fact: `changed residue faces the T cell ${places}` })
  }
  if (facts.class2 !== undefined && facts.class2.percentileMutant <= WEAK_BINDER_PERCENTILE_II) {
    const { class2 } = facts
    terms.push({
      name: 'class-ii',
      value: W.classTwo * limit(-Math.log10(class2.percentileMutant / WEAK_BINDER_PERCENTILE_II), 0, W.classTwoHigh),
      fact: `class II: rank ${percent(class2.percentileMutant)} on ${class2.allele}, core ${class2.core}`,
    })
  }
  const further = facts.allelesPresenting.filter(allele => allele !== best.allele)
  if (further.length > 0)
    terms.push({ name: 'further-alleles', value: W.furtherAllele * further.length, fact: `also presented by ${further.join(', ')}` })
  return terms
}

export const rankScore = (terms: readonly RankTerm[]): number => terms.reduce((sum, term) => sum + term.value, 0)
