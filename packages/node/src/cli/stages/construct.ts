// Stage `construct`: receptors → inserts, gate and order. A refused receptor keeps its row with the reasons.
import { caveat, Funnel, fail, type Issue, inFile, issue, ok, type Result } from '@cognate/core/base'
import { translate } from '@cognate/core/bio'
import { readSelectionPayload, receptorsOfSelection } from '@cognate/core/case'
import {
  CODON_COLUMNS,
  CONSTRUCT_COLUMNS,
  type Construct,
  chainsOf,
  codonRows,
  constructRows,
  type DesignOutcome,
  designInsert,
  failedChecks,
  GATE_COLUMNS,
  gateRows,
  genbankOf,
  type InsertPlan,
  judgeBatch,
  makeBarcodes,
  needsDecision,
  ORDER_COLUMNS,
  orderColumns,
  orderRows,
  PROBE_LENGTH,
  parseGermlineBases,
  parseReceptors,
  parseUserChain,
  planInserts,
  plasmidGenbankOf,
  type ReceptorInput,
  sheetHtml,
  uniqueProbes,
  withGermlineBases,
} from '@cognate/core/construct'
import { formatCsv, formatFasta, formatTsv, parseAirr, parseFasta, parseGenbank } from '@cognate/core/format'
import { shippedCodonUsage } from '../../read/shipped.ts'
import { readParsed, readText } from '../../read/text.ts'
import { labelSvg } from '../../write/label.ts'
import { version } from '../version.ts'
import { type Product, type ProductFiles, type ProductWish, readProduct } from './construct-product.ts'
import { plural, type StageReport } from './stage.ts'

export interface ConstructInput {
  readonly receptors: string
  /** First receptors of the table that are built; 0: all. */
  readonly most: number
  /** FASTA files of contigs, or AIRR tables with `sequence`: with them each chain is built from its contig. */
  readonly contigs?: readonly string[] | undefined
  /** TSV of bases of the contigs that are taken back to germline, by whom and why. */
  readonly germlineBases?: string | undefined
  readonly product: ProductWish
  readonly files: ProductFiles
  /** Printed on the sheet. */
  readonly title?: string
  readonly synthetic?: boolean
  /** selection.payload.json: its receptors are built, as they were chosen, and no others. */
  readonly selection?: string | undefined
}

const RESEARCH =
  'Research software. Receptors were taken by rank, not by a signed selection: check everything on this sheet before ordering.'

const noticeOf = (selection: string | undefined): string =>
  selection === undefined
    ? RESEARCH
    : `Research software. Receptors of the selection whose payload has SHA-256 ${selection}: order only when two people have signed that payload, and check everything on this sheet.`

export interface ConstructRun {
  readonly report: StageReport
  readonly constructs: readonly Construct[]
  readonly refused: number
}

export function runConstruct(input: ConstructInput): Result<ConstructRun, Issue> {
  const product = readProduct(input.product, input.files)
  if (!product.ok) return product
  const contigs = input.contigs === undefined ? ok(undefined) : readContigs(input.contigs)
  if (!contigs.ok) return contigs
  const selection = input.selection === undefined ? ok(undefined) : readParsed(input.selection, readSelectionPayload)
  if (!selection.ok) return selection
  const chosen = selection.value === undefined ? undefined : new Set(selection.value.chosen.map(one => one.receptor_id))
  const receptors = readParsed(input.receptors, text => parseReceptors(text, chosen === undefined ? input.most : 0, contigs.value, chosen))
  if (!receptors.ok) return receptors
  const { options, references } = product.value
  const taken = selection.value === undefined ? receptors : receptorsOfSelection(receptors.value, selection.value)
  if (!taken.ok) return fail(inFile(input.receptors, taken.issue))
  const wishes = input.germlineBases === undefined ? ok([]) : readParsed(input.germlineBases, parseGermlineBases)
  if (!wishes.ok) return wishes
  const built = withGermlineBases(taken.value, wishes.value)
  if (!built.ok) return fail(inFile(input.germlineBases ?? input.receptors, built.issue))
  const barcodes =
    options.barcodeLength === 0
      ? ok([])
      : makeBarcodes(2 * built.value.length, options.barcodeLength, references.presets.get(options.preset)!)
  if (!barcodes.ok) return barcodes
  const plans = planInserts(built.value, options, barcodes.value)
  if (!plans.ok) return fail(inFile(input.receptors, plans.issue))
  return designAll(plans.value, built.value, product.value, { ...input, selection: selection.value?.sha256 })
}

/** A product of tumour-infiltrating lymphocytes carries no construct; the tables say so, so that none of an earlier run is taken for it. */
export const noConstruct = (): StageReport => ({
  files: new Map([
    ['constructs.tsv', formatTsv(CONSTRUCT_COLUMNS, [])],
    ['order.csv', formatCsv(ORDER_COLUMNS, [])],
  ]),
  funnel: [],
  caveats: [caveat('til-no-construct', 'a TIL product: its cells are infused as they grew, and carry no construct')],
  headline: 'TIL product: no construct is made',
})

/** `construct car`: one chain of the user's parts. */
export function runUserChain(path: string, product: ProductWish, files: ProductFiles): Result<ConstructRun, Issue> {
  const read = readProduct(product, files)
  if (!read.ok) return read
  const chain = readParsed(path, parseUserChain)
  if (!chain.ok) return chain
  const plan: InsertPlan = { name: chain.value.name, layout: 'user', chains: [], userChain: chain.value, barcode: '' }
  return designAll([plan], [], read.value, { receptors: path, title: chain.value.name })
}

function designAll(
  plans: readonly InsertPlan[],
  receptors: readonly ReceptorInput[],
  { options, references }: Product,
  /** `selection`: SHA-256 of the payload. */
  input: Pick<ConstructInput, 'receptors' | 'title' | 'synthetic' | 'selection'>,
): Result<ConstructRun, Issue> {
  const columns = orderColumns(references.presets.get(options.preset)!.orderColumns)
  if (!columns.ok) return columns
  const usage = shippedCodonUsage('human')
  const alone: DesignOutcome[] = plans.map(plan => ({ plan, result: designInsert(plan, options, references, usage) }))
  const outcomes = judgedAsBatch(alone)
  const constructs = outcomes.flatMap(({ result }) => (result.ok ? [result.value] : []))
  const ready = constructs.filter(construct => construct.status === 'ready')
  const found = uniqueProbes(
    ready.map(construct => construct.insert),
    [references.receptor, ...Object.values(references.constants)],
  )
  const probes = new Map(ready.flatMap((construct, i) => (found[i] === undefined ? [] : [[construct.id, found[i]] as const])))
  const funnel = new Funnel('constructs')
  funnel.add('in', '', plans.length)
  for (const { plan, result } of outcomes) {
    if (!result.ok) funnel.add(result.issue[0]!.code, `${plan.name}: ${result.issue[0]!.what}`)
    else if (result.value.status === 'refused') funnel.add('gate', `${result.value.id}: ${failedChecks(result.value.gate).join(', ')}`)
  }
  funnel.add('out', '', ready.length)
  const genbank = ready.map(construct => genbankOf(construct, references.constantSets)).join('')
  const plasmids = ready.map(plasmidGenbankOf).join('')
  const fasta = formatFasta(
    ready.map(construct => ({ id: construct.id, description: `${construct.receptorId} ${construct.sha256}`, sequence: construct.insert })),
  )
  const chains = ready.flatMap(construct => chainsOf(construct).map(chain => ({ ...chain, description: construct.receptorId })))
  const circles = ready.flatMap(({ id, receptorId, plasmid }) =>
    plasmid === undefined ? [] : [{ id, description: `${receptorId} circular ${plasmid.sha256}`, sequence: plasmid.record.sequence }],
  )
  const order = formatCsv(
    columns.value.map(([heading]) => heading),
    orderRows(constructs, columns.value),
  )
  assertRoundTrip(ready, genbank, plasmids, fasta, order)
  const files = new Map([
    ['constructs.tsv', formatTsv(CONSTRUCT_COLUMNS, constructRows(outcomes, options, references.receptor.release, probes, version()))],
    ['codons.tsv', formatTsv(CODON_COLUMNS, codonRows(ready, references.presets))],
    ['gate.tsv', formatTsv(GATE_COLUMNS, gateRows(constructs))],
    ['constructs.gb', genbank],
    ...(options.vector === undefined
      ? []
      : ([
          ['plasmids.gb', plasmids],
          ['plasmids.fasta', formatFasta(circles)],
        ] as const)),
    ['constructs.fasta', fasta],
    ['chains.fasta', formatFasta(chains.map(({ id, description, nt }) => ({ id, description, sequence: nt })))],
    ['chains.faa', formatFasta(chains.map(({ id, description, nt }) => ({ id, description, sequence: translate(nt) })))],
    ['order.csv', order],
    [
      'construct-sheet.html',
      sheetHtml(constructs, new Map(constructs.map(c => [c.id, labelSvg(c.id, c.sha256)])), {
        title: input.title ?? 'constructs',
        notice: noticeOf(input.selection),
        synthetic: input.synthetic === true,
        constantSets: references.constantSets,
      }),
    ],
  ])
  const caveats = [
    ...(receptors.length === 0
      ? []
      : input.selection === undefined
        ? [caveat('selection-not-signed', 'receptors were taken by rank, not by a signed selection: research use')]
        : [caveat('selection-to-sign', `order only when two people have signed the selection with the SHA-256 ${input.selection}`)]),
    ...ready
      .filter(construct => !probes.has(construct.id))
      .map(construct =>
        caveat(
          'no-probe',
          `${construct.receptorId}: no ${PROBE_LENGTH} bases of the insert are its own: a probe cannot tell it from natural receptors or the other inserts`,
        ),
      ),
    ...outcomes.flatMap(({ plan, result }) =>
      result.ok
        ? result.value.caveats.map(c => caveat(c.code, `${plan.name}: ${c.text}`))
        : [caveat(result.issue[0]!.code, `${plan.name} was refused: ${result.issue[0]!.what}`)],
    ),
  ]
  const refused = plans.length - ready.length
  const open = outcomes.filter(({ result }) => !result.ok && needsDecision(result.issue)).length
  const report = {
    files,
    funnel: funnel.rows(),
    caveats,
    headline: `${receptors.length === 0 ? plural(plans.length, 'chain') : plural(receptors.length, 'receptor')} → ${plural(ready.length, 'construct')} ready, ${refused} refused${open === 0 ? '' : `, ${open} of them for a decision`}${input.selection === undefined ? '' : `; selection ${input.selection.slice(0, 12)}`}`,
  }
  const why =
    plans.length === 0
      ? input.selection === undefined
        ? 'the receptor table has no rows'
        : 'no receptor was chosen'
      : outcomes
          .map(({ plan, result }) => `${plan.name}: ${result.ok ? failedChecks(result.value.gate).join(', ') : result.issue[0]!.what}`)
          .slice(0, 3)
          .join('; ')
  return ok({ constructs, refused, report: ready.length > 0 ? report : { ...report, empty: `0 constructs because ${why}.` } })
}

/** What only the batch shows (two equal names, one insert twice, barcodes too close) refuses every construct that would have been ordered. */
function judgedAsBatch(outcomes: readonly DesignOutcome[]): readonly DesignOutcome[] {
  const ready = outcomes.flatMap(({ plan, result }) =>
    result.ok && result.value.status === 'ready' ? [{ id: result.value.id, insert: result.value.insert, barcode: plan.barcode }] : [],
  )
  const checks = judgeBatch(ready)
  const fails = checks.some(check => check.verdict === 'fails')
  return outcomes.map(({ plan, result }) => {
    if (!result.ok || result.value.status !== 'ready') return { plan, result }
    return { plan, result: ok({ ...result.value, gate: [...result.value.gate, ...checks], status: fails ? 'refused' : 'ready' }) }
  })
}

/** Bases by sequence id. An id that stands for two sequences is an error: a contig of another run must never be built. */
function readContigs(paths: readonly string[]): Result<ReadonlyMap<string, string>, Issue> {
  const contigs = new Map<string, string>()
  for (const path of paths) {
    const text = readText(path)
    if (!text.ok) return text
    const read = text.value.startsWith('>') ? parseFasta(text.value) : parseAirr(text.value)
    if (!read.ok) return fail(inFile(path, read.issue))
    for (const record of read.value) {
      const id = 'id' in record ? record.id : record.sequenceId
      const sequence = record.sequence.toUpperCase()
      const before = contigs.get(id)
      if (before !== undefined && before !== sequence)
        return fail(
          inFile(
            path,
            issue(
              'contig-twice',
              `two different contigs are called ${id}`,
              'build each run on its own, or make the names differ in contigs and receptors',
            ),
          ),
        )
      contigs.set(id, sequence)
    }
  }
  return ok(contigs)
}

/** What leaves the house is read back and compared with the design; a difference is a bug, never an order. */
function assertRoundTrip(ready: readonly Construct[], genbank: string, plasmids: string, fasta: string, order: string): void {
  if (ready.length === 0) return
  const records = parseGenbank(genbank)
  const sequences = parseFasta(fasta)
  if (!records.ok || !sequences.ok) throw new Error('a written construct file could not be read back')
  const circles = plasmids === '' ? ok([]) : parseGenbank(plasmids)
  if (!circles.ok) throw new Error('a written plasmid could not be read back')
  const lines = order.trim().split('\n').slice(1)
  ready.forEach((construct, i) => {
    const ordered = construct.plasmid?.ordered ?? construct.insert
    const same =
      records.value[i]?.sequence === construct.insert &&
      sequences.value[i]?.sequence === construct.insert &&
      circles.value[i]?.sequence === construct.plasmid?.record.sequence &&
      circles.value[i]?.features.length === construct.plasmid?.record.features.length &&
      lines[i]?.includes(ordered) === true
    if (!same) throw new Error(`${construct.id}: the written files differ from the design`)
  })
}
