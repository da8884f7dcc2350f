// What a person sees: progress, notices and faults on standard error, results on standard output. `--quiet` leaves errors and faults only, `--json` a summary for programs.
import { commonestReasons, describeIssue, type FunnelRow, type Issue, isLeftBehind } from '@cognate/core/base'

export interface Console {
  readonly begin: (stage: string) => void
  /** How far a long stage has come; a terminal only, at most five times a second. */
  readonly progress: (stage: string, done: string) => void
  readonly end: (stage: string, headline: string, skipped: boolean, seconds: number) => void
  /** What was left behind, commonest reasons first. */
  readonly leftBehind: (rows: readonly FunnelRow[]) => void
  readonly notice: (text: string) => void
  /** A notice that `--quiet` does not silence: an empty result is never silent. */
  readonly loud: (text: string) => void
  /** Why the exit code is 1 though there is a result: told whatever was asked for. */
  readonly fault: (text: string) => void
  readonly result: (text: string) => void
}

const isTerminal = process.stderr.isTTY === true

export function makeConsole(options: { readonly quiet: boolean; readonly json: boolean }): Console {
  const talks = !options.quiet && !options.json
  let last = 0
  return {
    begin: stage => {
      if (talks && isTerminal) process.stderr.write(`  ${stage} …`)
    },
    progress: (stage, done) => {
      if (!talks || !isTerminal || performance.now() - last < 200) return
      last = performance.now()
      process.stderr.write(`\r\u001b[K  ${stage.padEnd(12)} ${done} …`)
    },
    end: (stage, headline, skipped, seconds) => {
      if (talks)
        process.stderr.write(
          `${isTerminal ? '\r\u001b[K' : ''}  ${stage.padEnd(12)} ${headline}${skipped ? ' (unchanged, not run again)' : ` (${seconds.toFixed(1)} s)`}\n`,
        )
    },
    leftBehind: rows => {
      const reasons = commonestReasons(rows.filter(isLeftBehind), 4)
      if (talks && reasons.length > 0) {
        process.stderr.write(
          `  ${' '.repeat(12)} left behind: ${reasons.map(row => `${row.count.toLocaleString('en-US')} ${row.reason}`).join(', ')} (funnel.tsv has all, with examples)\n`,
        )
      }
    },
    notice: text => {
      if (!options.quiet) process.stderr.write(`  note: ${text}\n`)
    },
    loud: text => {
      process.stderr.write(`  note: ${text}\n`)
    },
    fault: text => {
      process.stderr.write(`  fault: ${text}\n`)
    },
    result: text => {
      if (!options.json) process.stdout.write(`${text}\n`)
    },
  }
}

/** The outcome: for programs with `--json`, otherwise in words. */
export function printAnswer(flags: { readonly json?: boolean; readonly quiet?: boolean }, value: unknown, text: string): void {
  process.stdout.write(`${flags.json === true ? JSON.stringify(value) : text}\n`)
}

/** Faults that are listed one by one. */
const MOST_FAULTS = 20

/** Rows that could not be used, each with its remedy; beyond twenty their number, and where all are. */
export function printFaults(console: Console, problems: readonly Issue[], all: string): void {
  for (const problem of problems.slice(0, MOST_FAULTS)) console.fault(describeIssue(problem).replace('\n  remedy', '\n         remedy'))
  if (problems.length > MOST_FAULTS) console.fault(`and ${(problems.length - MOST_FAULTS).toLocaleString('en-US')} more, all in ${all}`)
}

export function printIssue(problem: Issue): void {
  process.stderr.write(`cognate: ${describeIssue(problem)}\n`)
}
