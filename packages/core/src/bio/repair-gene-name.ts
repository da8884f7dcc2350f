// A receptor gene name as people and other programs write it → the reference's name, with the rule that did it. Only a unique, lossless repair is automatic;
// a list is never cut to its first entry. Candidates are settled by evidence elsewhere. Arden names (`TRBV13S1`) need a table that the user brings.
import { byText } from '../base/index.ts'
import type { Germline, GermlineSegment } from './germline.ts'
import { cleanGeneName, splitGeneName } from './tcr-gene.ts'

export interface GeneIndex {
  /** Gene → its allele labels. */
  readonly alleles: ReadonlyMap<string, ReadonlySet<string>>
  /** Genes with a functional allele. */
  readonly functional: ReadonlySet<string>
}

const indices = new WeakMap<Germline, GeneIndex>()

/** Genes and alleles of a germline; a V with its leader and anchors or a J with residue 118 counts as functional. Made once for each germline. */
export function geneIndexOf(germline: Germline): GeneIndex {
  const made = indices.get(germline)
  if (made !== undefined) return made
  const isUsable = (s: GermlineSegment) =>
    s.region === 'V' ? s.leader !== '' && s.cys104 !== undefined : s.region === 'J' && s.j118 !== undefined
  const entries = [...germline.byGene]
  const index = {
    alleles: new Map(entries.map(([gene, segments]) => [gene, new Set(segments.map(s => s.allele))])),
    functional: new Set(entries.filter(([, segments]) => segments.some(isUsable)).map(([gene]) => gene)),
  }
  indices.set(germline, index)
  return index
}

/** Arden name → reference genes. */
export type ArdenTable = ReadonlyMap<string, readonly string[]>

export type GeneNameOutcome =
  | { readonly kind: 'valid'; readonly name: string }
  | { readonly kind: 'repaired'; readonly name: string; readonly rule: string; readonly audit: string }
  | { readonly kind: 'candidates'; readonly names: readonly string[]; readonly rule: string }
  | { readonly kind: 'allele-absent'; readonly name: string; readonly alleles: readonly string[] }
  | { readonly kind: 'refused'; readonly rule: string }

export function repairGeneName(written: string, index: GeneIndex, arden: ArdenTable = new Map()): GeneNameOutcome {
  const exact = known(written, index)
  if (exact !== undefined) return exact
  const clean = cleanGeneName(written)
  const parts = splitList(clean)
  if (parts.length > 1) return listOutcome(parts, index, arden)
  const direct = known(clean, index)
  if (direct?.kind === 'valid')
    return repaired(written, clean, clean.replace(/\*0(\d)$/, '*$1') === written ? 'allele-digits' : 'characters')
  if (direct !== undefined) return direct
  return byRules(written, clean, index, arden)
}

const repaired = (written: string, name: string, rule: string): GeneNameOutcome => ({
  kind: 'repaired',
  name,
  rule,
  audit: `${written} → ${name} [${rule}]`,
})

function known(name: string, { alleles }: GeneIndex): GeneNameOutcome | undefined {
  const { gene, allele } = splitGeneName(name)
  const labels = alleles.get(gene)
  if (labels === undefined || /[,;]/.test(name) || (allele !== undefined && !/^\d{2,}[0-9A-Z_]*$/.test(allele))) return undefined
  return allele === undefined || labels.has(allele)
    ? { kind: 'valid', name }
    : { kind: 'allele-absent', name, alleles: [...labels].sort(byText) }
}

/** Members of a list by `,` `;` `/` and its short forms `8-2/8-4`, `*01/02`; `/DV` and `/OR` belong to a name. */
function splitList(text: string): readonly string[] {
  const pieces = text.split(/[,;]|\/(?!DV|OR)/).filter(piece => piece !== '')
  const first = pieces[0] ?? ''
  const stem = /^TR[ABGD][VDJC]/.exec(first)?.[0] ?? ''
  return pieces.map((piece, i) => {
    if (i === 0 || piece.startsWith('TR')) return piece
    if (/^\d{2}$/.test(piece) && first.includes('*')) return `${first.slice(0, first.indexOf('*'))}*${piece}`
    return stem + piece
  })
}

function listOutcome(parts: readonly string[], index: GeneIndex, arden: ArdenTable): GeneNameOutcome {
  const names = parts.flatMap(part => {
    const outcome = repairGeneName(part, index, arden)
    return outcome.kind === 'valid' || outcome.kind === 'repaired' ? [outcome.name] : outcome.kind === 'candidates' ? outcome.names : [part]
  })
  return { kind: 'candidates', names: [...new Set(names)], rule: 'list' }
}

function byRules(written: string, clean: string, index: GeneIndex, arden: ArdenTable): GeneNameOutcome {
  const { gene, allele } = splitGeneName(clean)
  const withAllele = (name: string) => (allele === undefined ? name : `${name}*${allele}`)
  const has = (name: string) => index.alleles.has(name)
  const star = /^(TR[ABGD][VJ]\d+)\*(\d)-(\d\d)$/.exec(clean)
  if (star !== null && has(`${star[1]}-${star[2]}`))
    return { kind: 'candidates', names: [`${star[1]}-${star[2]}*${star[3]}`], rule: 'misplaced-star' }
  const slashed = /^(TRAV\d+(?:-\d+)?)-?(DV\d.*)$/.exec(gene)
  if (slashed !== null && has(`${slashed[1]}/${slashed[2]}`))
    return repaired(written, withAllele(`${slashed[1]}/${slashed[2]}`), 'dv-slash')
  const delta = [...index.alleles.keys()].filter(name => name.startsWith(`${gene.replace(/\/DV$/, '')}/DV`))
  if (delta.length === 1) return repaired(written, withAllele(delta[0]!), 'dv-suffix')
  const single = /^(TR[ABGD][VJ]\d+)-0?1$/.exec(gene)
  if (single !== null && has(single[1]!)) {
    const other = arden.get(`${single[1]}S1`)
    return other === undefined
      ? repaired(written, withAllele(single[1]!), 'single-member-suffix')
      : { kind: 'candidates', names: [...new Set([...other, single[1]!])].sort(byText), rule: 'single-member-suffix;arden-conflict' }
  }
  if (/^TR[ABGD][VJ]\d+S\d+$/.test(gene)) return byArden(written, gene, index, arden)
  const stem = gene.replace(/-$/, '')
  const family = [...index.alleles.keys()].filter(name => name.startsWith(`${stem}-`)).sort(byNumber)
  const functional = family.filter(name => index.functional.has(name))
  const members = functional.length > 0 ? functional : family
  return members.length > 0 && /^TR[ABGD][VJ]\d+$/.test(stem)
    ? { kind: 'candidates', names: members, rule: 'family-only' }
    : { kind: 'refused', rule: 'unknown' }
}

/** An Arden name by the user's table. Of TRBJ the digits alone name a gene too; where table and digits differ, both are candidates. */
function byArden(written: string, gene: string, index: GeneIndex, arden: ArdenTable): GeneNameOutcome {
  const targets = arden.get(gene)
  const digits = gene.replace('S', '-')
  const byDigits = gene.startsWith('TRBJ') && index.alleles.has(digits) ? digits : undefined
  if (targets === undefined)
    return byDigits === undefined
      ? { kind: 'refused', rule: 'arden-unknown' }
      : { kind: 'candidates', names: [byDigits], rule: 'arden-unknown;digits' }
  const names = [...new Set([...targets, ...(byDigits === undefined ? [] : [byDigits])])]
  const rule = byDigits === undefined ? 'arden' : 'arden;digits'
  return names.length === 1 ? repaired(written, names[0]!, rule) : { kind: 'candidates', names, rule }
}

/** By the numbers in the names: TRBV6-2 before TRBV6-10. */
const byNumber = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true })
