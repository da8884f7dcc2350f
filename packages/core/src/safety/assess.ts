// Off-target words → risk classes, with what was not looked at. The limits are ours and unverified: a report never says that a receptor is safe.
import { byNumber, type Caveat, caveat } from '../base/index.ts'
import type { OffTargetWord, ProteomeScan } from './scan-proteome.ts'
import { expressionOf, type TissueTable } from './tissues.ts'

export type RiskClass = 'red' | 'amber' | 'listed'

/** Unverified limits, printed with every report. */
export const RISK_LIMITS = { mismatches: 1, p: 0.0015, rankPercent: 2, essentialExpression: 1 } as const

export interface SafetyRow {
  readonly receptorId: string
  readonly query: string
  readonly hla: string
  readonly word: OffTargetWord
  /** Presentation percentile on the restricting allele; undefined: not scored. */
  readonly rankPercent: number | undefined
  readonly tissueMax: { readonly tissue: string; readonly value: number } | undefined
  readonly essentialMax: { readonly tissue: string; readonly value: number } | undefined
  readonly essentials: readonly { readonly tissue: string; readonly value: number }[]
  readonly risk: RiskClass
  /** The word is the unchanged peptide of the target itself. */
  readonly isWildType: boolean
}

export interface SafetyTarget {
  readonly receptorId: string
  readonly peptide: string
  /** Unmutated peptide of the same place, when known: it comes first in the report. */
  readonly wildType: string | undefined
  readonly hla: string
}

/**
 * `rankOf` gives the percentile of a word on the target's allele. The unmutated peptide comes first, then the target itself where a human protein
 * holds it, then red words, then by likeness.
 */
export function assessTarget(
  target: SafetyTarget,
  scan: ProteomeScan,
  rankOf: (word: string) => number | undefined,
  tissues: TissueTable | undefined,
): readonly SafetyRow[] {
  const order: Readonly<Record<RiskClass, number>> = { red: 0, amber: 1, listed: 2 }
  return scan.words
    .map((word): SafetyRow => {
      const rankPercent = rankOf(word.word)
      const expression = tissues === undefined ? undefined : expressionOf(word.genes, tissues)
      return {
        receptorId: target.receptorId,
        query: target.peptide,
        hla: target.hla,
        word,
        rankPercent,
        tissueMax: expression?.highest,
        essentialMax: expression?.essential,
        essentials: expression?.essentials ?? [],
        risk: riskOf(word, rankPercent, expression?.essential?.value),
        isWildType: word.word === target.wildType,
      }
    })
    .sort(
      (a, b) =>
        Number(b.isWildType) - Number(a.isWildType) ||
        Number(b.word.word === target.peptide) - Number(a.word.word === target.peptide) ||
        order[a.risk] - order[b.risk] ||
        byNumber(a.word.crossdome, b.word.crossdome) ||
        a.word.mismatches - b.word.mismatches,
    )
}

function riskOf(word: OffTargetWord, rankPercent: number | undefined, essential: number | undefined): RiskClass {
  const alike = word.mismatches <= RISK_LIMITS.mismatches || word.motif || (word.p !== undefined && word.p <= RISK_LIMITS.p)
  // what is not known counts as present: absence of data is no comfort
  const presented = rankPercent === undefined || rankPercent <= RISK_LIMITS.rankPercent
  const expressed = essential === undefined || essential >= RISK_LIMITS.essentialExpression
  const signs = Number(alike) + Number(presented) + Number(expressed)
  return alike && presented && expressed ? 'red' : signs === 2 ? 'amber' : 'listed'
}

/** What a report did not cover, in words. */
export function coverageCaveats(given: {
  readonly proteins: number
  readonly motif: boolean
  readonly tissues: boolean
  /** Words, and those of them that no gene of the tissue table stands behind. */
  readonly words: number
  readonly unplaced: number
  readonly nineMers: boolean
}): readonly Caveat[] {
  const caveats = [
    caveat(
      'safety-limits-unverified',
      'this ranks risks, it does not clear a receptor: the limits are unverified; post-translational changes, spliced peptides, other HLA alleles (alloreactivity) and pairing with the patient’s own chains are not looked at',
    ),
  ]
  if (given.proteins < 15_000)
    caveats.push(
      caveat(
        'proteome-incomplete',
        `only ${given.proteins.toLocaleString('en-US')} proteins were searched: give a complete human proteome`,
      ),
    )
  if (!given.motif)
    caveats.push(
      caveat(
        'no-motif',
        'no alanine or X-scan was given: which positions the receptor needs is unknown, and words it would tolerate may rank low',
      ),
    )
  if (!given.tissues) caveats.push(caveat('no-tissues', 'no tissue table was given: every gene counts as expressed in an essential tissue'))
  else if (given.unplaced > 0)
    caveats.push(
      caveat(
        'tissues-unmatched',
        `${given.unplaced} of ${given.words} words lie in no gene of the tissue table: they count as expressed in an essential tissue`,
      ),
    )
  if (!given.nineMers)
    caveats.push(
      caveat('score-nine-mers-only', 'the likeness score is defined for 9-mers: other lengths are compared by mismatches and motif only'),
    )
  return caveats
}

export const SAFETY_COLUMNS = [
  'receptor_id',
  'query',
  'hla',
  'word',
  'class',
  'genes',
  'proteins',
  'mismatches',
  'positions',
  'crossdome',
  'z',
  'p',
  'motif',
  'pwm',
  'rank_percent',
  'tissue_max',
  'tissue',
  'essential_max',
  'essential_tissue',
  'essential_tissues',
  'wild_type',
  'tested',
  'crossdome_contact',
] as const

export const safetyCells = (row: SafetyRow): readonly (string | number | boolean | undefined)[] => [
  row.receptorId,
  row.query,
  row.hla,
  row.word.word,
  row.risk,
  row.word.genes.join(';'),
  row.word.proteins.join(';'),
  row.word.mismatches,
  row.word.positions.join(';'),
  row.word.crossdome,
  row.word.z,
  row.word.p,
  row.word.motif,
  row.word.motifWeight,
  row.rankPercent === undefined ? undefined : Number(row.rankPercent.toPrecision(4)),
  row.tissueMax?.value,
  row.tissueMax?.tissue,
  row.essentialMax?.value,
  row.essentialMax?.tissue,
  row.essentials.map(({ tissue, value }) => `${tissue} ${value}`).join(';'),
  row.isWildType,
  'no',
  row.word.crossdomeContact,
]
