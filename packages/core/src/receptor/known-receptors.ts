// Receptors of known specificity, imported by the user: VDJdb, IEDB and CEDAR (their export, or as TCRMatch has it), McPAS. Flags, never silent exclusions.
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import { geneOf } from '../bio/index.ts'
import { columnReader, delimiterOf, parseDelimited } from '../format/index.ts'
import { isIedbExport, parseIedbReceptors } from './iedb-receptors.ts'
import { type KnownReceptor, kindOfSource, withAnchors } from './known-receptor.ts'
import type { Receptor } from './receptor.ts'
import { chainDistance, JunctionSet, junctionDistance } from './tcrdist.ts'
import { type MatchNeighbours, MatchSet, TCRMATCH_NEAR, type TcrmatchKernel, trimmedCdr3 } from './tcrmatch.ts'
import type { VLoops } from './v-loops.ts'

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
    return name === undefined ? '' : get(row, name)
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

export interface ChainMatch {
  /** `exact`: same junction and V gene; `near`: TCRdist at most 12, or TCRMatch at least 0.97; `listed`: TCRdist at most 18, told beside another chain and no flag. */
  readonly like: 'exact' | 'near' | 'listed'
  /** TCRdist; undefined where TCRMatch alone says near. */
  readonly distance: number | undefined
  /** Do the loops of V count in it, or the junction alone? */
  readonly withV: boolean
}

export interface KnownMatch {
  readonly known: KnownReceptor
  readonly alpha: ChainMatch | undefined
  readonly beta: ChainMatch | undefined
}

/** TCRdist of a chain up to which it counts as near, and up to which it is told. */
const NEAR_DISTANCE = 12
const LISTED_DISTANCE = 18
const BY_TCRMATCH: ChainMatch = { like: 'near', distance: undefined, withV: false }

/** A longer junction is none; it is found only by its very letters. */
const LONGEST = 63

/** Junctions of one chain, each once, with the known receptors that have it. */
class ChainIndex {
  readonly #rows = new Map<string, number[]>()
  readonly #junctions: readonly string[]
  readonly #set: JunctionSet

  constructor(junctions: Iterable<readonly [number, string]>) {
    for (const [i, junction] of junctions) {
      if (junction === '') continue
      const rows = this.#rows.get(junction)
      if (rows === undefined) this.#rows.set(junction, [i])
      else rows.push(i)
    }
    this.#junctions = [...this.#rows.keys()].filter(junction => junction.length <= LONGEST)
    this.#set = new JunctionSet(this.#junctions)
  }

  get junctions(): readonly string[] {
    return this.#junctions
  }

  rowsOf(junction: string): readonly number[] {
    return this.#rows.get(junction) ?? []
  }

  /** Junctions up to the listed distance, itself among them. */
  near(junction: string): readonly string[] {
    if (junction.length > LONGEST) return this.#rows.has(junction) ? [junction] : []
    return this.#set.near(junction, LISTED_DISTANCE).map(i => this.#junctions[i]!)
  }
}

/** Looks receptors up among known ones; both chains are told apart because beta alone is weak. */
export class KnownReceptorIndex {
  readonly #known: readonly KnownReceptor[]
  readonly #alpha: ChainIndex
  readonly #beta: ChainIndex
  readonly #matches: MatchNeighbours
  readonly #loops: ReadonlyMap<string, VLoops>
  /** Junctions that were asked for, with what TCRMatch says of them: clones share their beta. */
  readonly #asked = new Map<string, readonly number[]>()

  /** `loops` of V genes: with them a distance is of the chain, without of its junction. `matchSet`: makes the set of trimmed CDR3s that TCRMatch compares with; a kernel's at the rim. */
  constructor(
    known: readonly KnownReceptor[],
    kernel: TcrmatchKernel,
    matchSet: (trimmed: readonly string[], kernel: TcrmatchKernel) => MatchNeighbours = (trimmed, kernel) => new MatchSet(trimmed, kernel),
    loops: ReadonlyMap<string, VLoops> = new Map(),
  ) {
    this.#loops = loops
    this.#known = known
    this.#alpha = new ChainIndex(known.map((row, i) => [i, row.alphaJunction] as const))
    this.#beta = new ChainIndex(known.map((row, i) => [i, row.betaJunction] as const))
    this.#matches = matchSet(this.#beta.junctions.map(trimmedCdr3), kernel)
  }

  find(receptor: {
    readonly alphaV: string
    readonly alphaJunction: string
    readonly betaV: string
    readonly betaJunction: string
  }): readonly KnownMatch[] {
    const alpha = this.#side(this.#alpha, receptor.alphaJunction, receptor.alphaV, row => row.alphaV)
    const beta = this.#side(this.#beta, receptor.betaJunction, receptor.betaV, row => row.betaV)
    for (const i of this.#likeBeta(receptor.betaJunction)) {
      const by = beta.get(i)
      if (by === undefined || by.like === 'listed') beta.set(i, by === undefined ? BY_TCRMATCH : { ...by, like: 'near' })
    }
    return [...new Set([...alpha.keys(), ...beta.keys()])]
      .sort((x, y) => x - y)
      .map(i => ({ known: this.#known[i]!, alpha: alpha.get(i), beta: beta.get(i) }))
  }

  #side(chain: ChainIndex, junction: string, gene: string, geneIn: (row: KnownReceptor) => string): Map<number, ChainMatch> {
    const out = new Map<number, ChainMatch>()
    if (junction === '') return out
    for (const other of chain.near(junction)) {
      const alone = junctionDistance(junction, other)
      for (const i of chain.rowsOf(other)) {
        const v = geneIn(this.#known[i]!)
        const whole = chainDistance({ v: gene, junction }, { v, junction: other }, this.#loops)
        const distance = whole ?? alone
        const exact = other === junction && (v === '' || v === geneOf(gene))
        if (exact || distance <= LISTED_DISTANCE)
          out.set(i, { like: exact ? 'exact' : distance <= NEAR_DISTANCE ? 'near' : 'listed', distance, withV: whole !== undefined })
      }
    }
    return out
  }

  /** Known receptors whose beta TCRMatch takes to be like this one. */
  #likeBeta(junction: string): readonly number[] {
    if (junction === '') return []
    let rows = this.#asked.get(junction)
    if (rows === undefined) {
      const { junctions } = this.#beta
      rows = this.#matches.near(trimmedCdr3(junction), TCRMATCH_NEAR).flatMap(i => this.#beta.rowsOf(junctions[i]!))
      this.#asked.set(junction, rows)
    }
    return rows
  }
}

const counts = (match: ChainMatch | undefined): boolean => match !== undefined && match.like !== 'listed'

const shownChain = (name: string, { like, distance, withV }: ChainMatch): string =>
  like === 'exact'
    ? `${name} exact`
    : `${name} ${like}${distance === undefined ? ' by TCRMatch' : ` TCRdist ${distance}${withV ? '' : ' of the junction'}`}`

/** Flags of a receptor and the words behind them. `viral-match` needs both chains; one is told as a hint. A chain that is only listed raises no flag. */
export function specificityFlags(matches: readonly KnownMatch[]): { readonly flags: readonly string[]; readonly facts: readonly string[] } {
  const flags = new Set<string>()
  const facts: string[] = []
  const told = matches.filter(({ alpha, beta }) => counts(alpha) || counts(beta) || (alpha !== undefined && beta !== undefined))
  const weight = ({ alpha, beta }: KnownMatch) =>
    [alpha, beta].reduce((sum, chain) => sum + (chain === undefined ? 0 : chain.like === 'listed' ? 1 : 3), 0)
  for (const { known, alpha, beta } of told.toSorted((a, b) => weight(b) - weight(a))) {
    const name = known.kind === 'viral' ? 'viral' : known.kind === 'tumour' ? 'known-tumour' : 'known'
    if (counts(alpha) || counts(beta)) flags.add(counts(alpha) && counts(beta) ? `${name}-match` : `${name}-one-chain`)
    const shown = [alpha === undefined ? [] : shownChain('alpha', alpha), beta === undefined ? [] : shownChain('beta', beta)]
      .flat()
      .join(', ')
    facts.push(`${known.source || known.epitope} ${known.epitope} (${shown}; ${known.reference})`)
  }
  return { flags: [...flags].sort(), facts }
}

/** Residues 26-35 of MART-1, which TRAV12-2 sees with its germline loops whatever beta it has (Dietrich 2003, J Immunol 170:5103). */
const MART_1 = /[AL]GIGILTV$/

/** What makes matches of the alpha chain weak; undefined: nothing. */
export const promiscuousAlpha = (alphaV: string, matches: readonly KnownMatch[]): string | undefined =>
  /^TRAV12-2\b/.test(alphaV) && matches.some(({ known, alpha }) => alpha !== undefined && MART_1.test(known.epitope))
    ? 'promiscuous alpha: TRAV12-2 sees MART-1 with many betas, so its match alone says little'
    : undefined

/** Receptors with the flags and reasons that known ones give them. */
export function withSpecificity(receptors: readonly Receptor[], index: KnownReceptorIndex): readonly Receptor[] {
  return receptors.map(receptor => {
    const matches = index.find({
      alphaV: receptor.alpha.chain.vGene,
      alphaJunction: receptor.alpha.chain.junctionAa,
      betaV: receptor.beta.chain.vGene,
      betaJunction: receptor.beta.chain.junctionAa,
    })
    const { flags, facts } = specificityFlags(matches)
    if (facts.length === 0) return receptor
    const promiscuous = promiscuousAlpha(receptor.alpha.chain.vGene, matches)
    const shown = facts.slice(0, MOST_FACTS).join('; ')
    return {
      ...receptor,
      specificity: flags,
      reasons: [
        ...receptor.reasons,
        `known: ${shown}${facts.length > MOST_FACTS ? ` and ${facts.length - MOST_FACTS} more` : ''}`,
        ...(promiscuous === undefined ? [] : [promiscuous]),
      ],
    }
  })
}

/** Known receptors named in a reason. */
const MOST_FACTS = 3
