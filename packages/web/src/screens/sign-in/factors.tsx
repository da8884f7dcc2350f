// Second factors of everybody, for the security officer: which did not prove for long that it works.
import type { FactorLine } from '@cognate/core/record'
import type { Desk } from '../../client/desk.ts'
import { useAnswer } from '../../client/use-answer.ts'
import { Screen } from '../../parts/answer.tsx'
import { Mark } from '../../parts/mark.tsx'
import { Table } from '../../parts/table.tsx'
import { Time } from '../../parts/time.tsx'

export function Factors({ desk: { client } }: { readonly desk: Desk }) {
  return (
    <Screen title="Second factors" answered={useAnswer<{ readonly factors: readonly FactorLine[] }>(client, '/factors')}>
      {({ factors }) => (
        <Table
          caption="The longest untested first; every use is a test"
          columns={['Account', 'Name', 'Factor', 'Last proven', 'Due', 'Recovery codes left']}
          none="Nobody is enrolled."
          rows={factors.map(one => ({
            key: `${one.account} ${one.factor}`,
            cells: [
              one.account,
              one.name,
              one.factor,
              <Time key="tested" at={one.tested_at} />,
              <>
                <Time at={one.due_at} /> {one.overdue ? <Mark says="overdue" /> : null}
              </>,
              one.recovery_codes_left,
            ],
          }))}
        />
      )}
    </Screen>
  )
}
