// What the stage `neoantigens` is given, and the tables beside the VCF that it reads.
import { fail, type Issue, inFile, ok, type Result, refuse } from '@cognate/core/base'
import { parseTierCriteria } from '@cognate/core/case'
import {
  checkExpressionIds,
  type Expression,
  type ExpressionColumns,
  type HlaLoss,
  type Hotspots,
  type ListedAntigen,
  type PeerTable,
  parseExpression,
  parseHlaLoss,
  parseHotspots,
  parseListedAntigens,
  parsePeerTable,
  type TierCriteria,
  type TumourPurity,
} from '@cognate/core/neoantigen'
import { type FusionRead, parseCopyNumber, type SpliceJunction, type VariantCalls, type VariantOptions } from '@cognate/core/variant'
import type { OwnRouteInput } from '../../read/own-route.ts'
import { shippedAnchorWeights } from '../../read/shipped.ts'
import { readParsed } from '../../read/text.ts'
import type { VcfInput } from '../../read/vcf.ts'
import { readFusionInput, readJunctions } from './further-sources.ts'

export interface NeoantigensInput {
  readonly vcf: readonly VcfInput[]
  readonly leastCallers?: number
  readonly variantOptions: VariantOptions
  readonly own?: OwnRouteInput
  /** BAM or CRAM of the tumour's RNA. */
  readonly rnaAlignment?: string
  readonly hla: readonly string[]
  readonly expression?: string
  /** Of a table that has none of the known headers. */
  readonly expressionColumns?: ExpressionColumns
  readonly hlaLoss?: string
  readonly proteome?: string
  /** Purity and copy number go together. */
  readonly purity?: number
  readonly copyNumber?: string
  readonly sex?: 'female' | 'male'
  readonly downstream: number
  /** Arriba's table or AGFusion's folder, and STAR-Fusion's counts. */
  readonly fusions?: string
  readonly starFusion?: string
  /** regtools cis-splice-effects; needs the own route. */
  readonly junctions?: string
  /** FASTA or table of antigens that no variant explains. */
  readonly antigens?: string
  /** Table of hotspots and drivers: gene, change, source. */
  readonly hotspots?: string
  /** Tables of other tools to compare with. */
  readonly peers?: readonly string[]
  /** Lengths of the peptides of class I and II. */
  readonly lengths?: readonly number[]
  readonly class2Lengths?: readonly number[]
  /** YAML of pVACseq's thresholds. */
  readonly tierCriteria?: string
  /** Also write every mutated peptide on every allele. */
  readonly allPeptides?: boolean
  /** Also write pVACseq's aggregated report. */
  readonly pvacseqTables?: boolean
}

/** Of each table what it holds; undefined where it was not given. */
export interface NeoantigenTables {
  readonly loss: readonly HlaLoss[] | undefined
  readonly tumour: TumourPurity | undefined
  readonly hotspots: Hotspots | undefined
  readonly criteria: TierCriteria | undefined
  readonly peers: readonly PeerTable[]
  readonly junctions: readonly SpliceJunction[]
  readonly fusions: FusionRead | undefined
  readonly listed: readonly ListedAntigen[] | undefined
}

const maybe = <T>(path: string | undefined, parse: (text: string) => Result<T, Issue>): Result<T | undefined, Issue> =>
  path === undefined ? ok(undefined) : readParsed(path, parse)

/** All tables that need nothing of the variants, in the order in which their faults are told. Errors: those of each. */
export function readTables(input: NeoantigensInput): Result<NeoantigenTables, Issue> {
  const junctions = readJunctions(input)
  if (!junctions.ok) return junctions
  const loss = maybe(input.hlaLoss, parseHlaLoss)
  if (!loss.ok) return loss
  const tumour = readTumour(input)
  if (!tumour.ok) return tumour
  const hotspots = maybe(input.hotspots, parseHotspots)
  if (!hotspots.ok) return hotspots
  const criteria = maybe(input.tierCriteria, text => parseTierCriteria(text, shippedAnchorWeights()))
  if (!criteria.ok) return criteria
  const peers = readPeers(input.peers ?? [])
  if (!peers.ok) return peers
  const fusions = readFusionInput(input)
  if (!fusions.ok) return fusions
  const listed = maybe(input.antigens, parseListedAntigens)
  if (!listed.ok) return listed
  return ok({
    loss: loss.value,
    tumour: tumour.value,
    hotspots: hotspots.value,
    criteria: criteria.value,
    peers: peers.value,
    junctions: junctions.value,
    fusions: fusions.value,
    listed: listed.value,
  })
}

function readPeers(paths: readonly string[]): Result<readonly PeerTable[], Issue> {
  const tables: PeerTable[] = []
  for (const path of paths) {
    const parsed = readParsed(path, parsePeerTable)
    if (!parsed.ok) return parsed
    tables.push(parsed.value)
  }
  return ok(tables)
}

/** Errors: those of the table; `expression-unknown` and its like where its ids are not those of the variants. */
export function readExpression(input: NeoantigensInput, calls: VariantCalls): Result<Expression | undefined, Issue> {
  const path = input.expression
  if (path === undefined) return ok(undefined)
  const parsed = readParsed(path, text => parseExpression(text, input.expressionColumns))
  if (!parsed.ok) return parsed
  const checked = checkExpressionIds(parsed.value, calls.changes)
  return checked.ok ? parsed : fail(inFile(path, checked.issue))
}

function readTumour(input: NeoantigensInput): Result<TumourPurity | undefined, Issue> {
  const { purity, copyNumber, sex } = input
  if (purity === undefined && copyNumber === undefined) return ok(undefined)
  if (purity === undefined || copyNumber === undefined)
    return refuse(
      'purity-incomplete',
      `${purity === undefined ? 'copy number' : 'purity'} was given alone`,
      'give both purity and copy number, or neither: then clonality follows the allele fractions',
    )
  const parsed = readParsed(copyNumber, parseCopyNumber)
  return parsed.ok ? ok({ purity, copyNumber: parsed.value, sex }) : parsed
}
