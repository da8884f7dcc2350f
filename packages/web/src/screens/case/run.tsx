// Running a case, and what the run says while it goes.
import type { Issue } from '@cognate/core/base'
import { useEffect, useState } from 'react'
import { casePath } from '../../client/case-answers.ts'
import { mayDo } from '../../client/command-forms.ts'
import { Problem } from '../../parts/answer.tsx'
import type { CaseScreen } from './case.tsx'

export function Run({ desk: { client, who }, the: { id, run, problem }, again }: CaseScreen) {
  const [lines, setLines] = useState<readonly string[]>([])
  const [issue, setIssue] = useState<Issue>()
  const underWay = run !== null && run.ended_at === ''
  useEffect(() => {
    if (!underWay) return
    let current = true
    setLines([])
    void client
      .follow(casePath(id, 'progress'), line => {
        if (current) setLines(before => [...before, line])
      })
      // the run has ended: the screen shows what it left
      .then(() => current && again())
    return () => {
      current = false
    }
  }, [client, id, underWay, again])
  const ask = async (action: 'post' | 'end') => {
    const path = casePath(id, 'runs')
    const said = action === 'post' ? await client.post(path, {}) : await client.end(path)
    setIssue(said.ok ? undefined : said.issue)
    if (said.ok) again()
  }
  const shown = underWay ? lines : (run?.lines ?? [])
  return (
    <section>
      {run?.state === 'failed' ? (
        <p className="problem" role="alert">
          The run failed: {run.failure}
        </p>
      ) : null}
      {issue === undefined ? null : <Problem issue={issue} />}
      {mayDo(who, 'run-case') ? (
        <p className="choices">
          {underWay ? (
            <button type="button" onClick={() => void ask('end')}>
              Stop
            </button>
          ) : (
            <button type="button" disabled={problem !== ''} onClick={() => void ask('post')}>
              Run
            </button>
          )}
          <span className="muted">
            {underWay ? `${run.state}, asked for by ${run.by}` : 'Stages that did not change are not run again.'}
          </span>
        </p>
      ) : null}
      {shown.length === 0 ? null : (
        <details open={underWay}>
          <summary>What the run {underWay ? 'says' : 'said'}</summary>
          <pre className="log" aria-live="polite">
            {shown.join('\n')}
          </pre>
        </details>
      )}
    </section>
  )
}
