// `neoantigens --junctions`: from a made genome, a somatic variant at a splice site and regtools' table to splicing.tsv.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { seededRandom } from '@cognate/core/base'
import { translate } from '@cognate/core/bio'
import { columnReader, parseDelimited } from '@cognate/core/format'
import { expect, test } from 'vitest'
import { value } from './oracle.ts'
import { cognate, temporary } from './run-cli.ts'

const random = seededRandom('splicing')
const pick = (letters: readonly string[], n: number) => Array.from({ length: n }, () => letters[random.below(letters.length)]!).join('')
const CODONS = ['GCT', 'AAC', 'GAC', 'TGG', 'CAC', 'CTG', 'TTC', 'AGA', 'GTG', 'AAG']

/** Exons at 101-190, 291-380, 481-600 (1-based) with GT…AG introns; 2,000 bases in all. */
function files(folder: string) {
  const intron = () => `GT${pick(['A', 'C', 'G'], 96)}AG`
  const bases = `${pick(['A', 'C', 'G', 'T'], 100)}ATG${pick(CODONS, 29)}${intron()}${pick(CODONS, 30)}${intron()}${pick(CODONS, 39)}TAA${pick(['A', 'C', 'G', 'T'], 1400)}`
  writeFileSync(join(folder, 'genome.fa'), `>chr1\n${bases.match(/.{1,60}/g)!.join('\n')}\n`)
  const line = (type: string, start: number, end: number, attributes: string) =>
    `chr1\tmade\t${type}\t${start}\t${end}\t.\t+\t${type === 'CDS' ? '0' : '.'}\t${attributes}`
  const exons = [
    [101, 190],
    [291, 380],
    [481, 600],
  ] as const
  writeFileSync(
    join(folder, 'genes.gff3'),
    [
      '##gff-version 3',
      line('gene', 101, 600, 'ID=gene:G1;Name=MADE;biotype=protein_coding'),
      line('mRNA', 101, 600, 'ID=transcript:T1;Parent=gene:G1;biotype=protein_coding'),
      ...exons.map(([start, end], i) => line('exon', start, end, `Parent=transcript:T1;rank=${i + 1}`)),
      ...exons.map(([start, end]) => line('CDS', start, end, 'ID=CDS:P1;Parent=transcript:T1')),
      '',
    ].join('\n'),
  )
  // the first base of the second intron: its donor is lost
  writeFileSync(
    join(folder, 'somatic.vcf'),
    `##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tT\nchr1\t381\t.\tG\tA\t.\tPASS\t.\tGT:AD:DP\t0/1:20,20:40\n`,
  )
  writeFileSync(
    join(folder, 'junctions.tsv'),
    [
      'chrom\tstart\tend\tname\tscore\tstrand\tsplice_site\tacceptors_skipped\texons_skipped\tdonors_skipped\tanchor\tknown_donor\tknown_acceptor\tknown_junction\tgene_names\tgene_ids\ttranscripts\tvariant_info',
      'chr1\t190\t481\tSKIP\t40\t+\tGT-AG\t1\t1\t1\tNDA\t1\t1\t0\tMADE\tG1\tT1\tchr1:380-381',
      'chr1\t394\t481\tLATE\t25\t+\tGT-AG\t0\t0\t0\tA\t0\t1\t0\tMADE\tG1\tT1\tchr1:380-381',
      'chr1\t190\t291\tKNOWN\t900\t+\tGT-AG\t0\t0\t0\tDA\t1\t1\t1\tMADE\tG1\tT1\tchr1:380-381',
      'chr1\t190\t300\tFEW\t3\t+\tGT-AG\t0\t0\t0\tD\t1\t0\t0\tMADE\tG1\tT1\tchr1:380-381',
      'chr1\t190\t310\tELSE\t30\t+\tGT-AG\t0\t0\t0\tD\t1\t0\t0\tMADE\tG1\tT1\tchr1:250-251',
      '',
    ].join('\n'),
  )
  return bases
}

test('a lost donor: the skipped exon and the later donor come out with proteins that the genome spells', () => {
  const folder = temporary()
  const bases = files(folder)
  const common = [
    'neoantigens',
    '--vcf',
    join(folder, 'somatic.vcf'),
    '--hla',
    'A*02:01,B*07:02,C*07:02',
    '--junctions',
    join(folder, 'junctions.tsv'),
  ]
  const done = cognate([
    ...common,
    '--annotation',
    join(folder, 'genes.gff3'),
    '--genome',
    join(folder, 'genome.fa'),
    '--out',
    join(folder, 'out'),
  ])
  expect([done.code, done.err]).toEqual([0, done.err])
  const table = value(parseDelimited(readFileSync(join(folder, 'out/splicing.tsv'), 'utf8'), { delimiter: '\t' }))
  const get = columnReader(table.columns)
  const byJunction = new Map(table.rows.map(row => [get(row, 'junction_id'), row]))
  expect([...byJunction.keys()].sort()).toEqual(['LATE', 'SKIP'])
  const spelled = {
    SKIP: translate(bases.slice(100, 190) + bases.slice(480)).split('*')[0]!,
    // the intron's first 14 bases, the first of them mutated
    LATE: translate(`${bases.slice(100, 190)}${bases.slice(290, 380)}A${bases.slice(381, 394)}${bases.slice(480)}`).split('*')[0]!,
  }
  for (const [id, protein] of Object.entries(spelled)) {
    const row = byJunction.get(id)!
    expect([id, protein.includes(get(row, 'best_peptide')), protein.includes(get(row, 'minigene'))]).toEqual([id, true, true])
    expect(get(row, 'variant_ids')).toBe('chr1-380-381-G-A')
  }
  expect([get(byJunction.get('SKIP')!, 'kind'), get(byJunction.get('LATE')!, 'kind')]).toEqual([
    'inframe_splice_site',
    'frameshift_splice_site',
  ])
  const funnel = readFileSync(join(folder, 'out/funnel.tsv'), 'utf8')
  for (const reason of ['known-junction', 'few-reads', 'variant-not-called']) expect(funnel).toContain(`splicing\t${reason}\t1`)
  const without = cognate([...common, '--out', join(folder, 'none')])
  expect([without.code, without.err.includes('junctions-need-genome')]).toEqual([1, true])
})
