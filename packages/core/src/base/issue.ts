// What is wrong with an input, in a form a program can match (`code`) and a person can act on (`what`, `remedy`, where).

import { fail } from './result.ts'

export interface Issue {
  /** Stable, kebab-case: what tests, scripts and the HTTP API match. */
  readonly code: string
  /** One sentence: what was found. */
  readonly what: string
  /** One sentence: what to do about it. */
  readonly remedy: string
  readonly file?: string
  /** 1-based line of `file`. */
  readonly line?: number
}

export const issue = (code: string, what: string, remedy: string, line?: number): Issue =>
  line === undefined ? { code, what, remedy } : { code, what, remedy, line }

/** A failed result that says what and why in one call. */
export const refuse = (code: string, what: string, remedy: string) => fail(issue(code, what, remedy))

export const inFile = (file: string, problem: Issue): Issue => ({ ...problem, file: problem.file ?? file })

/** Adds what is wrong with one line of a file to a list. */
export type Report = (code: string, what: string, remedy: string) => void

export const reportAt =
  (issues: Issue[], file: string, line: number): Report =>
  (code, what, remedy) => {
    issues.push(inFile(file, issue(code, what, remedy, line)))
  }

/** `somatic.vcf.gz:12: what was found [code]\n  remedy: …` */
export function describeIssue(problem: Issue): string {
  const where = problem.file === undefined ? '' : `${problem.file}${problem.line === undefined ? '' : `:${problem.line}`}: `
  const line = problem.file === undefined && problem.line !== undefined ? `line ${problem.line}: ` : ''
  return `${where}${line}${problem.what} [${problem.code}]\n  remedy: ${problem.remedy}`
}
