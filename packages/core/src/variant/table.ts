// `variants.tsv`: one row per variant × transcript. Positions are 1-based as in the VCF; an empty cell is unknown.
import type { Cell } from '../format/index.ts'
import type { VariantCalls } from './call-variants.ts'
import { editOf } from './edit.ts'
import { hgvsProtein, type ProteinChange } from './protein-change.ts'
import type { SomaticVariant } from './somatic-variant.ts'
import type { Genome } from './transcript.ts'
import { vrsIdOf } from './vrs-allele.ts'

export const VARIANT_COLUMNS = [
  'variant_id',
  'chromosome',
  'position',
  'ref',
  'alt',
  'filter',
  'gene',
  'gene_id',
  'transcript_id',
  'biotype',
  'mane_select',
  'canonical',
  'tsl',
  'consequence',
  'variant_type',
  'codon_change',
  'amino_acid_change',
  'protein_position',
  'hgvsc',
  'hgvsp',
  'protein_length_change',
  'tumour_depth',
  'tumour_vaf',
  'normal_depth',
  'normal_vaf',
  'rna_depth',
  'rna_vaf',
  'gene_expression',
  'transcript_expression',
  'phase_set',
  'neighbours',
  'nmd_likely',
  'caveats',
  'pvacseq_index',
  'callers',
  'vrs_id',
] as const

/** `genome`: the one that the variants are of. It gives VRS identifiers where it knows what whole chromosomes it is of. */
export function variantRows(calls: VariantCalls, genome?: Genome): readonly (readonly Cell[])[] {
  const variants = new Map(calls.variants.map(variant => [variant.id, { variant, vrsId: vrsIdIn(genome, variant) }]))
  return calls.changes.map(change => {
    const { variant, vrsId } = variants.get(change.variantId)!
    return variantRow(variant, change, vrsId)
  })
}

function vrsIdIn(genome: Genome | undefined, { chromosome, position, ref, alt }: SomaticVariant): string | undefined {
  const name = genome?.nameOf(chromosome)
  const edit = name === undefined ? undefined : editOf(name, position, ref, alt)
  return edit === undefined ? undefined : vrsIdOf(edit, genome!)
}

const variantRow = (v: SomaticVariant, c: ProteinChange, vrsId: string | undefined): readonly Cell[] => [
  v.id,
  v.chromosome,
  v.position,
  v.ref,
  v.alt,
  v.filter,
  c.gene,
  c.geneId,
  c.transcript,
  c.biotype,
  c.maneSelect,
  c.canonical,
  c.tsl,
  c.consequence,
  c.kind,
  c.codonChange,
  c.aminoAcidChange,
  c.proteinPosition,
  c.hgvsc,
  `${c.proteinId === '' ? '' : `${c.proteinId}:`}${hgvsProtein(c.wildType, c.mutant, c.kind)}`,
  c.mutant.length - c.wildType.length,
  v.tumour.depth,
  v.tumour.vaf,
  v.normal.depth,
  v.normal.vaf,
  v.rna.depth,
  v.rna.vaf,
  c.geneExpression,
  c.transcriptExpression,
  v.phaseSet,
  c.neighbours.join(';'),
  c.nmdLikely,
  [...new Set(v.caveats.map(caveat => caveat.code))].join(';'),
  c.pvacseqIndex,
  v.callers.join(','),
  vrsId,
]

/** Wild-type and mutant proteins, each pair under the row's pVACseq index. */
export const proteinRecords = (changes: readonly ProteinChange[]): readonly { id: string; sequence: string }[] =>
  changes.flatMap(change => [
    { id: `WT.${change.pvacseqIndex}`, sequence: change.wildType },
    { id: `MT.${change.pvacseqIndex}`, sequence: change.mutant },
  ])
