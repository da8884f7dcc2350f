// `constructs.tsv` (every construct, refused ones too) and `gate.tsv` (every check, observed and expected); and `constructs.tsv` back to what was declared.
// Where an insert holds two receptors, the values of both stand in one cell, divided by a semicolon, in the order of the insert.
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import { translate } from '../bio/index.ts'
import { type Cell, columnReader, parseDelimited } from '../format/index.ts'
import { type ChainInput, modeOf } from './chain-input.ts'
import { type ChainLocusName, isBetaLike } from './chain-locus.ts'
import {
  type Construct,
  type Declaration,
  type DeclaredChain,
  type DeclaredCistron,
  type DeclaredUserChain,
  failedChecks,
  KOZAK,
  receptorChains,
  STOP,
} from './construct.ts'
import type { Probe } from './probe.ts'
import type { InsertPlan, ProductOptions } from './product.ts'
import { PART_ROLES, type UserPart } from './user-parts.ts'

/** A column, and its cell of a construct and of a plan that could not be built. */
interface Column {
  readonly name: string
  readonly built: (construct: Construct, plan: InsertPlan) => Cell
  readonly refused?: (plan: InsertPlan, options: ProductOptions, issues: readonly Issue[]) => Cell
}

const sides = { a: (locus: ChainLocusName) => !isBetaLike(locus), b: isBetaLike } as const

const inputsOf = (side: 'a' | 'b', plan: InsertPlan, of: (chain: ChainInput) => string): string =>
  plan.chains
    .filter(chain => sides[side](chain.locus))
    .map(of)
    .join(';')

const modeColumn = (side: 'a' | 'b'): Column => ({
  name: `mode_${side}`,
  built: (_, plan) => inputsOf(side, plan, modeOf),
  refused: plan => inputsOf(side, plan, modeOf),
})

function sideColumns(side: 'a' | 'b'): readonly Column[] {
  const inputs = (plan: InsertPlan, of: (chain: ChainInput) => string) => inputsOf(side, plan, of)
  const declared = (construct: Construct, of: (chain: DeclaredChain, i: number) => string) =>
    receptorChains(construct.declaration)
      .map((chain, i) => ({ chain, text: of(chain, i) }))
      .filter(({ chain }) => sides[side](chain.locus))
      .map(({ text }) => text)
      .join(';')
  return [
    { name: `${side}_v_call`, built: c => declared(c, chain => chain.vCall), refused: plan => inputs(plan, chain => chain.vCall) },
    { name: `${side}_j_call`, built: c => declared(c, chain => chain.jCall), refused: plan => inputs(plan, chain => chain.jCall) },
    { name: `${side}_leader`, built: c => declared(c, (_, i) => c.chains[i]!.leaderAa) },
    {
      name: `${side}_junction`,
      built: c => declared(c, (_, i) => c.chains[i]!.junctionNt),
      refused: plan => inputs(plan, chain => chain.junctionNt),
    },
    {
      name: `${side}_junction_aa`,
      built: c => declared(c, chain => chain.junctionAa),
      refused: plan => inputs(plan, chain => chain.junctionAa),
    },
    { name: `${side}_locked`, built: c => declared(c, chain => (chain.junctionNtLocked === undefined ? 'no' : 'yes')) },
    { name: `${side}_tags`, built: c => declared(c, chain => (chain.tagN + chain.tagC === '' ? '' : `${chain.tagN}|${chain.tagC}`)) },
  ]
}

const userParts = (declaration: Declaration): string =>
  declaration.cistrons
    .filter(cistron => cistron.kind === 'user')
    .flatMap(cistron =>
      cistron.parts.map(part => [
        cistron.name,
        part.role,
        part.name,
        part.nt ?? part.aa,
        part.nt === undefined ? 'aa' : 'nt',
        part.citation,
      ]),
    )
    .map(fields => fields.map(field => field.replace(/[|;\t\n]/g, ' ')).join('|'))
    .join(';')

/** Told with what there is to choose from: the receptor can be built once a person has named it. */
const DECISIONS: ReadonlySet<string> = new Set(['gene-name-candidates', 'j-allele-contradicted', 'contig-join'])

export const needsDecision = (issues: readonly Issue[]): boolean => issues.length > 0 && issues.every(({ code }) => DECISIONS.has(code))

const COLUMNS: readonly Column[] = [
  { name: 'construct_id', built: c => c.id },
  { name: 'receptor_id', built: c => c.receptorId, refused: plan => plan.name },
  { name: 'product_type', built: c => c.productType, refused: plan => (plan.chains.length === 0 ? 'car' : 'tcr') },
  { name: 'layout', built: c => c.layout, refused: plan => plan.layout },
  { name: 'status', built: c => c.status, refused: (_plan, _options, issues) => (needsDecision(issues) ? 'needs-decision' : 'refused') },
  {
    name: 'loci',
    built: c =>
      receptorChains(c.declaration)
        .map(chain => chain.locus)
        .join(';'),
    refused: plan => plan.chains.map(chain => chain.locus).join(';'),
  },
  modeColumn('a'),
  modeColumn('b'),
  ...sideColumns('a'),
  ...sideColumns('b'),
  {
    name: 'constant_set',
    built: c => receptorChains(c.declaration)[0]?.constantSet ?? '',
    refused: (plan, options) => (plan.chains.length === 0 ? '' : options.constantSet),
  },
  { name: 'linker', built: c => c.declaration.linkers.join(';'), refused: (_, options) => options.linker },
  { name: 'five_prime', built: c => c.declaration.fivePrime },
  { name: 'stop', built: c => c.declaration.stop },
  { name: 'three_prime', built: c => c.declaration.threePrime },
  { name: 'arms', built: c => c.declaration.arms.join(',') },
  {
    name: 'vector_sites',
    built: c =>
      Object.entries(c.declaration.vectorSites)
        .map(([name, site]) => `${name}=${site}`)
        .join(';'),
  },
  { name: 'user_parts', built: c => userParts(c.declaration) },
  { name: 'insert_nt', built: c => c.insert },
  { name: 'insert_length', built: c => c.insert.length },
  { name: 'protein_aa', built: c => c.protein },
  { name: 'sha256', built: c => c.sha256 },
  { name: 'plasmid_sha256', built: c => c.plasmid?.sha256 ?? '' },
  { name: 'cai', built: c => c.cai.toFixed(4) },
  { name: 'gc', built: c => c.gc.toFixed(4) },
  { name: 'preset', built: c => c.declaration.preset, refused: (_, options) => options.preset },
  { name: 'changed_codons', built: c => c.changedCodons.length },
  { name: 'caveats', built: c => c.caveats.map(caveat => `${caveat.code}: ${caveat.text}`).join('; ') },
  { name: 'failed_checks', built: c => failedChecks(c.gate).join(',') },
]

export const CONSTRUCT_COLUMNS: readonly string[] = [
  ...COLUMNS.map(column => column.name),
  ...['reference', 'probe', 'probe_start', 'a_c_call', 'b_c_call', 'code_version', 'codons'],
]

export interface DesignOutcome {
  readonly plan: InsertPlan
  readonly result: Result<Construct, readonly Issue[]>
}

export const constructRows = (
  outcomes: readonly DesignOutcome[],
  options: ProductOptions,
  reference: string,
  /** Of the ready constructs. */
  probes: ReadonlyMap<string, Probe> = new Map(),
  /** Of the program that built them. */
  codeVersion = '',
): readonly (readonly Cell[])[] =>
  outcomes.map(({ plan, result }) => [
    ...COLUMNS.map(column => {
      if (result.ok) return column.built(result.value, plan)
      if (column.name === 'failed_checks')
        return result.issue.map(problem => `${problem.code}: ${problem.what} (${problem.remedy})`).join('; ')
      return column.refused?.(plan, options, result.issue) ?? ''
    }),
    reference,
    ...probeCells(result.ok ? probes.get(result.value.id) : undefined),
    ...(['a', 'b'] as const).map(side => (result.ok ? constantCall(side, result.value) : '')),
    codeVersion,
    result.ok ? result.value.codons : options.codons,
  ])

const probeCells = (probe: Probe | undefined): readonly Cell[] => (probe === undefined ? ['', ''] : [probe.sequence, probe.start + 1])

/** Gene and allele of the constant regions of a side, as their parts name them: `TRBC2*03`. */
const constantCall = (side: 'a' | 'b', { parts }: Construct): string =>
  parts
    .filter(part => part.role === 'constant' && part.chain !== undefined && sides[side](part.chain))
    .map(part => /TR[ABDG]C\d?(?:\*\d+)?/.exec(part.origin)?.[0] ?? '')
    .join(';')

const NEEDED = [
  'construct_id',
  'layout',
  'a_v_call',
  'a_j_call',
  'a_junction_aa',
  'b_v_call',
  'b_j_call',
  'b_junction_aa',
  'constant_set',
  'linker',
  'preset',
]

/**
 * What each insert is declared to be, by construct id. A table written by hand may leave out the columns of ends, tags, leaders and locks: then there are none,
 * the Kozak sequence is GCCGCCACC and the stop TAA. Errors: those of `parseDelimited`; `declaration-chains` when the columns of a row do not fit together.
 */
export function parseDeclarations(text: string): Result<ReadonlyMap<string, Declaration>, Issue> {
  const table = parseDelimited(text, { delimiter: '\t', required: NEEDED })
  if (!table.ok) return table
  const columns = new Set(table.value.columns)
  const get = columnReader(table.value.columns)
  const declared = new Map<string, Declaration>()
  for (const row of table.value.rows) {
    const cell = (name: string, otherwise = '') => (columns.has(name) ? get(row, name) : otherwise)
    const id = cell('construct_id')
    if (id === '') continue
    if (declared.has(id)) return fail(issue('construct-twice', `${id} is declared twice`, 'keep one row: the gate judges by it', row.line))
    const user = parseUserParts(cell('user_parts'))
    const loci = lociOf(cell('loci'), cell('layout'), user !== undefined)
    const taken = { a: 0, b: 0 }
    const chains: DeclaredCistron[] = loci.map(locus => {
      const side = isBetaLike(locus) ? 'b' : 'a'
      const nth = taken[side]++
      const of = (name: string) => cell(`${side}_${name}`).split(';')[nth] ?? ''
      const locked = columns.has(`${side}_locked`)
        ? of('locked') === 'yes'
        : cell('preset') === 'none' && (cell(`mode_${side}`).split(';')[nth] ?? '') !== 'amino-acid'
      const [tagN = '', tagC = ''] = of('tags').split('|')
      return {
        kind: 'tcr',
        locus,
        vCall: of('v_call'),
        jCall: of('j_call'),
        junctionAa: of('junction_aa'),
        junctionNtLocked: locked && of('junction') !== '' ? of('junction') : undefined,
        leaderAa: of('leader') || undefined,
        constantSet: cell('constant_set'),
        tagN,
        tagC,
      }
    })
    const cistrons = user === undefined ? chains : [...chains, user]
    if (cistrons.length === 0)
      return fail(issue('declaration-chains', `${id} declares no chain`, 'fill the columns of V, J and junction, or user_parts', row.line))
    const [arm5 = 0, arm3 = 0] = cell('arms', '0,0').split(',').map(Number)
    declared.set(id, {
      cistrons,
      linkers: cell('linker')
        .split(';')
        .filter(name => name !== ''),
      fivePrime: cell('five_prime', KOZAK),
      stop: cell('stop', STOP),
      threePrime: cell('three_prime'),
      arms: [arm5, arm3],
      preset: cell('preset'),
      vectorSites: Object.fromEntries(
        cell('vector_sites')
          .split(';')
          .filter(pair => pair.includes('='))
          .map(pair => pair.split('=') as [string, string]),
      ),
    })
  }
  return ok(declared)
}

/** Loci in the order of the insert: as written, or those of a hand-written layout. */
function lociOf(loci: string, layout: string, hasUserParts: boolean): readonly ChainLocusName[] {
  if (loci !== '') return loci.split(';') as ChainLocusName[]
  if (layout === 'alpha-beta') return ['TRA', 'TRB']
  if (layout === 'separate-alpha') return ['TRA']
  if (layout === 'separate-beta') return ['TRB']
  return layout === 'user' && hasUserParts ? [] : ['TRB', 'TRA']
}

function parseUserParts(text: string): DeclaredUserChain | undefined {
  if (text === '') return undefined
  const rows = text.split(';').map(entry => entry.split('|'))
  const parts = rows.map(
    ([, role = '', name = '', sequence = '', kind = '', citation = '']): UserPart => ({
      role: PART_ROLES.find(known => known === role) ?? 'payload',
      name,
      aa: kind === 'nt' ? translate(sequence) : sequence,
      nt: kind === 'nt' ? sequence : undefined,
      citation,
    }),
  )
  return { kind: 'user', name: rows[0]![0]!, parts }
}

export const GATE_COLUMNS = ['construct', 'check', 'verdict', 'observed', 'expected'] as const

export const gateRows = (constructs: readonly Construct[]): readonly (readonly Cell[])[] =>
  constructs.flatMap(construct => construct.gate.map(g => [construct.id, g.check, g.verdict, g.observed, g.expected]))
