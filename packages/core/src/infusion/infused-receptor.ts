// What was infused, out of a table of receptors or of the constructs they came from (constructs.tsv): the bases of each junction in the patient's own receptor and in the
// insert, which tell a transferred cell from one that the patient had.
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import { translate } from '../bio/index.ts'
import { columnReader, parseDelimited, type Table, type TableRow } from '../format/index.ts'

export interface InfusedChain {
  readonly v: string
  readonly j: string
  readonly junctionAa: string
  /** Empty where only its residues are known. */
  readonly nativeJunction: string
  readonly insertJunction: string
}

export interface InfusedReceptor {
  readonly id: string
  readonly alpha: InfusedChain
  readonly beta: InfusedChain
}

const NEEDED = [
  'receptor_id',
  'trav',
  'traj',
  'tra_junction_aa',
  'tra_junction_native',
  'tra_junction_insert',
  'trbv',
  'trbj',
  'trb_junction_aa',
  'trb_junction_native',
  'trb_junction_insert',
] as const

/** Columns of constructs.tsv that it is known by, and read from. */
const OF_CONSTRUCTS = ['construct_id', 'receptor_id', 'status', 'layout', 'loci', 'insert_nt', 'five_prime', 'arms'] as const

/**
 * Errors: `infused-malformed` (columns, a junction whose bases do not make its residues, a construct that is no pair of alpha and beta), `infused-twice`.
 */
export function parseInfusedReceptors(text: string): Result<readonly InfusedReceptor[], Issue> {
  const table = parseDelimited(text, { delimiter: '\t' })
  if (!table.ok) return table
  const { columns } = table.value
  const receptors = OF_CONSTRUCTS.every(name => columns.includes(name)) ? ofConstructs(table.value) : ofTable(table.value)
  if (!receptors.ok) return receptors
  const lines = new Map<string, number>()
  for (const receptor of receptors.value) {
    const { id, line } = receptor
    const wrong = faultOf(receptor)
    if (wrong !== undefined) return malformed(...wrong, line)
    if (lines.has(id))
      return fail(
        issue(
          'infused-twice',
          `${id} stands on line ${lines.get(id)} too`,
          'give each receptor one row: its cells would be counted twice',
          line,
        ),
      )
    lines.set(id, line)
  }
  return receptors.value.length === 0
    ? malformed('there is no receptor', 'give one row a receptor, or constructs.tsv with constructs that are ready', 1)
    : ok(receptors.value.map(({ id, alpha, beta }) => ({ id, alpha, beta })))
}

const malformed = (what: string, remedy: string, line?: number) => fail(issue('infused-malformed', what, remedy, line))

type Placed = InfusedReceptor & { readonly line: number }

/** What keeps a receptor from being found again, and the remedy. */
function faultOf({ id, alpha, beta }: InfusedReceptor): readonly [what: string, remedy: string] | undefined {
  if (id === '') return ['receptor_id is empty', 'name the receptor']
  for (const { v, j, junctionAa, nativeJunction, insertJunction } of [alpha, beta]) {
    if (v === '' || j === '' || junctionAa === '') return [`${id} has a chain without V, J or junction`, 'a cell is known by all three']
    const other = [nativeJunction, insertJunction].find(bases => bases !== '' && translate(bases) !== junctionAa)
    if (other !== undefined) return [`${other} of ${id} makes ${translate(other)}, not ${junctionAa}`, 'repair the bases or the residues']
  }
  return beta.insertJunction === ''
    ? [`trb_junction_insert of ${id} is empty`, 'give the bases of the insert: they tell transferred cells']
    : undefined
}

function ofTable({ columns, rows }: Table): Result<readonly Placed[], Issue> {
  const missing = NEEDED.filter(column => !columns.includes(column))
  if (missing.length > 0)
    return malformed(`there is no column ${missing.join(', ')}`, `give constructs.tsv, or one row a receptor with ${NEEDED.join(', ')}`, 1)
  const get = columnReader(columns)
  const receptors: Placed[] = []
  for (const row of rows) {
    const chain = (side: 'tra' | 'trb') => ({
      v: get(row, `${side}v`),
      j: get(row, `${side}j`),
      junctionAa: get(row, `${side}_junction_aa`).toUpperCase(),
      nativeJunction: get(row, `${side}_junction_native`).toUpperCase(),
      insertJunction: get(row, `${side}_junction_insert`).toUpperCase(),
    })
    receptors.push({ id: get(row, 'receptor_id'), alpha: chain('tra'), beta: chain('trb'), line: row.line })
  }
  return ok(receptors)
}

/** Constructs that are ready. Two receptors in one insert are two; two vectors of one receptor are one. */
function ofConstructs({ columns, rows }: Table): Result<readonly Placed[], Issue> {
  const get = columnReader(columns)
  const chains = new Map<string, { line: number; a?: InfusedChain; b?: InfusedChain }>()
  for (const row of rows) {
    if (['refused', 'needs-decision'].includes(get(row, 'status'))) continue
    if (get(row, 'status') !== 'ready')
      return malformed(`status is "${get(row, 'status')}"`, 'give constructs.tsv as it was written', row.line)
    const ids = get(row, 'layout') === 'multi' ? get(row, 'receptor_id').split('+') : [get(row, 'receptor_id')]
    const loci = get(row, 'loci').split(';')
    if (loci.some(locus => locus !== 'TRA' && locus !== 'TRB'))
      return malformed(
        `${get(row, 'construct_id')} is of ${loci.join(' and ') || 'no chain'}`,
        'receptors of an alpha and a beta chain are counted',
        row.line,
      )
    const read = chainsOf(row, loci, get)
    if (!read.ok) return read
    for (const [n, id] of ids.entries()) {
      const own = chains.get(id) ?? { line: row.line }
      for (const side of ['a', 'b'] as const) {
        const chain = read.value[side][n]
        if (chain !== undefined && own[side] !== undefined)
          return fail(issue('infused-twice', `${id} stands on line ${own.line} too`, 'keep the construct that was made', row.line))
        if (chain !== undefined) own[side] = chain
      }
      chains.set(id, own)
    }
  }
  const receptors: Placed[] = []
  for (const [id, { line, a, b }] of chains) {
    if (a === undefined || b === undefined)
      return malformed(
        `the ${a === undefined ? 'alpha' : 'beta'} chain of ${id} is in no construct that is ready`,
        'give both vectors',
        line,
      )
    receptors.push({ id, alpha: a, beta: b, line })
  }
  return ok(receptors)
}

/** The chains of an insert by side, in order; the bases of each junction are read off the insert. */
function chainsOf(
  row: TableRow,
  loci: readonly string[],
  get: (row: TableRow, name: string) => string,
): Result<{ readonly a: readonly InfusedChain[]; readonly b: readonly InfusedChain[] }, Issue> {
  const insert = get(row, 'insert_nt').toUpperCase()
  const start = Number(get(row, 'arms').split(',')[0]) + get(row, 'five_prime').length
  const protein = translate(insert.slice(start))
  const found = { a: [] as InfusedChain[], b: [] as InfusedChain[] }
  let from = 0
  for (const locus of loci) {
    const side = locus === 'TRB' ? 'b' : 'a'
    const of = (name: string) => get(row, `${side}_${name}`).split(';')[found[side].length] ?? ''
    const junctionAa = of('junction_aa').toUpperCase()
    const at = junctionAa === '' ? -1 : protein.indexOf(junctionAa, from)
    if (at < 0)
      return malformed(
        `the junction ${junctionAa} of ${get(row, 'construct_id')} is not in its insert`,
        'give constructs.tsv as it was written',
        row.line,
      )
    from = at + junctionAa.length
    found[side].push({
      v: of('v_call'),
      j: of('j_call'),
      junctionAa,
      nativeJunction: get(row, `mode_${side}`).split(';')[found[side].length] === 'amino-acid' ? '' : of('junction').toUpperCase(),
      insertJunction: insert.slice(start + 3 * at, start + 3 * from),
    })
  }
  return ok(found)
}
