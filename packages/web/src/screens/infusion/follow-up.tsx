// Follow-up for replication-competent virus: everybody who was given changed cells, the soonest due first.
import type { FollowUpLine } from '@cognate/core/infusion'
import { type Coi, showCoi } from '@cognate/core/lot'
import type { Desk } from '../../client/desk.ts'
import { useAnswer } from '../../client/use-answer.ts'
import { Screen } from '../../parts/answer.tsx'
import { Mark } from '../../parts/mark.tsx'
import { Table } from '../../parts/table.tsx'
import { DutiesOf } from '../record/duties.tsx'

interface FollowUpAnswer {
  readonly today: string
  readonly lines: readonly FollowUpLine[]
}

export function FollowUp({ desk }: { readonly desk: Desk }) {
  return (
    <Screen title="Follow-up" answered={useAnswer<FollowUpAnswer>(desk.client, '/follow-up-board')}>
      {({ today, lines }) => (
        <>
          <p className="muted">
            Samples for replication-competent virus, as of {today}. Where a template has no schedule of its own, the default stands, which
            is not verified.
          </p>
          <Table
            caption="Who was given changed cells, the soonest due first"
            columns={['Subject', 'Chain of identity', 'Given', 'Next due', 'Samples', 'To do']}
            none="Nobody was given any."
            rows={lines.map(line => ({
              key: line.infusion,
              cells: [
                line.subject,
                <a key="lot" href={`#/lot/${encodeURIComponent(line.lot)}`}>
                  {showCoi(line.coi as Coi)}
                </a>,
                line.given_on,
                <>
                  {line.next_due} {line.overdue > 0 ? <Mark says="overdue" /> : null}
                </>,
                line.visits
                  .filter(({ state }) => state !== 'later')
                  .map(({ visit, due, state, outcome }) => (
                    <div key={visit}>
                      {visit} <span className="muted">{due}</span> <Mark says={outcome === '' ? state : outcome} />
                    </div>
                  )),
                <DutiesOf key="enter" desk={desk} of="infusions" id={line.infusion} />,
              ],
            }))}
          />
        </>
      )}
    </Screen>
  )
}
