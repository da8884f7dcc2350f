import { expect, test } from 'vitest'
import { value } from '../../../../test/oracle.ts'
import { checkExpressionIds, expressionOf, parseExpression } from './index.ts'

test('salmon with GENCODE names gives transcripts and their gene’s sum, versions aside', () => {
  const salmon = 'Name\tLength\tEffectiveLength\tTPM\tNumReads\nENST1.2|ENSG1.4|X\t9\t9\t2.5\t1\nENST2.1|ENSG1.4|X\t9\t9\t4\t1\n'
  const expression = value(parseExpression(salmon))
  expect(expression.source).toBe('salmon')
  expect(expressionOf(expression, 'ENST1.9', 'ENSG1', 'X')).toEqual({ transcript: 2.5, gene: 6.5 })
  expect(expressionOf(expression, 'ENST3', 'ENSG3', 'Z')).toEqual({ transcript: undefined, gene: undefined })
})

test('kallisto, RSEM and a plain table are told apart by their header', () => {
  expect(value(parseExpression('target_id\tlength\teff_length\test_counts\ttpm\nENST1.2\t9\t9\t1\t3\n')).source).toBe('kallisto')
  expect(value(parseExpression('gene_id\ttranscript_id(s)\tlength\tTPM\nENSG1\tENST1\t9\t3\n')).source).toBe('rsem-genes')
  expect(value(parseExpression('transcript_id\tgene_id\tTPM\nENST1\tENSG1\t3\n')).byGene.get('ENSG1')).toBe(3)
  expect(value(parseExpression('gene\ttpm\nKRAS\t3\n')).byGene.get('KRAS')).toBe(3)
  const stringtie = value(
    parseExpression('Gene ID\tGene Name\tReference\tStrand\tStart\tEnd\tCoverage\tFPKM\tTPM\nENSG1.3\tKRAS\t12\t-\t1\t9\t1\t2\t3\n'),
  )
  expect([stringtie.source, stringtie.byGene.get('ENSG1'), stringtie.byGene.get('KRAS')]).toEqual(['stringtie', 3, 3])
  expect(
    value(parseExpression('Name\tLength\tEffectiveLength\tTPM\tNumReads\nENSG00000133703.1\t9\t9\t3\t1\n')).byGene.get('ENSG00000133703'),
  ).toBe(3)
})

test('an unknown header is an issue that names it and the known shapes', () => {
  const parsed = parseExpression('a\tb\n1\t2\n')
  expect(parsed).toMatchObject({ ok: false, issue: { code: 'expression-unknown', what: 'the header is a, b' } })
})

test('identifiers of another annotation are refused with examples of both sides', () => {
  const expression = value(parseExpression('target_id\ttpm\nNM_000546\t3\n'))
  expect(checkExpressionIds(expression, [{ transcript: 'ENST1', geneId: 'ENSG1', gene: 'TP53' }])).toMatchObject({
    ok: false,
    issue: { code: 'expression-ids' },
  })
})

test('values that sum to more than a million, or of which the highest is low, are doubted as counts and logarithms', () => {
  const table = (rows: number, of: (i: number) => number) =>
    value(parseExpression(`gene\ttpm\n${Array.from({ length: rows }, (_, i) => `G${i}\t${of(i)}\n`).join('')}`)).doubt
  expect(table(6000, i => (i === 0 ? 900_000 : i % 7))).toBe('')
  expect(table(3, () => 12)).toBe('')
  expect(table(6000, () => 3000)).toContain('the values sum to 18,000,000')
  expect(table(6000, i => (i % 140) / 10)).toContain('the highest of 6,000 values is 13.9')
})
