// Neoantigens in the order of the rank, each with its best peptide and why it stands there.
import { caseHref, casePath, type Row } from '../../client/case-answers.ts'
import { DataTable } from '../../parts/data-table.tsx'
import { figures, rank } from '../../parts/numbers.ts'
import { Marked, positionsOf } from '../../parts/peptide-strip.tsx'
import type { CaseScreen } from '../case/case.tsx'

export const changeOf = (row: Row): string => `${row.gene} ${row.amino_acid_change}`

export const Neoantigens = ({ desk, the }: CaseScreen) => (
  <>
    <p className="muted">The rank adds log-odds terms whose weights are priors, not yet fitted to outcomes.</p>
    <DataTable
      client={desk.client}
      of={casePath(the.id)}
      table="neoantigens"
      caption="Neoantigens"
      rowKey={['neoantigen_id']}
      columns={[
        { name: 'rank', title: 'Rank', kind: 'number' },
        {
          name: 'gene',
          title: 'Mutation',
          show: row => <a href={caseHref(the.id, 'neoantigens', row.neoantigen_id ?? '')}>{changeOf(row)}</a>,
        },
        {
          name: 'best_peptide',
          title: 'Best peptide',
          show: row => <Marked peptide={row.best_peptide ?? ''} changed={positionsOf(row.changed_positions ?? '')} />,
        },
        { name: 'best_allele', title: 'Allele', kind: 'word' },
        { name: 'percentile_mt', title: '%rank', kind: 'number', show: row => rank(row.percentile_mt) },
        { name: 'percentile_wt', title: 'Wild type', kind: 'number', show: row => rank(row.percentile_wt) },
        { name: 'rna_expression', title: 'TPM', kind: 'number', show: row => figures(row.rna_expression) },
        { name: 'tier', title: 'Tier' },
        { name: 'reasons', title: 'Why', kind: 'prose' },
      ]}
    />
  </>
)
