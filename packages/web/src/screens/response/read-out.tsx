// The read-out of a trial at a data cut: what a reader looks for first, each picture with its numbers, every row behind them, and what could not be used.
import type { Row } from '../../client/case-answers.ts'
import type { Client } from '../../client/record-client.ts'
import { type ReadOutAnswer, readOutHref, readOutPath } from '../../client/trial-answers.ts'
import { useAnswer } from '../../client/use-answer.ts'
import { Problem, Screen } from '../../parts/answer.tsx'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { Figure } from '../../parts/figure.tsx'
import { Mark } from '../../parts/mark.tsx'
import { figures } from '../../parts/numbers.ts'
import { Table } from '../../parts/table.tsx'

const TABS = [
  ['', 'Read-out'],
  ['response', 'Response'],
  ['times', 'Times to events'],
  ['safety', 'Safety'],
  ['cells', 'Cells'],
  ['files', 'Files'],
] as const

interface Part {
  readonly client: Client
  readonly the: ReadOutAnswer
  /** Path of the read-out. */
  readonly of: string
}

export function ReadOut({
  client,
  id,
  cut,
  screen,
}: {
  readonly client: Client
  readonly id: string
  readonly cut: string
  readonly screen: string
}) {
  const of = readOutPath(id, cut)
  return (
    <Screen title={`${id} at ${cut}`} answered={useAnswer<ReadOutAnswer>(client, of)}>
      {the => (
        <>
          <nav className="tabs" aria-label="Parts of the read-out">
            {TABS.map(([name, title]) => (
              <a key={name} href={readOutHref(id, cut, ...(name === '' ? [] : [name]))} aria-current={screen === name ? 'page' : undefined}>
                {title}
              </a>
            ))}
          </nav>
          <p className="muted">{the.title}</p>
          {the.synthetic ? <p className="muted">A synthetic trial: every subject was made up.</p> : null}
          {the.outdated ? (
            <p className="muted">TRIAL.yaml or a table of the trial is newer than this read-out: cut the data again before it is quoted.</p>
          ) : null}
          <OnePart client={client} the={the} of={of} screen={screen} />
        </>
      )}
    </Screen>
  )
}

function OnePart({ screen, ...part }: Part & { readonly screen: string }) {
  if (screen === 'response') return <Responses {...part} />
  if (screen === 'times') return <Times {...part} />
  if (screen === 'safety') return <Toxicity {...part} />
  if (screen === 'cells') return <Cells {...part} />
  if (screen === 'files') return <Files {...part} />
  return <Headlines {...part} />
}

/** A picture and the table that it is drawn from. */
const Picture = ({ the, of, name, says }: Pick<Part, 'the' | 'of'> & { readonly name: string; readonly says: string }) =>
  the.files.includes(`figures/${name}.svg`) ? (
    <>
      <h2>{says}</h2>
      <Figure of={of} figure={name} says={`${says}; its numbers are in ${name}.tsv`} />
      <p className="muted">
        <a href={`/api/v1${of}/files/${encodeURIComponent(`figures/${name}.tsv`)}`}>Numbers</a>
      </p>
    </>
  ) : null

function Headlines({ client, the, of }: Part) {
  const { result } = useAnswer<{ readonly rows: readonly Row[] }>(client, `${of}/tables/headlines`)
  const { result: issues } = useAnswer<{ readonly rows: readonly Row[]; readonly total: number }>(client, `${of}/tables/issues?limit=500`)
  if (result === undefined || issues === undefined) return <p className="muted">Reading …</p>
  if (!result.ok) return <Problem issue={result.issue} />
  if (!issues.ok) return <Problem issue={issues.issue} />
  return (
    <>
      <Table
        caption="What is looked for first"
        columns={['Figure', 'Value']}
        none="Nobody was treated by then."
        rows={result.value.rows.map(({ what = '', value }) => ({ key: what, cells: [what, value] }))}
      />
      <Picture the={the} of={of} name="waterfall" says="Best change of the sum of target lesions" />
      <Picture the={the} of={of} name="swimmer" says="Time on study" />
      <Table
        caption="Rows that could not be used"
        columns={['File', 'Line', 'What', 'Remedy']}
        none="Every row was used."
        rows={issues.value.rows.map(row => ({
          key: `${row.file} ${row.line} ${row.code} ${row.what}`,
          cells: [row.file?.split('/').at(-1), row.line, row.what, row.remedy],
        }))}
      />
    </>
  )
}

const SUBJECT: Column = { name: 'subject', title: 'Subject', kind: 'word' }

const Responses = ({ client, the, of }: Part) => (
  <>
    <Picture the={the} of={of} name="spider" says="Change of the sum over time" />
    <DataTable
      client={client}
      of={of}
      table="best-response"
      caption="Best responses"
      rowKey={['subject']}
      columns={[
        SUBJECT,
        { name: 'best', title: 'Best', show: row => <Mark says={row.best ?? ''} /> },
        { name: 'best_date', title: 'On', kind: 'word' },
        { name: 'confirmed_best', title: 'Confirmed', show: row => <Mark says={row.confirmed_best ?? ''} /> },
        { name: 'first_response', title: 'First response', kind: 'word' },
        { name: 'progression', title: 'Progression', kind: 'word' },
        { name: 'best_change_pct', title: 'Best change, %', kind: 'number', show: row => figures(row.best_change_pct) },
        { name: 'origins', title: 'Receptors of' },
      ]}
    />
    <DataTable
      client={client}
      of={of}
      table="response"
      caption="Every assessment"
      rowKey={['subject', 'reader', 'visit', 'date']}
      columns={[
        SUBJECT,
        { name: 'visit', title: 'Visit', kind: 'word' },
        { name: 'date', title: 'Date', kind: 'word' },
        { name: 'sum_mm', title: 'Sum, mm', kind: 'number' },
        { name: 'nadir_mm', title: 'Nadir', kind: 'number' },
        { name: 'pct_baseline', title: '% of baseline', kind: 'number', show: row => figures(row.pct_baseline) },
        { name: 'target', title: 'Target' },
        { name: 'nontarget', title: 'Non-target' },
        { name: 'new', title: 'New' },
        { name: 'overall', title: 'Overall', show: row => <Mark says={row.overall ?? ''} /> },
        { name: 'reason', title: 'Why', kind: 'prose' },
      ]}
    />
    <Picture the={the} of={of} name="lesions" says="Every lesion over time" />
    {!the.files.includes('reader-calls.tsv') ? null : (
      <DataTable
        client={client}
        of={of}
        table="reader-calls"
        caption="What the readers called"
        rowKey={['subject', 'reader', 'visit', 'part']}
        columns={[
          SUBJECT,
          { name: 'visit', title: 'Visit', kind: 'number' },
          { name: 'part', title: 'Part' },
          { name: 'reader_says', title: 'Reader', show: row => <Mark says={row.reader_says ?? ''} /> },
          { name: 'from_measurements', title: 'Measurements', show: row => <Mark says={row.from_measurements ?? ''} /> },
          { name: 'agree', title: 'Agree' },
          { name: 'why', title: 'Why', kind: 'prose' },
        ]}
      />
    )}
  </>
)

const CURVES = [
  ['ttp', 'Time to progression'],
  ['pfs', 'Progression-free survival'],
  ['dor', 'Duration of response'],
  ['os', 'Overall survival'],
] as const

const Times = ({ client, the, of }: Part) => (
  <>
    {CURVES.map(([name, says]) => (
      <Picture key={name} the={the} of={of} name={name} says={says} />
    ))}
    <DataTable
      client={client}
      of={of}
      table="endpoints"
      caption="Every time to an event"
      rowKey={['subject', 'endpoint', 'censoring']}
      columns={[
        SUBJECT,
        { name: 'endpoint', title: 'Endpoint' },
        { name: 'start', title: 'From', kind: 'word' },
        { name: 'end', title: 'To', kind: 'word' },
        { name: 'days', title: 'Days', kind: 'number' },
        { name: 'months', title: 'Months', kind: 'number' },
        { name: 'event', title: 'Event', show: row => (row.event === '1' ? 'event' : 'censored') },
        { name: 'reason', title: 'Why', kind: 'prose' },
        { name: 'censoring', title: 'Rules' },
      ]}
    />
  </>
)

const Toxicity = ({ client, the, of }: Part) => (
  <>
    <Picture the={the} of={of} name="toxicity" says="Worst grade of each event" />
    <DataTable
      client={client}
      of={of}
      table="toxicity"
      caption="Worst grades"
      rowKey={['source', 'term', 'worst_grade']}
      columns={[
        { name: 'source', title: 'Source' },
        { name: 'term', title: 'Event' },
        { name: 'worst_grade', title: 'Grade', kind: 'number' },
        { name: 'subjects', title: 'Subjects', kind: 'number' },
      ]}
    />
    {!the.files.includes('adverse-events.tsv') ? null : (
      <DataTable
        client={client}
        of={of}
        table="adverse-events"
        caption="Every adverse event"
        rowKey={['subject', 'term', 'start', 'grade']}
        columns={[
          SUBJECT,
          { name: 'term', title: 'Event' },
          { name: 'grade', title: 'Grade', kind: 'number' },
          { name: 'serious', title: 'Serious' },
          { name: 'related', title: 'Related to' },
          { name: 'start', title: 'From', kind: 'word' },
          { name: 'end', title: 'To', kind: 'word' },
          { name: 'day_from_conditioning', title: 'Day from conditioning', kind: 'number' },
          { name: 'day_from_infusion', title: 'Day from infusion', kind: 'number' },
        ]}
      />
    )}
  </>
)

const Cells = ({ client, the, of }: Part) => (
  <>
    <Picture the={the} of={of} name="persistence" says="Infused receptors in blood over time" />
    <DataTable
      client={client}
      of={of}
      table="persistence"
      caption="Infused receptors"
      rowKey={['subject', 'receptor', 'method']}
      columns={[
        SUBJECT,
        { name: 'receptor', title: 'Receptor' },
        { name: 'origin', title: 'From' },
        { name: 'method', title: 'Method' },
        { name: 'cmax_pct', title: 'Most, %', kind: 'number' },
        { name: 'tmax_day', title: 'On day', kind: 'number' },
        { name: 'last_detected_day', title: 'Last seen, day', kind: 'number' },
        { name: 'half_life_days', title: 'Half-life, days', kind: 'number' },
        { name: 'one_month_pct', title: 'At one month, %', kind: 'number' },
      ]}
    />
  </>
)

const Files = ({ the, of }: Part) => (
  <ul>
    {the.files.map(name => (
      <li key={name}>
        <a href={`/api/v1${of}/files/${encodeURIComponent(name)}`}>{name}</a>
      </li>
    ))}
  </ul>
)
