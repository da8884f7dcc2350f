// Runs of cases as a file remembers them over a restart of the server.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'

const keptRunSchema = z.object({
  id: z.string(),
  state: z.enum(['waiting', 'running', 'finished', 'failed', 'stopped']),
  by: z.string(),
  asked_at: z.string(),
  ended_at: z.string(),
  failure: z.string(),
  /** Process that runs it. */
  process: z.number().int().optional(),
})
export type KeptRun = z.infer<typeof keptRunSchema>

/** What the file says, in the order in which runs were asked for; nothing where there is none or it was damaged: then nobody's run goes on by itself. */
export function readKeptRuns(file: string): readonly KeptRun[] {
  try {
    return z.array(keptRunSchema).parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return []
  }
}

export function writeKeptRuns(file: string, runs: readonly KeptRun[]): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(`${file}.partial`, `${JSON.stringify(runs, null, 1)}\n`)
  renameSync(`${file}.partial`, file)
}

/** Ends the process of a run that outlived its server, so that two do not write into one folder. What another program has the number now is left alone (told by Linux; elsewhere nothing is ended). */
export function endOrphan({ process: pid }: KeptRun, folder: string): boolean {
  if (pid === undefined) return false
  try {
    if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(folder)) return false
    process.kill(pid, 'SIGTERM')
    return true
  } catch {
    return false
  }
}
