// One receptor: its chains as they were sequenced, where its cells are, what it saw on the plates, and what was built of it.
import { caseHref, casePath, type TableAnswer } from '../../client/case-answers.ts'
import type { Client } from '../../client/record-client.ts'
import { useAnswer } from '../../client/use-answer.ts'
import { Problem } from '../../parts/answer.tsx'
import { Figure } from '../../parts/figure.tsx'
import { Mark } from '../../parts/mark.tsx'
import { figures } from '../../parts/numbers.ts'
import { Table } from '../../parts/table.tsx'
import type { CaseScreen } from '../case/case.tsx'
import { Chain } from './receptors.tsx'

/** Rows of a table that are of one receptor; none where the stage did not run. */
function useRowsOf(client: Client, id: string, table: string, receptor: string) {
  const wish = new URLSearchParams({ column: 'receptor_id', equals: receptor, limit: '500' })
  return useAnswer<TableAnswer>(client, `${casePath(id, 'tables', table)}?${wish}`).result
}

const CHAINS = [
  ['tra', 'alpha'],
  ['trb', 'beta'],
] as const

export function Receptor({ given: { desk, the }, receptor }: { readonly given: CaseScreen; readonly receptor: string }) {
  const found = useRowsOf(desk.client, the.id, 'receptors', receptor)
  const tested = useRowsOf(desk.client, the.id, 'screen', receptor)
  const chosen = useRowsOf(desk.client, the.id, 'selection', receptor)
  const built = useRowsOf(desk.client, the.id, 'constructs', receptor)
  if (found === undefined) return <p className="muted">Reading …</p>
  if (!found.ok) return <Problem issue={found.issue} />
  const row = found.value.rows[0]
  if (row === undefined) return <p className="muted">The case has no receptor {receptor}; it may have been run again since.</p>
  const verdict = chosen?.ok === true ? chosen.value.rows[0] : undefined
  return (
    <>
      <h2>
        {receptor} <span className="muted">rank {row.rank}</span>
      </h2>
      <p>{row.reasons}</p>
      <dl>
        <dt>Cells</dt>
        <dd>
          {row.cells} with this pair, {row.clonotype_cells} of the clonotype {row.clonotype_id};{' '}
          {(row.cells_by_lesion ?? '').replaceAll(',', ', ').replaceAll(':', ' ')}
        </dd>
        <dt>Lineage</dt>
        <dd>{row.lineage}</dd>
        {CHAINS.map(([chain, name]) => (
          <div key={chain} className="rows">
            <dt>{name}</dt>
            <dd>
              <Chain row={row} chain={chain} />
              <div className="sequence">
                <code>{row[`${chain}_junction`]}</code>
              </div>
              <span className="muted">
                contig {row[`${chain}_sequence_id`]}, median {row[`${chain}_umi_median`]} UMI
              </span>
            </dd>
          </div>
        ))}
        {row.caveats === '' ? null : (
          <>
            <dt>Caveats</dt>
            <dd>{row.caveats}</dd>
          </>
        )}
        {verdict === undefined ? null : (
          <>
            <dt>Selection</dt>
            <dd>
              <Mark says={verdict.chosen === 'true' ? 'chosen' : 'not chosen'} /> {verdict.mutation} {verdict.reason}
            </dd>
          </>
        )}
      </dl>
      {tested?.ok === true ? (
        <Table
          caption="What it was tested against"
          columns={['Antigen', 'Call', 'Presenter', 'Plate', 'Wells', 'p', 'EC50, M']}
          none="It was not tested."
          rows={tested.value.rows.map(one => ({
            key: `${one.neoantigen_id} ${one.antigen_form} ${one.plate} ${one.presenter_hla}`,
            cells: [
              <a key="antigen" href={caseHref(the.id, 'neoantigens', one.neoantigen_id ?? '')}>
                {one.neoantigen_id}
              </a>,
              one.call === 'positive' ? <Mark key="call" says="answered" /> : one.call,
              one.presenter_hla,
              one.plate,
              (one.wells ?? '').replaceAll(';', ' '),
              figures(one.p),
              figures(one.ec50_molar),
            ],
          }))}
        />
      ) : null}
      {built?.ok === true
        ? built.value.rows.map(one => (
            <section key={one.construct_id || 'refused'}>
              <h2>
                {one.construct_id} <Mark says={one.status ?? ''} />
              </h2>
              {one.status === 'ready' ? (
                <Figure
                  of={casePath(the.id)}
                  figure={one.construct_id ?? ''}
                  says={`Map of the insert ${one.construct_id}, ${one.insert_length} nucleotides`}
                />
              ) : (
                <p className="problem">{one.failed_checks}</p>
              )}
            </section>
          ))
        : null}
    </>
  )
}
