// Everything that this person may ask the record to write, by what it is about.
import { type LotData, mayFollow } from '@cognate/core/lot'
import type { Desk } from '../../client/desk.ts'

export const addressOf = (name: string, id?: string): string =>
  `#/do/${encodeURIComponent(name)}${id === undefined ? '' : `/${encodeURIComponent(id)}`}`

const subjectOf = (path: string): string => path.split('/')[1]!

export function Duties({ desk: { forms } }: { readonly desk: Desk }) {
  const subjects = [...new Set(forms.map(({ path }) => subjectOf(path)))]
  return (
    <>
      <h1>Record something</h1>
      {forms.some(({ name }) => name === 'result.enter') ? <a href="#/import">Results from a laboratory’s file</a> : null}
      {subjects.length === 0 ? <p className="muted">Your roles read the record; they write nothing in it.</p> : null}
      {subjects.map(subject => (
        <section key={subject}>
          <h2>{subject.charAt(0).toUpperCase() + subject.slice(1)}</h2>
          {subject === 'templates' ? <a href="#/templates">See the templates</a> : null}
          <ul className="plain">
            {forms
              .filter(({ path }) => subjectOf(path) === subject)
              .map(({ name, title }) => (
                <li key={name}>
                  <a href={addressOf(name)}>{title}</a>
                </li>
              ))}
          </ul>
        </section>
      ))}
    </>
  )
}

/** Links to the commands of one thing. */
export function DutiesOf({
  desk: { forms },
  of,
  id,
  without = [],
  lot,
}: {
  readonly desk: Desk
  /** First part of their path, such as `lots`. */
  readonly of: string
  readonly id: string
  readonly without?: readonly string[]
  /** The lot in whose state a command has to be possible. */
  readonly lot?: LotData
}) {
  const own = forms.filter(
    ({ name, path, event }) =>
      path.startsWith(`/${of}/{id}/`) && !without.includes(name) && (lot === undefined || event === undefined || mayFollow(lot, event)),
  )
  if (own.length === 0) return null
  return (
    <ul className="plain duties">
      {own.map(({ name, title }) => (
        <li key={name}>
          <a href={addressOf(name, id)}>{title}</a>
        </li>
      ))}
    </ul>
  )
}
