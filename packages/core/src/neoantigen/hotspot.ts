// Known hotspots and drivers, from a table of the user: which of the patient's changes stand in it. A flag and a reason, never a term of the rank.
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import { columnReader, delimiterOf, parseDelimited } from '../format/index.ts'
import type { ProteinChange } from '../variant/index.ts'

export interface Hotspot {
  readonly gene: string
  /** Letter of the wild type; '' where the table names a number alone. */
  readonly wild: string
  readonly residue: number
  /** Letter of the mutant; '': any change of the residue. */
  readonly mutant: string
  readonly source: string
}

/** By gene. */
export type Hotspots = ReadonlyMap<string, readonly Hotspot[]>

/** Columns gene and change (`G12D`, `p.G12D`, `G12`, `12`), perhaps source. Errors: `column-missing`, `hotspot-change`, each with its line. */
export function parseHotspots(text: string): Result<Hotspots, Issue> {
  const table = parseDelimited(text, { delimiter: delimiterOf(text), required: ['gene', 'change'] })
  if (!table.ok) return table
  const { columns, rows } = table.value
  const get = columnReader(columns)
  const hotspots = new Map<string, Hotspot[]>()
  for (const row of rows) {
    const [gene, change] = [get(row, 'gene'), get(row, 'change')]
    const read = /^(?:p\.)?([A-Z]?)(\d+)([A-Z*]?)$/.exec(change)
    if (gene === '' || read === null)
      return fail(
        issue('hotspot-change', `"${gene}" "${change}" is no change of a residue`, 'write a gene symbol, and G12D, G12 or 12', row.line),
      )
    const [, wild = '', residue, mutant = ''] = read
    const source = get(row, 'source')
    hotspots.set(gene, [...(hotspots.get(gene) ?? []), { gene, wild, residue: Number(residue), mutant, source }])
  }
  return ok(hotspots)
}

/** `KRAS G12D (source)` where the very change is listed, `KRAS residue 12 (source)` where another of the residue is; '' else. A wild-type residue that differs is another numbering. */
export function hotspotOf(hotspots: Hotspots, { gene, aminoAcidChange, proteinPosition }: ProteinChange): string {
  const [wild = '', mutant = ''] = aminoAcidChange.split('/')
  const first = Number.parseInt(proteinPosition, 10)
  if (Number.isNaN(first)) return ''
  const listed = (hotspots.get(gene) ?? []).filter(({ residue, wild: own }) => {
    const at = residue - first
    return at >= 0 && at < Math.max(1, wild.length) && (own === '' || own === wild[at])
  })
  const exact = listed.find(one => wild.length === mutant.length && one.mutant !== '' && mutant[one.residue - first] === one.mutant)
  const found = exact ?? listed[0]
  if (found === undefined) return ''
  const name =
    exact === undefined ? `residue ${found.residue}` : `${exact.wild || wild[exact.residue - first]}${exact.residue}${exact.mutant}`
  return `${gene} ${name}${found.source === '' ? '' : ` (${found.source})`}`
}
