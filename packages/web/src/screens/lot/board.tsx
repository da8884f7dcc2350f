// The vein-to-vein board: every lot under way, the soonest due first.
import { type BoardLine, type Coi, showCoi } from '@cognate/core/lot'
import type { BoardAnswer } from '../../client/answers.ts'
import type { Client } from '../../client/record-client.ts'
import { useAnswer } from '../../client/use-answer.ts'
import { Screen } from '../../parts/answer.tsx'
import { Holds, Mark } from '../../parts/mark.tsx'
import { Table } from '../../parts/table.tsx'
import { Time } from '../../parts/time.tsx'

const COLUMNS = ['Lot', 'Chain of identity', 'Stage', 'Decision', 'Day', 'Steps', 'Next', 'Due']

const slack = ({ slack_days: days }: BoardLine) => {
  if (days === null) return null
  return days < 0 ? <span className="mark bad">late</span> : days === 0 ? <span className="mark wait">within a day</span> : `in ${days} d`
}

const behind = (days: number | null): string => (days === null || days === 0 ? '' : days > 0 ? `, ${days} d behind` : `, ${-days} d ahead`)

export function Board({ client }: { readonly client: Client }) {
  return (
    <Screen title="Vein to vein" answered={useAnswer<BoardAnswer>(client, '/board')}>
      {({ now, lots }) => (
        <>
          <p className="muted">
            {lots.length === 1 ? '1 lot is' : `${lots.length} lots are`} under way; as of <Time at={now} />.
          </p>
          <Table
            caption="Lots under way, the soonest due first"
            columns={COLUMNS}
            none="Nothing is being made."
            rows={lots.map(line => ({
              key: line.lot,
              cells: [
                <a key="lot" href={`#/lot/${encodeURIComponent(line.lot)}`}>
                  {line.lot}
                </a>,
                <>
                  <code>{line.coi === '' ? '' : showCoi(line.coi as Coi)}</code> <span className="muted">{line.subject}</span>
                </>,
                <>
                  {line.stage} <Holds holds={line.holds} />
                </>,
                <Mark key="decision" says={line.disposition} />,
                line.day ?? '',
                <>
                  <progress max={line.steps} value={line.steps_done} aria-label={`${line.steps_done} of ${line.steps} steps`} />{' '}
                  <span className="muted">
                    {line.steps_done}/{line.steps}
                    {behind(line.behind_days)}
                  </span>
                </>,
                line.next,
                <>
                  {slack(line)} <Time at={line.due} />
                </>,
              ],
            }))}
          />
        </>
      )}
    </Screen>
  )
}
