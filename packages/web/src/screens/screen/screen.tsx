// Plates: which receptor answered to which antigen, and the wells themselves.
import { casePath } from '../../client/case-answers.ts'
import { AntigenLink, Call, ReceptorLink } from '../../parts/case-links.tsx'
import { DataTable } from '../../parts/data-table.tsx'
import { Figure } from '../../parts/figure.tsx'
import { figures } from '../../parts/numbers.ts'
import type { CaseScreen } from '../case/case.tsx'

export function Plates({ desk, the }: CaseScreen) {
  const plates = the.files.flatMap(({ name }) => /^(plates(?:-\d+)?)\.svg$/.exec(name)?.[1] ?? [])
  return (
    <>
      <DataTable
        client={desk.client}
        of={casePath(the.id)}
        table="screen"
        caption="Receptors and antigens"
        rowKey={['receptor_id', 'neoantigen_id', 'antigen_form', 'presenter_hla', 'plate']}
        columns={[
          {
            name: 'receptor_id',
            title: 'Receptor',
            show: row => <ReceptorLink id={the.id} row={row} />,
          },
          {
            name: 'neoantigen_id',
            title: 'Antigen',
            show: row => <AntigenLink id={the.id} row={row} />,
          },
          { name: 'antigen_form', title: 'Given as' },
          { name: 'presenter_hla', title: 'Presenter' },
          { name: 'call', title: 'Call', show: row => <Call row={row} /> },
          { name: 'fold', title: 'Fold', kind: 'number', show: row => figures(row.fold) },
          { name: 'p', title: 'p', kind: 'number', show: row => figures(row.p) },
          { name: 'ec50_molar', title: 'EC50, M', kind: 'number', show: row => figures(row.ec50_molar) },
          { name: 'mutant_over_wild_type', title: 'Over wild type', kind: 'number', show: row => figures(row.mutant_over_wild_type) },
          { name: 'plate', title: 'Plate' },
          { name: 'caveats', title: 'Caveats', kind: 'prose' },
        ]}
      />
      {plates.map(name => (
        <Figure key={name} of={casePath(the.id)} figure={name} says="Wells of the plates; what was read in each stands in the readout" />
      ))}
    </>
  )
}
