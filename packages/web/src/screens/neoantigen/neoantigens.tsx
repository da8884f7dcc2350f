// Neoantigens in the order of the rank, each with its best peptide and why it stands there; below them what no small variant made: fusions, splice junctions, listed antigens.
import { caseHref, casePath, hasFile, type Row } from '../../client/case-answers.ts'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { figures, rank } from '../../parts/numbers.ts'
import { Marked, positionsOf } from '../../parts/peptide-strip.tsx'
import type { CaseScreen } from '../case/case.tsx'

export const changeOf = (row: Row): string => `${row.gene} ${row.amino_acid_change}`

/** Of every source: which peptide, and how it is presented. */
const BEST: readonly Column[] = [
  { name: 'best_peptide', title: 'Best peptide', show: row => <code>{row.best_peptide}</code> },
  { name: 'best_allele', title: 'Allele', kind: 'word' },
  { name: 'percentile_mt', title: '%rank', kind: 'number', show: row => rank(row.percentile_mt) },
  { name: 'tier', title: 'Tier' },
]

const FURTHER: readonly { readonly table: string; readonly caption: string; readonly own: readonly Column[] }[] = [
  {
    table: 'fusions',
    caption: 'Fusions',
    own: [
      { name: 'gene', title: 'Fusion' },
      { name: 'kind', title: 'Kind', show: row => (row.kind ?? '').replaceAll('_', ' ') },
      { name: 'read_support', title: 'Reads', kind: 'number' },
    ],
  },
  {
    table: 'splicing',
    caption: 'New splice junctions',
    own: [
      { name: 'gene', title: 'Gene' },
      { name: 'junction_id', title: 'Junction', kind: 'word' },
      { name: 'junction_reads', title: 'Reads', kind: 'number' },
    ],
  },
  {
    table: 'antigens',
    caption: 'Listed antigens',
    own: [
      { name: 'antigen_id', title: 'Antigen' },
      { name: 'gene', title: 'Gene' },
      { name: 'class_ii_best_peptide', title: 'Best class II', show: row => <code>{row.class_ii_best_peptide}</code> },
    ],
  },
]

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
    {FURTHER.filter(({ table }) => hasFile(the, `${table}.tsv`)).map(({ table, caption, own }) => (
      <DataTable
        key={table}
        client={desk.client}
        of={casePath(the.id)}
        table={table}
        caption={caption}
        rowKey={['neoantigen_id']}
        columns={[...own, ...BEST]}
      />
    ))}
  </>
)
