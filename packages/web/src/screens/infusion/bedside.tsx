// At the bedside: wristband and bag are scanned by two persons, each signed in as themselves; what does not match is a stop that nobody can lift here.
import type { DoseOrderData, GivenOrder, ScanData } from '@cognate/core/infusion'
import { type Coi, showCoi } from '@cognate/core/lot'
import type { Row } from '@cognate/core/record'
import { type FormEvent, useState } from 'react'
import type { Desk } from '../../client/desk.ts'
import { useAnswer } from '../../client/use-answer.ts'
import { Screen } from '../../parts/answer.tsx'
import { Mark } from '../../parts/mark.tsx'
import { ScanField, type Scanned } from '../../parts/scan-field.tsx'
import { SignButton } from '../../parts/sign-button.tsx'
import { Signed } from '../../parts/signed.tsx'
import { Table } from '../../parts/table.tsx'
import { Time } from '../../parts/time.tsx'
import { useSignature } from '../../parts/use-signature.tsx'
import { withUnit } from '../../parts/with-unit.ts'
import { DutiesOf } from '../record/duties.tsx'

interface OrdersAnswer {
  readonly orders: readonly Row<DoseOrderData>[]
}
interface ScansAnswer {
  readonly scans: readonly Row<ScanData>[]
}

export function Orders({ desk: { client } }: { readonly desk: Desk }) {
  return (
    <Screen title="Bedside" answered={useAnswer<OrdersAnswer>(client, '/orders?limit=500')}>
      {({ orders }) => (
        <Table
          caption="Doses that are ordered"
          columns={['Order', 'Chain of identity', 'Containers', 'Cells', 'Planned end', 'Ordered by']}
          none="No dose is ordered."
          rows={orders
            .toSorted((a, b) => a.data.planned_end.localeCompare(b.data.planned_end))
            .map(({ id, data }) => ({
              key: id,
              cells: [
                <a key="id" href={`#/bedside/${encodeURIComponent(id)}`}>
                  {id}
                </a>,
                <code key="coi">{showCoi(data.coi as Coi)}</code>,
                data.containers.join(', '),
                data.cells,
                <Time key="end" at={data.planned_end} />,
                data.ordered_by,
              ],
            }))}
        />
      )}
    </Screen>
  )
}

export function Bedside({ desk, order }: { readonly desk: Desk; readonly order: string }) {
  const answered = useAnswer<Row<DoseOrderData>>(desk.client, `/orders/${encodeURIComponent(order)}`)
  return (
    <Screen title={`Order ${order}`} answered={answered}>
      {row => <OrderScans desk={desk} order={row} />}
    </Screen>
  )
}

function OrderScans({ desk, order }: { readonly desk: Desk; readonly order: Row<DoseOrderData> }) {
  const { data } = order
  const { result, again } = useAnswer<ScansAnswer>(desk.client, `/scans?limit=500&parent=${encodeURIComponent(data.lot)}`)
  const { result: given, again: readGiven } = useAnswer<GivenOrder>(desk.client, `/orders/${encodeURIComponent(order.id)}/given`)
  const begun = given?.ok === true ? given.value.containers.filter(({ infusion }) => infusion !== '') : []
  const refresh = () => {
    again()
    readGiven()
  }
  const scans = result?.ok === true ? result.value.scans.filter(scan => scan.data.order === order.id) : []
  return (
    <>
      <dl>
        <dt>Chain of identity</dt>
        <dd>
          <code className="big">{showCoi(data.coi as Coi)}</code>
        </dd>
        <dt>Lot</dt>
        <dd>
          <a href={`#/lot/${encodeURIComponent(data.lot)}`}>{data.lot}</a>
        </dd>
        <dt>Dose</dt>
        <dd>
          {data.cells} cells in {data.containers.join(', ')}, ordered by {data.ordered_by}
        </dd>
        <dt>Planned end</dt>
        <dd>
          <Time at={data.planned_end} />
        </dd>
      </dl>
      {data.containers.map(container => (
        <Container
          key={container}
          desk={desk}
          order={order.id}
          container={container}
          scans={scans.filter(scan => scan.data.container === container)}
          given={begun.some(one => one.container === container)}
          again={refresh}
        />
      ))}
      {given?.ok !== true || begun.length === 0 ? null : <Given desk={desk} order={given.value} begun={begun} />}
      <Drugs desk={desk} order={order} />
    </>
  )
}

/** IL-2 and what else belongs to the infusion, dose by dose. */
function Drugs({ desk, order }: { readonly desk: Desk; readonly order: Row<DoseOrderData> }) {
  return (
    <section>
      <Table
        caption="Drugs with the infusion"
        columns={['Drug', 'Dose', 'When', 'Given', 'Why withheld', 'By']}
        none="No dose of IL-2 or another drug is recorded."
        rows={(order.data.drugs ?? []).map(one => ({
          key: `${one.drug} ${one.dose}`,
          cells: [
            one.drug,
            one.dose,
            <Time key="at" at={one.at} />,
            one.amount === '' ? 'withheld' : withUnit(one.amount, one.unit),
            one.why_withheld,
            one.recorded_by,
          ],
        }))}
      />
      <DutiesOf desk={desk} of="orders" id={order.id} without={['bedside.scan', 'infusion.give']} />
    </section>
  )
}

/** What was given so far, and where its end is recorded. */
function Given({
  desk,
  order: { cells, cells_ordered, receptor_positive, arms, open },
  begun,
}: {
  readonly desk: Desk
  readonly order: GivenOrder
  readonly begun: GivenOrder['containers']
}) {
  return (
    <section>
      <Table
        caption="Given"
        columns={['Container', 'From', 'To', 'Volume', 'Cells', 'Reaction', 'To do']}
        none=""
        rows={begun.map(one => ({
          key: one.container,
          cells: [
            one.container,
            <Time key="from" at={one.started_at} />,
            one.stopped_at === '' ? '' : <Time key="to" at={one.stopped_at} />,
            one.volume_given_ml === '' ? '' : `${one.volume_given_ml} of ${withUnit(one.volume_ml, 'mL')}`,
            one.cells?.toExponential(2),
            one.reaction,
            <DutiesOf key="end" desk={desk} of="infusions" id={one.infusion} without={['follow-up.enter']} />,
          ],
        }))}
      />
      <p>
        {cells?.toExponential(2) ?? 'Not yet known how many'} of {cells_ordered} cells
        {receptor_positive === undefined ? '' : `, ${receptor_positive.toExponential(2)} of them viable and receptor-positive`}
        {arms.map(({ receptor, cells: own }) => (own === undefined ? '' : `; ${receptor} ${own.toExponential(2)}`))}
        {open.length === 0 ? '' : `. Open: ${open.join('; ')}`}.
      </p>
    </section>
  )
}

function Container({
  desk,
  order,
  container,
  scans,
  given,
  again,
}: {
  readonly desk: Desk
  readonly order: string
  readonly container: string
  readonly scans: readonly Row<ScanData>[]
  readonly given: boolean
  readonly again: () => void
}) {
  const may = (name: string) => desk.forms.some(form => form.name === name)
  const last = scans.toSorted((a, b) => a.data.at.localeCompare(b.data.at)).at(-1)
  const stopped = last?.data.verdict === 'mismatch' ? last : undefined
  return (
    <section>
      {stopped === undefined ? null : (
        <p className="stop" role="alert">
          STOP. {container} must not be given: {stopped.data.why}
        </p>
      )}
      <Table
        caption={`Container ${container}`}
        columns={['Scan', 'Verdict', 'By', 'How']}
        none="Nobody has scanned it yet. Two persons do, each signed in as themselves, within ten minutes of each other."
        rows={scans.map(({ id, data }) => ({
          key: id,
          cells: [
            id,
            <Mark key="verdict" says={data.verdict} />,
            <Signed key="by" by={data.person} at={data.at} />,
            data.typed ? 'typed' : 'scanned',
          ],
        }))}
      />
      {may('bedside.scan') && !given ? <Scan desk={desk} order={order} container={container} again={again} /> : null}
      {may('infusion.give') &&
      !given &&
      new Set(scans.filter(scan => scan.data.verdict === 'match').map(scan => scan.data.person)).size > 1 ? (
        <div>
          <SignButton
            client={desk.client}
            label={`Give ${container}`}
            wish={{ path: `/orders/${encodeURIComponent(order)}/infusions`, body: { container }, version: undefined }}
            onDone={again}
          />
        </div>
      ) : null}
    </section>
  )
}

const NOTHING: Scanned = { text: '', typed: false }

function Scan({
  desk,
  order,
  container,
  again,
}: {
  readonly desk: Desk
  readonly order: string
  readonly container: string
  readonly again: () => void
}) {
  const [wristband, setWristband] = useState(NOTHING)
  const [label, setLabel] = useState(NOTHING)
  /** A new number empties both fields. */
  const [round, setRound] = useState(0)
  const empty = () => {
    setWristband(NOTHING)
    setLabel(NOTHING)
    setRound(round + 1)
    again()
  }
  const { begin, asked } = useSignature(desk.client, empty, issue => {
    const isStop = issue.code === 'identity-mismatch'
    if (isStop) empty()
    return isStop
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    void begin({
      path: `/orders/${encodeURIComponent(order)}/scans`,
      body: { container, wristband: wristband.text, label: label.text, typed: wristband.typed || label.typed },
      version: undefined,
    })
  }
  return (
    <>
      <form className="fields" onSubmit={submit}>
        <ScanField key={`wristband ${round}`} label={`Wristband of the patient who gets ${container}`} onScan={setWristband} />
        <ScanField key={`label ${round}`} label={`Label on ${container}`} onScan={setLabel} />
        {wristband.typed || label.typed ? (
          <p className="muted">This was typed or pasted, not scanned: the record keeps that. Scan it where you can.</p>
        ) : null}
        <p className="choices">
          <button type="submit">Verify</button>
        </p>
      </form>
      {asked}
    </>
  )
}
