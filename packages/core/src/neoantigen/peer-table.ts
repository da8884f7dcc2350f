// Result tables of other neoantigen tools → one shape: who proposed which peptide on which allele. Recognised by their headers.
import { fail, type Issue, issue, nearest, ok, type Result } from '../base/index.ts'
import { columnReader, parseDelimited } from '../format/index.ts'

export interface PeerPeptide {
  readonly peptide: string
  /** As the tool writes it. */
  readonly allele: string
  readonly gene: string
  /** As the tool writes it: `E806V`, `p.Gly305Glu`, `chrX g.41344255G>C`. */
  readonly change: string
  /** Undefined: the tool gives none. */
  readonly ic50NanoMolar: number | undefined
  readonly percentile: number | undefined
}

export interface PeerTable {
  readonly tool: string
  /** Peptide and allele once each, in the order of the file. */
  readonly peptides: readonly PeerPeptide[]
}

interface Layout {
  readonly tool: string
  /** A table is of this tool when it has the columns of peptide and allele. */
  readonly peptide: string
  readonly allele: string
  readonly gene?: string
  readonly change?: string
  readonly ic50?: string
  readonly percentile?: string
}

const LAYOUTS: readonly Layout[] = [
  {
    tool: 'pVACseq aggregated',
    peptide: 'Best Peptide',
    allele: 'Allele',
    gene: 'Gene',
    change: 'AA Change',
    ic50: 'IC50 MT',
    percentile: '%ile MT',
  },
  {
    tool: 'pVACseq',
    peptide: 'MT Epitope Seq',
    allele: 'HLA Allele',
    gene: 'Gene Name',
    change: 'Mutation',
    ic50: 'Median MT IC50 Score',
    percentile: 'Median MT Percentile',
  },
  {
    tool: 'Vaxrank',
    peptide: 'Mutant peptide sequence',
    allele: 'Allele',
    gene: 'Gene name',
    change: 'Genomic variant',
    ic50: 'Predicted mutant pMHC affinity',
  },
  {
    tool: 'NeoFox',
    peptide: 'NetMHCpan_bestRank_peptide',
    allele: 'NetMHCpan_bestRank_allele',
    gene: 'gene',
    change: 'mutatedXmer',
    percentile: 'NetMHCpan_MHCI_bestRank_rank',
  },
  { tool: 'NeoPredPipe', peptide: 'peptide', allele: 'hla', gene: 'GeneName:RefID', ic50: 'Binding Affinity', percentile: 'Rank' },
  { tool: 'antigen.garnish', peptide: 'nmer', allele: 'MHC', change: 'protein_change', ic50: 'Ensemble_score' },
]

/** `329.6`, `44.90 nM`; `NA` and empty are unknown. */
const numberOf = (text: string): number | undefined => {
  const number = Number.parseFloat(text)
  return Number.isFinite(number) ? number : undefined
}

/** Errors: `peer-table-unknown`, naming the tools that are read. Rows without a peptide or an allele are left out: the tool found none. */
export function parsePeerTable(text: string): Result<PeerTable, Issue> {
  const table = parseDelimited(text, { delimiter: '\t' })
  if (!table.ok) return table
  const { columns, rows } = table.value
  const layout = LAYOUTS.find(({ peptide, allele }) => columns.includes(peptide) && columns.includes(allele))
  if (layout === undefined)
    return fail(
      issue(
        'peer-table-unknown',
        `the columns are ${columns.slice(0, 6).join(', ')}`,
        `give a table of ${[...new Set(LAYOUTS.map(({ tool }) => tool))].join(', ')}; nearest known column: ${nearest(
          columns[0] ?? '',
          LAYOUTS.map(({ peptide }) => peptide),
        ).join(', ')}`,
        1,
      ),
    )
  const get = columnReader(columns)
  const cell = (row: (typeof rows)[number], name: string | undefined) => (name === undefined ? '' : get(row, name))
  const peptides = new Map<string, PeerPeptide>()
  for (const row of rows) {
    const peptide = cell(row, layout.peptide)
    const allele = cell(row, layout.allele)
    if (!/^[A-Z]+$/.test(peptide) || peptide === 'NA' || allele === '' || allele === 'NA') continue
    const key = `${peptide} ${allele}`
    if (peptides.has(key)) continue
    peptides.set(key, {
      peptide,
      allele,
      // NeoPredPipe: `"C4B:NM_001002029,C4A:NM_007293"`
      gene: layout.tool === 'NeoPredPipe' ? cell(row, layout.gene).split(/[:,]/)[0]! : cell(row, layout.gene),
      change: cell(row, layout.change),
      ic50NanoMolar: numberOf(cell(row, layout.ic50)),
      percentile: numberOf(cell(row, layout.percentile)),
    })
  }
  return ok({ tool: layout.tool, peptides: [...peptides.values()] })
}
