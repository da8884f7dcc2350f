// One receptor: its chains as they were sequenced, where its cells are, what it saw on the plates, and what was built of it.
import { hasFile } from '../../client/case-answers.ts'
import { useRows } from '../../client/use-rows.ts'
import { Problem } from '../../parts/answer.tsx'
import { AntigenLink, byLesion, Call } from '../../parts/case-links.tsx'
import { Mark } from '../../parts/mark.tsx'
import { figures } from '../../parts/numbers.ts'
import { Table } from '../../parts/table.tsx'
import type { CaseScreen } from '../case/case.tsx'
import { Insert } from '../construct/constructs.tsx'
import { Chain } from './receptors.tsx'

const CHAINS = [
  ['tra', 'alpha'],
  ['trb', 'beta'],
] as const

export function Receptor({ given: { desk, the }, receptor }: { readonly given: CaseScreen; readonly receptor: string }) {
  const found = useRows(desk.client, the, ['receptors', 'screen', 'selection', 'constructs'], 'receptor_id', receptor)
  if (found === undefined) return <p className="muted">Reading …</p>
  if (!found.ok) return <Problem issue={found.issue} />
  const { receptors, screen: tested, selection, constructs: built } = found.value
  const row = receptors[0]
  if (row === undefined) return <p className="muted">The case has no receptor {receptor}; it may have been run again since.</p>
  const verdict = selection[0]
  return (
    <>
      <h2>
        {receptor} <span className="muted">rank {row.rank}</span>
      </h2>
      <p>{row.reasons}</p>
      <dl>
        <dt>Cells</dt>
        <dd>
          {row.cells} with this pair, {row.clonotype_cells} of the clonotype {row.clonotype_id}; {byLesion(row)}
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
      {hasFile(the, 'screen.tsv') ? (
        <Table
          caption="What it was tested against"
          columns={['Antigen', 'Call', 'Presenter', 'Plate', 'Wells', 'p', 'EC50, M']}
          none="It was not tested."
          rows={tested.map(one => ({
            key: `${one.neoantigen_id} ${one.antigen_form} ${one.plate} ${one.presenter_hla}`,
            cells: [
              <AntigenLink key="antigen" id={the.id} row={one} />,
              <Call key="call" row={one} />,
              one.presenter_hla,
              one.plate,
              (one.wells ?? '').replaceAll(';', ' '),
              figures(one.p),
              figures(one.ec50_molar),
            ],
          }))}
        />
      ) : null}
      {built.map(one => (
        <section key={one.construct_id || 'refused'}>
          <Insert id={the.id} row={one} />
        </section>
      ))}
    </>
  )
}
