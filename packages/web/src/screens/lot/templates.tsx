// Batch-record templates: which there are, and one with its steps, limits and release tests, beside the version before it, for whoever is to approve it.
import type { Json } from '@cognate/core/base'
import { type BatchTemplate, limitText, type TemplateData } from '@cognate/core/lot'
import { type Change, changesOf } from '@cognate/core/record'
import type { Desk } from '../../client/desk.ts'
import { useAnswer } from '../../client/use-answer.ts'
import { Screen } from '../../parts/answer.tsx'
import { Mark } from '../../parts/mark.tsx'
import { Table } from '../../parts/table.tsx'
import { DutiesOf } from '../record/duties.tsx'

interface TemplateRow {
  readonly id: string
  readonly parent: string
  readonly data: TemplateData
}

const addressOf = (id: string): string => `#/templates/${encodeURIComponent(id)}`

export function Templates({ desk }: { readonly desk: Desk }) {
  return (
    <Screen
      title="Batch-record templates"
      answered={useAnswer<{ readonly templates: readonly TemplateRow[] }>(desk.client, '/templates?limit=500')}
    >
      {({ templates }) => (
        <>
          {desk.forms.some(({ name }) => name === 'template.propose') ? <a href="#/do/template.propose">Propose a version</a> : null}
          <Table
            caption="Every version"
            columns={['Version', 'Product', 'State', 'Author', 'Approved by']}
            none="There is none yet."
            rows={templates.map(({ id, data }) => ({
              key: id,
              cells: [
                <a key="one" href={addressOf(id)}>
                  {id}
                </a>,
                data.template.product_type,
                <Mark key="state" says={data.status} />,
                data.author,
                data.approved_by,
              ],
            }))}
          />
        </>
      )}
    </Screen>
  )
}

export function Template({ desk, id }: { readonly desk: Desk; readonly id: string }) {
  const answered = useAnswer<TemplateRow>(desk.client, `/templates/${encodeURIComponent(id)}`)
  const parent = answered.result?.ok === true ? answered.result.value.parent : ''
  return (
    <Screen title={`Template ${id}`} answered={answered}>
      {({ data: { template, status, author, approved_by } }) => (
        <>
          <p>
            <Mark says={status} /> proposed by {author}
            {approved_by === '' ? '' : `, approved by ${approved_by}`}. {template.product_type}, {template.starting_material};{' '}
            {template.arms}.
          </p>
          <p className="muted">{template.note}</p>
          {status === 'approved' ? null : <DutiesOf desk={desk} of="templates" id={id} />}
          <SinceBefore key={parent} desk={desk} id={id} parent={parent} template={template} />
          <Steps template={template} />
          <Release template={template} />
          <Dose template={template} />
          {template.follow_up === undefined ? null : (
            <Table
              caption="Follow-up"
              columns={['Visit', 'Months', 'Source']}
              none=""
              rows={template.follow_up.map(({ visit, months, source }) => ({ key: visit, cells: [visit, months, source] }))}
            />
          )}
        </>
      )}
    </Screen>
  )
}

function Dose({ template: { dose } }: { readonly template: BatchTemplate }) {
  if (dose === undefined) return null
  const shares = [dose.viability, dose.cd3, dose.receptor_positive].filter(name => name !== undefined)
  return (
    <p>
      Dose: {dose.counted} cells of <b>{dose.test}</b>
      {shares.map(name => (
        <span key={name}>
          {' '}
          × <b>{name}</b>
        </span>
      ))}
    </p>
  )
}

function Steps({ template: { steps } }: { readonly template: BatchTemplate }) {
  return (
    <Table
      caption="Steps"
      columns={['Day', 'Step', 'After', 'Second person', 'Limits', 'Materials', 'Equipment']}
      none=""
      rows={steps.map(step => ({
        key: step.id,
        cells: [
          step.day,
          <>
            {step.title} <span className="muted">{step.id}</span>
          </>,
          step.after.join(', '),
          step.second_person ? 'yes' : '',
          step.parameters.map(one => (
            <div key={one.name}>
              {[`${one.name} ${limitText(one)}`.trim(), one.action].join(', ')} <span className="muted">{one.source}</span>
            </div>
          )),
          step.materials.join(', '),
          step.equipment.join(', '),
        ],
      }))}
    />
  )
}

function Release({ template: { release } }: { readonly template: BatchTemplate }) {
  return (
    <Table
      caption="Release tests"
      columns={['Test', 'Method', 'Limit', 'When', 'Source']}
      none=""
      rows={release.map(one => ({
        key: one.name,
        cells: [one.name, one.method, limitText(one), one.required_before_release ? 'before release' : 'may be pending', one.source],
      }))}
    />
  )
}

const keyed = <T,>(rows: readonly T[], name: (row: T) => string): Readonly<Record<string, T>> =>
  Object.fromEntries(rows.map(row => [name(row), row]))

/** Steps, their parameters and tests by their names, so that one that was put in does not change all behind it. */
const byName = ({ steps, release, ...rest }: BatchTemplate): Json =>
  ({
    ...rest,
    steps: keyed(
      steps.map(step => ({ ...step, parameters: keyed(step.parameters, one => one.name) })),
      step => step.id,
    ),
    release: keyed(release, test => test.name),
  }) as unknown as Json

const said = (value: Json): string => (value === null ? 'nothing' : typeof value === 'string' ? value : JSON.stringify(value))

/** What is other than in the newest approved version of the same name. */
function SinceBefore({
  desk,
  id,
  parent,
  template,
}: {
  readonly desk: Desk
  readonly id: string
  readonly parent: string
  readonly template: BatchTemplate
}) {
  const { result } = useAnswer<{ readonly templates: readonly TemplateRow[] }>(
    desk.client,
    `/templates?limit=500&parent=${encodeURIComponent(parent)}`,
  )
  if (result === undefined || !result.ok) return null
  const before = result.value.templates
    .filter(row => row.id !== id && row.data.status === 'approved')
    .toSorted((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true }))
    .findLast(row => row.id.localeCompare(id, 'en', { numeric: true }) < 0)
  if (before === undefined) return <p className="muted">There is no earlier approved version to lay it beside.</p>
  const changes: readonly Change[] = changesOf('', byName(before.data.template), byName(template))
  return (
    <Table
      caption={`Changed since ${before.id}`}
      columns={['Where', 'Before', 'Now']}
      none="Nothing."
      rows={changes.map(({ path, old, new: now }) => ({ key: path, cells: [path.replaceAll('/', ' ').trim(), said(old), said(now)] }))}
    />
  )
}
