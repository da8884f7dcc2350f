// Plates: which receptor answered to which antigen, and the wells themselves.
import { caseHref, casePath } from '../../client/case-answers.ts'
import { DataTable } from '../../parts/data-table.tsx'
import { Figure } from '../../parts/figure.tsx'
import { Mark } from '../../parts/mark.tsx'
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
            show: row => <a href={caseHref(the.id, 'receptors', row.receptor_id ?? '')}>{row.receptor_id}</a>,
          },
          {
            name: 'neoantigen_id',
            title: 'Antigen',
            show: row => <a href={caseHref(the.id, 'neoantigens', row.neoantigen_id ?? '')}>{row.neoantigen_id}</a>,
          },
          { name: 'antigen_form', title: 'Given as' },
          { name: 'presenter_hla', title: 'Presenter' },
          { name: 'call', title: 'Call', show: row => (row.call === 'positive' ? <Mark says="answered" /> : row.call) },
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
