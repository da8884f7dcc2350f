// The patient's mutations × HLA against shared mutations that have a published receptor.
import { SHARED_MUTATIONS, type SharedMutation } from './shared-mutations.table.ts'

export interface OffTheShelf {
  readonly mutation: SharedMutation
  /** Allele of the patient, and the one published: they may agree only in the first field. */
  readonly patientHla: string
  readonly publishedHla: string
  readonly agrees: 'allele' | 'first-field'
}

/** `A*02:01` → locus and fields; DR, DP and DQ pairs are taken apart into their chains. */
const chainsOf = (allele: string): readonly string[] =>
  allele
    .replace(/^HLA-/i, '')
    .split(/[/]|-(?=D[A-Z]{2}\d?\*)/)
    .map(chain => chain.replace(/^HLA-/i, '').toUpperCase())

const fieldsOf = (chain: string) => {
  const [locus = '', rest = ''] = chain.split('*')
  return { locus, fields: rest.split(':').slice(0, 2) }
}

/** Agreement at the coarser of the two resolutions; undefined when they differ. */
export function hlaAgreement(a: string, b: string): OffTheShelf['agrees'] | undefined {
  const x = fieldsOf(a)
  const y = fieldsOf(b)
  if (x.locus !== y.locus || x.fields[0] === '' || x.fields[0] !== y.fields[0]) return undefined
  if (x.fields[1] === undefined || y.fields[1] === undefined) return 'first-field'
  return x.fields[1] === y.fields[1] ? 'allele' : undefined
}

/** `changes`: gene and change as `G12D`. Rows in the order of the table. */
export function matchOffTheShelf(
  changes: readonly { readonly gene: string; readonly change: string }[],
  hla: readonly string[],
  table: readonly SharedMutation[] = SHARED_MUTATIONS,
): readonly OffTheShelf[] {
  const out: OffTheShelf[] = []
  for (const mutation of table) {
    if (!changes.some(({ gene, change }) => gene === mutation.gene && change === mutation.change)) continue
    for (const publishedHla of mutation.hla)
      for (const allele of hla)
        for (const chain of chainsOf(allele)) {
          const agrees = hlaAgreement(chain, publishedHla)
          if (agrees !== undefined) out.push({ mutation, patientHla: allele, publishedHla, agrees })
        }
  }
  return out
}
