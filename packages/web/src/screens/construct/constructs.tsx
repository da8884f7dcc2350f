// Inserts: each to scale with what was checked, or refused with the checks that failed.
import { caseHref, casePath, hasFile, type Row, type TableAnswer } from '../../client/case-answers.ts'
import { useAnswer } from '../../client/use-answer.ts'
import { Problem } from '../../parts/answer.tsx'
import { DataTable } from '../../parts/data-table.tsx'
import { Figure } from '../../parts/figure.tsx'
import { Mark } from '../../parts/mark.tsx'
import { percent } from '../../parts/numbers.ts'
import type { CaseScreen } from '../case/case.tsx'

export function Constructs(given: CaseScreen) {
  const { desk, the } = given
  const { result } = useAnswer<TableAnswer>(desk.client, `${casePath(the.id, 'tables', 'constructs')}?limit=500`)
  if (result === undefined) return <p className="muted">Reading …</p>
  if (!result.ok) return <Problem issue={result.issue} />
  const file = (name: string, title: string) =>
    hasFile(the, name) ? <a href={`/api/v1${casePath(the.id, 'files', name)}`}>{title}</a> : null
  return (
    <>
      <p className="choices">
        {file('constructs.gb', 'GenBank')}
        {file('constructs.fasta', 'FASTA')}
        {file('order.csv', 'Order')}
        {file('construct-sheet.html', 'Sheet to print')}
        {file('constructs.tsv', 'Table')}
      </p>
      {result.value.rows.map(row => (
        <Construct key={row.construct_id || row.receptor_id} id={the.id} row={row} />
      ))}
      {hasFile(the, 'gate.tsv') ? (
        <DataTable
          client={desk.client}
          of={casePath(the.id)}
          table="gate"
          caption="Every check of the gate"
          rowKey={['construct', 'check']}
          columns={[
            { name: 'construct', title: 'Construct' },
            { name: 'check', title: 'Check' },
            { name: 'verdict', title: 'Verdict', show: row => <Mark says={row.verdict ?? ''} /> },
            { name: 'observed', title: 'Found' },
            { name: 'expected', title: 'Expected' },
          ]}
        />
      ) : null}
    </>
  )
}

/** To scale, or why it was refused. */
export const Insert = ({ id, row }: { readonly id: string; readonly row: Row }) => (
  <>
    <h2>
      {row.construct_id || 'No construct'} <Mark says={row.status ?? ''} />
    </h2>
    {row.status === 'ready' ? (
      <Figure
        of={casePath(id)}
        figure={row.construct_id ?? ''}
        says={`Map of the insert ${row.construct_id}, ${row.insert_length} nucleotides`}
      />
    ) : (
      <p className="problem">{row.failed_checks}</p>
    )}
  </>
)

function Construct({ id, row }: { readonly id: string; readonly row: Row }) {
  return (
    <section>
      <Insert id={id} row={row} />
      <dl>
        <dt>Receptor</dt>
        <dd>
          {(row.receptor_id ?? '').split(';').map(receptor => (
            <a key={receptor} href={caseHref(id, 'receptors', receptor)}>
              {receptor}{' '}
            </a>
          ))}
        </dd>
        <dt>Alpha</dt>
        <dd>
          {row.a_v_call} <code>{row.a_junction_aa}</code> {row.a_j_call}
        </dd>
        <dt>Beta</dt>
        <dd>
          {row.b_v_call} <code>{row.b_junction_aa}</code> {row.b_j_call}
        </dd>
        {row.status === 'ready' ? (
          <>
            <dt>Layout</dt>
            <dd>
              {row.layout}, {row.constant_set}, {row.linker}; {row.insert_length} nt, GC {percent(row.gc)}, limits {row.preset}
            </dd>
            <dt>SHA-256 of the insert</dt>
            <dd className="sequence">
              <code>{row.sha256}</code>
            </dd>
          </>
        ) : null}
        {row.caveats === '' ? null : (
          <>
            <dt>Caveats</dt>
            <dd>{row.caveats}</dd>
          </>
        )}
      </dl>
    </section>
  )
}
