// Trials of a folder and their read-outs, a folder a data cut: each is what `cognate trial report` writes.
import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { describeIssue, fail, type Issue, issue, ok, type Result } from '@cognate/core/base'
import { parseTrial, TRIAL_DOMAINS, type TrialFile } from '@cognate/core/case'
import { runProgram } from '../cli/own-process.ts'
import { datasetFile } from '../read/dataset.ts'
import { userPath } from '../read/paths.ts'
import { readParsed } from '../read/text.ts'
import { type Files, timeOf } from './results-files.ts'

export interface TrialPlace {
  /** Folder whose folders hold one TRIAL.yaml each. */
  readonly trials: string
  /** Folder of read-outs: a folder a trial, in it one a data cut. */
  readonly readOuts: string
  /** The command line that knows `trial report`. */
  readonly program: readonly string[]
}

export interface TrialEntry {
  /** Name of the trial; of one whose TRIAL.yaml cannot be read, of its folder. */
  readonly id: string
  readonly folder: string
  readonly file: Result<TrialFile, Issue>
}

/** By name. Undefined: the server was given no trials. */
export function trialsOf(place: TrialPlace | undefined): readonly TrialEntry[] {
  if (place === undefined) return []
  const root = userPath(place.trials)
  const folders = existsSync(root) ? ['.', ...readdirSync(root)].map(name => join(root, name)) : []
  return folders
    .filter(folder => existsSync(join(folder, 'TRIAL.yaml')))
    .map(folder => {
      const file = readParsed(join(folder, 'TRIAL.yaml'), parseTrial)
      return { id: file.ok ? file.value.trial : basename(folder), folder, file }
    })
    .toSorted((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true }))
}

const CUT = /^\d{4}-\d{2}-\d{2}$/
const LAST = 'report.html'

/** Data cuts with a read-out, the newest first. */
export function cutsOf(place: TrialPlace, { id }: TrialEntry): readonly string[] {
  const folder = join(userPath(place.readOuts), id)
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter(name => CUT.test(name) && existsSync(join(folder, name, LAST)))
    .toSorted()
    .toReversed()
}

export interface TrialLine {
  readonly id: string
  readonly title: string
  readonly synthetic: boolean
  /** Of TRIAL.yaml; '' where it cannot be read. */
  readonly data_cut: string
  /** Why its TRIAL.yaml cannot be used; '' where it can. */
  readonly problem: string
  readonly cuts: readonly string[]
}

export const trialLine = (place: TrialPlace, entry: TrialEntry): TrialLine => ({
  id: entry.id,
  title: entry.file.ok ? entry.file.value.title : '',
  synthetic: entry.file.ok && entry.file.value.synthetic,
  data_cut: entry.file.ok ? entry.file.value.data_cut : '',
  problem: entry.file.ok ? '' : describeIssue(entry.file.issue),
  cuts: cutsOf(place, entry),
})

/** Makes the read-out of a cut, or makes it anew. Errors: `read-out`: what the command line says. */
export async function makeReadOut(place: TrialPlace, entry: TrialEntry, cut: string): Promise<Result<string, Issue>> {
  const out = join(userPath(place.readOuts), entry.id, cut)
  const before = timeOf(join(out, LAST))
  const { failure } = await runProgram(place.program, ['trial', 'report', entry.folder, '--cut', cut, '--out', out, '--quiet'])
  // rows that could not be used end it with 1, and are listed in what it wrote
  return failure === undefined || timeOf(join(out, LAST)) > before ? ok(cut) : fail(issue('read-out', failure, 'correct it, and ask again'))
}

/** What a read-out left; none where there is none of that cut. */
export function readOutFiles(place: TrialPlace, entry: TrialEntry, cut: string): Files {
  const folder = join(userPath(place.readOuts), entry.id, cut)
  if (!cutsOf(place, entry).includes(cut)) return new Map()
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(one => one.isFile())
    .map(one => join(one.parentPath, one.name))
  return new Map(paths.map(path => [relative(folder, path), path]))
}

/** TRIAL.yaml or one of its tables is newer than the read-out. */
export function isOutdated(place: TrialPlace, entry: TrialEntry, cut: string): boolean {
  const made = timeOf(join(userPath(place.readOuts), entry.id, cut, LAST))
  const inputs = [join(entry.folder, 'TRIAL.yaml'), ...TRIAL_DOMAINS.flatMap(domain => datasetFile(entry.folder, domain) ?? [])]
  return inputs.some(path => statSync(path).mtimeMs > made)
}
