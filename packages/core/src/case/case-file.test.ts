import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root, value } from '../../../../test/oracle.ts'
import { caseJsonSchema, parseCase } from './index.ts'

const CASE = `case: CRC-001
hla: [A*02:01]
tumour:
  vcf: a.vcf
til:
  - {lesion: liver, contigs: c.csv}
product: {receptors: 3}
`

test('a case with the least keys gets its defaults', () => {
  const parsed = value(parseCase(CASE))
  expect(parsed).toMatchObject({
    species: 'human',
    synthetic: false,
    product: { constant: 'murine-cys-lvl', linker: 'furin-SGSG-P2A', order: 'beta-alpha', receptors: 3 },
  })
})

const fault = (text: string) => {
  const parsed = parseCase(text)
  return parsed.ok ? undefined : parsed.issue
}

test('a misspelt key names its line and the nearest key, at every depth', () => {
  expect(fault(CASE.replace('tumour:', 'tumor:\n  vcf: x\ntumour:'))).toMatchObject({
    code: 'case-key',
    line: 3,
    remedy: expect.stringContaining('did you mean "tumour"?'),
  })
  expect(fault(CASE.replace('  vcf: a.vcf', '  vcf: a.vcf\n  sampel: T'))).toMatchObject({
    code: 'case-key',
    line: 5,
    remedy: expect.stringContaining('"sample"'),
  })
  expect(fault(CASE.replace('contigs: c.csv', 'contigs: c.csv, matrx: m'))).toMatchObject({
    code: 'case-key',
    line: 6,
    remedy: expect.stringContaining('"matrix"'),
  })
  expect(fault(CASE.replace('receptors: 3', 'recptors: 3'))).toMatchObject({
    code: 'case-key',
    line: 7,
    remedy: expect.stringContaining('"receptors"'),
  })
})

test('a wrong value names its line; a missing key and broken YAML too', () => {
  expect(fault(CASE.replace('receptors: 3', 'receptors: many'))).toMatchObject({ code: 'case-value', line: 7 })
  expect(fault(CASE.replace('  vcf: a.vcf', '  sample: T'))).toMatchObject({ code: 'case-value', line: 3 })
  expect(fault('case: [X\n')).toMatchObject({ code: 'case-yaml' })
  expect(fault('- a\n')).toMatchObject({ code: 'case-yaml', line: 1 })
  expect(
    fault(CASE.replace('  - {lesion: liver, contigs: c.csv}', '  - {lesion: liver, contigs: c.csv}\n  - {lesion: liver, contigs: d.csv}')),
  ).toMatchObject({ code: 'case-value' })
})

test('a word that is none of those it may be names the nearest', () => {
  expect(fault(`${CASE}species: humen\n`)).toMatchObject({ code: 'case-value', line: 8, remedy: 'did you mean "human"?' })
})

test('a key that would be left aside without another one is refused with its line', () => {
  const more = (line: string) => fault(CASE.replace('  vcf: a.vcf', `  vcf: a.vcf\n  ${line}`))
  for (const [line, other] of [
    ['phased: p.vcf', 'reference'],
    ['junctions: j.tsv', 'reference'],
    ['star_fusion: s.tsv', 'fusions'],
    ['purity: 0.6', 'copy_number'],
  ] as const)
    expect(more(line)).toMatchObject({ code: 'case-value', line: 5, what: expect.stringContaining(`needs ${other}`) })
  expect(fault(`${CASE}\nreceptors: {v_loops: [v.tsv]}\n`)).toMatchObject({
    code: 'case-value',
    what: expect.stringContaining('needs known'),
  })
})

test('HLA may come from a typing program', () => {
  expect(value(parseCase(CASE.replace('[A*02:01]', '{optitype: result.tsv}'))).hla).toEqual({ optitype: 'result.tsv' })
  expect(fault(CASE.replace('[A*02:01]', '{polysolver: result.tsv}'))).toMatchObject({ code: expect.stringMatching(/^case-/), line: 2 })
})

test('the published JSON Schema is the one the program checks with', () => {
  const published: unknown = JSON.parse(readFileSync(join(root, 'docs/schema/case.schema.json'), 'utf8'))
  expect(published).toEqual(JSON.parse(JSON.stringify(caseJsonSchema())))
})
