// Fully justified alleles against identifiers of GA4GH's reference implementation (scripts/vrs-cases.py).
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { sha512t24u } from '../format/index.ts'
import { editOf, type Genome, vrsIdOf } from './index.ts'

const [head, ...rows] = readFileSync(new URL('vrs-allele.cases.tsv', import.meta.url), 'utf8')
  .trim()
  .split('\n')
const [sequence, accession] = head!.split('\t') as [string, string]

/** Holds the sequence from `from` on. */
const genome = (from = 0): Genome => ({
  nameOf: name => name,
  bases: (_, start, end) => Array.from({ length: end - start }, (_, i) => (start + i < from ? 'N' : (sequence[start + i] ?? 'N'))).join(''),
  refgetOf: () => accession,
})

/** As a VCF would write it, with the base before. */
const written = (start: number, removed: string, inserted: string) =>
  editOf('1', start, sequence[start - 1]! + removed, sequence[start - 1]! + inserted)!

test('every allele has the identifier of the reference implementation, shifted or not', () => {
  expect(accession).toBe(`SQ.${sha512t24u(new TextEncoder().encode(sequence))}`)
  for (const row of rows) {
    const [start, removed, inserted, id] = row.split('\t') as [string, string, string, string]
    const edit = written(Number(start), removed, inserted)
    expect(vrsIdOf(edit, genome()), row).toBe(id)
    // one place to the left, where that is another way to write the same allele
    if ((removed === '') !== (inserted === '')) {
      const unit = removed + inserted
      const before = sequence[Number(start) - 1]!
      const moved = before + unit.slice(0, -1)
      if (before === unit.at(-1))
        expect(vrsIdOf(written(Number(start) - 1, removed && moved, inserted && moved), genome()), `${row} moved`).toBe(id)
    }
  }
  expect(rows.length).toBeGreaterThan(50)
})

test('where a base that decides is not held there is no identifier', () => {
  const at = sequence.indexOf('ATATATATAT')
  const edit = written(at + 4, 'AT', '')
  expect(vrsIdOf(edit, genome())).toBeDefined()
  expect(vrsIdOf(edit, genome(at + 2))).toBeUndefined()
  expect(vrsIdOf(edit, { ...genome(), refgetOf: () => undefined })).toBeUndefined()
})
