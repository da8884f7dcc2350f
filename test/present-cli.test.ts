import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { seededRandom } from '@cognate/core/base'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { describe, expect, test } from 'vitest'
import { root, rowsOf } from './oracle.ts'
import { cognate, temporary } from './run-cli.ts'

const folder = temporary()
const random = seededRandom('present-cli')
const peptide = (length: number) => Array.from({ length }, () => 'ACDEFGHIKLMNPQRSTVWY'[random.below(20)]).join('')
const many = join(folder, 'many.txt')
writeFileSync(many, `${Array.from({ length: 150_000 }, (_, i) => peptide(8 + (i % 4))).join('\n')}\n`)
const few = join(folder, 'few.tsv')
writeFileSync(few, 'id\tpeptide\n1\tGILGFVFTL\n2\tPKYVKQNTLKLAT\n3\tgelagigiltv\n4\tSIINFEKX\n')

describe('cognate present', () => {
  test('worker threads and one thread write the same bytes, in the order given', () => {
    const run = (threads: string) => {
      const out = join(folder, `out-${threads}.tsv`)
      const done = cognate(['present', '--peptides', many, '--alleles', 'A0201,B0702', '--threads', threads, '--out', out])
      expect(done.code).toBe(0)
      return readFileSync(out, 'utf8')
    }
    const [one, two] = [run('1'), run('2')]
    expect(two === one).toBe(true)
    const lines = one.trimEnd().split('\n')
    expect(lines.length).toBe(300_001)
    const given = readFileSync(many, 'utf8').trimEnd().split('\n')
    expect(lines.slice(1).every((line, i) => line.startsWith(`${given[Math.floor(i / 2)]}\t`))).toBe(true)
  })

  test('both classes from one list; faults keep their row; the core is named', () => {
    const done = cognate(['present', '--peptides', few, '--alleles', 'A*02:01,DRB1_0101'])
    expect(done.code).toBe(0)
    const rows = done.out
      .trimEnd()
      .split('\n')
      .slice(1)
      .map(line => line.split('\t'))
    expect(rows.map(row => [row[0], row[1], row[3], row.at(-1)])).toEqual([
      ['GILGFVFTL', 'HLA-A*02:01', 'GILGFVFTL', ''],
      ['PKYVKQNTLKLAT', 'HLA-A*02:01', 'PKYVKKLAT', ''],
      ['PKYVKQNTLKLAT', 'HLA-DRB1*01:01', 'YVKQNTLKL', ''],
      ['GELAGIGILTV', 'HLA-A*02:01', 'GELAGILTV', 'lower-case'],
      ['SIINFEKX', 'HLA-A*02:01', '', 'residue-unsupported:8'],
      ['SIINFEKX', 'HLA-DRB1*01:01', '', 'residue-unsupported:8'],
    ])
    expect(done.err).toContain('class-ii-affinity-only')
  })

  test('neighbours are read from the columns n_flank and c_flank, or from the protein, and give one answer', () => {
    const protein = 'MTEYKLVVVGADGVGKSALTIQLIQNHFVDEY'
    const fasta = join(folder, 'protein.fa')
    writeFileSync(fasta, `>p\n${protein}\n`)
    const beside = join(folder, 'beside.tsv')
    const windows = Array.from({ length: protein.length - 8 }, (_, at) => {
      const before = at < 5 ? `-${protein.slice(0, at)}` : protein.slice(at - 5, at)
      return `${protein.slice(at, at + 9)}\t${before}\t${`${protein.slice(at + 9)}-`.slice(0, 5).toLowerCase()}`
    })
    writeFileSync(beside, `Peptide\tN_flank\tC_flank\n${windows.join('\n')}\n`)
    const alleles = ['--alleles', 'C0802,DRB1*04:01']
    const ofProtein = cognate(['present', '--fasta', fasta, '--lengths', '9', '--class', 'I', ...alleles]).out
    expect(cognate(['present', '--peptides', beside, '--class', 'I', ...alleles]).out).toBe(ofProtein)
    const rows = rowsOf(ofProtein)
    expect(rows.length).toBe(windows.length)
    for (const row of rows) {
      expect(Number(row.flank_ratio)).toBeGreaterThan(0.1)
      const percentile = Math.min(100, Number(row.presentation_percentile) / Number(row.flank_ratio))
      expect(Math.abs(Number(row.percentile_with_flanks) / percentile - 1)).toBeLessThan(0.01)
    }
    // without neighbours, and for class II, nothing is said of them
    writeFileSync(beside, `peptide\tn_flank\tc_flank\n${protein.slice(9, 24)}\tLVVVG\tNHFVD\n${protein.slice(9, 18)}\t\t\n`)
    const silent = rowsOf(cognate(['present', '--peptides', beside, '--alleles', 'C0802,DRB1*04:01']).out)
    expect(silent.map(row => [row.peptide, row.class, row.flank_ratio, row.percentile_with_flanks])).toEqual([
      [protein.slice(9, 24), 'II', '', ''],
      [protein.slice(9, 18), 'I', '', ''],
    ])
  })

  test('Parquet holds the rows of the TSV', async () => {
    const out = join(folder, 'few.parquet')
    expect(cognate(['present', '--peptides', few, '--alleles', 'A0201,DRB1*01:01', '--out', out]).code).toBe(0)
    const tsv = cognate(['present', '--peptides', few, '--alleles', 'A0201,DRB1*01:01']).out.trimEnd().split('\n')
    const rows = await parquetReadObjects({ file: await asyncBufferFromFile(out) })
    expect(rows.length).toBe(tsv.length - 1)
    const names = tsv[0]!.split('\t')
    for (const [i, row] of rows.entries()) {
      const cells = tsv[i + 1]!.split('\t')
      for (const [c, name] of names.entries()) {
        const value = row[name]
        expect(typeof value === 'number' ? Math.abs(value - Number(cells[c])) < 1e-9 : (value ?? '') === cells[c]).toBe(true)
      }
    }
  })

  test('logos without peptides, residues, and a table of another tool beside ours', () => {
    const logos = join(folder, 'logos')
    const drawn = cognate(['present', '--alleles', 'A0201,DRB1*04:01', '--logo', logos])
    expect(drawn.code).toBe(0)
    expect(readdirSync(logos).sort()).toEqual(['HLA-A_02_01.svg', 'HLA-DRB1_04_01.svg'])
    expect(drawn.out).toMatch(/HLA-A\*02:01: anchors .*P2 .*P9/)
    const other = join(folder, 'other.tsv')
    writeFileSync(
      other,
      'allele\tpeptide\tpercentile\tic50\nA0201\tGILGFVFTL\t9\t800\nA0201\tGELAGIGILTV\t1\t90\nA0201\tPKYVKQNTLKLAT\t60\t30000\n',
    )
    const beside = join(folder, 'beside.tsv')
    const residues = join(folder, 'residues.tsv')
    const done = cognate([
      ...['present', '--peptides', few, '--alleles', 'A0201', '--external-table', other, '--compare', beside, '--residues', residues],
    ])
    expect(done.code).toBe(0)
    expect(readFileSync(beside, 'utf8').split('\n')[0]).toContain('other.tsv percentile')
    const flu = readFileSync(beside, 'utf8')
      .split('\n')
      .find(line => line.startsWith('GILGFVFTL'))!
    expect(flu.endsWith('\tyes')).toBe(true)
    expect(done.out).toMatch(/Spearman .* over 3 pairs/)
    expect(readFileSync(residues, 'utf8').trim().split('\n').length).toBe(1 + 9 + 13 + 11)
  })

  test('an allele that is not known names the nearest, and --nearest takes it with a caveat', () => {
    const refused = cognate(['present', '--peptides', few, '--alleles', 'A*02:9999'])
    expect(refused.code).toBe(1)
    expect(refused.err).toMatch(/hla-unsupported[\s\S]*HLA-A\*02:/)
    const taken = cognate(['present', '--peptides', few, '--alleles', 'A*02:9999', '--nearest'])
    expect(taken.code).toBe(0)
    expect(taken.err).toContain('allele-replaced')
  })

  test('--all-pairs is the default said aloud; another model without a table to lay it in is a fault of usage', () => {
    const rows = (...flags: readonly string[]) => cognate(['present', '--peptides', few, '--alleles', 'A0201,B*07:02', ...flags])
    expect(rows('--all-pairs').out).toBe(rows().out)
    for (const flags of [
      ['--all-pairs', '--best-allele'],
      ['--external', 'mhcflurry'],
      ['--external-table', few],
    ])
      expect(rows(...flags).code).toBe(2)
  })

  test('no peptides, a tool that is not installed, an unknown length: each says what to do', () => {
    const empty = join(folder, 'empty.txt')
    writeFileSync(empty, '\n')
    const cases = [
      [['--peptides', empty, '--alleles', 'A0201'], 'peptides-empty'],
      [['--peptides', few, '--alleles', 'A0201', '--compare', join(folder, 'x.tsv'), '--external', 'mixmhcpred'], 'external-missing'],
      [['--peptides', few, '--alleles', 'A0201', '--compare', join(folder, 'x.tsv')], 'compare-nothing'],
      [['--peptides', join(root, 'LICENSE'), '--alleles', 'A0201'], 'peptides-unscorable'],
      [['--peptides', join(folder, 'nowhere.txt'), '--alleles', 'A0201'], 'file-missing'],
    ] as const
    for (const [flags, code] of cases) {
      const done = cognate(['present', ...flags])
      expect([done.code, done.err.includes(code)]).toEqual([1, true])
    }
    expect(existsSync(join(folder, 'x.tsv'))).toBe(false)
  })
})
