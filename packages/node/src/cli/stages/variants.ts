// Stage `variants`: VCF → variants.tsv, proteins.fasta, and windows.fasta on request.
import { commonestReasons, type Issue, ok, type Result } from '@cognate/core/base'
import { formatFasta, formatTsv } from '@cognate/core/format'
import { changeWindow } from '@cognate/core/peptide'
import { type OwnRoute, proteinRecords, VARIANT_COLUMNS, type VariantCalls, type VariantOptions, variantRows } from '@cognate/core/variant'
import { type OwnRouteInput, openOwnRoute } from '../../read/own-route.ts'
import { withRnaPileup } from '../../read/rna-pileup.ts'
import { callVariantsOf, type VcfInput } from '../../read/vcf.ts'
import { plural, type StageOutcome } from './stage.ts'

export interface VariantsInput {
  readonly vcf: readonly VcfInput[]
  readonly leastCallers?: number
  readonly options: VariantOptions
  readonly own?: OwnRouteInput
  /** BAM or CRAM of the tumour's RNA: variants are counted in it. */
  readonly rnaAlignment?: string
  /** Flank of `windows.fasta`; undefined: not written. */
  readonly windows?: number
}

/** Calls of all files, with RNA counted where an alignment is given. */
export async function callWithRna(
  input: Pick<VariantsInput, 'vcf' | 'leastCallers' | 'options' | 'own' | 'rnaAlignment'>,
  route: OwnRoute | undefined,
): Promise<Result<VariantCalls, Issue>> {
  const calls = await callVariantsOf(input.vcf, { ...input.options, own: route }, input.leastCallers)
  return calls.ok && input.rnaAlignment !== undefined ? withRnaPileup(calls.value, input.rnaAlignment, input.own?.genome) : calls
}

export async function runVariants(input: VariantsInput): Promise<StageOutcome> {
  const opened = input.own === undefined ? ok(undefined) : await openOwnRoute(input.own)
  if (!opened.ok) return opened
  const calls = await callWithRna(input, opened.value?.route)
  if (!calls.ok) return calls
  const files = new Map([
    ['variants.tsv', formatTsv(VARIANT_COLUMNS, variantRows(calls.value, opened.value?.route.index.genome))],
    ['proteins.fasta', formatFasta(proteinRecords(calls.value.changes), 0)],
  ])
  if (input.windows !== undefined) files.set('windows.fasta', windowsFasta(calls.value, input.windows))
  const records = calls.value.funnel.find(row => row.stage === 'variants' && row.reason === 'in')?.count ?? 0
  const report = {
    files,
    funnel: calls.value.funnel,
    caveats: [...(opened.value?.caveats ?? []), ...calls.value.caveats],
    headline: `${plural(records, 'record')} → ${plural(calls.value.variants.length, 'variant')} with ${plural(calls.value.changes.length, 'protein change')}`,
  }
  return ok(calls.value.changes.length === 0 ? { ...report, empty: whyNoVariants(calls.value) } : report)
}

/** pVACseq's FASTA: one WT/MT pair per row that has a window; peptides from flank on. */
function windowsFasta(calls: VariantCalls, flank: number): string {
  const records = calls.changes.flatMap(change => {
    const outcome = changeWindow(change, { flank, peptideLength: Math.min(8, flank), downstream: 1000 })
    return outcome.kind === 'none'
      ? []
      : [
          { id: `WT.${change.pvacseqIndex}`, sequence: outcome.window.wildType },
          { id: `MT.${change.pvacseqIndex}`, sequence: outcome.window.mutant },
        ]
  })
  return formatFasta(records, 0)
}

/** The sentence that explains an empty list: which step left nothing, the commonest reasons, the remedy. */
export function whyNoVariants(calls: Pick<VariantCalls, 'funnel' | 'caveats'>): string {
  const rows = calls.funnel.filter(row => row.stage === 'variants' && !['alleles', 'consequences'].includes(row.reason))
  const records = rows.find(row => row.reason === 'in')?.count ?? 0
  if (records === 0) return '0 protein changes because the VCF holds no records.'
  const reasons = commonestReasons(rows).map(row => `${row.reason} (${row.count}, such as ${row.example.trim()})`)
  const caveats = calls.caveats.filter(caveat => ['all-filtered', 'csq-empty'].includes(caveat.code)).map(caveat => caveat.text)
  const exchanged = rows.some(row => row.reason === 'genotype-hom-ref') ? ' Are tumour and normal exchanged?' : ''
  return `0 protein changes because ${[...caveats, ...reasons].join('; ') || 'no allele had an annotation entry'}.${exchanged}`
}
