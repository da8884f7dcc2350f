// A table with a caption; rows are keyed by their first cell's text.
import type { ReactNode } from 'react'

export interface Row {
  readonly key: string
  readonly cells: readonly ReactNode[]
}

export function Table({
  caption,
  columns,
  rows,
  none,
}: {
  readonly caption: string
  readonly columns: readonly string[]
  readonly rows: readonly Row[]
  /** Said where there is no row. */
  readonly none: string
}) {
  if (rows.length === 0)
    return (
      <section>
        <h2>{caption}</h2>
        <p className="muted">{none}</p>
      </section>
    )
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: where it is wider than the screen, a keyboard has to reach it to scroll it
    <section className="scroll" aria-label={caption} tabIndex={0}>
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {columns.map(column => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, cells }) => (
            <tr key={key}>
              {cells.map((cell, i) => (
                <td key={columns[i]}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
