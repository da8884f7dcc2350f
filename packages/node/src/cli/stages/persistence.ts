// Stage `persistence`: serial repertoires × infused receptors → persistence.tsv, kinetics.tsv and the figure.
import { type Caveat, type FunnelRow, fail, inFile, issue, ok } from '@cognate/core/base'
import { formatTsv } from '@cognate/core/format'
import {
  countReceptors,
  kineticsOf,
  PERSISTENCE_COLUMNS,
  type PersistenceRow,
  parseInfusedReceptors,
  persistenceCells,
  persistenceFigure,
  type SampleKind,
} from '@cognate/core/infusion'
import { readContigs } from '../../read/contigs.ts'
import { userPath } from '../../read/paths.ts'
import { readParsed } from '../../read/text.ts'
import { sha256OfFile } from '../../write/outputs.ts'
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

export function runPersistence(input: PersistenceInput): StageOutcome {
  const receptors = readParsed(input.receptors, parseInfusedReceptors)
  if (!receptors.ok) return receptors
  const rows: PersistenceRow[] = []
  const funnel: FunnelRow[] = []
  const days = new Map<string, number>()
  for (const sample of [...input.samples].sort((a, b) => a.day - b.day)) {
    const contigs = readContigs(sample.path)
    if (!contigs.ok) return contigs
    const sha256 = sha256OfFile(userPath(sample.path))
    const before = days.get(sha256)
    if (before !== undefined)
      return fail(
        inFile(
          sample.path,
          issue('sample-copied', `the samples of day ${before} and day ${sample.day} have the same bytes`, 'give each sample its own file'),
        ),
      )
    days.set(sha256, sample.day)
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
