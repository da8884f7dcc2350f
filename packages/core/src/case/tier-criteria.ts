// What a laboratory sets in pVACseq, under pVACseq's own option names, from YAML → the criteria of our tiers and of the report in its columns.
import { z } from 'zod'
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import { parseHlaAllele } from '../bio/index.ts'
import { parseCheckedYaml } from '../format/index.ts'
import { PVACSEQ_DEFAULTS as D, type TierCriteria } from '../neoantigen/index.ts'

const nanomolar = z.number().positive()
const share = z.number().gt(0).max(1)

export const TierCriteriaSchema = z.strictObject({
  binding_threshold: nanomolar.default(D.bindingThreshold).describe('IC50 in nM below which a peptide binds.'),
  allele_specific_binding_thresholds: z
    .record(z.string(), nanomolar)
    .default({})
    .describe('The same for single alleles, such as HLA-A*01:01: 884.'),
  percentile_threshold: z
    .number()
    .positive()
    .max(100)
    .optional()
    .describe('%rank up to which a peptide binds; without it only IC50 is asked.'),
  percentile_threshold_strategy: z
    .enum(['conservative', 'exploratory'])
    .default(D.percentileStrategy)
    .describe('conservative: IC50 and %rank; exploratory: either.'),
  trna_vaf: share.default(D.rnaVaf).describe('Share of RNA reads of the variant.'),
  trna_cov: z.int().min(0).default(D.rnaDepth).describe('RNA reads at the variant.'),
  expn_val: z
    .number()
    .positive()
    .default(D.expression)
    .describe('Expression in TPM; with trna_vaf it makes the limit of allele expression.'),
  maximum_transcript_support_level: z.int().min(1).max(5).default(D.maximumTsl).describe('Worst support level of a preferred transcript.'),
  transcript_prioritization_strategy: z
    .array(z.enum(['mane_select', 'canonical', 'tsl']))
    .min(1)
    .default([...D.transcripts])
    .describe('What makes a transcript preferred; one is enough.'),
  allele_specific_anchors: z
    .boolean()
    .default(false)
    .describe('Anchors by allele and length (doi:10.1101/2020.12.08.416271) instead of positions 1, 2 and the last two.'),
  anchor_contribution_threshold: share.default(D.anchorContribution).describe('Heaviest positions up to this sum are anchors.'),
  aggregate_inclusion_binding_threshold: nanomolar
    .default(D.inclusionThreshold)
    .describe('IC50 in nM below which a peptide is counted in the report.'),
  aggregate_inclusion_count_limit: z.int().min(1).default(D.inclusionCount).describe('Peptides of a variant that are counted, at most.'),
})

/** `anchorWeights`: those that ship. Errors: `tier-file-yaml`, `tier-file-key`, `tier-file-value`, those of the alleles' names. */
export function parseTierCriteria(text: string, anchorWeights: TierCriteria['anchorWeights']): Result<TierCriteria, Issue> {
  const parsed = parseCheckedYaml(text, { name: 'tier-file', schema: TierCriteriaSchema })
  if (!parsed.ok) return parsed
  const file = parsed.value
  const bindingThresholds: Record<string, number> = {}
  for (const [name, threshold] of Object.entries(file.allele_specific_binding_thresholds)) {
    const allele = parseHlaAllele(name)
    if (!allele.ok) return fail(issue(allele.issue.code, allele.issue.what, allele.issue.remedy))
    bindingThresholds[allele.value.allele] = threshold
  }
  return ok({
    bindingThreshold: file.binding_threshold,
    bindingThresholds,
    percentileThreshold: file.percentile_threshold,
    percentileStrategy: file.percentile_threshold_strategy,
    rnaVaf: file.trna_vaf,
    rnaDepth: file.trna_cov,
    expression: file.expn_val,
    transcripts: file.transcript_prioritization_strategy,
    maximumTsl: file.maximum_transcript_support_level,
    ...(file.allele_specific_anchors ? { anchorWeights } : {}),
    anchorContribution: file.anchor_contribution_threshold,
    inclusionThreshold: file.aggregate_inclusion_binding_threshold,
    inclusionCount: file.aggregate_inclusion_count_limit,
  })
}
