// The IEDB weekly collection of class II measurements as sets of one reference and molecule, with NetMHCIIpan-3.1's answers in the same rows. For tests and the evaluation.
import { type HlaAllele, parseHlaAllele } from '@cognate/core/bio'
import type { Row } from './oracle-data.ts'

export interface WeeklySet {
  readonly reference: string
  readonly allele: HlaAllele
  readonly peptides: readonly string[]
  /** At most 1,000 nM, or positive where only that was told. */
  readonly binder: readonly boolean[]
  /** NetMHCIIpan-3.1, nM below 0: higher binds better. */
  readonly peer: readonly number[]
}

/** Sets of at least ten rows with binders and others; the largest first. Throws on a molecule that cannot be read. */
export function weeklySets(rows: readonly Row[]): readonly WeeklySet[] {
  return [...Map.groupBy(rows, row => `${row['IEDB reference']} ${row.Allele}`).values()]
    .map((set): WeeklySet => {
      const parsed = parseHlaAllele(set[0]!.Allele!)
      if (!parsed.ok) throw new Error(parsed.issue.what)
      return {
        reference: set[0]!['IEDB reference']!,
        allele: parsed.value.allele,
        peptides: set.map(row => row['Peptide seq']!),
        binder: set.map(row => {
          const value = Number(row['Measurement value'])
          return row['Measurement type'] === 'binary' ? value > 0 : value <= 1000
        }),
        peer: set.map(row => -Number(row['NetMHCIIpan-3.1'])),
      }
    })
    .filter(({ binder }) => binder.length >= 10 && binder.includes(true) && binder.includes(false))
    .sort((a, b) => b.peptides.length - a.peptides.length)
}
