// Runs of cases as a file remembers them over a restart of the server.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout } from 'node:timers/promises'
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

/** How long a process is given to end, and how often it is looked at, in milliseconds. */
const PATIENCE = 10_000
const GLANCE = 50

/** Is the process still that of a run into this folder, and no other program's that has its number now? Told by Linux alone. */
function runsInto(pid: number, folder: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(folder)
  } catch {
    return false
  }
}

function send(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, signal)
  } catch {
    // it ended by itself
  }
}

/** Ends the process of a run that outlived its server, so that two do not write into one folder. */
export async function endOrphan({ process: pid }: KeptRun, folder: string): Promise<void> {
  if (pid === undefined || !runsInto(pid, folder)) return
  send(pid, 'SIGTERM')
  for (let waited = 0; runsInto(pid, folder); waited += GLANCE) {
    if (waited >= PATIENCE) return send(pid, 'SIGKILL')
    await setTimeout(GLANCE)
  }
}
