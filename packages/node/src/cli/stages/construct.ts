// Stage `construct`: receptors.tsv → inserts, gate and order. A refused receptor keeps its row with the reasons.
import { caveat, Funnel, fail, type Issue, inFile, issue, ok, type Result } from '@cognate/core/base'
import {
  CONSTRUCT_COLUMNS,
  type Construct,
  checkProduct,
  constructRows,
  type DesignOutcome,
  designConstruct,
  GATE_COLUMNS,
  gateRows,
  genbankOf,
  ORDER_COLUMNS,
  orderRows,
  type ProductOptions,
  parseReceptorTable,
  sheetHtml,
} from '@cognate/core/construct'
import { formatCsv, formatFasta, formatTsv, parseAirr, parseFasta, parseGenbank } from '@cognate/core/format'
import { readPreset } from '../../read/preset.ts'
import { shippedCodonUsage, shippedReferences } from '../../read/shipped.ts'
import { readText } from '../../read/text.ts'
import { labelSvg } from '../../write/label.ts'
import { plural, type StageReport } from './stage.ts'

export interface ConstructInput {
  readonly receptors: string
  /** First receptors of the table that are built; 0: all. */
  readonly most: number
  /** FASTA files of contigs, or AIRR tables with `sequence`: with them each chain is built from its contig. */
  readonly contigs?: readonly string[]
  /** Its preset is a shipped name or the path of a JSON file. */
  readonly product: ProductOptions
  /** Printed on the sheet. */
  readonly title?: string
  readonly synthetic?: boolean
  /** SHA-256 of the selection's payload that the receptors come from. */
  readonly selection?: string
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
  const preset = readPreset(input.product.preset)
  if (!preset.ok) return preset
  const product: ProductOptions = { ...input.product, preset: preset.value?.name ?? input.product.preset }
  const references = shippedReferences(preset.value)
  const checked = checkProduct(product, [...references.presets.keys()])
  if (!checked.ok) return checked
  const text = readText(input.receptors)
  if (!text.ok) return text
  const contigs = input.contigs === undefined ? ok(undefined) : readContigs(input.contigs)
  if (!contigs.ok) return contigs
  const receptors = parseReceptorTable(text.value, input.most, contigs.value)
  if (!receptors.ok) return fail(inFile(input.receptors, receptors.issue))
  const usage = shippedCodonUsage('human')
  const outcomes: DesignOutcome[] = receptors.value.map(receptor => ({
    receptor,
    result: designConstruct(receptor, product, references, usage),
  }))
  const constructs = outcomes.flatMap(({ result }) => (result.ok ? [result.value] : []))
  const ready = constructs.filter(construct => construct.status === 'ready')
  const funnel = new Funnel('constructs')
  funnel.add('in', '', receptors.value.length)
  for (const { receptor, result } of outcomes) {
    if (!result.ok) funnel.add(result.issue[0]!.code, `${receptor.receptorId}: ${result.issue[0]!.what}`)
    else if (result.value.status === 'refused') funnel.add('gate', result.value.id)
  }
  funnel.add('out', '', ready.length)
  const genbank = ready.map(genbankOf).join('')
  const fasta = formatFasta(
    ready.map(construct => ({ id: construct.id, description: `${construct.receptorId} ${construct.sha256}`, sequence: construct.insert })),
  )
  const order = formatCsv(ORDER_COLUMNS, orderRows(constructs))
  assertRoundTrip(ready, genbank, fasta, order)
  const files = new Map([
    ['constructs.tsv', formatTsv(CONSTRUCT_COLUMNS, constructRows(outcomes, product, references.receptor.release))],
    ['gate.tsv', formatTsv(GATE_COLUMNS, gateRows(constructs))],
    ['constructs.gb', genbank],
    ['constructs.fasta', fasta],
    ['order.csv', order],
    [
      'construct-sheet.html',
      sheetHtml(constructs, new Map(constructs.map(c => [c.id, labelSvg(c.id, c.sha256)])), {
        title: input.title ?? 'constructs',
        notice: noticeOf(input.selection),
        synthetic: input.synthetic === true,
      }),
    ],
  ])
  const refused = receptors.value.length - ready.length
  const caveats = [
    caveat('selection-not-signed', 'receptors were taken by rank, not by a signed selection: research use'),
    ...outcomes.flatMap(({ receptor, result }) =>
      result.ok
        ? result.value.caveats.map(c => caveat(c.code, `${receptor.receptorId}: ${c.text}`))
        : [caveat(result.issue[0]!.code, `${receptor.receptorId} was refused: ${result.issue[0]!.what}`)],
    ),
  ]
  const report = {
    files,
    funnel: funnel.rows(),
    caveats,
    headline: `${plural(receptors.value.length, 'receptor')} → ${plural(ready.length, 'construct')} ready, ${refused} refused`,
  }
  const why =
    receptors.value.length === 0
      ? 'the receptor table has no rows'
      : outcomes
          .map(({ receptor, result }) => `${receptor.receptorId}: ${result.ok ? 'gate' : result.issue[0]!.what}`)
          .slice(0, 3)
          .join('; ')
  return ok({ constructs, refused, report: ready.length > 0 ? report : { ...report, empty: `0 constructs because ${why}.` } })
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
function assertRoundTrip(ready: readonly Construct[], genbank: string, fasta: string, order: string): void {
  if (ready.length === 0) return
  const records = parseGenbank(genbank)
  const sequences = parseFasta(fasta)
  if (!records.ok || !sequences.ok) throw new Error('a written construct file could not be read back')
  const lines = order.trim().split('\n').slice(1)
  ready.forEach((construct, i) => {
    const same =
      records.value[i]?.sequence === construct.insert &&
      sequences.value[i]?.sequence === construct.insert &&
      lines[i]?.includes(`,${construct.insert},`) === true &&
      lines[i]?.includes(construct.sha256) === true
    if (!same) throw new Error(`${construct.id}: the written files differ from the design`)
  })
}
