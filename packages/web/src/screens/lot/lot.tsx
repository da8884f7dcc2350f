// One lot's record: steps with their values, results against their limits, what went wrong, containers and where they are.
import { type Coi, recallIdOfLot, showCoi } from '@cognate/core/lot'
import type { LotAnswer } from '../../client/answers.ts'
import type { Desk } from '../../client/desk.ts'
import { useAnswer } from '../../client/use-answer.ts'
import { Screen } from '../../parts/answer.tsx'
import { Holds, Mark } from '../../parts/mark.tsx'
import { Signed } from '../../parts/signed.tsx'
import { Table } from '../../parts/table.tsx'
import { Time } from '../../parts/time.tsx'
import { DutiesOf } from '../record/duties.tsx'
import { BatchRecord } from './batch-record.tsx'
import { ReleaseTests } from './release-tests.tsx'

export function Lot({ desk, id }: { readonly desk: Desk; readonly id: string }) {
  return (
    <Screen title={`Lot ${id}`} answered={useAnswer<LotAnswer>(desk.client, `/lots/${encodeURIComponent(id)}/file`)}>
      {(answer, again) => {
        const duty = { ...desk, again }
        return (
          <>
            <Head answer={answer} />
            {/* a step and its verification stand in the batch record */}
            <DutiesOf desk={desk} of="lots" id={id} lot={answer.lot.data} without={['lot.step', 'lot.verify']} />
            <BatchRecord answer={answer} duty={duty} />
            <ReleaseTests answer={answer} duty={duty} />
            <Faults answer={answer} desk={desk} />
            <Containers answer={answer} desk={desk} />
          </>
        )
      }}
    </Screen>
  )
}

function Head({ answer: { lot, holds, template } }: { readonly answer: LotAnswer }) {
  const { data } = lot
  return (
    <>
      <p>
        <Mark says={data.disposition} /> <Mark says={data.stage} /> <Holds holds={holds} />{' '}
        {data.disposition === 'recalled' ? <a href={`#/recalls/${encodeURIComponent(recallIdOfLot(lot.id))}`}>The recall</a> : null}
      </p>
      <dl>
        <dt>Product</dt>
        <dd>
          {data.product_type} on <a href={`#/templates/${encodeURIComponent(data.template)}`}>{data.template}</a>
        </dd>
        <dt>Chain of identity</dt>
        <dd>
          {data.coi === '' ? (
            'nobody’s: a vector'
          ) : (
            <>
              <code>{showCoi(data.coi as Coi)}</code> {data.subject}{' '}
              <a href={`/api/v1/therapies/${encodeURIComponent(data.coi)}/wristband`}>Wristband</a>
            </>
          )}
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

function Faults({ answer: { deviations, investigations }, desk }: { readonly answer: LotAnswer; readonly desk: Desk }) {
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
            <>
              <Mark says={data.status} />
              {data.status === 'open' ? <DutiesOf desk={desk} of="deviations" id={id} /> : null}
            </>,
            `${data.class}: ${data.description}`,
            data.status === 'open' ? data.immediate_action : `${data.root_cause}; ${data.corrective_action} (${data.closed_by})`,
          ],
        })),
        ...investigations.map(({ id, data }) => ({
          key: id,
          cells: [
            id,
            <>
              <Mark says={data.status} />
              {data.status === 'open' ? <DutiesOf desk={desk} of="investigations" id={id} /> : null}
            </>,
            `result ${data.result} outside its specification`,
            data.cause,
          ],
        })),
      ]}
    />
  )
}

function Containers({ answer: { containers, shipments }, desk }: { readonly answer: LotAnswer; readonly desk: Desk }) {
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
            <>
              {data.labels.map(label => `${label.serial} ${label.state}`).join(', ')}{' '}
              {data.labels.some(label => label.state === 'printed') ? (
                <a href={`/api/v1/containers/${encodeURIComponent(id)}/label-page`}>Print it</a>
              ) : null}
              <DutiesOf desk={desk} of="containers" id={id} />
            </>,
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
            data.status === 'taken' ? (
              <Signed key="taken" by={data.taken_by} at={data.taken_at} />
            ) : (
              <>
                <Mark says="pending" />
                <DutiesOf desk={desk} of="shipments" id={id} />
              </>
            ),
            <Time key="due" at={data.due} />,
            data.status === 'taken' ? `${data.condition}${data.within_limits ? '' : '; temperature outside its limits'}` : '',
          ],
        }))}
      />
    </>
  )
}
