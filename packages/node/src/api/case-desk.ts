// The cases of a folder and what their runs left: looked up anew each time, since the command line and people write there too.
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { describeIssue, type Issue, ok, type Result } from '@cognate/core/base'
import { type Cohort, type CohortCase, cellFunnel, cloneScores, gatherCohort, lesionBars, tumourFunnel } from '@cognate/core/case'
import { constructFigure } from '@cognate/core/construct'
import { safetyTable } from '../cli/case-inputs.ts'
import { type CohortEntry, findCases } from '../cli/cohort-cases.ts'
import { readStageRecords, type StageName, type StageRecord } from '../cli/stage-record.ts'
import { readCase } from '../cli/stages/cohort.ts'
import { constructMaps, OUTPUTS } from '../cli/stages/dossier.ts'
import { userPath } from '../read/paths.ts'
import { readRows } from '../read/rows.ts'
import { readFunnel } from '../write/funnel-file.ts'
import type { Keeping } from './case-runs.ts'
import { bytesOf, type Files, timeOf } from './results-files.ts'
import { designFiles } from './screen-designs.ts'

export interface CasePlace {
  /** Folder whose folders hold one CASE.yaml each. */
  readonly cases: string
  /** Folder that holds a folder of results for each case, by its name. */
  readonly results: string
}

export interface StageAnswer {
  readonly name: StageName
  readonly headline: string
}

export interface CaseLine {
  readonly id: string
  readonly synthetic: boolean
  /** Why its CASE.yaml cannot be used; '' where it can. */
  readonly problem: string
  /** RFC 3339 of the newest complete results; '' where there are none. */
  readonly finished_at: string
  /** CASE.yaml or a file that it names is newer than the results. */
  readonly changed: boolean
  readonly stages: readonly StageAnswer[]
}

export interface CaseFileAnswer {
  readonly name: string
  readonly what: string
  readonly bytes: number
}

/** Undefined: the server was given no folder of cases. Errors: those of `findCases`. */
export const entriesOf = (place: CasePlace | undefined): Result<readonly CohortEntry[], Issue> =>
  place === undefined ? ok([]) : findCases([place.cases])

export const resultsOf = (place: CasePlace, entry: CohortEntry): CaseResults => {
  const folder = join(userPath(place.results), entry.id)
  return { entry, folder, records: readStageRecords(folder) }
}

/** Cases side by side; others are answered between one case and the next. */
export async function compareCases(place: CasePlace, entries: readonly CohortEntry[]): Promise<Cohort> {
  const cases: CohortCase[] = []
  for (const entry of entries) {
    cases.push(readCase(entry, userPath(place.results)))
    await setImmediate()
  }
  return gatherCohort(cases)
}

/** Runs of these cases are remembered beside their results. */
export const keepingIn = (place: CasePlace): Keeping => ({
  file: join(userPath(place.results), '.cognate-runs.json'),
  find(id) {
    const entries = entriesOf(place)
    const entry = entries.ok ? entries.value.find(one => one.id === id) : undefined
    return entry?.opened.ok === true ? { path: entry.path, folder: resultsOf(place, entry).folder } : undefined
  },
})

/** A case with its folder of results. */
export interface CaseResults {
  readonly entry: CohortEntry
  readonly folder: string
  /** What its runs remember of each stage. */
  readonly records: ReadonlyMap<StageName, StageRecord>
}

/** Made by the last step of a run. */
const LAST = 'dossier.html'
const ALWAYS = [LAST, 'funnel.tsv', 'ro-crate-metadata.json']

export function caseLine({ entry, folder, records }: CaseResults): CaseLine {
  const finished = timeOf(join(folder, LAST))
  const inputs = entry.opened.ok ? [userPath(entry.path), ...entry.opened.value.inputs.map(({ full }) => full)] : []
  return {
    id: entry.id,
    synthetic: entry.opened.ok && entry.opened.value.file.synthetic,
    problem: entry.opened.ok ? '' : describeIssue(entry.opened.issue),
    finished_at: finished === 0 ? '' : new Date(finished).toISOString(),
    changed: finished !== 0 && inputs.some(path => timeOf(path) > finished),
    stages: [...records].map(([name, { headline }]) => ({ name, headline })),
  }
}

/** What a run left, and the off-target words and minigenes that it was given, by name with their place: nothing else of the folder is given out. */
export function filesOf({ entry, folder, records }: CaseResults): Files {
  const named = [...records.values()].flatMap(({ outputs }) => Object.keys(outputs))
  const files = new Map([...ALWAYS, ...named].map(name => [name, join(folder, name)]))
  if (entry.opened.ok) {
    const { file, at } = entry.opened.value
    const safety = safetyTable(file)
    if (safety !== undefined) files.set('safety.tsv', at(safety))
    if (file.minigenes !== undefined) files.set('screened-minigenes.tsv', at(file.minigenes))
  }
  for (const [name, path] of files) if (!existsSync(path)) files.delete(name)
  return new Map([...files, ...designFiles(folder)])
}

export const fileLines = (files: Files): readonly CaseFileAnswer[] =>
  [...files].map(([name, path]) => ({
    name,
    what: OUTPUTS[name] ?? OUTPUTS[name.replace(/-\d+\./, '.').replace(/\/[0-9a-f]{8}\//, '/')] ?? '',
    bytes: statSync(path).size,
  }))

/** A picture of the case as SVG: `tumour`, `cells`, `lesions`, `clones`, `cell-map`, `plates-N`, or the id of a construct; '' where there is none. */
export function pictureOf(results: CaseResults, picture: string): string {
  const { entry, folder } = results
  const lesions = entry.opened.ok ? entry.opened.value.file.til.map(({ lesion }) => lesion) : []
  const rows = (name: string) => readRows(join(folder, `${name}.tsv`))
  if (picture === 'tumour') return tumourFunnel(readFunnel(folder))
  if (picture === 'cells') return cellFunnel(readFunnel(folder))
  if (picture === 'lesions') return lesionBars(lesions, rows('clonotypes'), rows('receptors'))
  if (picture === 'clones') return cloneScores(rows('clonotypes'), rows('receptors'))
  const file = bytesOf(filesOf(results), `${picture}.svg`)
  if (file.ok) return file.value.toString('utf8')
  const row = rows('constructs').find(one => one.construct_id === picture)
  const parts = constructMaps(folder).get(picture)
  return row === undefined || parts === undefined ? '' : constructFigure(parts, Number(row.insert_length))
}
