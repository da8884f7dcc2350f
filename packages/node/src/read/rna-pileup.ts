// RNA depth and allele fraction of each called variant, from an alignment of the tumour's RNA.
import { caveat, fail, type Issue, inFile, issue, ok, type Result } from '@cognate/core/base'
import { pileup, type SomaticVariant, type VariantCalls, type VariantId } from '@cognate/core/variant'
import { openAlignments } from './alignments.ts'

/** Counts replace the RNA fields of the VCF. Errors: those of the alignment, `alignment-other-genome` when it has none of the variants' chromosomes. */
export async function withRnaPileup(calls: VariantCalls, path: string, genome?: string): Promise<Result<VariantCalls, Issue>> {
  const opened = await openAlignments(path, genome)
  if (!opened.ok) return opened
  const counted = new Map<VariantId, SomaticVariant>()
  let without = 0
  for (const variant of calls.called) {
    let reads: Awaited<ReturnType<typeof opened.value>>
    try {
      reads = await opened.value(variant.chromosome, variant.position - 1, variant.position + variant.ref.length)
    } catch (error) {
      const what = `reads at ${variant.chromosome}:${variant.position} cannot be read: ${error instanceof Error ? error.message : 'unknown fault'}`
      return fail(inFile(path, issue('alignment-damaged', what, 'check the file with samtools quickcheck, and index it again')))
    }
    if (reads === undefined) without++
    counted.set(variant.id, reads === undefined ? variant : { ...variant, rna: pileup(reads, variant) })
  }
  if (calls.called.length > 0 && without === calls.called.length)
    return fail(
      inFile(
        path,
        issue(
          'alignment-other-genome',
          `it has no chromosome such as ${calls.called[0]!.chromosome}`,
          'give the RNA aligned to the genome of the VCF',
        ),
      ),
    )
  const caveats = without === 0 ? [] : [caveat('rna-not-counted', `${without} variants lie on chromosomes that the RNA alignment has not`)]
  return ok({
    ...calls,
    called: calls.called.map(variant => counted.get(variant.id)!),
    variants: calls.variants.map(variant => ({ ...variant, rna: counted.get(variant.id)?.rna ?? variant.rna })),
    caveats: [...calls.caveats, ...caveats],
  })
}
