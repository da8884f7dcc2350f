// Stage `persistence`: serial repertoires × infused receptors → persistence.tsv, kinetics.tsv and the figure.
import { type Caveat, type FunnelRow, fail, type Issue, inFile, issue, ok, type Result } from '@cognate/core/base'
import { columnReader, formatTsv, parseDelimited } from '@cognate/core/format'
import {
  countReceptors,
  type InfusedReceptor,
  kineticsOf,
  PERSISTENCE_COLUMNS,
  type PersistenceRow,
  persistenceCells,
  persistenceFigure,
  type SampleKind,
} from '@cognate/core/infusion'
import { readContigs } from '../../read/contigs.ts'
import { readParsed } from '../../read/text.ts'
import { plural, type StageOutcome } from './stage.ts'

export interface SampleInput {
  readonly day: number
  readonly kind: SampleKind
  readonly path: string
}

export interface PersistenceInput {
  readonly receptors: string
  readonly samples: readonly SampleInput[]
}

const NEEDED = [
  'receptor_id',
  'trav',
  'traj',
  'tra_junction_aa',
  'tra_junction_native',
  'tra_junction_insert',
  'trbv',
  'trbj',
  'trb_junction_aa',
  'trb_junction_native',
  'trb_junction_insert',
] as const

/** Errors: `infused-malformed`, naming the missing columns. */
function readInfused(path: string): Result<readonly InfusedReceptor[], Issue> {
  const table = readParsed(path, text => parseDelimited(text, { delimiter: '\t' }))
  if (!table.ok) return table
  const missing = NEEDED.filter(column => !table.value.columns.includes(column))
  if (missing.length > 0 || table.value.rows.length === 0)
    return fail(
      inFile(
        path,
        issue(
          'infused-malformed',
          missing.length > 0 ? `there is no column ${missing.join(', ')}` : 'there is no receptor',
          `give one row a receptor with ${NEEDED.join(', ')}`,
          1,
        ),
      ),
    )
  const get = columnReader(table.value.columns)
  return ok(
    table.value.rows.map(row => {
      const chain = (side: 'tra' | 'trb') => ({
        v: get(row, `${side}v`),
        j: get(row, `${side}j`),
        junctionAa: get(row, `${side}_junction_aa`).toUpperCase(),
        nativeJunction: get(row, `${side}_junction_native`).toUpperCase(),
        insertJunction: get(row, `${side}_junction_insert`).toUpperCase(),
      })
      return { id: get(row, 'receptor_id'), alpha: chain('tra'), beta: chain('trb') }
    }),
  )
}

export function runPersistence(input: PersistenceInput): StageOutcome {
  const receptors = readInfused(input.receptors)
  if (!receptors.ok) return receptors
  const rows: PersistenceRow[] = []
  const funnel: FunnelRow[] = []
  for (const sample of [...input.samples].sort((a, b) => a.day - b.day)) {
    const contigs = readContigs(sample.path)
    if (!contigs.ok) return contigs
    const name = sample.path.split(/[\\/]/).at(-1)!
    const counted = countReceptors({ name, day: sample.day, kind: sample.kind, rows: contigs.value }, receptors.value)
    rows.push(...counted)
    const unproductive = contigs.value.filter(row => !row.productive)
    if (unproductive.length > 0)
      funnel.push({
        stage: 'persistence',
        reason: 'not-productive',
        count: unproductive.length,
        example: `${name} ${unproductive[0]!.sequenceId}`,
      })
    funnel.push({ stage: 'persistence', reason: 'in', count: contigs.value.length, example: name })
  }
  const kinetics = receptors.value.map(receptor => kineticsOf(receptor.id, rows)).filter(row => row !== undefined)
  const caveats = new Map<string, Caveat>()
  for (const row of rows) for (const other of row.caveats) caveats.set(other.text, other)
  const last = rows.filter(row => row.kind === 'blood').at(-1)
  const found = rows.filter(row => row.sample === last?.sample && row.insert > 0).length
  return ok({
    files: new Map([
      ['persistence.tsv', formatTsv(PERSISTENCE_COLUMNS, rows.map(persistenceCells))],
      [
        'kinetics.tsv',
        formatTsv(
          ['receptor_id', 'cmax_percent', 'tmax_day', 'auc_percent_days', 'half_life_days', 'last_detected_day', 'note'],
          kinetics.map(row => [
            row.receptorId,
            row.cmaxPercent,
            row.tmaxDay,
            row.aucPercentDays,
            row.halfLifeDays,
            row.lastDetectedDay,
            row.reason,
          ]),
        ),
      ],
      ['persistence.svg', persistenceFigure(rows)],
    ]),
    funnel,
    caveats: [...caveats.values()],
    headline: `${plural(receptors.value.length, 'receptor')} in ${plural(input.samples.length, 'sample')}${last === undefined ? '' : `; ${found} found on day ${last.day}`}`,
  })
}
