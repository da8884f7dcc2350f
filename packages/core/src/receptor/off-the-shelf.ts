// The patient's mutations × HLA against shared mutations that have a published receptor.
import { genesOf, type HlaAllele } from '../bio/index.ts'
import { SHARED_MUTATIONS, type SharedMutation } from './shared-mutations.table.ts'

export interface OffTheShelf {
  readonly mutation: SharedMutation
  /** Allele of the patient, and the one published: they may agree only in the first field, or in one of the alleles that the typing left open. */
  readonly patientHla: string
  readonly publishedHla: string
  readonly agrees: 'allele' | 'first-field' | 'not-settled'
}

const fieldsOf = (chain: string) => {
  const [locus = '', rest = ''] = chain.split('*')
  return { locus, fields: rest.split(':').slice(0, 2) }
}

/** Agreement at the coarser of the two resolutions; undefined when they differ. */
export function hlaAgreement(a: string, b: string): 'allele' | 'first-field' | undefined {
  const x = fieldsOf(a)
  const y = fieldsOf(b)
  if (x.locus !== y.locus || x.fields[0] === '' || x.fields[0] !== y.fields[0]) return undefined
  if (x.fields[1] === undefined || y.fields[1] === undefined) return 'first-field'
  return x.fields[1] === y.fields[1] ? 'allele' : undefined
}

/** `changes`: gene and change as `G12D`. Rows in the order of the table. */
export function matchOffTheShelf(
  changes: readonly { readonly gene: string; readonly change: string }[],
  hla: readonly HlaAllele[],
  table: readonly SharedMutation[] = SHARED_MUTATIONS,
): readonly OffTheShelf[] {
  const out: OffTheShelf[] = []
  for (const mutation of table) {
    if (!changes.some(({ gene, change }) => gene === mutation.gene && change === mutation.change)) continue
    for (const publishedHla of mutation.hla)
      for (const allele of hla)
        for (const gene of genesOf(allele)) {
          const agreements = gene.map(name => hlaAgreement(name, publishedHla))
          const found = agreements.find(agrees => agrees !== undefined)
          if (found === undefined) continue
          const agrees = agreements.includes(undefined) ? 'not-settled' : found
          out.push({ mutation, patientHla: allele.replace(/^HLA-/, ''), publishedHla, agrees })
        }
  }
  return out
}
