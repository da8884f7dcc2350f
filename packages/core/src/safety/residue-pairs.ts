// How unlike two residues are to a T cell: distances over the 12 physico-chemical components of CrossDome (Fonseca 2023, AntunesLab/crossdome@c2f2f4a, MIT), and BLOSUM80.
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import { RESIDUES, wordCodes } from '../bio/index.ts'
import { columnReader, parseDelimited } from '../format/index.ts'

export interface ResiduePairs {
  /** 20 × 20, in the order of STANDARD_RESIDUES. */
  readonly distance: Float64Array
  readonly blosum80: Int8Array
}

/** Errors: `residue-pairs-malformed`. */
export function parseResiduePairs(text: string): Result<ResiduePairs, Issue> {
  const table = parseDelimited(text, { delimiter: '\t' })
  if (!table.ok) return table
  const get = columnReader(table.value.columns)
  const distance = new Float64Array(RESIDUES * RESIDUES)
  const blosum80 = new Int8Array(RESIDUES * RESIDUES)
  for (const row of table.value.rows) {
    const codes = wordCodes(get(row, 'residue_a') + get(row, 'residue_b'))
    const value = Number(get(row, 'crossdome_distance'))
    if (codes?.length !== 2 || !Number.isFinite(value))
      return fail(issue('residue-pairs-malformed', 'a row holds no pair of residues', 'restore packages/node/data/residue-pairs.tsv'))
    const [a = 0, b = 0] = codes
    distance[a * RESIDUES + b] = distance[b * RESIDUES + a] = value
    blosum80[a * RESIDUES + b] = blosum80[b * RESIDUES + a] = Number(get(row, 'blosum80'))
  }
  return ok({ distance, blosum80 })
}
