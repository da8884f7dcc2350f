// The batch record: the template's steps, what was done of them, by whom, within which limits; and the second person's part.
import { limitText, type StepData, type TemplateStep } from '@cognate/core/lot'
import type { Row } from '@cognate/core/record'
import type { LotAnswer } from '../../client/answers.ts'
import { Mark } from '../../parts/mark.tsx'
import { SignButton } from '../../parts/sign-button.tsx'
import { Signed } from '../../parts/signed.tsx'
import { Table } from '../../parts/table.tsx'
import { withUnit } from '../../parts/with-unit.ts'
import { type Duty, isTheirs } from './duty.ts'

export function BatchRecord({ answer: { lot, template, steps }, duty }: { readonly answer: LotAnswer; readonly duty: Duty }) {
  const done = new Map(steps.map(row => [row.data.step, row]))
  return (
    <Table
      caption="Batch record"
      columns={['Day', 'Step', 'State', 'Performed', 'Verified', 'Values']}
      none="The template has no step."
      rows={template.steps.map(step => {
        const row = done.get(step.id)
        const held = row?.data
        return {
          key: step.id,
          cells: [
            step.day,
            <>
              {step.title} <span className="muted">{step.id}</span>
            </>,
            <Mark key="state" says={held?.status ?? 'not yet'} />,
            held === undefined ? '' : <Signed by={held.performed_by} at={held.performed_at} />,
            <Verified key="verified" lot={lot.id} step={step} row={row} duty={duty} />,
            held === undefined ? '' : <Values step={held} limits={step.parameters} />,
          ],
        }
      })}
    />
  )
}

function Verified({
  lot,
  step,
  row,
  duty,
}: {
  readonly lot: string
  readonly step: TemplateStep
  readonly row: Row<StepData> | undefined
  readonly duty: Duty
}) {
  if (row !== undefined && row.data.verified_by !== '') return <Signed by={row.data.verified_by} at={row.data.verified_at} />
  if (!step.second_person) return null
  if (row?.data.status !== 'performed' || !isTheirs(duty, 'record-step', row.data.performed_by))
    return <span className="muted">second person</span>
  return (
    <SignButton
      client={duty.client}
      label={`Verify ${step.id}`}
      wish={{ path: `/lots/${encodeURIComponent(lot)}/verifications`, body: { step: step.id }, version: row.version }}
      onDone={duty.again}
    />
  )
}

function Values({ step, limits }: { readonly step: StepData; readonly limits: TemplateStep['parameters'] }) {
  return Object.entries(step.values).map(([name, { value, unit, verdict, comment }]) => {
    const limit = limits.find(one => one.name === name)
    return (
      <div key={name}>
        {name} {withUnit(value, unit)} {verdict === 'pass' ? null : <Mark says={verdict} />}{' '}
        <span className="muted">
          {limit === undefined ? '' : limitText(limit)}
          {comment === '' ? '' : ` “${comment}”`}
        </span>
      </div>
    )
  })
}
