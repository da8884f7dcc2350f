// The cases of a cohort: CASE.yaml files, and folders that hold them.
import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fail, type Issue, ok, type Result, refuse } from '@cognate/core/base'
import { userPath } from '../read/paths.ts'
import { type OpenedCase, openCase } from './case-inputs.ts'

export interface CohortEntry {
  /** Name of the case and of its folder of results; of a case that cannot be opened, the folder that its file lies in. */
  readonly id: string
  /** Its CASE.yaml, as found. */
  readonly path: string
  readonly opened: Result<OpenedCase, Issue>
}

/** Every case once, by name. A case that cannot be opened stays in the list. Errors: `file-missing`, `cohort-empty`, `case-twice`. */
export function findCases(paths: readonly string[]): Result<readonly CohortEntry[], Issue> {
  const entries: CohortEntry[] = []
  for (const given of paths) {
    const found = caseFiles(given)
    if (!found.ok) return found
    for (const path of found.value) {
      if (entries.some(entry => userPath(entry.path) === userPath(path))) continue
      const opened = openCase(path)
      const id = opened.ok ? opened.value.file.case : nameOf(path)
      const twin = entries.find(entry => entry.id === id)
      if (twin !== undefined)
        return refuse(
          'case-twice',
          `${twin.path} and ${path} are both called ${id}`,
          'give each case a name of its own in its CASE.yaml: results are kept by it',
        )
      entries.push({ id, path, opened })
    }
  }
  return ok(entries.toSorted((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true })))
}

const nameOf = (path: string): string => basename(dirname(userPath(path)))

function caseFiles(path: string): Result<readonly string[], Issue> {
  const full = userPath(path)
  if (!existsSync(full))
    return fail({
      code: 'file-missing',
      what: 'there is no such file or folder',
      remedy: 'name CASE.yaml files or a folder of cases',
      file: path,
    })
  if (!statSync(full).isDirectory()) return ok([path])
  const inside = ['.', ...readdirSync(full).sort()].map(name => join(path, name, 'CASE.yaml')).filter(name => existsSync(userPath(name)))
  return inside.length > 0
    ? ok(inside)
    : fail({
        code: 'cohort-empty',
        what: 'neither this folder nor one in it holds a CASE.yaml',
        remedy: 'name the folder whose folders hold one CASE.yaml each, or name the files',
        file: path,
      })
}
