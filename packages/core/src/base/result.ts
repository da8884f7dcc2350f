// Bad data is a value: `Result` holds a value or the issues that prevented it. A bug is a throw.
import type { Issue } from './issue.ts'

export type Result<T, E = Issue> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly issue: E }

export const ok = <T>(value: T): Result<T, never> => ({ ok: true, value })
export const fail = <E>(issue: E): Result<never, E> => ({ ok: false, issue })

/** Ends a `switch` over a closed union: a new kind without a branch does not compile. */
export function unreachable(kind: never): never {
  throw new Error(`unreachable: ${String(kind)}`)
}
