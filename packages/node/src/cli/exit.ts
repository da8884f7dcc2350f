// Exit codes, the contract of DESIGN section 5: 0 done, 1 the input is at fault, 2 usage, 3 a bug.
import type { Issue, Result } from '@cognate/core/base'
import { printIssue } from './console.ts'

export const EXIT = { done: 0, input: 1, usage: 2, bug: 3 } as const

/** Thrown to leave a command with an issue; main prints it and ends with code 1. */
export class InputFault extends Error {
  readonly issue: Issue
  constructor(issue: Issue) {
    super(issue.what)
    this.issue = issue
  }
}

/** The value, or out with the issue. */
export function must<T>(result: Result<T, Issue>): T {
  if (!result.ok) throw new InputFault(result.issue)
  return result.value
}

export function exitOf(error: unknown): number {
  if (error instanceof InputFault) {
    printIssue(error.issue)
    return EXIT.input
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  process.stderr.write(`cognate: this is a bug, please report it with the command and the lines below\n${text}\n`)
  return EXIT.bug
}
