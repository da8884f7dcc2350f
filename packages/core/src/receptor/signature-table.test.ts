import { expect, test } from 'vitest'
import { value } from '../../../../test/oracle.ts'
import { MatrixMarketReader } from '../format/index.ts'
import { makeExpressionMatrix, meanScore, parseSignatures, resolveSignature, scoreSet, uCell } from './index.ts'

test('sets come from a table or from GMT; genes of receptors are left out', () => {
  const table =
    'signature\tgene\tlineage\tdirection\tsource\nX\tGZMB\tCD8\tup\tpaper\nX\tTRBV7-2\tCD8\tup\tpaper\nX\tIL7R\tCD8\tdown\tpaper\nY\tTCF7\t\t\t\n'
  expect(value(parseSignatures(table))).toEqual([
    { name: 'X', lineage: 'CD8', genes: ['GZMB'], down: ['IL7R'], source: 'paper' },
    { name: 'Y', lineage: 'any', genes: ['TCF7'], source: '' },
  ])
  expect(value(parseSignatures('signature,gene,lineage\nY,TCF7,CD4/CD8\n'))).toMatchObject([{ name: 'Y', lineage: 'any', genes: ['TCF7'] }])
  expect(value(parseSignatures('EXHAUSTED\thttps://x\tPDCD1\tTRAV1-2\tLAG3\nNAIVE\t\tTCF7\n'))).toEqual([
    { name: 'EXHAUSTED', lineage: 'any', genes: ['PDCD1', 'LAG3'], source: 'https://x' },
    { name: 'NAIVE', lineage: 'any', genes: ['TCF7'], source: '' },
  ])
})

test('a set that cannot be meant is refused with its line', () => {
  const code = (text: string) => {
    const parsed = parseSignatures(text)
    return parsed.ok ? 'ok' : [parsed.issue.code, parsed.issue.line]
  }
  const head = 'signature\tgene\tlineage\tdirection\n'
  expect([
    code('set\tgene\nX\tA\n'),
    code(`${head}X\tA\tB cell\tup\n`),
    code(`${head}X\tA\tCD8\tsideways\n`),
    code(`${head}X\tA\tCD8\tup\nX\tB\tCD4\tup\n`),
    code(`${head}X\t\tCD8\tup\n`),
    code(`${head}X\tA\tCD8\tdown\n`),
    code('signature\tgene\n'),
    code('A\tx\tG1\nA\tx\tG2\n'),
  ]).toEqual([
    ['column-missing', 1],
    ['signature-row', 2],
    ['signature-row', 2],
    ['signature-row', 3],
    ['signature-row', 2],
    ['signature-empty', undefined],
    ['signature-empty', undefined],
    ['signature-row', 2],
  ])
})

test('genes that should be low count against a set; UCell never below 0', () => {
  const reader = new MatrixMarketReader()
  reader.push(new TextEncoder().encode('%%MatrixMarket matrix coordinate integer general\n4 2 4\n1 1 9\n3 1 1\n2 2 7\n4 2 2\n'))
  const matrix = value(makeExpressionMatrix(value(reader.finish()), ['HIGH', 'LOW', 'C', 'D'], ['c1', 'c2']))
  const of = (genes: readonly string[]) => resolveSignature({ name: 's', lineage: 'any', genes, source: '' }, matrix)
  const [up, down] = [of(['HIGH']), of(['LOW'])]
  const [high, low] = [uCell(matrix, up), uCell(matrix, down)]
  expect(high[1]! - low[1]!).toBeLessThan(0)
  expect([...scoreSet(matrix, 'ucell', up, down)]).toEqual([high[0]! - low[0]!, 0])
  expect([...scoreSet(matrix, 'mean', up, down)]).toEqual([...meanScore(matrix, up)].map((score, i) => score - meanScore(matrix, down)[i]!))
  expect([...scoreSet(matrix, 'mean', up)]).toEqual([...meanScore(matrix, up)])
})
