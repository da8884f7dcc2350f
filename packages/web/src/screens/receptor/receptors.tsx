// Receptors with both chains in the order of the rank; and the cells of the tumour that carry them.
import { casePath, hasFile, type Row } from '../../client/case-answers.ts'
import { byLesion, ReceptorLink } from '../../parts/case-links.tsx'
import { DataTable } from '../../parts/data-table.tsx'
import { Figure } from '../../parts/figure.tsx'
import type { CaseScreen } from '../case/case.tsx'

export const Chain = ({ row, chain }: { readonly row: Row; readonly chain: 'tra' | 'trb' }) => (
  <span className="chain">
    {row[`${chain}_v_call`]} <code>{row[`${chain}_junction_aa`]}</code> <span className="word">{row[`${chain}_j_call`]}</span>
  </span>
)

export function Receptors({ desk, the }: CaseScreen) {
  return (
    <>
      <p className="muted">
        A gene signature is a reason to test a receptor, not a proof: evidence level 1 at most, until plates say more.
      </p>
      <DataTable
        client={desk.client}
        of={casePath(the.id)}
        table="receptors"
        caption="Receptors"
        rowKey={['receptor_id']}
        columns={[
          { name: 'rank', title: 'Rank', kind: 'number' },
          {
            name: 'receptor_id',
            title: 'Receptor',
            show: row => (
              <>
                <ReceptorLink id={the.id} row={row} />
                {row.shortlisted === 'true' ? <span className="mark good">shortlisted</span> : null}
              </>
            ),
          },
          { name: 'tra_junction_aa', title: 'Alpha', show: row => <Chain row={row} chain="tra" /> },
          { name: 'trb_junction_aa', title: 'Beta', show: row => <Chain row={row} chain="trb" /> },
          { name: 'clonotype_cells', title: 'Cells', kind: 'number' },
          {
            name: 'cells_by_lesion',
            title: 'By lesion',
            show: byLesion,
          },
          { name: 'lineage', title: 'Lineage' },
          { name: 'reasons', title: 'Why', kind: 'prose' },
        ]}
      />
      {hasFile(the, 'clonotypes.tsv') ? (
        <>
          <h2>Cells of the clonotypes in each lesion</h2>
          <Figure
            of={casePath(the.id)}
            figure="lesions"
            says="Cells of twenty clonotypes in each lesion, shortlisted ones first; numbers in clonotypes.tsv"
          />
        </>
      ) : null}
      {hasFile(the, 'cell-map.svg') ? (
        <>
          <h2>Cells by their expression</h2>
          <p className="muted">A picture to look at: nothing is decided by it.</p>
          <Figure of={casePath(the.id)} figure="cell-map" says="Cells by their expression on a plane; points in cell-map.tsv" />
        </>
      ) : null}
    </>
  )
}
