// IEDB's and CEDAR's receptor exports (tcr_full, CSV) → known receptors. Older exports name a column `Chain 1 CDR3 Calculated`, newer ones have two header lines whose names join to
// the same words. Calculated names and loops stand before curated ones. Written after the exports' documentation and scirpy's reader; no recorded export was at hand.
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import { geneOf } from '../bio/index.ts'
import { parseDelimited } from '../format/index.ts'
import { type KnownReceptor, kindOfSource, withAnchors } from './known-receptor.ts'

export const isIedbExport = (header: string): boolean => /chain 1/i.test(header) && /receptor/i.test(header)

const wordsOf = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim()

/** Errors: `iedb-columns` with what is missing, and those of a table. */
export function parseIedbReceptors(text: string): Result<readonly KnownReceptor[], Issue> {
  const table = parseDelimited(text, { delimiter: ',', namesRepeat: true })
  if (!table.ok) return table
  const second = table.value.rows[0]
  const twoLines = second?.cells.some(cell => /cdr3/i.test(cell) && !/^[A-Z]+$/.test(cell)) === true
  const names = table.value.columns.map((column, i) => wordsOf(twoLines ? `${column} ${second!.cells[i] ?? ''}` : column))
  const column = (...words: readonly string[]) => names.findIndex(name => words.every(word => ` ${name} `.includes(` ${word} `)))
  const chain = (n: 1 | 2) => ({
    type: column(`chain ${n}`, 'type'),
    loops: [column(`chain ${n}`, 'cdr3', 'calculated'), column(`chain ${n}`, 'cdr3', 'curated')],
    genes: [
      column(`chain ${n}`, 'v gene', 'calculated'),
      column(`chain ${n}`, 'calculated', 'v gene'),
      column(`chain ${n}`, 'v gene', 'curated'),
    ],
  })
  const chains = [chain(1), chain(2)]
  if (chains.every(({ loops }) => loops.every(at => at < 0)))
    return fail(
      issue('iedb-columns', 'no column names the CDR3 of chain 1 or 2', 'give the receptor export of IEDB or CEDAR (tcr_full, CSV)', 1),
    )
  const epitope = [column('epitope', 'name'), column('description')]
  const origin = [column('source', 'organism'), column('organism'), column('antigen'), column('source', 'molecule')]
  const reference = [column('reference', 'iri'), column('reference', 'id'), column('receptor', 'id')]
  const firstOf = (cells: readonly string[], places: readonly number[]) =>
    places.map(at => (at < 0 ? '' : (cells[at] ?? '').trim())).find(cell => cell !== '') ?? ''
  return ok(
    table.value.rows.slice(twoLines ? 1 : 0).map(({ cells }) => {
      const sides = { alpha: { junction: '', v: '' }, beta: { junction: '', v: '' } }
      for (const [i, { type, loops, genes }] of chains.entries()) {
        const said = firstOf(cells, [type]).toLowerCase()
        const side = said === 'alpha' ? 'alpha' : said === 'beta' ? 'beta' : said === '' ? (i === 0 ? 'alpha' : 'beta') : undefined
        const loop = firstOf(cells, loops).toUpperCase()
        if (side !== undefined && /^[A-Z]+$/.test(loop)) sides[side] = { junction: withAnchors(loop), v: geneOf(firstOf(cells, genes)) }
      }
      const source = [...new Set(origin.map(at => firstOf(cells, [at])).filter(cell => cell !== ''))].join(' ')
      return {
        alphaJunction: sides.alpha.junction,
        alphaV: sides.alpha.v,
        betaJunction: sides.beta.junction,
        betaV: sides.beta.v,
        epitope: firstOf(cells, epitope),
        source,
        kind: kindOfSource(source),
        reference: `IEDB ${firstOf(cells, reference)}`,
      }
    }),
  )
}
