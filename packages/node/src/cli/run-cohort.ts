// Runs the cases of a cohort, each in a process of its own: one that fails or runs out of memory takes no other with it.
import type { ChildProcess } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { describeIssue } from '@cognate/core/base'
import { userPath } from '../read/paths.ts'
import type { CohortEntry } from './cohort-cases.ts'
import { endOf, ownProgram, startCase } from './own-process.ts'

export interface CaseOutcome {
  readonly id: string
  readonly seconds: number
  /** Every stage was unchanged. */
  readonly unchanged: boolean
  /** Undefined: it finished. */
  readonly failure: string | undefined
}

/** `ended` hears of each case as it ends. */
export async function runCases(
  entries: readonly CohortEntry[],
  out: string,
  threads: number,
  ended: (outcome: CaseOutcome) => void,
): Promise<void> {
  const waiting = [...entries]
  const children = new Set<ChildProcess>()
  // a terminal's Ctrl-C reaches the children by itself, a signal to us alone does not
  const stop = () => {
    for (const child of children) child.kill('SIGTERM')
    process.exit(128 + constants.signals.SIGTERM)
  }
  process.once('SIGTERM', stop)
  const work = async () => {
    for (let entry = waiting.shift(); entry !== undefined; entry = waiting.shift())
      ended(
        entry.opened.ok
          ? await runOne(entry, out, children)
          : { id: entry.id, seconds: 0, unchanged: false, failure: describeIssue(entry.opened.issue) },
      )
  }
  await Promise.all(Array.from({ length: Math.max(1, threads) }, work))
  process.off('SIGTERM', stop)
}

/** `children`: those that run now. */
async function runOne({ id, path }: CohortEntry, out: string, children: Set<ChildProcess>): Promise<CaseOutcome> {
  const started = performance.now()
  const folder = join(out, id)
  const child = startCase(ownProgram(), userPath(path), folder, ['--json'])
  children.add(child)
  const said = { told: '', complaints: '' }
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    said.told += text
  })
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    said.complaints += text
  })
  const failure = await endOf(child, () => said.complaints)
  children.delete(child)
  writeFileSync(join(folder, 'run.log'), said.complaints)
  const seconds = (performance.now() - started) / 1000
  if (failure !== undefined) return { id, seconds, unchanged: false, failure }
  const { stages } = JSON.parse(said.told) as { readonly stages: readonly { readonly skipped: boolean }[] }
  return { id, seconds, unchanged: stages.every(stage => stage.skipped), failure: undefined }
}
