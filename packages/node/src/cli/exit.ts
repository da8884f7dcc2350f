// Exit codes, the contract of DESIGN section 5: 0 done, 1 the input is at fault, 2 usage, 3 a bug.
import { type Issue, issue, type Result } from '@cognate/core/base'
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

/** What the system says of a path, in words; these are no bugs. */
const SYSTEM: Readonly<Record<string, readonly [what: string, remedy: string]>> = {
  ENOENT: ['there is no such file or folder', 'check the path; a folder for a single file has to be there'],
  EISDIR: ['this is a folder, a file was expected', 'name a file in it'],
  EEXIST: ['a folder was expected, and this is a file', 'name a folder'],
  ENOTDIR: ['a folder was expected, and this is a file', 'name a folder'],
  EACCES: ['it may not be read or written', 'check who owns it, and its permissions'],
  EPERM: ['it may not be changed', 'check who owns it, and its permissions'],
  EROFS: ['it lies on a disk that cannot be written', 'choose another folder'],
  EIO: ['it cannot be read: the disk or the connection failed', 'copy it again'],
  ENOSPC: ['the disk is full', 'make room, or choose another folder'],
  ENAMETOOLONG: ['the name is too long', 'choose a shorter one'],
}

function systemIssue(error: unknown): Issue | undefined {
  const { code = '', path } = error as { readonly code?: string; readonly path?: string }
  const known = SYSTEM[code]
  return known === undefined ? undefined : { ...issue('file-access', ...known), ...(path === undefined ? {} : { file: path }) }
}

export function exitOf(error: unknown): number {
  const problem = error instanceof InputFault ? error.issue : error instanceof Error ? systemIssue(error) : undefined
  if (problem !== undefined) {
    printIssue(problem)
    return EXIT.input
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  process.stderr.write(`cognate: this is a bug, please report it with the command and the lines below\n${text}\n`)
  return EXIT.bug
}
