// `constructs.tsv` (every construct, refused ones too) and `gate.tsv` (every check, observed and expected); `receptors.tsv` back to chains.
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import { type Cell, columnReader, parseDelimited } from '../format/index.ts'
import { type Construct, failedChecks } from './construct.ts'
import type { ProductOptions, ReceptorInput } from './design.ts'
import { modeOf } from './reconstruct.ts'

export const CONSTRUCT_COLUMNS = [
  'construct_id',
  'receptor_id',
  'product_type',
  'layout',
  'status',
  'mode_a',
  'mode_b',
  'a_v_call',
  'a_j_call',
  'b_v_call',
  'b_j_call',
  'a_leader',
  'b_leader',
  'a_junction',
  'a_junction_aa',
  'b_junction',
  'b_junction_aa',
  'constant_set',
  'linker',
  'insert_nt',
  'insert_length',
  'protein_aa',
  'sha256',
  'cai',
  'gc',
  'preset',
  'changed_codons',
  'caveats',
  'failed_checks',
  'reference',
] as const

export interface DesignOutcome {
  readonly receptor: ReceptorInput
  readonly result: Result<Construct, readonly Issue[]>
}

export const constructRows = (
  outcomes: readonly DesignOutcome[],
  options: ProductOptions,
  reference: string,
): readonly (readonly Cell[])[] =>
  outcomes.map(({ receptor, result }) => {
    const { alpha, beta } = receptor
    if (!result.ok) {
      return [
        '',
        receptor.receptorId,
        'tcr',
        options.order,
        'refused',
        modeOf(alpha),
        modeOf(beta),
        alpha.vCall,
        alpha.jCall,
        beta.vCall,
        beta.jCall,
        '',
        '',
        alpha.junctionNt,
        alpha.junctionAa,
        beta.junctionNt,
        beta.junctionAa,
        options.constantSet,
        options.linker,
        '',
        '',
        '',
        '',
        '',
        '',
        options.preset,
        '',
        '',
        result.issue.map(problem => `${problem.code}: ${problem.what}`).join('; '),
        reference,
      ]
    }
    const c = result.value
    return [
      c.id,
      c.receptorId,
      'tcr',
      options.order,
      c.status,
      modeOf(alpha),
      modeOf(beta),
      c.declaration.alpha.vCall,
      c.declaration.alpha.jCall,
      c.declaration.beta.vCall,
      c.declaration.beta.jCall,
      c.leaderAlphaAa,
      c.leaderBetaAa,
      c.junctionAlphaNt,
      c.declaration.alpha.junctionAa,
      c.junctionBetaNt,
      c.declaration.beta.junctionAa,
      options.constantSet,
      options.linker,
      c.insert,
      c.insert.length,
      c.protein,
      c.sha256,
      c.cai.toFixed(4),
      c.gc.toFixed(4),
      options.preset,
      c.notBestCodons,
      c.caveats.map(caveat => `${caveat.code}: ${caveat.text}`).join('; '),
      failedChecks(c.gate).join(','),
      reference,
    ]
  })

export const GATE_COLUMNS = ['construct_id', 'check', 'verdict', 'observed', 'expected'] as const

export const gateRows = (constructs: readonly Construct[]): readonly (readonly Cell[])[] =>
  constructs.flatMap(construct => construct.gate.map(g => [construct.id, g.check, g.verdict, g.observed, g.expected]))

const CHAIN_COLUMNS = ['tra_v_call', 'tra_j_call', 'tra_junction_aa', 'trb_v_call', 'trb_j_call', 'trb_junction_aa']

/**
 * Receptors of a `receptors.tsv` (or a hand-written table with the same chain columns), in file order, at most `most` (0: all).
 * With contigs by sequence id, each chain that names one (`tra_sequence_id`, `trb_sequence_id`) gets its bases.
 * Errors: those of `parseDelimited`; `receptor-twice`; `contig-missing` when a named contig was not given.
 */
export function parseReceptorTable(text: string, most = 0, contigs?: ReadonlyMap<string, string>): Result<readonly ReceptorInput[], Issue> {
  const table = parseDelimited(text, { delimiter: '\t', required: ['receptor_id', ...CHAIN_COLUMNS] })
  if (!table.ok) return table
  const get = columnReader(table.value.columns)
  const receptors: ReceptorInput[] = []
  const seen = new Map<string, number>()
  for (const row of table.value.rows) {
    if (most > 0 && receptors.length === most) break
    const receptorId = get(row, 'receptor_id')
    const before = seen.get(receptorId)
    if (before !== undefined)
      return fail(issue('receptor-twice', `receptor ${receptorId} stands on line ${before} too`, 'give each receptor one row', row.line))
    seen.set(receptorId, row.line)
    const contigOf = (prefix: 'tra' | 'trb') => contigs?.get(get(row, `${prefix}_sequence_id`))
    const missing = (['tra', 'trb'] as const)
      .map(prefix => get(row, `${prefix}_sequence_id`))
      .find(id => contigs !== undefined && id !== '' && !contigs.has(id))
    if (missing !== undefined)
      return fail(
        issue('contig-missing', `the contig ${missing} of ${receptorId} was not given`, 'give every file of contigs, or none', row.line),
      )
    const chain = (prefix: 'tra' | 'trb') => ({
      locus: prefix === 'tra' ? ('TRA' as const) : ('TRB' as const),
      vCall: get(row, `${prefix}_v_call`),
      jCall: get(row, `${prefix}_j_call`),
      junctionAa: get(row, `${prefix}_junction_aa`),
      junctionNt: get(row, `${prefix}_junction`),
      contig: contigOf(prefix),
    })
    receptors.push({ receptorId, alpha: chain('tra'), beta: chain('trb') })
  }
  return ok(receptors)
}
