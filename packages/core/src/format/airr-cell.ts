// AIRR Cell (schema 1.4, JSON): which rearrangements belong to which cell, where the Rearrangement table does not say so itself. A pair that was inferred, not seen, is told apart.
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import type { ContigRow } from './contig-row.ts'
import { isRecord } from './json.ts'

export interface AirrCell {
  readonly cellId: string
  readonly sequenceIds: readonly string[]
  /** The pair was inferred, not observed in one droplet or well. */
  readonly virtualPairing: boolean
}

/** `{"Cell": […]}` or the list itself. Errors: `airr-cell-malformed`. */
export function parseAirrCells(json: string): Result<readonly AirrCell[], Issue> {
  const bad = (what: string) =>
    fail(issue('airr-cell-malformed', what, 'give AIRR Cell JSON: {"Cell": [{"cell_id": …, "rearrangements": ["sequence_id", …]}]}', 1))
  let parsed: unknown
  try {
    parsed = JSON.parse(json)
  } catch (error) {
    return bad(error instanceof Error ? error.message : 'no JSON')
  }
  const list: unknown = isRecord(parsed) && Object.hasOwn(parsed, 'Cell') ? parsed.Cell : parsed
  if (!Array.isArray(list)) return bad('there is no list of cells')
  const cells: AirrCell[] = []
  for (const [i, cell] of list.entries()) {
    const ids: unknown = isRecord(cell) ? cell.rearrangements : undefined
    if (!isRecord(cell) || typeof cell.cell_id !== 'string' || !Array.isArray(ids))
      return bad(`cell ${i + 1} has no cell_id or no rearrangements`)
    cells.push({ cellId: cell.cell_id, sequenceIds: ids.map(String), virtualPairing: cell.virtual_pairing === true })
  }
  return ok(cells)
}

/** Rows with the cell that names them; rows that no cell names keep theirs. Errors: `airr-cell-conflict` (a row in two cells), `airr-cell-unknown` (no row of that name). */
export function withAirrCells(rows: readonly ContigRow[], cells: readonly AirrCell[]): Result<readonly ContigRow[], Issue> {
  const home = new Map<string, string>()
  for (const cell of cells)
    for (const id of cell.sequenceIds) {
      const other = home.get(id)
      if (other !== undefined && other !== cell.cellId)
        return fail(
          issue('airr-cell-conflict', `rearrangement ${id} is in the cells ${other} and ${cell.cellId}`, 'a chain stands in one cell'),
        )
      home.set(id, cell.cellId)
    }
  const known = new Set(rows.map(row => row.sequenceId))
  const stray = [...home.keys()].find(id => !known.has(id))
  if (stray !== undefined)
    return fail(
      issue('airr-cell-unknown', `no rearrangement is called ${stray}`, 'give the Rearrangement table and the cells of one repertoire'),
    )
  return ok(rows.map(row => ({ ...row, cellId: home.get(row.sequenceId) ?? row.cellId })))
}
