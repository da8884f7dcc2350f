// The batch record: the template's steps, what was done of them, by whom, within which limits; and the second person's part.
import { limitText, type StepData, type TemplateStep, whyWaiting } from '@cognate/core/lot'
import type { Row } from '@cognate/core/record'
import type { LotAnswer } from '../../client/answers.ts'
import { Mark } from '../../parts/mark.tsx'
import { SignButton } from '../../parts/sign-button.tsx'
import { Signed } from '../../parts/signed.tsx'
import { Table } from '../../parts/table.tsx'
import { withUnit } from '../../parts/with-unit.ts'
import { type Duty, isTheirs } from './duty.ts'

export function BatchRecord({ answer, duty }: { readonly answer: LotAnswer; readonly duty: Duty }) {
  const { lot, template, steps } = answer
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
            held === undefined ? (
              <ToPerform key="performed" answer={answer} step={step} duty={duty} />
            ) : (
              <Signed by={held.performed_by} at={held.performed_at} />
            ),
            <Verified key="verified" lot={lot.id} step={step} row={row} duty={duty} />,
            held === undefined ? '' : <Values step={held} limits={step.parameters} />,
          ],
        }
      })}
    />
  )
}

/** The way to the step's form, where it is the operator's and its turn; else what it waits for. */
function ToPerform({ answer, step, duty }: { readonly answer: LotAnswer; readonly step: TemplateStep; readonly duty: Duty }) {
  if (answer.lot.data.stage !== 'in-process') return null
  const waits = whyWaiting(
    { steps: new Map(answer.steps.map(row => [row.data.step, row])), deviations: answer.deviations, template: answer.template },
    step,
  )
  if (waits !== undefined) return <span className="muted">waits: {waits}</span>
  if (!isTheirs(duty, 'record-step', '')) return <span className="muted">its turn</span>
  return <a href={`#/step/${encodeURIComponent(answer.lot.id)}/${encodeURIComponent(step.id)}`}>Perform {step.id}</a>
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
