// A cohort by the command line, by a workflow engine, and on real cells: which pairs of samples are one person is known.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { data, oracle, root, rowsOf, tableOf } from './oracle.ts'
import { isThere } from './oracle-data.ts'
import { cognate, temporary } from './run-cli.ts'

const example = join(root, 'examples/crc-001')
const vcf = gunzipSync(readFileSync(join(example, 'somatic.vcf.gz'))).toString()
const head = vcf.split('\n').filter(line => line.startsWith('#'))
const records = vcf.split('\n').filter(line => line !== '' && !line.startsWith('#'))

/** A case with some of the example's variants. */
function makeCase(folder: string, name: string, lines: readonly string[], hla: string, til = ''): void {
  mkdirSync(join(folder, name), { recursive: true })
  writeFileSync(join(folder, name, 'somatic.vcf.gz'), gzipSync(`${[...head, ...lines].join('\n')}\n`))
  writeFileSync(
    join(folder, name, 'CASE.yaml'),
    `case: ${name}\nsynthetic: true\nhla: [${hla}]\ntumour: {vcf: somatic.vcf.gz, sample: TUMOR_DNA}\n${til}`,
  )
}

const kras = records.filter(line => line.includes('|KRAS|'))
const OTHER_HLA = "'A*01:01', 'A*03:01', 'B*08:01', 'B*44:02', 'C*08:02', 'C*07:01'"

/** The example, a patient who shares KRAS G12D and an allele with it, and one whose CASE.yaml names the example's cells. */
function planted(): string {
  const folder = temporary()
  cpSync(example, join(folder, 'CRC-001'), { recursive: true })
  makeCase(folder, 'CRC-002', [...kras, ...records.slice(0, 5).filter(line => !kras.includes(line))], OTHER_HLA)
  const cells = join(folder, 'CRC-001/liver-1/filtered_contig_annotations.csv')
  makeCase(folder, 'CRC-003', records.slice(60, 64), "'A*24:02'", `til: [{lesion: liver-1, contigs: ${cells}}]\n`)
  return folder
}

const TABLES = ['cohort.tsv', 'recurrent.tsv', 'public-receptors.tsv', 'case-pairs.tsv', 'cohort.html']
const read = (...path: string[]) => readFileSync(join(...path), 'utf8')

test('cases run side by side give what each gives alone; a copied line of CASE.yaml is told; a failing case stops no other', () => {
  const folder = planted()
  const out = join(folder, 'out')
  mkdirSync(join(folder, 'CRC-004'))
  writeFileSync(join(folder, 'CRC-004/CASE.yaml'), 'case: CRC-004\nhla: [A*02:01]\ntumour: {vcf: lost.vcf.gz}\n')
  makeCase(folder, 'CRC-005', [], "'A*02:01'")
  writeFileSync(join(folder, 'CRC-005/somatic.vcf.gz'), 'no VCF\n')
  const run = cognate(['cohort', 'run', folder, '--out', out])
  expect(run.code).toBe(1)
  expect(run.err).toContain('lost.vcf.gz: there is no such file [file-missing]')

  const alone = join(folder, 'alone')
  expect(cognate(['run', join(folder, 'CRC-001/CASE.yaml'), '--out', alone, '--quiet']).code).toBe(0)
  for (const name of ['neoantigens.tsv', 'receptors.tsv', 'constructs.gb', 'funnel.tsv'])
    expect([name, read(out, 'CRC-001', name) === read(alone, name)]).toEqual([name, true])

  const cases = rowsOf(read(out, 'cohort.tsv'))
  expect(cases.map(row => [row.case, row.status])).toEqual([
    ['CRC-001', 'finished'],
    ['CRC-002', 'finished'],
    ['CRC-003', 'finished'],
    ['CRC-004', 'unfinished'],
    ['CRC-005', 'unfinished'],
  ])
  expect(cases[3]!.why).toContain('lost.vcf.gz')
  expect(cases[4]!.why).toContain('somatic.vcf.gz:1')
  expect([cases[0]!.constructs_ready, cases[1]!.constructs_ready]).toEqual(['5', ''])

  const shared = rowsOf(read(out, 'recurrent.tsv')).find(row => row.gene === 'KRAS')!
  expect([shared.amino_acid_change, shared.cases, shared.alleles_shared]).toEqual(['G12D', '2', 'HLA-C*08:02'])
  const findings = rowsOf(read(out, 'case-pairs.tsv')).map(row => [row.case_a, row.case_b, row.findings])
  expect(findings[0]).toEqual(['CRC-001', 'CRC-003', 'same-input,shared-receptors'])
  expect(findings.slice(1).every(([, , codes]) => codes === '')).toBe(true)
  expect(read(out, 'cohort.html')).toContain('one CASE.yaml names the other')

  const again = cognate(['cohort', 'run', folder, '--out', out])
  expect(again.err.match(/unchanged, not run again/g)?.length).toBe(3)
})

test('two cases of one name, a folder without cases and a path that is none are refused', () => {
  const folder = temporary()
  makeCase(folder, 'A', [], "'A*02:01'")
  cpSync(join(folder, 'A'), join(folder, 'B'), { recursive: true })
  const refused = (...args: string[]) => {
    const run = cognate(['cohort', 'report', ...args, '--out', join(folder, 'out')])
    return [run.code, /\[([a-z-]+)\]/.exec(run.err)?.[1]]
  }
  expect(refused(folder)).toEqual([1, 'case-twice'])
  expect(refused(join(folder, 'A'))).toEqual([1, undefined])
  expect(refused(temporary())).toEqual([1, 'cohort-empty'])
  expect(refused(join(folder, 'C'))).toEqual([1, 'file-missing'])
})

const snakemake = spawnSync('snakemake', ['--version']).status === 0
oracle(
  'under Snakemake the same files come out; a case whose input changed is run again, and no other',
  () => {
    const folder = planted()
    const [ours, theirs] = [join(folder, 'ours'), join(folder, 'theirs')]
    expect(cognate(['cohort', 'run', folder, '--out', ours, '--quiet']).code).toBe(0)
    const engine = () => {
      const run = spawnSync(
        'snakemake',
        ['-s', join(root, 'workflow/Snakefile'), '--cores', '2', '--config', `cases=${folder}`, `out=${theirs}`],
        { cwd: folder, encoding: 'utf8', env: { ...process.env, COGNATE_CWD: undefined } },
      )
      expect([run.status, run.status === 0 ? '' : run.stderr]).toEqual([0, ''])
      return run.stderr.match(/^rule case:/gm)?.length ?? 0
    }
    expect(engine()).toBe(3)
    for (const name of TABLES) expect([name, read(theirs, name) === read(ours, name)]).toEqual([name, true])
    expect(read(theirs, 'CRC-001/constructs.gb')).toBe(read(ours, 'CRC-001/constructs.gb'))
    makeCase(folder, 'CRC-002', kras, OTHER_HLA)
    expect(engine()).toBe(1)
  },
  snakemake,
)

oracle(
  'of four real samples the two pairs of one patient share receptors, as many as counted before, and the four pairs of two patients none',
  () => {
    const folder = temporary()
    const samples = ['P17B', 'P17L', 'P19B', 'P19L']
    for (const [i, sample] of samples.entries()) {
      const contigs = data(`singlecell/screpertoire/${sample}_filtered_contig_annotations.csv.gz`)
      makeCase(folder, sample, records.slice(20 * i, 20 * i + 20), `'A*02:0${i + 1}'`, `til: [{lesion: ${sample}, contigs: ${contigs}}]\n`)
    }
    expect(cognate(['cohort', 'run', folder, '--out', join(folder, 'out'), '--quiet']).code).toBe(0)
    const pairs = rowsOf(read(folder, 'out/case-pairs.tsv'))
    expect(pairs.map(row => [row.case_a, row.case_b, row.findings])).toEqual([
      ['P17B', 'P17L', 'shared-receptors'],
      ['P19B', 'P19L', 'shared-receptors'],
    ])
    const expected = tableOf('singlecell/screpertoire/patients_expected.tsv')
    // theirs are clonotypes by their primary pair; a clonotype with a second alpha or beta has more receptors
    for (const [i, row] of expected.entries()) {
      const more = Number(pairs[i]!.shared_receptors) - Number(row.in_both_runs)
      expect([row.patient, more >= 0 && more <= 2]).toEqual([row.patient, true])
    }
    expect(existsSync(join(folder, 'out/P17B/receptors.tsv'))).toBe(true)
  },
  isThere,
)
