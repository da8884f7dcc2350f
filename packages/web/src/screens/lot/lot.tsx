// One lot's record: steps with their values, results against their limits, what went wrong, containers and where they are.
import { type BatchTemplate, type Coi, limitText, type StepData, showCoi } from '@cognate/core/lot'
import type { LotAnswer } from '../../client/answers.ts'
import type { Client } from '../../client/record-client.ts'
import { useAnswer } from '../../client/use-answer.ts'
import { Screen } from '../../parts/answer.tsx'
import { Holds, Mark } from '../../parts/mark.tsx'
import { Table } from '../../parts/table.tsx'
import { Time } from '../../parts/time.tsx'

export function Lot({ client, id }: { readonly client: Client; readonly id: string }) {
  return (
    <Screen title={`Lot ${id}`} answered={useAnswer<LotAnswer>(client, `/lots/${encodeURIComponent(id)}/file`)}>
      {answer => (
        <>
          <Head answer={answer} />
          <Steps answer={answer} />
          <Tests answer={answer} />
          <Faults answer={answer} />
          <Containers answer={answer} />
        </>
      )}
    </Screen>
  )
}

function Head({ answer: { lot, template } }: { readonly answer: LotAnswer }) {
  const { data } = lot
  return (
    <>
      <p>
        <Mark says={data.disposition} /> <Mark says={data.stage} /> <Holds holds={data.holds} />
      </p>
      <dl>
        <dt>Product</dt>
        <dd>
          {data.product_type} on {data.template}
        </dd>
        <dt>Chain of identity</dt>
        <dd>
          {data.coi === '' ? 'nobody’s: a vector' : <code>{showCoi(data.coi as Coi)}</code>} {data.subject}
        </dd>
        <dt>Opened</dt>
        <dd>{data.opened_at === '' ? 'not yet' : <Time at={data.opened_at} />}</dd>
        <dt>Arms</dt>
        <dd>
          {data.arms.length === 0
            ? data.construct || 'none'
            : data.arms
                .map(arm => `${arm.receptor} in ${arm.vector_lot || 'no vector yet'}${arm.share === '' ? '' : `, share ${arm.share}`}`)
                .join('; ')}
        </dd>
      </dl>
      <p>
        <a href={`/api/v1/lots/${encodeURIComponent(lot.id)}/certificate`}>Certificate of analysis</a>{' '}
        <a href={`#/trace/${encodeURIComponent(`lot:${lot.id}`)}`}>Where it comes from, and went</a>
      </p>
      {template.note === '' ? null : <p className="muted">{template.note}</p>}
    </>
  )
}

function Steps({ answer: { template, steps } }: { readonly answer: LotAnswer }) {
  const done = new Map(steps.map(({ data }) => [data.step, data]))
  return (
    <Table
      caption="Batch record"
      columns={['Day', 'Step', 'State', 'Performed', 'Verified', 'Values']}
      none="The template has no step."
      rows={template.steps.map(step => {
        const held = done.get(step.id)
        return {
          key: step.id,
          cells: [
            step.day,
            <>
              {step.title} <span className="muted">{step.id}</span>
            </>,
            <Mark key="state" says={held?.status ?? 'not yet'} />,
            held === undefined ? '' : <Signed by={held.performed_by} at={held.performed_at} />,
            held === undefined || held.verified_by === '' ? (
              step.second_person ? (
                <span className="muted">second person</span>
              ) : (
                ''
              )
            ) : (
              <Signed by={held.verified_by} at={held.verified_at} />
            ),
            held === undefined ? '' : <Values step={held} limits={step.parameters} />,
          ],
        }
      })}
    />
  )
}

function Signed({ by, at }: { readonly by: string; readonly at: string }) {
  return (
    <>
      {by} <Time at={at} />
    </>
  )
}

/** Words and plain numbers have no unit to say. */
const withUnit = (value: string, unit: string): string => (unit === 'text' || unit === '1' ? value : `${value} ${unit}`)

function Values({ step, limits }: { readonly step: StepData; readonly limits: BatchTemplate['steps'][number]['parameters'] }) {
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

function Tests({ answer: { template, results } }: { readonly answer: LotAnswer }) {
  return (
    <Table
      caption="Release tests"
      columns={['Test', 'Limit', 'Result', 'Verdict', 'Analyst', 'Review']}
      none="The specification has no test."
      rows={template.release.flatMap(test => {
        const own = results.filter(({ data }) => data.test === test.name)
        const limit = test.text_limit ?? limitText(test)
        if (own.length === 0)
          return [
            {
              key: test.name,
              cells: [
                test.name,
                limit,
                '',
                <Mark key="verdict" says="pending" />,
                '',
                test.required_before_release ? '' : 'may be pending at release',
              ],
            },
          ]
        return own.map(({ id, data }) => ({
          key: id,
          cells: [
            test.name,
            limit,
            `${withUnit(data.raw, data.unit)}${data.basis === '' ? '' : ` = ${data.value} ${test.unit}`}`,
            data.status === 'invalidated' ? <s key="verdict">{data.verdict}</s> : <Mark key="verdict" says={data.verdict} />,
            <Signed key="analyst" by={data.analyst} at={data.tested_at} />,
            data.status === 'entered' ? 'not reviewed' : data.status === 'invalidated' ? 'invalidated after investigation' : data.reviewer,
          ],
        }))
      })}
    />
  )
}

function Faults({ answer: { deviations, investigations } }: { readonly answer: LotAnswer }) {
  return (
    <Table
      caption="Deviations and investigations"
      columns={['Id', 'State', 'What', 'Outcome']}
      none="None."
      rows={[
        ...deviations.map(({ id, data }) => ({
          key: id,
          cells: [
            id,
            <Mark key="state" says={data.status} />,
            `${data.class}: ${data.description}`,
            data.status === 'open' ? data.immediate_action : `${data.root_cause}; ${data.corrective_action} (${data.closed_by})`,
          ],
        })),
        ...investigations.map(({ id, data }) => ({
          key: id,
          cells: [id, <Mark key="state" says={data.status} />, `result ${data.result} outside its specification`, data.cause],
        })),
      ]}
    />
  )
}

function Containers({ answer: { containers, shipments } }: { readonly answer: LotAnswer }) {
  return (
    <>
      <Table
        caption="Containers"
        columns={['Container', 'Stage', 'Keeper', 'Place', 'Expires', 'Labels']}
        none="None was filled."
        rows={containers.map(({ id, data }) => ({
          key: id,
          cells: [
            <>
              {id}{' '}
              <span className="muted">
                {data.kind}, {data.volume_ml} mL
              </span>
            </>,
            <>
              <Mark says={data.stage} /> <Holds holds={data.holds} />
            </>,
            data.keeper,
            data.place,
            <Time key="expires" at={data.expires} />,
            data.labels.map(label => `${label.serial} ${label.state}`).join(', '),
          ],
        }))}
      />
      <Table
        caption="Hand-overs"
        columns={['Shipment', 'To', 'Given', 'Taken', 'Due', 'Condition']}
        none="None."
        rows={shipments.map(({ id, data }) => ({
          key: id,
          cells: [
            id,
            data.to,
            <Signed key="given" by={data.given_by} at={data.given_at} />,
            data.status === 'taken' ? <Signed key="taken" by={data.taken_by} at={data.taken_at} /> : <Mark key="taken" says="pending" />,
            <Time key="due" at={data.due} />,
            data.status === 'taken' ? `${data.condition}${data.within_limits ? '' : '; temperature outside its limits'}` : '',
          ],
        }))}
      />
    </>
  )
}
