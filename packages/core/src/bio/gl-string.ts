// Genotype list string of a typing → one name for each copy of each gene. Milius 2013, doi:10.1111/tan.12150:
// `^` between genes, `|` between possible genotypes, `+` between the two copies, `~` within one chromosome, `/` between possible alleles.

/** Whether the text has an operator that only a genotype list has. */
export const isGlString = (text: string): boolean => /[\^|+~?]/.test(text)

const locusOf = (name: string): string => name.replace(/\*.*$/, '')

/** Copies of one gene; each text lists the alleles the copy may be. */
type Copies = readonly string[]

/** Names as written; what was not told apart stays joined by `/`, over all possible genotypes. */
export function expandGlString(text: string): readonly string[] {
  return text.split(/[\^?]/).flatMap(block => {
    const genotypes = block.split('|').map(genotype => copiesByLocus(genotype.split(/[+~]/).map(copy => copy.trim())))
    const loci = new Set(genotypes.flatMap(genotype => [...genotype.keys()]))
    return [...loci].flatMap(locus => genotypes.flatMap(genotype => [genotype.get(locus) ?? []]).reduce(mergeCopies))
  })
}

function copiesByLocus(names: readonly string[]): ReadonlyMap<string, Copies> {
  const copies = new Map<string, string[]>()
  for (const name of names) if (name !== '') copies.set(locusOf(name), [...(copies.get(locusOf(name)) ?? []), name])
  return copies
}

/** The copies of two possible genotypes, laid beside each other so that they share most. */
function mergeCopies(one: Copies, other: Copies): Copies {
  if (one.length === 0 || other.length === 0) return one.length === 0 ? other : one
  const at = (copies: Copies, i: number) => copies[Math.min(i, copies.length - 1)]!
  const shared = (a: string, b: string) => b.split('/').filter(name => a.split('/').includes(name)).length
  const crossed =
    shared(at(one, 0), at(other, 1)) + shared(at(one, 1), at(other, 0)) >
    shared(at(one, 0), at(other, 0)) + shared(at(one, 1), at(other, 1))
  const count = Math.max(one.length, other.length)
  return Array.from({ length: count }, (_, i) => `${at(one, i)}/${at(other, crossed ? count - 1 - i : i)}`)
}
