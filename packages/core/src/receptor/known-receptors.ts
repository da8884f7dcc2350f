// Receptors of known specificity, imported by the user: VDJdb, IEDB and CEDAR (their export, or as TCRMatch has it), McPAS. Flags, never silent exclusions.
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import { geneOf } from '../bio/index.ts'
import { columnReader, delimiterOf, parseDelimited } from '../format/index.ts'
import { isIedbExport, parseIedbReceptors } from './iedb-receptors.ts'
import { type KnownReceptor, kindOfSource, withAnchors } from './known-receptor.ts'
import type { Receptor } from './receptor.ts'
import { junctionDistance } from './tcrdist.ts'
import { type MatchWord, matchWord, TCRMATCH_NEAR, type TcrmatchKernel, tcrmatchScore, trimmedCdr3 } from './tcrmatch.ts'

/** Told apart by the header. Errors: `known-receptors-unknown` with the header seen. */
export function parseKnownReceptors(text: string): Result<readonly KnownReceptor[], Issue> {
  if (isIedbExport(text.slice(0, text.indexOf('\n')))) return parseIedbReceptors(text)
  const table = parseDelimited(text, { delimiter: delimiterOf(text) })
  if (!table.ok) return table
  const { columns, rows } = table.value
  const get = columnReader(columns)
  const has = (name: string) => columns.includes(name)
  const cell = (row: (typeof rows)[number], ...names: readonly string[]) => {
    const name = names.find(has)
    return name === undefined ? '' : get(row, name).trim()
  }
  if (has('cdr3.alpha') || has('cdr3.beta'))
    return ok(
      rows.map(row => {
        const source = `${cell(row, 'antigen.species')} ${cell(row, 'antigen.gene', 'gene')}`.trim()
        return {
          alphaJunction: cell(row, 'cdr3.alpha'),
          alphaV: geneOf(cell(row, 'v.alpha')),
          betaJunction: cell(row, 'cdr3.beta'),
          betaV: geneOf(cell(row, 'v.beta')),
          epitope: cell(row, 'antigen.epitope'),
          source,
          kind: has('antigen.species') ? kindOfSource(source) : 'tumour',
          reference: cell(row, 'reference.id'),
        }
      }),
    )
  if (has('trimmed_seq'))
    return ok(
      rows.map(row => {
        const source = `${cell(row, 'source_organisms')} ${cell(row, 'source_antigens')}`.trim()
        return {
          alphaJunction: '',
          alphaV: '',
          betaJunction: withAnchors(cell(row, 'trimmed_seq')),
          betaV: '',
          epitope: cell(row, 'epitopes'),
          source,
          kind: kindOfSource(source),
          reference: `IEDB receptor group ${cell(row, 'receptor_group')}`,
        }
      }),
    )
  if (has('CDR3.alpha.aa') || has('CDR3.beta.aa'))
    return ok(
      rows.map(row => {
        const source = `${cell(row, 'Category')} ${cell(row, 'Pathology')} ${cell(row, 'Antigen.protein')}`.trim()
        return {
          alphaJunction: cell(row, 'CDR3.alpha.aa'),
          alphaV: geneOf(cell(row, 'TRAV')),
          betaJunction: cell(row, 'CDR3.beta.aa'),
          betaV: geneOf(cell(row, 'TRBV')),
          epitope: cell(row, 'Epitope.peptide'),
          source,
          kind: kindOfSource(source),
          reference: `PMID:${cell(row, 'PubMed.ID')}`,
        }
      }),
    )
  return fail(
    issue(
      'known-receptors-unknown',
      `the header begins "${columns.slice(0, 4).join(', ')}"`,
      'give a VDJdb table (cdr3.alpha, cdr3.beta), the receptor export of IEDB or CEDAR, CEDAR as TCRMatch has it (trimmed_seq), or McPAS (CDR3.beta.aa)',
      1,
    ),
  )
}

export interface KnownMatch {
  readonly known: KnownReceptor
  /** `exact`: same junction and V gene; `near`: TCRdist at most 12 on a chain, or TCRMatch at least 0.97. */
  readonly alpha: 'exact' | 'near' | undefined
  readonly beta: 'exact' | 'near' | undefined
}

/** TCRdist of a chain up to which it counts as near. */
const NEAR_DISTANCE = 12

/** Looks receptors up among known ones; both chains are told apart because beta alone is weak. */
export class KnownReceptorIndex {
  readonly #known: readonly KnownReceptor[]
  readonly #byLength = new Map<string, number[]>()
  readonly #words: (MatchWord | undefined)[]
  readonly #kernel: TcrmatchKernel

  constructor(known: readonly KnownReceptor[], kernel: TcrmatchKernel) {
    this.#known = known
    this.#kernel = kernel
    this.#words = known.map(row => (row.betaJunction === '' ? undefined : matchWord(trimmedCdr3(row.betaJunction), kernel)))
    for (const [i, row] of known.entries())
      for (const [side, junction] of [
        ['a', row.alphaJunction],
        ['b', row.betaJunction],
      ] as const) {
        if (junction === '') continue
        const key = `${side}${junction.length}`
        const list = this.#byLength.get(key)
        if (list === undefined) this.#byLength.set(key, [i])
        else list.push(i)
      }
  }

  find(receptor: {
    readonly alphaV: string
    readonly alphaJunction: string
    readonly betaV: string
    readonly betaJunction: string
  }): readonly KnownMatch[] {
    const alpha = new Map<number, 'exact' | 'near'>()
    const beta = new Map<number, 'exact' | 'near'>()
    this.#side('a', receptor.alphaJunction, receptor.alphaV, alpha)
    this.#side('b', receptor.betaJunction, receptor.betaV, beta)
    const word = receptor.betaJunction === '' ? undefined : matchWord(trimmedCdr3(receptor.betaJunction), this.#kernel)
    if (word !== undefined)
      for (const [i, other] of this.#words.entries())
        if (
          !beta.has(i) &&
          other !== undefined &&
          Math.abs(other.codes.length - word.codes.length) <= 1 &&
          tcrmatchScore(word, other, this.#kernel) >= TCRMATCH_NEAR
        )
          beta.set(i, 'near')
    return [...new Set([...alpha.keys(), ...beta.keys()])]
      .sort((x, y) => x - y)
      .map(i => ({ known: this.#known[i]!, alpha: alpha.get(i), beta: beta.get(i) }))
  }

  #side(side: 'a' | 'b', junction: string, gene: string, out: Map<number, 'exact' | 'near'>): void {
    if (junction === '') return
    for (let length = junction.length - 1; length <= junction.length + 1; length++)
      for (const i of this.#byLength.get(`${side}${length}`) ?? []) {
        const row = this.#known[i]!
        const other = side === 'a' ? row.alphaJunction : row.betaJunction
        const v = side === 'a' ? row.alphaV : row.betaV
        if (other === junction && (v === '' || v === geneOf(gene))) out.set(i, 'exact')
        else if (junctionDistance(junction, other) <= NEAR_DISTANCE) out.set(i, 'near')
      }
  }
}

/** Flags of a receptor and the words behind them. `viral-match` needs both chains; one is told as a hint. */
export function specificityFlags(matches: readonly KnownMatch[]): { readonly flags: readonly string[]; readonly facts: readonly string[] } {
  const flags = new Set<string>()
  const facts: string[] = []
  const chains = (match: KnownMatch) => Number(match.alpha !== undefined) + Number(match.beta !== undefined)
  for (const { known, alpha, beta } of matches.toSorted((a, b) => chains(b) - chains(a))) {
    const both = alpha !== undefined && beta !== undefined
    const name = known.kind === 'viral' ? 'viral' : known.kind === 'tumour' ? 'known-tumour' : 'known'
    flags.add(both ? `${name}-match` : `${name}-one-chain`)
    const shown = [alpha === undefined ? '' : `alpha ${alpha}`, beta === undefined ? '' : `beta ${beta}`]
      .filter(text => text !== '')
      .join(', ')
    facts.push(`${known.source || known.epitope} ${known.epitope} (${shown}; ${known.reference})`)
  }
  return { flags: [...flags].sort(), facts }
}

/** Receptors with the flags and reasons that known ones give them. */
export function withSpecificity(receptors: readonly Receptor[], index: KnownReceptorIndex): readonly Receptor[] {
  return receptors.map(receptor => {
    const { flags, facts } = specificityFlags(
      index.find({
        alphaV: receptor.alpha.chain.vGene,
        alphaJunction: receptor.alpha.chain.junctionAa,
        betaV: receptor.beta.chain.vGene,
        betaJunction: receptor.beta.chain.junctionAa,
      }),
    )
    if (flags.length === 0) return receptor
    const shown = facts.slice(0, MOST_FACTS).join('; ')
    return {
      ...receptor,
      specificity: flags,
      reasons: [...receptor.reasons, `known: ${shown}${facts.length > MOST_FACTS ? ` and ${facts.length - MOST_FACTS} more` : ''}`],
    }
  })
}

/** Known receptors named in a reason. */
const MOST_FACTS = 3
