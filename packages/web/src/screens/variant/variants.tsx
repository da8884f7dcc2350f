// Protein changes of the tumour's variants, one a transcript.
import { casePath } from '../../client/case-answers.ts'
import { DataTable } from '../../parts/data-table.tsx'
import { ofReads } from '../../parts/numbers.ts'
import type { CaseScreen } from '../case/case.tsx'

export const Variants = ({ desk, the }: CaseScreen) => (
  <DataTable
    client={desk.client}
    of={casePath(the.id)}
    table="variants"
    caption="Variants with a protein change"
    rowKey={['variant_id', 'transcript_id']}
    columns={[
      { name: 'gene', title: 'Gene' },
      {
        name: 'protein_position',
        title: 'Change',
        show: row => `${row.amino_acid_change} at ${row.protein_position}`,
      },
      { name: 'consequence', title: 'Consequence', show: row => (row.consequence ?? '').replaceAll('&', ', ') },
      { name: 'variant_id', title: 'Variant', show: row => <code>{row.variant_id}</code> },
      {
        name: 'transcript_id',
        title: 'Transcript',
        show: row => `${row.transcript_id}${row.mane_select === 'true' ? ', MANE Select' : ''}`,
      },
      { name: 'tumour_vaf', title: 'DNA reads', kind: 'number', show: row => ofReads(row.tumour_vaf, row.tumour_depth) },
      { name: 'rna_vaf', title: 'RNA reads', kind: 'number', show: row => ofReads(row.rna_vaf, row.rna_depth) },
      { name: 'caveats', title: 'Caveats', kind: 'prose' },
    ]}
  />
)
