// The cases of the server's folder: how far each has come, what waits, what failed.
import { type CaseLineAnswer, type CasesAnswer, caseHref } from '../../client/case-answers.ts'
import type { Desk } from '../../client/desk.ts'
import { useAnswer } from '../../client/use-answer.ts'
import { Screen } from '../../parts/answer.tsx'
import { Mark } from '../../parts/mark.tsx'
import { Table } from '../../parts/table.tsx'
import { Time } from '../../parts/time.tsx'

/** One word for where a case stands: what is going on, before what was. */
export function standOf({ problem, run, finished_at, changed }: CaseLineAnswer): string {
  if (problem !== '') return 'unusable'
  if (run !== null && run.state !== 'finished') return run.state
  if (finished_at === '') return 'not run'
  return changed ? 'inputs changed' : 'finished'
}

export function Cases({ desk }: { readonly desk: Desk }) {
  return (
    <Screen title="Cases" answered={useAnswer<CasesAnswer>(desk.client, '/cases')}>
      {({ given, cases }) =>
        given ? (
          <>
            {cases.length > 1 ? <a href="#/compared">Lay them side by side</a> : null}
            <Table
              caption="From the tumour's mutations to constructs, a case a patient"
              columns={['Case', 'State', 'Results of', 'Newest stage']}
              none="The folder holds no case that you may see."
              rows={cases.map(line => ({
                key: line.id,
                cells: [
                  <>
                    <a href={caseHref(line.id)}>{line.id}</a> {line.synthetic ? <span className="muted">synthetic</span> : null}
                  </>,
                  <Mark key="state" says={standOf(line)} />,
                  line.finished_at === '' ? '' : <Time key="at" at={line.finished_at} />,
                  line.problem || line.run?.failure || line.stages.at(-1)?.headline || '',
                ],
              }))}
            />
          </>
        ) : (
          <p className="muted">
            This server was given no cases. Start it with <code>--cases FOLDER</code>, the folder that holds a folder with a CASE.yaml for
            each patient.
          </p>
        )
      }
    </Screen>
  )
}
