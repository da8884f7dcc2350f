// BD Rhapsody's VDJ contig CSV (targeted analysis pipeline 1.10) → contig rows. Its CDR3 leaves out Cys104 and Phe/Trp118: the junction takes a codon of FR3 and one of FR4.
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import type { ContigRow } from './contig-row.ts'
import { columnReader, parseDelimited } from './delimited.ts'

const REQUIRED = [
  'Cell_Index',
  'Chain_Type',
  'Contig_ID',
  'V_gene',
  'J_gene',
  'CDR3_Nucleotide',
  'CDR3_Translation',
  'Productive',
  'Molecule_Count',
]

const LOCI: Readonly<Record<string, string>> = {
  TCR_Alpha: 'TRA',
  TCR_Beta: 'TRB',
  TCR_Gamma: 'TRG',
  TCR_Delta: 'TRD',
  BCR_Heavy: 'IGH',
  BCR_Kappa: 'IGK',
  BCR_Lambda: 'IGL',
}

export const isBdHeader = (header: string): boolean => header.startsWith('Cell_Index,')

/** Without FR3 or FR4 there is no junction: the row stays, with both junction fields empty. Errors: `column-missing`, `table-empty`, `contig-count`. */
export function parseBdContigs(text: string): Result<readonly ContigRow[], Issue> {
  const table = parseDelimited(text, { delimiter: ',', comment: '#', required: REQUIRED })
  if (!table.ok) return table
  const get = columnReader(table.value.columns)
  const rows: ContigRow[] = []
  for (const row of table.value.rows) {
    const umiCount = Number(get(row, 'Molecule_Count'))
    const consensusCount = Number(get(row, 'Read_Count') || 0)
    if (!Number.isInteger(umiCount) || !Number.isInteger(consensusCount))
      return fail(
        issue(
          'contig-count',
          `Molecule_Count is "${get(row, 'Molecule_Count')}", Read_Count "${get(row, 'Read_Count')}"`,
          'both are whole numbers',
          row.line,
        ),
      )
    const joined = (suffix: string, letters: number) => {
      const before = get(row, `FR3_${suffix}`).slice(-letters)
      const inside = get(row, `CDR3_${suffix}`)
      const behind = get(row, `FR4_${suffix}`).slice(0, letters)
      return before.length < letters || inside === '' || behind.length < letters ? '' : `${before}${inside}${behind}`.toUpperCase()
    }
    const chain = get(row, 'Chain_Type')
    rows.push({
      line: row.line,
      cellId: get(row, 'Cell_Index'),
      sequenceId: get(row, 'Contig_ID'),
      locus: Object.hasOwn(LOCI, chain) ? LOCI[chain]! : '',
      vCall: get(row, 'V_gene'),
      dCall: get(row, 'D_gene'),
      jCall: get(row, 'J_gene'),
      cCall: get(row, 'C_gene'),
      productive: /^true$/i.test(get(row, 'Productive')),
      junction: joined('Nucleotide', 3),
      junctionAa: joined('Translation', 1),
      umiCount,
      consensusCount,
      isCell: get(row, 'Putative_Cell') === '' || /^true$/i.test(get(row, 'Putative_Cell')),
      highConfidence: true,
      fullLength: /^true$/i.test(get(row, 'Full_Length')),
      sequence: get(row, 'Full_Contig_Nucleotide_Raw').toUpperCase(),
    })
  }
  return ok(rows)
}
