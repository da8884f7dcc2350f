import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseDelimited, parseFasta } from '@cognate/core/format'
import { expect, test } from 'vitest'
import { data, oracle, readData, root, value } from './oracle.ts'
import { cognate, temporary } from './run-cli.ts'

const vcf = join(root, 'examples/crc-001/somatic.vcf.gz')
const base = ['neoantigens', '--vcf', vcf, '--tumour', 'TUMOR_DNA', '--hla', 'A*02:01,C*08:02,DRB1*07:01', '--quiet']

function cellsOf(path: string, name: string): readonly string[] {
  const { columns, rows } = value(parseDelimited(readFileSync(path, 'utf8'), { delimiter: '\t' }))
  return rows.map(({ cells }) => cells[columns.indexOf(name)]!)
}

function run(...more: readonly string[]): string {
  const out = temporary()
  const done = cognate([...base, ...more, '--out', out])
  expect([done.code, done.err]).toEqual([0, expect.not.stringContaining('bug')])
  return join(out, 'neoantigens.tsv')
}

test('peptides of the lengths that were asked for, of both classes', () => {
  const table = run('--lengths', '9,10', '--class2-lengths', '13,17')
  expect(new Set(cellsOf(table, 'best_peptide').map(peptide => peptide.length))).toEqual(new Set([9, 10]))
  expect(new Set(cellsOf(table, 'class_ii_best_peptide').map(peptide => peptide.length))).toEqual(new Set([13, 17]))
  expect(cognate([...base, '--lengths', '7', '--out', temporary()]).code).toBe(2)
})

test('the thresholds of the tiers are the laboratory’s, under the option names of pVACseq', () => {
  const folder = temporary()
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const tiers = (...more: readonly string[]) =>
    cellsOf(run(...more), 'pvacseq_tier').filter(tier => tier === 'Pass' || tier === 'Anchor').length
  const usual = tiers()
  expect(tiers('--tier-criteria', write('usual.yaml', 'binding_threshold: 500\n'))).toBe(usual)
  expect(tiers('--tier-criteria', write('strict.yaml', 'binding_threshold: 50\n'))).toBeLessThan(usual)
  const anchors = cellsOf(
    run('--tier-criteria', write('anchors.yaml', 'allele_specific_anchors: true\nanchor_contribution_threshold: 0.3\n')),
    'tier',
  )
  expect(anchors).not.toEqual(cellsOf(run(), 'tier'))
  const wrong = cognate([...base, '--tier-criteria', write('wrong.yaml', 'binding_treshold: 50\n'), '--out', folder])
  expect([wrong.code, wrong.err]).toEqual([1, expect.stringMatching(/wrong\.yaml:1: "binding_treshold" is not a key.*\[tier-file-key\]/)])
})

test('what the germline makes of a protein is written as FASTA, and the scan of the proteome takes it', () => {
  const folder = temporary()
  const at = (name: string) => join(folder, name)
  const write = (name: string, lines: readonly string[]) => writeFileSync(at(name), `${lines.join('\n')}\n`)
  const residues = 'MKTAYIAKQRQISFVKSHFSRQLEERLGLIEVQAPILSRVGDGTQDNLSGAEKAVQVKVKALPDAQFEVVHSLAKWKR'
  const codons: Readonly<Record<string, string>> = {
    A: 'GCT',
    D: 'GAT',
    E: 'GAA',
    F: 'TTT',
    G: 'GGT',
    H: 'CAT',
    I: 'ATT',
    K: 'AAA',
    L: 'CTG',
    M: 'ATG',
    N: 'AAT',
    P: 'CCT',
    Q: 'CAA',
    R: 'CGT',
    S: 'AGT',
    T: 'ACT',
    V: 'GTT',
    W: 'TGG',
    Y: 'TAT',
  }
  const bases = `${'ACGT'.repeat(25)}${[...residues].map(residue => codons[residue]).join('')}TAA${'ACGT'.repeat(25)}`
  const end = 100 + 3 * (residues.length + 1)
  write('genome.fa', ['>chr1', bases])
  const line = (type: string, attributes: string) => `chr1\tmade\t${type}\t101\t${end}\t.\t+\t${type === 'CDS' ? '0' : '.'}\t${attributes}`
  write('genes.gff3', [
    line('gene', 'ID=gene:G1;Name=MADE;biotype=protein_coding'),
    line('mRNA', 'ID=transcript:T1;Parent=gene:G1;biotype=protein_coding'),
    line('exon', 'Parent=transcript:T1'),
    line('CDS', 'ID=CDS:P1;Parent=transcript:T1'),
  ])
  // residue 8 K to E in the germline, residue 60 K to E in the tumour
  const first = (residue: number) => 101 + 3 * (residue - 1)
  write('calls.vcf', [
    '##fileformat=VCFv4.2',
    '#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tN\tT',
    `chr1\t${first(8)}\t.\tA\tG\t.\tPASS\t.\tGT:AD:DP\t0/1:20,20:40\t0/1:20,20:40`,
    `chr1\t${first(60)}\t.\tA\tG\t.\tPASS\t.\tGT:AD:DP\t0/0:40,0:40\t0/1:20,20:40`,
  ])
  write('proteome.fasta', ['>T1 gene_symbol:MADE', residues])
  const called = ['--vcf', at('calls.vcf'), '--tumour', 'T', '--normal', 'N', '--annotation', at('genes.gff3'), '--genome', at('genome.fa')]
  const done = cognate(['neoantigens', ...called, '--hla', 'A*02:01', '--proteome', at('proteome.fasta'), '--out', at('out')])
  expect([done.code, done.err]).toEqual([0, done.err])
  expect(cellsOf(at('out/neoantigens.tsv'), 'amino_acid_change')).toEqual(['K60E'])
  const own = `${residues.slice(0, 7)}E${residues.slice(8, 32)}`
  const records = value(parseFasta(readFileSync(at('out/germline-proteins.fasta'), 'utf8')))
  expect(records.map(({ id, description, sequence }) => [id, description, sequence])).toEqual([
    [`T1:germline:${first(8)}A>G`, 'gene_symbol:MADE', own],
  ])
  // nine residues that the patient has and the proteome has not
  const peptide = own.slice(3, 12)
  const scan = ['safety', '--peptide', peptide, '--hla', 'A*02:01', '--proteome', at('proteome.fasta')]
  const words = (...more: readonly string[]) => {
    expect(cognate([...scan, ...more, '--out', at('safety')]).code).toBe(0)
    return cellsOf(at('safety/safety.tsv'), 'word')
  }
  expect(words()).not.toContain(peptide)
  expect(words('--further', at('out/germline-proteins.fasta'))[0]).toBe(peptide)
})

oracle('pVACseq’s protein FASTA: 46 of 46 windows, V genes of immunoglobulins among them', () => {
  const out = temporary()
  const folder = 'variants/pvactools/protein_fasta'
  const options = ['--windows', '10', '--all-filters', '--biotypes', 'protein_coding,IG_V_gene', '--quiet', '--out', out]
  expect(cognate(['variants', '--vcf', data(`${folder}/input.vcf`), ...options]).code).toBe(0)
  const records = (text: string) =>
    new Map(value(parseFasta(text)).map(({ id, description, sequence }) => [`${id} ${description}`.trim(), sequence]))
  const ours = records(readFileSync(join(out, 'windows.fasta'), 'utf8'))
  const theirs = records(readData(`${folder}/output.fasta`))
  expect(theirs.size).toBe(46)
  expect(ours).toEqual(theirs)
  // their two shorter forms are parts of the same
  for (const [name, count] of [
    ['output_mutant_only.fasta', 23],
    ['output_with_tsv.fasta', 8],
  ] as const) {
    const part = records(readData(`${folder}/${name}`))
    expect(part.size).toBe(count)
    for (const [id, sequence] of part) expect(ours.get(id)).toBe(sequence)
  }
})

oracle('fusions are held against the proteome too: what crosses the junction and stands in another protein is said', () => {
  const out = temporary()
  const fusions = ['--fusions', data('variants/pvactools/fusion/arriba_fusions.tsv')]
  expect(cognate([...base, ...fusions, '--out', out]).code).toBe(0)
  expect(new Set(cellsOf(join(out, 'fusions.tsv'), 'ref_match'))).toEqual(new Set(['not-run']))
  const [peptide = ''] = cellsOf(join(out, 'fusions.tsv'), 'best_peptide')
  const proteome = join(out, 'proteome.fasta')
  writeFileSync(proteome, `>P1 gene_symbol:ANY transcript:ENST9\nMMMM${peptide}MMMM\n`)
  expect(cognate([...base, ...fusions, '--proteome', proteome, '--out', out]).code).toBe(0)
  const matches = cellsOf(join(out, 'fusions.tsv'), 'ref_match')
  const peptides = cellsOf(join(out, 'fusions.tsv'), 'best_peptide')
  expect(matches[peptides.indexOf(peptide)]).toBe('yes')
  expect(new Set(matches)).toEqual(new Set(['yes', 'no']))
  expect(existsSync(join(out, 'splicing.tsv'))).toBe(false)
})

oracle('fusions and listed antigens go on the plates with an identity of their own', () => {
  const out = temporary()
  const antigens = join(out, 'antigens.tsv')
  const e7 = 'MHGDTPTLHEYMLDLQPETTDLYCYEQLNDSSEEEDEIDGPAGQAEPDRAHYNIVTFCCKCDSTLRLCVQSTHVDIRTLEDLLMGTLGIVCPICSQKP'
  writeFileSync(
    antigens,
    `id\tgene\tsequence\twild_type\nHPV16-E7\t\t${e7}\t\nagain\tKRAS\tMTEYKLVVVGADGVGKSALTIQLI\tMTEYKLVVVGAGGVGKSALTIQLI\n`,
  )
  const sources = ['--fusions', data('variants/pvactools/fusion/arriba_fusions.tsv'), '--antigens', antigens]
  expect(cognate([...base, ...sources, '--out', join(out, 'n')]).code).toBe(0)
  const listed = join(out, 'n/antigens.tsv')
  // the E7 epitope of HLA-A*02:01 that vaccines were made of (11-20, doi:10.4049/jimmunol.152.1.163) lies in the minigene
  expect(cellsOf(listed, 'best_peptide')[cellsOf(listed, 'antigen_id').indexOf('HPV16-E7')]).toContain('MLDLQPET')
  const minigenes = join(out, 'n/minigenes.tsv')
  const ids = cellsOf(minigenes, 'neoantigen_id')
  expect(new Set(ids).size).toBe(ids.length)
  expect(new Set(cellsOf(minigenes, 'aa')).size).toBe(ids.length)
  const fused = cellsOf(join(out, 'n/fusions.tsv'), 'neoantigen_id')
  expect(fused.length).toBeGreaterThan(80)
  const onPlates = fused.filter(id => ids.includes(id)).length
  const again = cellsOf(join(out, 'n/funnel.tsv'), 'reason').indexOf('minigene-of-another')
  expect(onPlates + Number(cellsOf(join(out, 'n/funnel.tsv'), 'count')[again])).toBe(fused.length + 1)
  const design = ['screen', 'design', '--minigenes', minigenes, '--hla', 'A*02:01,C*08:02', '--effectors', 'R1', '--quiet']
  expect(cognate([...design, '--out', join(out, 'd')]).code).toBe(0)
  const designed = cellsOf(join(out, 'd/minigenes.tsv'), 'amino_acid_change')
  expect(designed).toContain('frameshift fusion')
  expect(designed).toContain('listed antigen')
})

test('every peptide on every allele is written when it is asked for, and the best of each variant is the one of the list', () => {
  const table = run('--all-peptides')
  const all = table.replace('neoantigens.tsv', 'peptides.tsv')
  const [ids, percentiles, peptides] = ['neoantigen_id', 'percentile_mt', 'peptide'].map(name => cellsOf(all, name)) as [
    readonly string[],
    readonly string[],
    readonly string[],
  ]
  const classes = cellsOf(all, 'class')
  const best = new Map<string, number>()
  for (const [i, id] of ids.entries())
    if (classes[i] === 'I' && !(Number(percentiles[i]) >= Number(percentiles[best.get(id) ?? -1] ?? Number.POSITIVE_INFINITY)))
      best.set(id, i)
  const listed = cellsOf(table, 'neoantigen_id')
  expect(best.size).toBe(listed.length)
  const chosen = cellsOf(table, 'percentile_mt')
  for (const [i, id] of listed.entries()) expect(percentiles[best.get(id)!]).toBe(chosen[i])
  expect(new Set(classes)).toEqual(new Set(['I', 'II']))
  expect(new Set(peptides.map(({ length }) => length))).toEqual(new Set([8, 9, 10, 11, 15]))
})
