// Cases that somebody asked to be run: one process at a time, at a low priority, so that the record beside it keeps answering. What each says can be followed. What had not ended when the server
// was stopped goes on when it starts again: finished stages stay.
import type { ChildProcess } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { constants, setPriority } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { fail, type Issue, issue, ok, type Result } from '@cognate/core/base'
import { endOf, startCase } from '../cli/own-process.ts'
import type { Clock } from '../store/record-clock.ts'
import { endOrphan, readKeptRuns, writeKeptRuns } from './kept-runs.ts'

export interface CaseRunState {
  readonly state: 'waiting' | 'running' | 'finished' | 'failed' | 'stopped'
  /** Account. */
  readonly by: string
  /** RFC 3339; '' while it has not ended. */
  readonly asked_at: string
  readonly ended_at: string
  /** Why it failed; '' otherwise. */
  readonly failure: string
  /** What it said, the last of them where there are many. */
  readonly lines: readonly string[]
}

interface Run {
  readonly id: string
  readonly path: string
  readonly folder: string
  state: CaseRunState
  /** What has to end first. */
  before: Promise<void> | undefined
  child: ChildProcess | undefined
  readonly followers: Set<Readable>
}

const makeRun = (id: string, path: string, folder: string, state: CaseRunState): Run => ({
  id,
  path,
  folder,
  state,
  before: undefined,
  child: undefined,
  followers: new Set(),
})

const MOST_LINES = 500

export interface Keeping {
  /** File that remembers runs over a restart. */
  readonly file: string
  /** Where a case is now; undefined: it is there no more, or cannot be used. */
  readonly find: (id: string) => { readonly path: string; readonly folder: string } | undefined
}

export class CaseRuns {
  readonly #program: readonly string[]
  readonly #clock: Clock
  /** The newest of each case. */
  readonly #runs = new Map<string, Run>()
  readonly #waiting: Run[] = []
  readonly #keeping: Keeping | undefined
  #busy = false
  #closed = false

  /** `program`: the command line that knows `run`. Without `keeping` a restart forgets what was asked for. */
  constructor(program: readonly string[], clock: Clock, keeping?: Keeping) {
    this.#program = program
    this.#clock = clock
    this.#keeping = keeping
    if (keeping !== undefined) this.#takeUp(keeping)
  }

  #takeUp({ file, find }: Keeping): void {
    for (const remembered of readKeptRuns(file)) {
      const { id, process: _, ...state } = remembered
      const place = state.ended_at === '' ? find(id) : undefined
      const run = makeRun(id, place?.path ?? '', place?.folder ?? '', { ...state, lines: [] })
      this.#runs.set(id, run)
      if (isOver(run)) continue
      if (place === undefined) this.#end(run, 'failed', 'the server was stopped, and the case is there no more')
      else {
        run.before = endOrphan(remembered, place.folder)
        run.state = { ...run.state, state: 'waiting' }
        this.#say(run, 'the server was stopped; the run is taken up again')
        this.#waiting.push(run)
      }
    }
    void this.#work()
  }

  #keep(): void {
    // what a stop of the server ends goes on at its next start
    if (this.#keeping === undefined || this.#closed) return
    const kept = [...this.#runs.values()].map(run => {
      const { lines: _, ...state } = run.state
      return { id: run.id, ...state, process: isOver(run) ? undefined : run.child?.pid }
    })
    writeKeptRuns(this.#keeping.file, kept)
  }

  /** The command line that knows `run`. */
  get program(): readonly string[] {
    return this.#program
  }

  of(id: string): CaseRunState | undefined {
    return this.#runs.get(id)?.state
  }

  /** Errors: `case-running`. */
  start(id: string, path: string, folder: string, by: string): Result<CaseRunState, Issue> {
    const before = this.#runs.get(id)
    if (before !== undefined && !isOver(before))
      return fail(
        issue('case-running', `${id} is ${before.state.state} already, asked for by ${before.state.by}`, 'wait for it, or stop it'),
      )
    const run = makeRun(id, path, folder, { state: 'waiting', by, asked_at: this.#now(), ended_at: '', failure: '', lines: [] })
    // the newest last: runs are taken up in the order in which they were asked for
    this.#runs.delete(id)
    this.#runs.set(id, run)
    this.#waiting.push(run)
    this.#keep()
    void this.#work()
    return ok(run.state)
  }

  /** Finished stages stay. Errors: `case-idle`. */
  stop(id: string, by: string): Result<CaseRunState, Issue> {
    const run = this.#runs.get(id)
    if (run === undefined || isOver(run)) return fail(issue('case-idle', `${id} does not run`, 'there is nothing to stop'))
    this.#end(run, 'stopped', `stopped by ${by}`)
    run.child?.kill('SIGTERM')
    return ok(run.state)
  }

  /** Its lines so far and to come, each ended by a newline; undefined: it does not run. */
  follow(id: string): Readable | undefined {
    const run = this.#runs.get(id)
    if (run === undefined || isOver(run)) return undefined
    const stream = new Readable({ read() {} })
    for (const line of run.state.lines) stream.push(`${line}\n`)
    run.followers.add(stream)
    stream.once('close', () => run.followers.delete(stream))
    return stream
  }

  /** Ends what runs. */
  close(): void {
    this.#closed = true
    for (const run of this.#runs.values())
      if (!isOver(run)) {
        this.#end(run, 'stopped', 'the server was stopped')
        run.child?.kill('SIGTERM')
      }
  }

  async #work(): Promise<void> {
    if (this.#busy) return
    this.#busy = true
    for (let run = this.#waiting.shift(); run !== undefined; run = this.#waiting.shift())
      if (!isOver(run) && !this.#closed) await this.#one(run)
    this.#busy = false
  }

  async #one(run: Run): Promise<void> {
    await run.before
    if (isOver(run)) return
    run.state = { ...run.state, state: 'running' }
    const child = startCase(this.#program, run.path, run.folder)
    run.child = child
    this.#keep()
    if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW)
    let complaints = ''
    let rest = ''
    child.stdout!.resume()
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      complaints += text
      const lines = (rest + text).split('\n')
      rest = lines.pop()!
      for (const line of lines) this.#say(run, line)
    })
    const failure = await endOf(child, () => complaints)
    if (rest !== '') this.#say(run, rest)
    writeFileSync(join(run.folder, 'run.log'), complaints)
    if (!isOver(run)) this.#end(run, failure === undefined ? 'finished' : 'failed', failure ?? '')
  }

  #say(run: Run, line: string): void {
    run.state = { ...run.state, lines: [...run.state.lines, line].slice(-MOST_LINES) }
    for (const stream of run.followers) stream.push(`${line}\n`)
  }

  #end(run: Run, state: 'finished' | 'failed' | 'stopped', failure: string): void {
    run.state = { ...run.state, state, failure, ended_at: this.#now() }
    this.#keep()
    for (const stream of run.followers) stream.push(null)
  }

  #now(): string {
    return new Date(this.#clock.now()).toISOString()
  }
}

const isOver = ({ state: { ended_at } }: Run): boolean => ended_at !== ''
