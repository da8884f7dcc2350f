// T-cell receptor gene names (IMGT nomenclature as used by AIRR): `TRAV38-2/DV8*01` = gene TRAV38-2/DV8, allele 01.
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'

export type TcrLocus = 'TRA' | 'TRB' | 'TRG' | 'TRD'

export interface TcrGeneName {
  readonly gene: string
  /** `01`, or undefined when the name carries none. */
  readonly allele: string | undefined
}

export const splitGeneName = (name: string): TcrGeneName => {
  const star = name.indexOf('*')
  return star < 0 ? { gene: name, allele: undefined } : { gene: name.slice(0, star), allele: name.slice(star + 1) }
}

export const geneOf = (name: string): string => splitGeneName(name).gene

export const locusOf = (name: string): TcrLocus | undefined => {
  const locus = name.slice(0, 3).toUpperCase()
  return locus === 'TRA' || locus === 'TRB' || locus === 'TRG' || locus === 'TRD' ? locus : undefined
}

/** NFKC, dashes, spaces, case, a trailing underscore, one-digit alleles: what changes no meaning. */
export const cleanGeneName = (name: string): string =>
  name
    .normalize('NFKC')
    .replace(/[‐-―−]/g, '-')
    .replace(/\s+/g, '')
    .toUpperCase()
    .replace(/_+$/, '')
    .replace(/\*(\d)$/, '*0$1')

/**
 * Writes a name as the nomenclature does: dashes, case, spaces, 10x's `-DV`, a missing slash, one-digit alleles.
 * Only lossless repairs; lists of genes and unknown names come back as an issue `gene-name`.
 */
export function normaliseGeneName(written: string): Result<string, Issue> {
  const name = cleanGeneName(written)
    .replace(/-DV/, '/DV')
    .replace(/(TRAV\d+(?:-\d+)?)DV/, '$1/DV')
  if (!/^TR[ABGD][VDJC][\w\-/]*(\*[A-Z]?\d{2,}[A-Z0-9_]*)?$/.test(name)) {
    return fail(issue('gene-name', `"${written}" is not one T-cell receptor gene name`, 'write one gene such as TRAV12-2 or TRBV6-5*01'))
  }
  return ok(name)
}
