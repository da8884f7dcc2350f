// What a construct is built from: our `receptors.tsv` or a table like it, an AIRR Rearrangement table (two rows a cell), a thimble table.
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import { isDna } from '../bio/index.ts'
import { columnReader, parseAirr, parseDelimited, parseThimbleHeader, parseThimbleLine } from '../format/index.ts'
import type { ChainInput } from './chain-input.ts'
import type { ChainLocusName } from './chain-locus.ts'
import type { ReceptorInput } from './product.ts'

const PAIRS = [
  ['tra', 'trb'],
  ['trg', 'trd'],
] as const
const chainColumns = (pair: readonly string[]) => pair.flatMap(prefix => [`${prefix}_v_call`, `${prefix}_j_call`, `${prefix}_junction_aa`])

/**
 * Receptors of a table, whichever of the three kinds its header shows, in file order, at most `most` (0: all).
 * With contigs by sequence id, each chain that names one gets its bases.
 * Errors: those of `parseDelimited` and `parseAirr`; `receptor-twice`; `contig-missing` when a named contig was not given; `cell-chains` when a cell of an AIRR table has not
 * one chain of either kind.
 */
export function parseReceptors(
  text: string,
  most = 0,
  contigs?: ReadonlyMap<string, string>,
  /** Receptors whose contigs have to be there; undefined: all. */
  wanted?: ReadonlySet<string>,
): Result<readonly ReceptorInput[], Issue> {
  const header = text.split('\n').find(line => !line.startsWith('##')) ?? ''
  const names = header.trim().split('\t')
  const read = names.includes('TCR_name')
    ? parseThimbleTable(text)
    : names.includes('sequence_id') && names.includes('v_call')
      ? parseCells(text, contigs)
      : parseReceptorTable(text, most, contigs, wanted)
  return read.ok && most > 0 ? ok(read.value.slice(0, most)) : read
}

function parseThimbleTable(text: string): Result<readonly ReceptorInput[], Issue> {
  const lines = text.split('\n')
  const header = parseThimbleHeader(lines[0]!)
  if (!header.ok) return header
  const { loci } = header.value
  const receptors: ReceptorInput[] = []
  const seen = new Map<string, number>()
  for (const [i, line] of lines.entries()) {
    if (i === 0 || line.trim() === '') continue
    const row = parseThimbleLine(line, i + 1)
    const before = seen.get(row.name)
    if (before !== undefined) return fail(twice(row.name, before, i + 1))
    seen.set(row.name, i + 1)
    // that table has one column for both: whole codons from Cys104 on are bases
    const chain = (nth: 0 | 1): ChainInput => {
      const { v, j, cdr3 } = row.chains[nth]
      const bases = isDna(cdr3) && cdr3.length % 3 === 0 && /^TG[CT]/.test(cdr3)
      return { locus: loci[nth], vCall: v, jCall: j, junctionAa: bases ? '' : cdr3, junctionNt: bases ? cdr3 : '' }
    }
    receptors.push({ receptorId: row.name, alpha: chain(0), beta: chain(1) })
  }
  return ok(receptors)
}

function parseCells(text: string, contigs?: ReadonlyMap<string, string>): Result<readonly ReceptorInput[], Issue> {
  const rows = parseAirr(text)
  if (!rows.ok) return rows
  const cells = new Map<string, (typeof rows.value)[number][]>()
  for (const row of rows.value) {
    if (row.cellId === '')
      return fail(
        issue(
          'cell-chains',
          `the row ${row.sequenceId} names no cell`,
          'an AIRR table pairs chains by cell_id: fill it, or use receptors.tsv',
          row.line,
        ),
      )
    cells.set(row.cellId, [...(cells.get(row.cellId) ?? []), row])
  }
  const receptors: ReceptorInput[] = []
  for (const [cell, chains] of cells) {
    const pair = PAIRS.find(([a]) => chains.some(chain => chain.locus.toLowerCase() === a)) ?? PAIRS[0]
    const of = (prefix: string) => chains.filter(chain => chain.locus.toLowerCase() === prefix && chain.productive)
    const [alphas, betas] = [of(pair[0]), of(pair[1])]
    if (alphas.length !== 1 || betas.length !== 1)
      return fail(
        issue(
          'cell-chains',
          `the cell ${cell} has ${alphas.length} ${pair[0].toUpperCase()} and ${betas.length} ${pair[1].toUpperCase()} productive chains`,
          'leave one of each, or call clonotypes first with `cognate receptors`',
          chains[0]!.line,
        ),
      )
    const input = (row: (typeof chains)[number]): ChainInput => ({
      locus: row.locus.toUpperCase() as ChainLocusName,
      vCall: row.vCall,
      jCall: row.jCall,
      junctionAa: row.junctionAa,
      junctionNt: row.junction,
      contig: contigs?.get(row.sequenceId),
    })
    receptors.push({ receptorId: cell, alpha: input(alphas[0]!), beta: input(betas[0]!) })
  }
  return ok(receptors)
}

const twice = (name: string, before: number, line: number): Issue =>
  issue('receptor-twice', `receptor ${name} stands on line ${before} too`, 'give each receptor one row', line)

/**
 * Receptors of a `receptors.tsv` (or a hand-written table with the same chain columns), in file order, at most `most` (0: all).
 * With contigs by sequence id, each chain that names one (`tra_sequence_id`, `trb_sequence_id`) gets its bases.
 * Errors: those of `parseDelimited`; `receptor-twice`; `contig-missing` when a named contig was not given.
 */
export function parseReceptorTable(
  text: string,
  most = 0,
  contigs?: ReadonlyMap<string, string>,
  wanted?: ReadonlySet<string>,
): Result<readonly ReceptorInput[], Issue> {
  const names = text.split('\n', 1)[0]!.split('\t')
  const pair = PAIRS.find(([prefix]) => names.includes(`${prefix}_v_call`)) ?? PAIRS[0]
  const table = parseDelimited(text, { delimiter: '\t', required: ['receptor_id', ...chainColumns(pair)] })
  if (!table.ok) return table
  const get = columnReader(table.value.columns)
  const receptors: ReceptorInput[] = []
  const seen = new Map<string, number>()
  for (const row of table.value.rows) {
    if (most > 0 && receptors.length === most) break
    const receptorId = get(row, 'receptor_id')
    const before = seen.get(receptorId)
    if (before !== undefined) return fail(twice(receptorId, before, row.line))
    seen.set(receptorId, row.line)
    const contigOf = (prefix: string) => contigs?.get(get(row, `${prefix}_sequence_id`))
    const isBuilt = wanted === undefined || wanted.has(receptorId)
    const missing = pair
      .map(prefix => get(row, `${prefix}_sequence_id`))
      .find(id => isBuilt && contigs !== undefined && id !== '' && !contigs.has(id))
    if (missing !== undefined)
      return fail(
        issue('contig-missing', `the contig ${missing} of ${receptorId} was not given`, 'give every file of contigs, or none', row.line),
      )
    const chain = (prefix: (typeof PAIRS)[number][number]): ChainInput => ({
      locus: prefix.toUpperCase() as ChainLocusName,
      vCall: get(row, `${prefix}_v_call`),
      jCall: get(row, `${prefix}_j_call`),
      junctionAa: get(row, `${prefix}_junction_aa`),
      junctionNt: get(row, `${prefix}_junction`),
      contig: contigOf(prefix),
    })
    receptors.push({ receptorId, alpha: chain(pair[0]), beta: chain(pair[1]) })
  }
  return ok(receptors)
}
