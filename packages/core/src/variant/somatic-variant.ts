// A somatic small variant: one ALT of one record, with the reads that support it. Intervals are 0-based half-open on the genome.
import type { Brand, Caveat } from '../base/index.ts'

/** `chr7-140024672-140024681-TCAAAGATCA-T`: changed bases 0-based half-open, REF and ALT as in the file. Joins with pVACseq's tables. */
export type VariantId = Brand<string, 'variant-id'>

/** Undefined is unknown, which is not zero. */
export interface ReadEvidence {
  readonly depth: number | undefined
  /** Share of reads with the variant, 0-1 (a file may claim more: caveat). */
  readonly vaf: number | undefined
  readonly altReads: number | undefined
}

export const NO_READS: ReadEvidence = { depth: undefined, vaf: undefined, altReads: undefined }

export interface SomaticVariant {
  readonly id: VariantId
  /** Line of the VCF. */
  readonly line: number
  readonly chromosome: string
  /** 1-based POS as written. */
  readonly position: number
  readonly ref: string
  readonly alt: string
  /** Changed bases: shared first base removed; 0-based half-open. */
  readonly start: number
  readonly end: number
  readonly filter: string
  readonly tumour: ReadEvidence
  readonly normal: ReadEvidence
  readonly rna: ReadEvidence
  /** TPM by gene id or symbol and by transcript, from the VCF's GX and TX. */
  readonly geneExpression: ReadonlyMap<string, number>
  readonly transcriptExpression: ReadonlyMap<string, number>
  readonly phaseSet: string | undefined
  /** Callers that saw it, where several files were given; else empty. */
  readonly callers: readonly string[]
  readonly caveats: readonly Caveat[]
}

/** Changed interval of a REF/ALT pair at 1-based `position`: `A→AG` is [POS, POS), `GA→G` [POS, POS + 1), an SNV [POS - 1, POS). */
export function changedInterval(position: number, ref: string, alt: string): { readonly start: number; readonly end: number } {
  const shared = ref.length !== alt.length && ref[0] === alt[0] ? 1 : 0
  return { start: position - 1 + shared, end: position - 1 + ref.length }
}

export function variantId(chromosome: string, position: number, ref: string, alt: string): VariantId {
  const { start, end } = changedInterval(position, ref, alt)
  return `${chromosome}-${start}-${end}-${ref}-${alt}` as VariantId
}
