// A case of real input: the HCC1395 exome with its class I alleles, four runs of real 10x contigs, and the matrix of 500 of their cells.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Writes CASE.yaml into the folder; returns its path. */
export function hccCase(folder: string, data: string): string {
  const single = (name: string) => join(data, 'singlecell/screpertoire', name)
  const til = ['P17B', 'P17L', 'P19B', 'P19L'].map(
    run =>
      `  - {lesion: ${run}, contigs: ${single(`${run}_filtered_contig_annotations.csv.gz`)}, matrix: ${single('scRep_example_500cells')}, barcode_prefix: ${run}_}`,
  )
  const path = join(folder, 'CASE.yaml')
  writeFileSync(
    path,
    `case: HCC1395
hla: [HLA-A*29:02, HLA-B*45:01, HLA-B*82:02]
tumour:
  vcf: ${join(data, 'variants/pvactools/hcc1395/annotated.expression.vcf.gz')}
  sample: HCC1395_TUMOR_DNA
  normal: HCC1395_NORMAL_DNA
  all_filters: true
  proteome: ${join(data, 'reference/hcc1395_vep105_wildtype_proteins.fasta.gz')}
til:
${til.join('\n')}
product: {receptors: 5}
`,
  )
  return path
}
