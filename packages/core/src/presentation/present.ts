// Peptides × alleles in, rows of the `present` table out. Input faults become rows with a caveat, never a missing line.
import { type Caveat, caveat, fail, type Issue, issue, nearest, ok, type Result } from '../base/index.ts'
import { type HlaAllele, type ParsedAllele, parseHlaList } from '../bio/index.ts'
import { binderClass, LOW_SUPPORT_LIGANDS, type Predictor, unscorable } from './predictor.ts'

export const PRESENT_COLUMNS = [
  'peptide',
  'allele',
  'class',
  'presentation_score',
  'presentation_percentile',
  'ic50_nm',
  'affinity_percentile',
  'binder',
  'model_version',
  'caveats',
] as const

export interface SupportedAlleles {
  readonly alleles: readonly HlaAllele[]
  readonly caveats: readonly Caveat[]
}

/**
 * Class I alleles of a list that the predictor supports. Class II alleles are set aside with a caveat while no class II model is shipped.
 * Errors: those of `parseHlaList`; `hla-unsupported` with the nearest names; `hla-none`.
 */
export function supportedAlleles(predictor: Predictor, names: readonly string[]): Result<SupportedAlleles, Issue> {
  const parsed = parseHlaList(names)
  if (!parsed.ok) return parsed
  const caveats: Caveat[] = []
  const alleles: HlaAllele[] = []
  for (const entry of parsed.value) {
    const checked = checkAllele(predictor, entry, caveats)
    if (!checked.ok) return checked
    if (checked.value) alleles.push(entry.allele)
  }
  if (alleles.length === 0) return fail(issue('hla-none', 'no class I allele was given', 'give alleles such as HLA-A*02:01,HLA-B*07:02'))
  return ok({ alleles, caveats })
}

function checkAllele(predictor: Predictor, entry: ParsedAllele, caveats: Caveat[]): Result<boolean, Issue> {
  caveats.push(...entry.caveats)
  if (entry.class === 'II') {
    caveats.push(caveat('class-ii-not-scored', `${entry.allele} was not scored: this version ships a class I model only`))
    return ok(false)
  }
  const support = predictor.support(entry.allele)
  if (support === undefined) {
    const gene = entry.allele.replace(/\*.*/, '*')
    const known = predictor.alleles().filter(name => name.startsWith(gene))
    return fail(
      issue(
        'hla-unsupported',
        `${entry.original} (${entry.allele}) is not known to ${predictor.id}`,
        `use one of the nearest names, ${nearest(entry.allele, known.length > 0 ? known : predictor.alleles()).join(', ')}, or leave it out`,
      ),
    )
  }
  if (support.ligands < LOW_SUPPORT_LIGANDS) {
    const trained =
      support.distance === 0
        ? `${support.ligands} ligands and ${support.affinities} affinities in training`
        : `not in training; ${support.distance} of 34 contact residues differ from ${support.nearest}`
    caveats.push(caveat('allele-low-support', `${entry.allele}: ${trained}`))
  }
  return ok(true)
}

export type PresentRow = readonly (string | number)[]

/** Rows of all peptide × allele pairs, or of the best allele per peptide. Order and duplicates as given. */
export function presentRows(
  predictor: Predictor,
  peptides: readonly string[],
  alleles: readonly HlaAllele[],
  bestOnly = false,
): readonly PresentRow[] {
  const scorable: string[] = []
  const place = new Map<string, number>()
  for (const written of peptides) {
    const peptide = written.toUpperCase()
    if (unscorable(predictor, peptide) === undefined && !place.has(peptide)) {
      place.set(peptide, scorable.length)
      scorable.push(peptide)
    }
  }
  const scores = predictor.predict(scorable, alleles)
  const rows: PresentRow[] = []
  for (const written of peptides) {
    const peptide = written.toUpperCase()
    const p = place.get(peptide)
    const notes = peptide === written ? '' : 'lower-case'
    if (p === undefined) {
      const reason = unscorable(predictor, peptide)!
      const at = reason === 'residue-unsupported' ? `:${peptide.search(/[^ACDEFGHIKLMNPQRSTVWY]/) + 1}` : `:${peptide.length}`
      for (const allele of bestOnly ? alleles.slice(0, 1) : alleles)
        rows.push([peptide, bestOnly ? '' : allele, 'I', '', '', '', '', '-', predictor.id, reason + at])
      continue
    }
    const row = (a: number): PresentRow => {
      const i = p * alleles.length + a
      const percentile = scores.presentationPercentile[i]!
      return [
        peptide,
        alleles[a]!,
        'I',
        scores.presentationScore[i]!.toFixed(5),
        percentile.toPrecision(4),
        scores.ic50NanoMolar[i]!.toFixed(1),
        scores.affinityPercentile[i]!.toPrecision(4),
        binderClass(percentile),
        predictor.id,
        notes,
      ]
    }
    if (!bestOnly) for (let a = 0; a < alleles.length; a++) rows.push(row(a))
    else {
      let best = 0
      for (let a = 1; a < alleles.length; a++) {
        if (scores.presentationPercentile[p * alleles.length + a]! < scores.presentationPercentile[p * alleles.length + best]!) best = a
      }
      rows.push(row(best))
    }
  }
  return rows
}
