// ACE's ELISpot configuration (pirl-unc/ace, sheet `assignment`: peptide_id, peptide_sequence, plate_id, well_id, coverage_id) → plate map and pools: a pool is what shares a well.
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import { columnReader, delimiterOf, parseDelimited } from '../format/index.ts'
import { type MappedWell, wellName, wellsOf } from './plate.ts'
import type { PoolMember } from './pool-table.ts'

const COLUMNS = ['peptide_id', 'peptide_sequence', 'plate_id', 'well_id', 'coverage_id'] as const

export interface AceConfiguration {
  readonly map: readonly MappedWell[]
  readonly pools: readonly PoolMember[]
}

export const isAceAssignment = (text: string): boolean =>
  /^peptide_id[\t,]peptide_sequence[\t,]plate_id[\t,]well_id[\t,]coverage_id/.test(text)

const BLANK = { replicate: 1, doseMolar: undefined, presenterHla: '', cells: undefined } as const

/** The one effector is called `sample`: ACE tests one. Errors: `ace-malformed` with line, and those of a table. */
export function parseAceAssignment(text: string): Result<AceConfiguration, Issue> {
  const table = parseDelimited(text, { delimiter: delimiterOf(text), required: COLUMNS })
  if (!table.ok) return table
  const get = columnReader(table.value.columns)
  const wells = new Map<string, MappedWell>()
  const pools: PoolMember[] = []
  for (const row of table.value.rows) {
    const well = wellName(get(row, 'well_id'))
    const replicate = Number(get(row, 'coverage_id'))
    if (well === undefined || !Number.isInteger(replicate) || replicate < 1)
      return fail(
        issue(
          'ace-malformed',
          `well_id is "${get(row, 'well_id')}", coverage_id "${get(row, 'coverage_id')}"`,
          'give the sheet `assignment` of an ACE configuration',
          row.line,
        ),
      )
    const plate = get(row, 'plate_id')
    const pool = `POOL-${plate}-${well}`
    pools.push({ pool, replicate, peptideId: get(row, 'peptide_id') })
    wells.set(`${plate} ${well}`, { ...BLANK, plate, well, kind: 'test', effector: 'sample', antigen: pool })
  }
  // a plate reader counts every well of a plate, those without a pool too
  for (const plate of new Set([...wells.values()].map(well => well.plate)))
    for (const well of wellsOf(96)) {
      const place = `${plate} ${well}`
      if (!wells.has(place)) wells.set(place, { ...BLANK, plate, well, kind: 'empty', effector: '', antigen: '' })
    }
  return ok({ map: [...wells.values()], pools })
}
