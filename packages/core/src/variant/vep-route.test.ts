import { expect, test } from 'vitest'
import { callText } from '../../../../test/call-text.ts'
import { oracle, type Row, readData, tableOf, value } from '../../../../test/oracle.ts'
import { hgvsProtein, type ProteinChange, type SomaticVariant, type VariantCalls } from './index.ts'

/** pVACseq's row of a change, column by column; numbers as numbers, unknown as NA. */
function pvacseqRow(v: SomaticVariant, c: ProteinChange): Record<string, string | number | undefined> {
  const flag = (value: boolean | undefined) => (value === undefined ? 'Not Run' : value ? 'True' : 'False')
  return {
    chromosome_name: v.chromosome,
    start: v.start,
    stop: v.end,
    reference: v.ref,
    variant: v.alt,
    gene_name: c.gene,
    transcript_name: c.transcript,
    transcript_support_level: c.tsl,
    canonical: flag(c.canonical),
    mane_select: flag(c.maneSelect),
    transcript_length: c.wildType.length,
    biotype: c.biotype,
    transcript_cds_flags: c.flags,
    amino_acid_change: c.aminoAcidChange,
    codon_change: c.codonChange || 'NA',
    ensembl_gene_id: c.geneId,
    hgvsc: c.hgvsc,
    hgvsp: c.hgvsp,
    wildtype_amino_acid_sequence: c.wildType,
    frameshift_amino_acid_sequence: c.kind === 'FS' ? c.mutant : '',
    variant_type: c.kind,
    protein_position: c.proteinPosition,
    transcript_expression: c.transcriptExpression,
    gene_expression: c.geneExpression,
    normal_depth: v.normal.depth,
    normal_vaf: v.normal.vaf,
    tdna_depth: v.tumour.depth,
    tdna_vaf: v.tumour.vaf,
    trna_depth: v.rna.depth,
    trna_vaf: v.rna.vaf,
    index: c.pvacseqIndex,
    protein_length_change: c.kind === 'FS' ? c.mutant.length - c.wildType.length : '',
  }
}

function differences(calls: VariantCalls, expected: readonly Row[]): { compared: number; differing: string[] } {
  const variants = new Map(calls.variants.map(variant => [variant.id, variant]))
  const byIndex = new Map(calls.changes.map(change => [change.pvacseqIndex, change]))
  const differing: string[] = []
  let compared = 0
  for (const row of expected) {
    const change = byIndex.get(row.index!)
    if (change === undefined) {
      differing.push(`${row.index}: no row`)
      continue
    }
    const ours = pvacseqRow(variants.get(change.variantId)!, change)
    for (const [column, theirs] of Object.entries(row)) {
      const own = ours[column]
      const same = own === undefined ? theirs === 'NA' : typeof own === 'number' ? Number(theirs) === own : theirs === own
      compared++
      if (!same) differing.push(`${row.index} ${column}: ${own} instead of ${theirs}`)
    }
  }
  return { compared, differing }
}

const HCC1395 = 'variants/pvactools/hcc1395'
const hcc1395 = () =>
  value(
    callText(readData(`${HCC1395}/annotated.expression.vcf.gz`), {
      tumour: 'HCC1395_TUMOR_DNA',
      normal: 'HCC1395_NORMAL_DNA',
      allFilters: true,
    }),
  )

oracle('HCC1395: 955 rows equal to pVACseq in all 32 columns', () => {
  const calls = hcc1395()
  const expected = tableOf(`${HCC1395}/expected_class_I/HCC1395_TUMOR_DNA.tsv`)
  expect(expected.length).toBe(955)
  expect(calls.changes.length).toBe(955)
  const { compared, differing } = differences(calls, expected)
  expect(compared).toBe(955 * 32)
  expect(differing).toEqual([])
})

oracle('HCC1395: the funnel accounts for all 13,212 consequence rows', () => {
  const count = new Map(hcc1395().funnel.map(row => [row.reason, row.count]))
  expect(count.get('in')).toBe(1470)
  expect(count.get('consequences')).toBe(13212)
  expect(count.get('incomplete-transcript')).toBe(2007)
  // pVACseq has no class for stop losses: our 2 without sequence are among its 10,176 without protein change
  expect(count.get('no-protein-change')! + count.get('stop-lost-without-sequence')!).toBe(10176)
  expect(count.get('biotype')).toBe(71)
  expect(count.get('no-frameshift-sequence')).toBe(3)
})

oracle('HCC1395: HGVS protein names from the proteins alone equal those of VEP in 955 of 955 rows', () => {
  const names = hcc1395().changes.map(change => ({
    ours: hgvsProtein(change.wildType, change.mutant, change.kind),
    theirs: change.hgvsp.split(':')[1],
  }))
  expect(names.length).toBe(955)
  expect(names.filter(({ ours, theirs }) => ours !== theirs)).toEqual([])
})

const CONVERTER = 'variants/pvactools/converter'

oracle('pVACtools converter cases: 17 tables and one error', () => {
  const cases = tableOf(`${CONVERTER}/cases.tsv`)
  expect(cases.length).toBe(18)
  const wrong: string[] = []
  for (const c of cases) {
    const file = `${CONVERTER}/${c.input}`
    const result = callText(readData(file), {
      tumour: c.tumour_sample || undefined,
      normal: c.normal_sample || undefined,
      allFilters: true,
      biotypes: new Set(c.biotypes!.split(',')),
    })
    if (c.expected!.startsWith('ERROR')) {
      if (result.ok) wrong.push(`${c.case}: no error`)
      continue
    }
    if (!result.ok) {
      // pVACseq writes an empty table for a VCF without CSQ; we refuse it with the remedy
      if (!(c.case === 'no_csq' && (result.issue as { code: string }).code === 'csq-absent'))
        wrong.push(`${c.case}: ${JSON.stringify(result.issue)}`)
      continue
    }
    const expected = readData(`${CONVERTER}/${c.expected}`).trim().split('\n').length === 1 ? [] : tableOf(`${CONVERTER}/${c.expected}`)
    const { differing } = differences(result.value, expected)
    if (result.value.changes.length !== expected.length)
      wrong.push(`${c.case}: ${result.value.changes.length} rows instead of ${expected.length}`)
    wrong.push(...differing.slice(0, 4).map(text => `${c.case}: ${text.slice(0, 200)}`))
  }
  expect(wrong).toEqual([])
})

test('start loss wins over the frameshift it comes with', () => {
  const vcf = `##fileformat=VCFv4.2\n##INFO=<ID=CSQ,Number=.,Type=String,Description="Format: Allele|Consequence|SYMBOL|Gene|Feature|BIOTYPE|Protein_position|Amino_acids|WildtypeProtein|FrameshiftSequence">\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tT\n1\t10\t.\tAT\tA\t.\tPASS\tCSQ=-|frameshift_variant&start_lost|G|E|TX|protein_coding|1|M/X|MAAA|MKK\tGT\t0/1\n`
  expect(value(callText(vcf, {})).changes).toEqual([])
})
