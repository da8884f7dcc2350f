// HLA and animal MHC names: every spelling tools write → one canonical text (`HLA-A*02:01`, `HLA-DRB1*04:05`, `HLA-DPA1*01:03/DPB1*04:01`, `H-2-Kb`).
// Nomenclature: Marsh 2010, doi:10.1111/j.1399-0039.2010.01466.x. Digits without colons: 4 = 2+2, 5 = 2+3, 6 = 2+2+2.
import { type Brand, byText, type Caveat, caveat, fail, type Issue, issue, ok, type Result, refuse } from '../base/index.ts'

/** Two-field canonical text. */
export type HlaAllele = Brand<string, 'hla-allele'>

export interface ParsedAllele {
  readonly allele: HlaAllele
  readonly class: 'I' | 'II'
  /** As it was written. */
  readonly original: string
  readonly caveats: readonly Caveat[]
}

const CLASS_I_LOCI = ['A', 'B', 'C', 'E', 'F', 'G']
const CLASS_II_LOCI = ['DRA', 'DRB1', 'DRB3', 'DRB4', 'DRB5', 'DQA1', 'DQB1', 'DPA1', 'DPB1']
const FORMS = 'HLA-A*02:01, A*02:01, A0201, HLA-A02:01, DRB1*04:05, DRB1_0405, HLA-DPA10103-DPB10401'

/** One gene's name and fields, without a leading HLA. */
function parseGene(text: string): { locus: string; fields: string[]; suffix: string; group: boolean } | undefined {
  const match = /^(DRB[1-9]?|DRA|D[QP]AB?1?|D[QP]B1?|CW|[ABCEFG])[*_\-:]?((?:\d{2,4}[:_]?)+)([NLSCAQ]?)([GP]?)$/i.exec(text)
  if (match === null) return undefined
  let locus = match[1]!.toUpperCase()
  let digits = match[2]!.replace(/[:_]$/, '')
  if (locus === 'CW') locus = 'C'
  if (/^D[QP][AB]$/.test(locus)) locus += '1'
  if (locus === 'DRB') {
    locus = `DRB${digits[0]}`
    digits = digits.slice(1)
  }
  let fields: string[]
  if (/[:_]/.test(digits)) {
    fields = digits.split(/[:_]/)
    const first = fields[0]!
    if (first.length === 3 && /^DRB[1-9]$/.test(locus) === false && locus.startsWith('D')) fields[0] = first.slice(1)
  } else if (digits.length === 4) fields = [digits.slice(0, 2), digits.slice(2)]
  else if (digits.length === 5) fields = [digits.slice(0, 2), digits.slice(2)]
  else if (digits.length === 6) fields = [digits.slice(0, 2), digits.slice(2, 4), digits.slice(4)]
  else if (digits.length === 8) fields = [digits.slice(0, 2), digits.slice(2, 4), digits.slice(4, 6), digits.slice(6)]
  else fields = [digits]
  if (fields.some(field => field.length < 2 || field.length > 4)) return undefined
  return { locus, fields, suffix: match[3]!.toUpperCase(), group: match[4] !== '' && match[4] !== undefined }
}

/**
 * Parses any known spelling to two fields; the original is kept.
 * Errors: `hla-unparsable` (no known form), `hla-one-field` (serotype or one field), `hla-null-allele` (suffix N: not expressed).
 */
export function parseHlaAllele(written: string): Result<ParsedAllele, Issue> {
  const original = written.trim()
  const text = original.replace(/^HLA[-_*]?/i, '')
  if (/^H-?2-?(?!LA)/i.test(text)) {
    const name = `H-2-${text.replace(/^H-?2-?/i, '')}`
    return ok({ allele: name as HlaAllele, class: /^H-2-I/.test(name) ? 'II' : 'I', original, caveats: [] })
  }
  if (/^(Mamu|Patr|BoLA|SLA|Eqca|DLA|Gogo)-/i.test(text)) return ok({ allele: text as HlaAllele, class: 'I', original, caveats: [] })
  const genes = splitGenes(text).map(parseGene)
  if (genes.length === 0 || genes.length > 2 || genes.some(gene => gene === undefined)) {
    return refuse('hla-unparsable', `"${original}" is not an HLA allele name`, `write it in one of these forms: ${FORMS}`)
  }
  const parsed = genes.map(gene => gene!)
  const caveats: Caveat[] = []
  for (const gene of parsed) {
    const known = CLASS_I_LOCI.includes(gene.locus) || CLASS_II_LOCI.includes(gene.locus)
    if (!known)
      return refuse(
        'hla-unparsable',
        `"${original}" names the locus ${gene.locus}, which is not one of the classical loci`,
        `use one of ${[...CLASS_I_LOCI, ...CLASS_II_LOCI].join(' ')}`,
      )
    if (gene.fields.length < 2) {
      return refuse(
        'hla-one-field',
        `"${original}" has one field, which names a group of alleles`,
        `give two fields, such as HLA-${gene.locus}*${gene.fields[0]}:01`,
      )
    }
    if (gene.suffix === 'N')
      return refuse('hla-null-allele', `"${original}" is a null allele: it is not expressed`, 'leave it out of the list')
    if (gene.suffix !== '')
      caveats.push(caveat('hla-expression-suffix', `${original} carries the suffix ${gene.suffix}: its expression is altered or doubtful`))
    if (gene.group) caveats.push(caveat('hla-group', `${original} is a group of alleles; its first member is used`))
  }
  const names = parsed.filter(gene => gene.locus !== 'DRA').map(gene => `${gene.locus}*${gene.fields[0]}:${gene.fields[1]}`)
  if (names.length === 0) return refuse('hla-unparsable', `"${original}" names DRA alone`, 'name the DRB allele')
  const alpha = names.find(name => /^D[QP]A/.test(name))
  const beta = names.find(name => /^D[QP]B/.test(name))
  const isPair = alpha !== undefined && beta !== undefined
  if (names.length === 2 && (!isPair || alpha.slice(0, 2) !== beta.slice(0, 2))) {
    return refuse('hla-unparsable', `"${original}" joins two genes that do not make one molecule`, 'pair DPA1 with DPB1, DQA1 with DQB1')
  }
  const allele = `HLA-${isPair ? `${alpha}/${beta}` : names[0]!}` as HlaAllele
  return ok({ allele, class: parsed[0]!.locus.startsWith('D') ? 'II' : 'I', original, caveats })
}

/** `DPA10103-DPB10101` → its two genes; `A-0201` stays one. */
function splitGenes(text: string): string[] {
  const parts = text.split(/[/+]|-(?=D[RQP][AB])/i).map(part => part.replace(/^HLA[-_]/i, ''))
  return parts.filter(part => part !== '')
}

/** Distinct alleles in canonical order; homozygous loci count once. Fails at the first name that does not parse. */
export function parseHlaList(names: readonly string[]): Result<readonly ParsedAllele[], Issue> {
  const seen = new Map<string, ParsedAllele>()
  for (const name of names) {
    const parsed = parseHlaAllele(name)
    if (!parsed.ok) return parsed
    if (!seen.has(parsed.value.allele)) seen.set(parsed.value.allele, parsed.value)
  }
  const byLocus = new Map<string, string[]>()
  for (const allele of seen.keys()) {
    const locus = allele.replace(/\*.*$/, '')
    byLocus.set(locus, [...(byLocus.get(locus) ?? []), allele])
  }
  for (const [locus, alleles] of byLocus) {
    if (/^HLA-[ABC]$/.test(locus) && alleles.length > 2) {
      return fail(
        issue(
          'hla-too-many',
          `${alleles.length} alleles of ${locus} were given: ${alleles.join(', ')}`,
          'a person has at most two alleles of a locus',
        ),
      )
    }
  }
  return ok([...seen.values()].sort((a, b) => byText(a.allele, b.allele)))
}
