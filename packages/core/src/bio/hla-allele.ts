// HLA and animal MHC names: every spelling tools write → one canonical text (`HLA-A*02:01`, `HLA-DRB1*04:05`, `HLA-DPA1*01:03/DPB1*04:01`, `H-2-Kb`).
// Nomenclature: Marsh 2010, doi:10.1111/j.1399-0039.2010.01466.x. Digits without colons: 4 = 2+2, 5 = 2+3, 6 = 2+2+2.
import { type Brand, byText, type Caveat, caveat, fail, type Issue, issue, ok, type Result, refuse } from '../base/index.ts'
import { SEROTYPES } from './hla-serotype.table.ts'

/** Two-field canonical text; several alleles of one gene, where a typing did not settle it, as `HLA-A*02:01/A*02:09`. */
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

interface WrittenGene {
  readonly locus: string
  readonly fields: readonly string[]
  readonly suffix: string
  readonly group: boolean
}

/** One gene's name and fields, without a leading HLA. */
function parseGene(text: string): WrittenGene | undefined {
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
 * Parses any known spelling to two fields; the original is kept. Alleles that a typing could not tell apart stay together: `A*02:01/A*02:09`, `A*02:01/09`.
 * Errors: `hla-unparsable` (no known form), `hla-serotype`, `hla-one-field` (a group of alleles), `hla-code` (a code for several), `hla-null-allele` (not expressed).
 */
export function parseHlaAllele(written: string): Result<ParsedAllele, Issue> {
  const original = written.trim()
  const text = original.replace(/^HLA[-_*]?/i, '')
  if (/^H-?2-?(?!LA)/i.test(text)) {
    const name = `H-2-${text.replace(/^H-?2-?/i, '')}`
    return ok({ allele: name as HlaAllele, class: /^H-2-I/.test(name) ? 'II' : 'I', original, caveats: [] })
  }
  if (/^(Mamu|Patr|BoLA|SLA|Eqca|DLA|Gogo|Chi)-/i.test(text)) return ok({ allele: text as HlaAllele, class: 'I', original, caveats: [] })
  const parts = splitGenes(text)
  const parsed: WrittenGene[] = []
  for (const part of parts) {
    const gene = SEROTYPES.has(serotypeKey(part)) ? undefined : parseGene(part)
    if (gene === undefined) return fail(whyUnparsable(original, part))
    const fault = whyUnusable(original, gene)
    if (fault !== undefined) return fail(fault)
    parsed.push(gene)
  }
  if (parsed.length === 0) return fail(whyUnparsable(original, ''))
  const expressed = parsed.filter(gene => gene.suffix !== 'N')
  if (new Set(expressed.map(gene => gene.locus)).size < new Set(parsed.map(gene => gene.locus)).size)
    return refuse('hla-null-allele', `"${original}" is a null allele: it is not expressed`, 'leave it out of the list')
  const allele = canonical(expressed)
  if (allele === 'DRA') return refuse('hla-unparsable', `"${original}" names DRA alone`, 'name the DRB allele')
  if (allele === undefined)
    return refuse('hla-unparsable', `"${original}" joins two genes that do not make one molecule`, 'pair DPA1 with DPB1, DQA1 with DQB1')
  return ok({
    allele,
    class: allele.startsWith('HLA-D') ? 'II' : 'I',
    original,
    caveats: caveatsOf(original, parsed, membersOf(allele).length),
  })
}

/** `DPA10103-DPB10101` → its two genes; `A-0201` stays one; `A*02:01/09` and `A*02:01/02:09` → two alleles of A. */
function splitGenes(text: string): readonly string[] {
  const parts = text.split(/[/+]|-(?=D[RQP][AB])/i).map(part => part.replace(/^HLA[-_]/i, ''))
  const whole: string[] = []
  for (const part of parts) {
    if (part === '') continue
    const before = /^(.*\*)([\d:]+)/.exec(whole.at(-1) ?? '')
    if (before === null || !/^\d{2,4}(:\d{2,4})*[NLSCAQ]?$/i.test(part)) whole.push(part)
    // two fields or more are a whole name without its locus, one is another last field
    else whole.push(before[1] + [...(part.includes(':') ? [] : before[2]!.split(':').slice(0, -1)), part].join(':'))
  }
  return whole
}

const serotypeKey = (part: string): string => part.toUpperCase().replace(/^(C|DP)W/, '$1')

/** What a serotype or a single field leaves open: `A2`, `A*02` → `A*02`; undefined for any other text. */
export function alleleGroups(written: string): readonly string[] | undefined {
  const part = written.trim().replace(/^HLA[-_*]?/i, '')
  const gene = parseGene(part)
  return SEROTYPES.get(serotypeKey(part)) ?? (gene?.fields.length === 1 ? [`${gene.locus}*${gene.fields[0]}`] : undefined)
}

function whyUnparsable(original: string, part: string): Issue {
  if (/^[A-Z]{1,3}\d?\*\d{2,3}:[A-Z]{2,}$/i.test(part))
    return issue(
      'hla-code',
      `"${original}" is a code for several alleles`,
      'write the alleles it stands for, such as A*02:01/A*02:09: all are scored and the worst rank is shown',
    )
  const groups = SEROTYPES.get(serotypeKey(part))
  if (groups !== undefined)
    return issue(
      'hla-serotype',
      `"${original}" is a serotype: it stands for the alleles of ${groups.join(', ')}`,
      'give two fields, such as HLA-A*02:01',
    )
  return issue('hla-unparsable', `"${original}" is not an HLA allele name`, `write it in one of these forms: ${FORMS}`)
}

function whyUnusable(original: string, { locus, fields }: WrittenGene): Issue | undefined {
  if (!CLASS_I_LOCI.includes(locus) && !CLASS_II_LOCI.includes(locus))
    return issue(
      'hla-unparsable',
      `"${original}" names the locus ${locus}, which is not one of the classical loci`,
      `use one of ${[...CLASS_I_LOCI, ...CLASS_II_LOCI].join(' ')}`,
    )
  if (fields.length >= 2) return undefined
  return issue(
    'hla-one-field',
    `"${original}" has one field, which names a group of alleles`,
    `give two fields, such as HLA-${locus}*${fields[0]}:01`,
  )
}

/** One gene, or an α with its β; each gene may have several alleles. Undefined: genes that make no molecule. */
function canonical(genes: readonly WrittenGene[]): HlaAllele | 'DRA' | undefined {
  const named = new Map<string, Set<string>>()
  for (const { locus, fields } of genes) {
    if (locus === 'DRA') continue
    const alleles = named.get(locus) ?? new Set()
    named.set(locus, alleles.add(`${locus}*${fields[0]}:${fields[1]}`))
  }
  if (named.size === 0) return 'DRA'
  const loci = [...named.keys()].sort(byText)
  const isPair = loci.length === 2 && /^D[PQ]A1D[PQ]B1$/.test(loci.join('')) && loci[0]!.slice(0, 2) === loci[1]!.slice(0, 2)
  const isDr = genes.every(({ locus }) => locus.startsWith('DR'))
  if (loci.length !== 1 && !isPair) return undefined
  if (!isDr && genes.some(({ locus }) => locus === 'DRA')) return undefined
  return `HLA-${loci.flatMap(locus => [...named.get(locus)!].sort(byText)).join('/')}` as HlaAllele
}

function caveatsOf(original: string, genes: readonly WrittenGene[], members: number): readonly Caveat[] {
  const caveats: Caveat[] = []
  for (const gene of genes) {
    if (gene.suffix === 'N')
      caveats.push(caveat('hla-null-allele', `${original} may be an allele that is not expressed, and then presents nothing`))
    else if (gene.suffix !== '')
      caveats.push(caveat('hla-expression-suffix', `${original} carries the suffix ${gene.suffix}: its expression is altered or doubtful`))
    if (gene.group) caveats.push(caveat('hla-group', `${original} is a group of alleles; its first member is used`))
  }
  if (members > 1)
    caveats.push(
      caveat('hla-ambiguous', `${original} was not settled: all ${members} are scored, and the worst rank of each peptide is shown`),
    )
  return caveats
}

/** Genes of a molecule, each with the alleles it may be: one gene of one allele, unless it is an α/β pair or was not settled. */
export function genesOf(allele: HlaAllele): readonly (readonly string[])[] {
  const genes = new Map<string, string[]>()
  for (const name of allele.replace(/^HLA-/, '').split('/')) {
    const locus = name.replace(/\*.*$/, '')
    genes.set(locus, [...(genes.get(locus) ?? []), name])
  }
  return [...genes.values()]
}

/** The settled molecules that a name may stand for: itself, unless it was not settled. */
export function membersOf(allele: HlaAllele): readonly HlaAllele[] {
  if (!allele.includes('/')) return [allele]
  const [first = [], second] = genesOf(allele)
  const names = second === undefined ? first : first.flatMap(alpha => second.map(beta => `${alpha}/${beta}`))
  return names.map(name => `HLA-${name}` as HlaAllele)
}
