// Gene sets that the user brings: a table of one gene a line, or GMT (one set a line). They are scored beside the shipped ones, never mixed with them.
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import { columnReader, delimiterOf, lackingColumn, parseDelimited } from '../format/index.ts'
import type { Signature } from './signature-score.ts'

const LINEAGES = ['CD8', 'CD4', 'any'] as const
const DIRECTIONS = ['up', 'down'] as const

/** Genes of the receptors themselves: they tell clones apart, not states. */
const RECEPTOR_GENE = /^TR[ABGD][VDJ]\d/

interface Draft {
  readonly lineage: Signature['lineage']
  readonly source: string
  readonly up: Set<string>
  readonly down: Set<string>
}

/**
 * Table: columns signature, gene, and, if wanted, lineage (CD8, CD4, any), direction (up, down) and source. GMT: name, description, genes, for any lineage. V, D and J genes of receptors are left
 * out. Errors: `column-missing`, `signature-row` (a word that is none of those, a set of two lineages), `signature-empty`.
 */
export function parseSignatures(text: string): Result<readonly Signature[], Issue> {
  const drafts = isGmt(text) ? ofGmt(text) : ofTable(text)
  if (!drafts.ok) return drafts
  const sets: Signature[] = []
  for (const [name, { lineage, source, up, down }] of drafts.value) {
    if (up.size === 0)
      return fail(
        issue(
          'signature-empty',
          `${name} has no gene that should be high`,
          'genes that should be low (direction down) stand under the name of the set that they count against',
        ),
      )
    sets.push({ name, lineage, genes: [...up], ...(down.size === 0 ? {} : { down: [...down] }), source })
  }
  if (sets.length === 0) return fail(issue('signature-empty', 'there is no set', 'give lines of signature and gene, or GMT'))
  return ok(sets)
}

/** The first line has three cells or more and is no header. */
function isGmt(text: string): boolean {
  const cells = text.slice(0, text.search(/\r?\n|$/)).split('\t')
  return cells.length > 2 && !cells.includes('gene')
}

const add = (genes: Set<string>, gene: string) => {
  if (gene !== '' && !RECEPTOR_GENE.test(gene)) genes.add(gene)
}

function ofGmt(text: string): Result<ReadonlyMap<string, Draft>, Issue> {
  const drafts = new Map<string, Draft>()
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue
    const [name = '', source = '', ...genes] = line.split('\t').map(cell => cell.trim())
    if (name === '' || drafts.has(name))
      return fail(
        issue('signature-row', name === '' ? 'the set has no name' : `${name} stands twice`, 'give each set a line and a name', i + 1),
      )
    const draft: Draft = { lineage: 'any', source, up: new Set(), down: new Set() }
    for (const gene of genes) add(draft.up, gene)
    drafts.set(name, draft)
  }
  return ok(drafts)
}

function ofTable(text: string): Result<ReadonlyMap<string, Draft>, Issue> {
  const table = parseDelimited(text, { delimiter: delimiterOf(text) })
  if (!table.ok) return table
  const lacking = lackingColumn(table.value, ['signature', 'gene'], ['lineage', 'direction', 'source'])
  if (lacking !== undefined) return fail(lacking)
  const { columns, rows } = table.value
  const get = columnReader(columns)
  const drafts = new Map<string, Draft>()
  for (const row of rows) {
    const cell = (name: string, otherwise: string) => get(row, name) || otherwise
    const [name, lineage, direction] = [cell('signature', ''), cell('lineage', 'any'), cell('direction', 'up')]
    const refuse = (what: string, remedy: string) => fail(issue('signature-row', what, remedy, row.line))
    if (name === '' || cell('gene', '') === '') return refuse('signature or gene is empty', 'give both')
    const known = /^CD[48]\/CD[48]$/.test(lineage) ? 'any' : LINEAGES.find(one => one === lineage)
    if (known === undefined) return refuse(`lineage "${lineage}" is none`, `write ${LINEAGES.join(', ')}`)
    const side = DIRECTIONS.find(one => one === direction)
    if (side === undefined) return refuse(`direction "${direction}" is none`, `write ${DIRECTIONS.join(' or ')}`)
    const draft = drafts.get(name) ?? { lineage: known, source: cell('source', ''), up: new Set(), down: new Set() }
    if (draft.lineage !== known) return refuse(`${name} is of ${draft.lineage} and of ${known}`, 'give a set one lineage')
    add(draft[side], cell('gene', ''))
    drafts.set(name, draft)
  }
  return ok(drafts)
}
