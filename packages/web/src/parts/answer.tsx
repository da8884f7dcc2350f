// A screen's frame: what it is about, a way to ask again, and the answer once it is there, or why it is not.
import type { Issue } from '@cognate/core/base'
import type { ReactNode } from 'react'
import type { Answered } from '../client/use-answer.ts'

export function Problem({ issue }: { readonly issue: Issue }) {
  return (
    <p className="problem" role="alert">
      {issue.what}; {issue.remedy}. <code>{issue.code}</code>
    </p>
  )
}

export function Screen<T>({
  title,
  answered,
  children,
}: {
  readonly title: string
  readonly answered: Answered<T>
  /** `again`: after something was changed. */
  readonly children: (value: T, again: () => void) => ReactNode
}) {
  const { result, again } = answered
  return (
    <>
      <header className="title">
        <h1>{title}</h1>
        <button type="button" onClick={again}>
          Refresh
        </button>
      </header>
      {result === undefined ? (
        <p className="muted">Asking the record …</p>
      ) : result.ok ? (
        children(result.value, again)
      ) : (
        <Problem issue={result.issue} />
      )}
    </>
  )
}
