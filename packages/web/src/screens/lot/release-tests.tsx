// The release tests: each of the specification with its limit and what came of it; and the reviewer's part.
import { limitText, type ResultData } from '@cognate/core/lot'
import type { Row } from '@cognate/core/record'
import type { LotAnswer } from '../../client/answers.ts'
import { Mark } from '../../parts/mark.tsx'
import { SignButton } from '../../parts/sign-button.tsx'
import { Signed } from '../../parts/signed.tsx'
import { Table } from '../../parts/table.tsx'
import { withUnit } from '../../parts/with-unit.ts'
import { type Duty, isTheirs } from './duty.ts'

export function ReleaseTests({ answer: { template, results }, duty }: { readonly answer: LotAnswer; readonly duty: Duty }) {
  return (
    <Table
      caption="Release tests"
      columns={['Test', 'Limit', 'Result', 'Verdict', 'Analyst', 'Review']}
      none="The specification has no test."
      rows={template.release.flatMap(test => {
        const own = results.filter(({ data }) => data.test === test.name)
        const limit = limitText(test)
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
        return own.map(row => ({
          key: row.id,
          cells: [
            test.name,
            limit,
            <>
              {withUnit(row.data.raw, row.data.unit)}
              {row.data.basis === '' || row.data.value === '' ? '' : ` = ${row.data.value} ${test.unit}`}
              {row.data.basis === '' ? null : <span className="muted"> {row.data.basis}</span>}
            </>,
            row.data.status === 'invalidated' ? <s key="verdict">{row.data.verdict}</s> : <Mark key="verdict" says={row.data.verdict} />,
            <Signed key="analyst" by={row.data.analyst} at={row.data.tested_at} />,
            <Reviewed key="review" row={row} duty={duty} />,
          ],
        }))
      })}
    />
  )
}

function Reviewed({ row: { id, version, data }, duty }: { readonly row: Row<ResultData>; readonly duty: Duty }) {
  if (data.status === 'invalidated') return 'invalidated after investigation'
  if (data.status === 'reviewed') return data.reviewer
  if (!isTheirs(duty, 'review-result', data.analyst)) return 'not reviewed'
  return (
    <SignButton
      client={duty.client}
      label={`Review ${data.test}`}
      wish={{ path: `/results/${encodeURIComponent(id)}/review`, body: {}, version }}
      onDone={duty.again}
    />
  )
}
