// Names as a user or a typing lists them → distinct alleles in canonical order, and what a person's typing must be.
import { byText, type Caveat, caveat, type Issue, ok, type Result, refuse } from '../base/index.ts'
import { expandGlString, isGlString } from './gl-string.ts'
import { genesOf, type HlaAllele, type ParsedAllele, parseHlaAllele } from './hla-allele.ts'

export interface HlaList {
  readonly alleles: readonly ParsedAllele[]
  /** Names that are left out: null alleles. */
  readonly caveats: readonly Caveat[]
}

/** GL strings are taken apart, homozygous loci count once, null alleles are left out. Fails at the first name that does not parse. */
export function parseHlaList(names: readonly string[]): Result<HlaList, Issue> {
  const seen = new Map<string, ParsedAllele>()
  const caveats: Caveat[] = []
  for (const name of names.flatMap(written => (isGlString(written) ? expandGlString(written) : [written]))) {
    const parsed = parseHlaAllele(name)
    if (parsed.ok) {
      if (!seen.has(parsed.value.allele)) seen.set(parsed.value.allele, parsed.value)
    } else if (parsed.issue.code === 'hla-null-allele')
      caveats.push(caveat('hla-null-allele', `${name.trim()} is not expressed and presents nothing: left out`))
    else return parsed
  }
  return ok({ alleles: [...seen.values()].sort((a, b) => byText(a.allele, b.allele)), caveats })
}

/** Genes a whole typing has; the three further DRB genes are not in everybody. */
const TYPED_LOCI = { I: ['A', 'B', 'C'], II: ['DRB1', 'DQB1', 'DPB1'] } as const
/** Genes that are counted together: a chromosome has at most one of the three. */
const counted = (locus: string): string => (/^DRB[345]$/.test(locus) ? 'DRB3/4/5' : locus)

/**
 * The alleles of one person, of whose loci of the classes the missing are told. α/β molecules are not counted: a typing lists genes.
 * Errors: those of `parseHlaList`; `hla-too-many`.
 */
export function parseHlaTyping(names: readonly string[], classes: readonly ('I' | 'II')[] = ['I', 'II']): Result<HlaList, Issue> {
  const parsed = parseHlaList(names)
  if (!parsed.ok) return parsed
  const byLocus = new Map<string, HlaAllele[]>()
  const typed = new Set<string>()
  for (const { allele } of parsed.value.alleles) {
    const loci = genesOf(allele).map(gene => gene[0]!.replace(/\*.*$/, ''))
    for (const locus of loci) typed.add(locus)
    if (loci.length === 1) byLocus.set(counted(loci[0]!), [...(byLocus.get(counted(loci[0]!)) ?? []), allele])
  }
  for (const [locus, alleles] of byLocus)
    if (alleles.length > 2 && /^([ABC]|D[PQR].+)$/.test(locus))
      return refuse(
        'hla-too-many',
        `${alleles.length} alleles of ${locus} were given: ${alleles.join(', ')}`,
        'a person has at most two alleles of a locus',
      )
  const missing = classes.flatMap(mhcClass => TYPED_LOCI[mhcClass]).filter(locus => !typed.has(locus))
  if (missing.length === 0) return parsed
  const untyped = caveat(
    'hla-locus-not-typed',
    `${missing.map(locus => `HLA-${locus}`).join(', ')} not typed: what they present is not known`,
  )
  return ok({ ...parsed.value, caveats: [...parsed.value.caveats, untyped] })
}

/** Chains that may be assumed where a typing has only the other one. */
const ASSUMED_LOCI = /^D[PQ]A1\*/

/**
 * Whether a person of this typing can have the molecule: each of its genes is typed with one of the alleles it may be.
 * An α chain of a locus that was not typed is no contradiction.
 */
export function carries(typing: readonly HlaAllele[], molecule: HlaAllele): boolean {
  const typed = new Set(typing.flatMap(allele => genesOf(allele).flat()))
  const locusTyped = (name: string) => [...typed].some(other => other.startsWith(name.replace(/\*.*$/, '*')))
  return genesOf(molecule).every(
    gene => gene.some(name => typed.has(name)) || (gene.every(name => ASSUMED_LOCI.test(name)) && !locusTyped(gene[0]!)),
  )
}
