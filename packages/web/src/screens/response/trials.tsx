// Trials of the server's folder, with the data cuts that were made; a statistician makes another.
import type { Issue } from '@cognate/core/base'
import { type FormEvent, useState } from 'react'
import { mayDo } from '../../client/command-forms.ts'
import type { Desk } from '../../client/desk.ts'
import { readOutHref, type TrialLineAnswer, type TrialsAnswer } from '../../client/trial-answers.ts'
import { useAnswer } from '../../client/use-answer.ts'
import { Problem, Screen } from '../../parts/answer.tsx'
import { fieldsOf } from '../../parts/fields-of.ts'
import { Table } from '../../parts/table.tsx'

export function Trials({ desk }: { readonly desk: Desk }) {
  return (
    <Screen title="Trials" answered={useAnswer<TrialsAnswer>(desk.client, '/trials')}>
      {({ given, trials }) =>
        given ? (
          <Table
            caption="Trials and their data cuts"
            columns={['Trial', 'What', 'Read-outs', 'Cut the data']}
            none="The folder holds no trial of your studies."
            rows={trials.map(trial => ({
              key: trial.id,
              cells: [
                <>
                  {trial.id} {trial.synthetic ? <span className="muted">synthetic</span> : null}
                </>,
                trial.problem || trial.title,
                trial.cuts.length === 0
                  ? 'none yet'
                  : trial.cuts.map(cut => (
                      <div key={cut}>
                        <a href={readOutHref(trial.id, cut)}>{cut}</a>
                      </div>
                    )),
                mayDo(desk.who, 'cut-data') && trial.problem === '' ? <Cut key="cut" desk={desk} trial={trial} /> : null,
              ],
            }))}
          />
        ) : (
          <p className="muted">
            This server was given no trials. Start it with <code>--trials FOLDER</code>, the folder that holds a folder with a TRIAL.yaml
            for each.
          </p>
        )
      }
    </Screen>
  )
}

/** Rows dated after the cut do not exist for its read-out. */
function Cut({ desk: { client }, trial: { id, data_cut } }: { readonly desk: Desk; readonly trial: TrialLineAnswer }) {
  const [issue, setIssue] = useState<Issue>()
  const [busy, setBusy] = useState(false)
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const cut = fieldsOf(event.currentTarget)('cut')
    setBusy(true)
    const made = await client.post<{ readonly cut: string }>(`/trials/${encodeURIComponent(id)}/read-outs`, { cut })
    setBusy(false)
    if (made.ok) location.hash = readOutHref(id, made.value.cut)
    else setIssue(made.issue)
  }
  return (
    <form className="choices" onSubmit={event => void submit(event)}>
      <input name="cut" type="date" aria-label={`Data cut of ${id}`} defaultValue={data_cut} required />
      <button type="submit" disabled={busy}>
        {busy ? 'Counting …' : 'Read out'}
      </button>
      {issue === undefined ? null : <Problem issue={issue} />}
    </form>
  )
}
