// One case: its stages, what was left behind and why, its doubts and files; and the frame in which each stage has its screen.
import { isLeftBehind } from '@cognate/core/base'
import type { ReactNode } from 'react'
import { type CaseAnswer, caseHref, casePath, hasFile } from '../../client/case-answers.ts'
import type { Desk } from '../../client/desk.ts'
import { useAnswer } from '../../client/use-answer.ts'
import { Screen } from '../../parts/answer.tsx'
import { Figure } from '../../parts/figure.tsx'
import { Mark } from '../../parts/mark.tsx'
import { Table } from '../../parts/table.tsx'
import { Time } from '../../parts/time.tsx'
import { standOf } from './cases.tsx'
import { Run } from './run.tsx'

/** Screens of a case by the last word of their address, with the file that each needs. */
export const CASE_SCREENS = [
  ['variants', 'Variants', 'variants.tsv'],
  ['neoantigens', 'Neoantigens', 'neoantigens.tsv'],
  ['receptors', 'Receptors', 'receptors.tsv'],
  ['design', 'Design', 'minigenes.tsv'],
  ['screen', 'Screen', 'screen.tsv'],
  ['safety', 'Safety', 'safety.tsv'],
  ['selection', 'Selection', 'selection.tsv'],
  ['constructs', 'Constructs', 'constructs.tsv'],
] as const

/** What every screen of a case is given. */
export interface CaseScreen {
  readonly desk: Desk
  readonly the: CaseAnswer
  readonly again: () => void
}

export function CaseFrame({
  desk,
  id,
  screen,
  children,
}: {
  readonly desk: Desk
  readonly id: string
  /** '' for the case itself. */
  readonly screen: string
  readonly children: (given: CaseScreen) => ReactNode
}) {
  return (
    <Screen title={`Case ${id}`} answered={useAnswer<CaseAnswer>(desk.client, casePath(id))}>
      {(the, again) => (
        <>
          <nav className="tabs" aria-label="Stages of the case">
            <a href={caseHref(id)} aria-current={screen === '' ? 'page' : undefined}>
              Case
            </a>
            {CASE_SCREENS.filter(([, , file]) => hasFile(the, file)).map(([name, title]) => (
              <a key={name} href={caseHref(id, name)} aria-current={screen === name ? 'page' : undefined}>
                {title}
              </a>
            ))}
          </nav>
          {the.synthetic ? <p className="muted">A synthetic patient: no person stands behind this case.</p> : null}
          {children({ desk, the, again })}
        </>
      )}
    </Screen>
  )
}

const sizeOf = (bytes: number): string =>
  bytes < 10_000 ? `${bytes} bytes` : bytes < 10_000_000 ? `${Math.round(bytes / 1000)} kB` : `${Math.round(bytes / 1e6)} MB`

export function Case({ desk, the, again }: CaseScreen) {
  const { problem, hla, lesions, finished_at, changed, stages } = the
  return (
    <>
      {problem === '' ? null : (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
      <dl>
        <dt>State</dt>
        <dd>
          <Mark says={standOf(the)} />{' '}
          {finished_at === '' ? null : (
            <span className="muted">
              results of <Time at={finished_at} />
            </span>
          )}
        </dd>
        <dt>HLA</dt>
        <dd>{hla.join(', ')}</dd>
        <dt>Lesions with T cells</dt>
        <dd>{lesions.join(', ') || 'none'}</dd>
      </dl>
      {changed ? (
        <p className="muted">
          CASE.yaml or a file that it names is newer than these results: run it again before anything is decided by them.
        </p>
      ) : null}
      <Run desk={desk} the={the} again={again} />
      {stages.length === 0 ? null : <Left the={the} />}
    </>
  )
}

/** What its runs left. */
function Left({ the: { id, stages, funnel, caveats, files } }: Pick<CaseScreen, 'the'>) {
  const has = (stage: string) => funnel.some(row => row.stage === stage)
  return (
    <>
      <Table
        caption="Stages"
        columns={['Stage', 'Result']}
        none="Nothing was run yet."
        rows={stages.map(({ name, headline }) => ({ key: name, cells: [name, headline] }))}
      />
      {has('variants') ? (
        <Figure of={casePath(id)} figure="tumour" says="From variant records to presented and expressed variants; numbers in funnel.tsv" />
      ) : null}
      {has('contigs') ? (
        <Figure of={casePath(id)} figure="cells" says="From contigs to shortlisted receptors; numbers in funnel.tsv" />
      ) : null}
      <Table
        caption="What was left behind, and why"
        columns={['Stage', 'Reason', 'Count', 'Example']}
        none="Nothing."
        rows={funnel.filter(isLeftBehind).map(({ stage, reason, count, example }) => ({
          key: `${stage} ${reason}`,
          cells: [stage, reason, count.toLocaleString('en-US'), example],
        }))}
      />
      <Table
        caption="Caveats"
        columns={['What', 'In words']}
        none="None."
        rows={[...new Map(caveats.map(({ code, text }) => [`${code} ${text}`, { code, text }]))].map(([key, { code, text }]) => ({
          key,
          cells: [code, text],
        }))}
      />
      <Table
        caption="Files"
        columns={['File', 'What', 'Size']}
        none="None yet."
        rows={files.map(({ name, what, bytes }) => ({
          key: name,
          cells: [
            <a key="file" href={`/api/v1${casePath(id, 'files', name)}`}>
              {name}
            </a>,
            what,
            sizeOf(bytes),
          ],
        }))}
      />
    </>
  )
}
