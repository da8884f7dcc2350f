// Words of the human proteome that a receptor might see as well, the likeliest first.
import { casePath } from '../../client/case-answers.ts'
import { DataTable } from '../../parts/data-table.tsx'
import { Mark } from '../../parts/mark.tsx'
import { figures, rank } from '../../parts/numbers.ts'
import type { CaseScreen } from '../case/case.tsx'

export const Safety = ({ desk, the }: CaseScreen) => (
  <DataTable
    client={desk.client}
    of={casePath(the.id)}
    table="safety"
    caption="Off-target words of the proteome"
    rowKey={['receptor_id', 'query', 'hla', 'word', 'proteins']}
    columns={[
      { name: 'receptor_id', title: 'Receptor' },
      { name: 'query', title: 'Peptide', show: row => <code>{row.query}</code> },
      { name: 'hla', title: 'Allele' },
      { name: 'word', title: 'Word', show: row => <code>{row.word}</code> },
      { name: 'class', title: 'Class', show: row => <Mark says={row.class ?? ''} /> },
      { name: 'genes', title: 'Genes' },
      { name: 'mismatches', title: 'Mismatches', kind: 'number' },
      { name: 'rank_percent', title: '%rank', kind: 'number', show: row => rank(row.rank_percent) },
      { name: 'tissue_max', title: 'Most in', show: row => `${row.tissue} ${figures(row.tissue_max)}` },
      { name: 'essential_max', title: 'Essential tissue', show: row => `${row.essential_tissue} ${figures(row.essential_max)}` },
      { name: 'tested', title: 'Tested' },
    ]}
  />
)
