// What a person finds in a table: searched, ordered, a page at a time. The order is judged by lists that are written out.
import { expect, test } from 'vitest'
import { type PageWish, tablePage } from './table-page.ts'

const ROWS = [
  { gene: 'KRAS', tpm: '12', note: 'at an anchor' },
  { gene: 'TP53', tpm: '3.5', note: '' },
  { gene: 'GLIS3', tpm: '', note: 'Anchor' },
  { gene: 'GLIS10', tpm: '1e2', note: 'kras neighbour' },
  { gene: 'NA', tpm: '-1', note: '' },
  { gene: 'RET', tpm: 'NA', note: '' },
]
const wish = (more: Partial<PageWish>): PageWish => ({
  search: '',
  column: '',
  equals: '',
  sort: '',
  descending: false,
  offset: 0,
  limit: 50,
  ...more,
})
const genes = (more: Partial<PageWish>) => tablePage(ROWS, wish(more)).rows.map(row => row.gene)

test('numbers are ordered by value and before words, unknown cells come last whichever way', () => {
  expect(genes({ sort: 'tpm' })).toEqual(['NA', 'TP53', 'KRAS', 'GLIS10', 'RET', 'GLIS3'])
  expect(genes({ sort: 'tpm', descending: true })).toEqual(['GLIS10', 'KRAS', 'TP53', 'NA', 'RET', 'GLIS3'])
})

test('words are ordered as people do, with the numbers in them by value; without a column the file decides', () => {
  expect(genes({ sort: 'gene' })).toEqual(['GLIS3', 'GLIS10', 'KRAS', 'NA', 'RET', 'TP53'])
  expect(genes({})).toEqual(ROWS.map(row => row.gene))
})

test('every word looked for has to be in the row, in any cell, large or small', () => {
  expect(genes({ search: 'kras' })).toEqual(['KRAS', 'GLIS10'])
  expect(genes({ search: ' ANCHOR  kras ' })).toEqual(['KRAS'])
  expect(genes({ search: 'braf' })).toEqual([])
})

test('a page says how many rows fit and how many there are; a cell is asked for exactly', () => {
  expect(tablePage(ROWS, wish({ offset: 2, limit: 2 }))).toEqual({ rows: ROWS.slice(2, 4), found: 6, total: 6 })
  expect(tablePage(ROWS, wish({ column: 'gene', equals: 'GLIS3' }))).toEqual({ rows: [ROWS[2]], found: 1, total: 6 })
  expect(genes({ column: 'gene', equals: 'GLIS' })).toEqual([])
  expect(genes({ column: 'nowhere', equals: 'x' })).toEqual([])
})
