// Stage `screen design`: ranked neoantigens → minigenes, pools and plates to order.
import { type FunnelRow, fail, type Issue, inFile, issue, ok, type Result, refuse, sha256Hex } from '@cognate/core/base'
import { codonAdaptationIndex, type HlaAllele, isStandardPeptide, PRESETS } from '@cognate/core/bio'
import { columnReader, formatCsv, formatFasta, formatTsv, parseDelimited } from '@cognate/core/format'
import { supportedAlleles, unscorable, WEAK_BINDER_PERCENTILE } from '@cognate/core/presentation'
import {
  alikeGroups,
  designMinigenes,
  designPools,
  forecastStrategies,
  layoutFigure,
  layoutPlates,
  MAP_COLUMNS,
  type MappedWell,
  mapCells,
  type ScreenedNeoantigen,
  tileMinigenes,
} from '@cognate/core/screen'
import { openPredictors } from '../../model/open-predictors.ts'
import { shippedCodonUsage } from '../../read/shipped.ts'
import { readParsed } from '../../read/text.ts'
import { plural, type StageOutcome } from './stage.ts'

export interface ScreenDesignInput {
  readonly neoantigens: string
  readonly hla: readonly string[]
  readonly effectors: readonly string[]
  /** Best-ranked neoantigens that are screened. */
  readonly top: number
  readonly perConstruct: number
  /** Also a wild-type twin of each construct. */
  readonly wildTypes?: boolean
  readonly replicates: number
  readonly negatives: number
  readonly plate: 24 | 96 | 384
  readonly cells: number
  /** Peptides per pool; 0: no peptide pools. */
  readonly poolSize: number
  readonly coverage: number
  readonly preset: string
  readonly seed: string
}

const NEEDED = ['neoantigen_id', 'gene', 'amino_acid_change', 'aa', 'mutated_offset'] as const

/** Rows of minigenes.tsv as `cognate neoantigens` writes it. Errors: `minigenes-malformed`. */
function readMinigenes(path: string): Result<readonly ScreenedNeoantigen[], Issue> {
  const table = readParsed(path, text => parseDelimited(text, { delimiter: '\t' }))
  if (!table.ok) return table
  const missing = NEEDED.filter(column => !table.value.columns.includes(column))
  if (missing.length > 0)
    return fail(
      inFile(
        path,
        issue(
          'minigenes-malformed',
          `there is no column ${missing.join(', ')}`,
          'give the minigenes.tsv that `cognate neoantigens` wrote',
          1,
        ),
      ),
    )
  const get = columnReader(table.value.columns)
  const lines = new Map<string, number>()
  const screened: ScreenedNeoantigen[] = []
  for (const row of table.value.rows) {
    const [id, mutant, offset] = [get(row, 'neoantigen_id'), get(row, 'aa'), get(row, 'mutated_offset')]
    const wildType = get(row, 'wild_type_aa')
    const fault = (what: string, remedy: string) => fail(inFile(path, issue('minigenes-malformed', what, remedy, row.line)))
    if (id === '') return fault('neoantigen_id is empty', 'name the neoantigen')
    if (lines.has(id))
      return fault(`${id} stands on line ${lines.get(id)} too`, 'give each neoantigen one row: it would be made and tested twice')
    if (!isStandardPeptide(mutant)) return fault(`aa of ${id} is "${mutant}"`, 'give the residues of the minigene, of the twenty')
    if (wildType !== '' && !isStandardPeptide(wildType)) return fault(`wild_type_aa of ${id} is "${wildType}"`, 'give residues, or nothing')
    if (!/^[1-9]\d*$/.test(offset) || Number(offset) > mutant.length)
      return fault(`mutated_offset of ${id} is "${offset}"`, `give the place of the change in aa, from 1 to ${mutant.length}`)
    lines.set(id, row.line)
    screened.push({
      neoantigenId: id,
      gene: get(row, 'gene'),
      change: get(row, 'amino_acid_change'),
      mutant,
      wildType,
      changeOffset: Number(offset),
    })
  }
  return ok(screened)
}

/** Numbers of hits that a screen is forecast for. */
const HITS = [1, 2, 3, 4, 5, 6, 8, 10]

export function runScreenDesign(input: ScreenDesignInput): StageOutcome {
  const read = readMinigenes(input.neoantigens)
  if (!read.ok) return read
  if (read.value.length === 0)
    return refuse('minigenes-empty', 'there is no minigene to screen', 'look at funnel.tsv of the neoantigens: it says why')
  const predictors = openPredictors()
  if (!predictors.ok) return predictors
  const alleles = supportedAlleles(predictors.value, input.hla, { classes: ['I'], typing: true })
  if (!alleles.ok) return alleles
  const limits = PRESETS.get(input.preset)
  if (limits === undefined)
    return refuse('preset-unknown', `no preset is called "${input.preset}"`, `take one of ${[...PRESETS.keys()].join(', ')}`)
  const known = new Map<string, boolean>()
  const presented = (peptides: readonly string[]): number => {
    const fresh = [...new Set(peptides)].filter(peptide => !known.has(peptide) && unscorable(predictors.value.I, peptide) === undefined)
    if (fresh.length > 0) {
      const block = predictors.value.I.predict(fresh, alleles.value.I as readonly HlaAllele[])
      const width = block.alleles.length
      for (const [i, peptide] of fresh.entries()) {
        let best = 100
        for (let a = 0; a < width; a++) best = Math.min(best, block.presentationPercentile[i * width + a]!)
        known.set(peptide, best <= WEAK_BINDER_PERCENTILE)
      }
    }
    return peptides.filter(peptide => known.get(peptide) === true).length
  }
  const minigenes = tileMinigenes(read.value.slice(0, input.top))
  const usage = shippedCodonUsage('human')
  const designed = designMinigenes(minigenes, {
    perConstruct: input.perConstruct,
    usage,
    limits,
    presented,
    seed: input.seed,
    wildTypes: input.wildTypes,
  })
  if (!designed.ok) return designed
  const { constructs, uncoded } = designed.value
  if (constructs.length === 0)
    return refuse(
      'codons-impossible',
      `no choice of codons makes any of ${plural(uncoded.length, 'minigene')} within ${limits.name}`,
      'choose another preset',
    )
  const layout = layoutPlates({
    size: input.plate,
    effectors: input.effectors,
    antigens: constructs.flatMap(({ id, twin }) => (twin === undefined ? [id] : [id, twin.id])),
    replicates: input.replicates,
    negatives: input.negatives,
    cells: input.cells,
    seed: input.seed,
  })
  if (!layout.ok) return layout
  const files = new Map([
    [
      'minigenes.tsv',
      formatTsv(
        [
          'construct',
          'slot',
          'minigene_id',
          'neoantigen_id',
          'gene',
          'amino_acid_change',
          'aa',
          'nt',
          'window_start',
          'mutated_offset',
          'wild_type_aa',
        ],
        constructs.flatMap(construct =>
          construct.minigenes.map((minigene, slot) => [
            construct.id,
            slot + 1,
            minigene.id,
            minigene.neoantigenId,
            minigene.gene,
            minigene.change,
            minigene.mutant,
            construct.parts[slot],
            minigene.windowStart,
            minigene.changeOffset,
            minigene.wildType,
          ]),
        ),
      ),
    ],
    [
      'minigenes.fasta',
      formatFasta(
        constructs.flatMap(construct => [
          {
            id: construct.id,
            description: `${construct.minigenes.length} minigenes: ${construct.minigenes.map(minigene => `${minigene.gene} ${minigene.change}`).join(', ')}; CAI ${codonAdaptationIndex(usage, construct.nt).toFixed(2)}`,
            sequence: construct.nt,
          },
          ...(construct.twin === undefined
            ? []
            : [{ id: construct.twin.id, description: `wild type of ${construct.id}`, sequence: construct.twin.nt }]),
        ]),
      ),
    ],
    ['plate-map.csv', formatCsv(MAP_COLUMNS, layout.value.map(mapCells))],
    ['plate-map.svg', layoutFigure(layout.value)],
  ])
  const order: OrderLine[] = constructs
    .flatMap(({ id, nt, twin }) => (twin === undefined ? [{ id, nt }] : [{ id, nt }, twin]))
    .map(({ id, nt }) => ({ name: id, kind: 'DNA', sequence: nt, length: nt.length }))
  if (input.poolSize > 0) {
    const pools = pooled(minigenes, input)
    const plates = poolPlates(pools, input)
    if (!plates.ok) return plates
    files.set('peptide-pools.tsv', poolsText(pools, minigenes))
    files.set('pool-plate-map.csv', formatCsv(MAP_COLUMNS, plates.value.map(mapCells)))
    files.set('pool-plate-map.svg', layoutFigure(plates.value))
    for (const { id, mutant } of minigenes) order.push({ name: id, kind: 'peptide', sequence: mutant, length: mutant.length })
  }
  files.set(
    'order.csv',
    formatCsv(
      ['name', 'kind', 'sequence', 'length'],
      order.map(line => [line.name, line.kind, line.sequence, line.length]),
    ),
  )
  const forecast = forecastStrategies(
    { antigens: minigenes.length, together: input.perConstruct, coverage: input.coverage, seed: input.seed },
    HITS,
  )
  files.set(
    'strategy.tsv',
    formatTsv(
      ['hits', 'two_rounds_wells', 'one_round_wells', 'one_round_false_positives', 'one_round_exact'],
      forecast.map(one => [one.hits, Number(one.adaptiveWells.toFixed(1)), one.oneRoundWells, one.falsePositives, one.exact]),
    ),
  )
  const few = forecast.find(({ hits }) => hits === 3)
  const plates = new Set(layout.value.map(well => well.plate)).size
  const funnel: FunnelRow[] = [
    { stage: 'screen design', reason: 'in', count: read.value.length, example: read.value[0]!.neoantigenId },
    ...(read.value.length > input.top
      ? [
          {
            stage: 'screen design',
            reason: 'below-top',
            count: read.value.length - input.top,
            example: `${read.value[input.top]!.gene} ${read.value[input.top]!.change}`,
          },
        ]
      : []),
    ...(uncoded.length > 0
      ? [
          {
            stage: 'screen design',
            reason: 'minigene-uncoded',
            count: uncoded.length,
            example: `${uncoded[0]!.gene} ${uncoded[0]!.change}`,
          },
        ]
      : []),
  ]
  return ok({
    files,
    funnel,
    caveats: [...alleles.value.caveats, ...designed.value.caveats],
    headline: `${plural(Math.min(input.top, read.value.length), 'neoantigen')} → ${plural(minigenes.length, 'minigene')} in ${plural(constructs.length, 'construct')}; ${plural(input.effectors.length, 'effector')} on ${plural(plates, 'plate')}${few === undefined ? '' : `; three hits take about ${Math.round(few.adaptiveWells)} wells in two rounds (strategy.tsv)`}`,
  })
}

interface OrderLine {
  readonly name: string
  readonly kind: 'DNA' | 'peptide'
  readonly sequence: string
  readonly length: number
}

interface Pool {
  readonly id: string
  readonly replicate: number
  /** Places in the list of minigenes. */
  readonly peptides: readonly number[]
}

/** As with constructs, a pool's name says what is in it: its number alone would stand for another pool in another design. */
const pooled = (minigenes: readonly { readonly id: string; readonly mutant: string }[], input: ScreenDesignInput): readonly Pool[] =>
  designPools({
    peptides: minigenes.length,
    maxPerPool: input.poolSize,
    coverage: input.coverage,
    alike: alikeGroups(minigenes.map(({ mutant }) => mutant)),
  }).replicates.flatMap((pools, replicate) =>
    pools.map((peptides, i) => {
      const held = sha256Hex(peptides.map(peptide => minigenes[peptide]!.id).join('\n')).slice(0, 6)
      return { id: `POOL-${replicate + 1}-${i + 1}-${held}`, replicate: replicate + 1, peptides }
    }),
  )

const poolsText = (pools: readonly Pool[], minigenes: readonly { readonly id: string; readonly mutant: string }[]): string =>
  formatTsv(
    ['pool', 'replicate', 'peptide_id', 'sequence'],
    pools.flatMap(pool => pool.peptides.map(peptide => [pool.id, pool.replicate, minigenes[peptide]!.id, minigenes[peptide]!.mutant])),
  )

/** Each replicate of the pools on plates of its own, so that a bad plate costs one answer of each peptide and no more. */
function poolPlates(pools: readonly Pool[], input: ScreenDesignInput): Result<readonly MappedWell[], Issue> {
  const wells: MappedWell[] = []
  for (const replicate of new Set(pools.map(pool => pool.replicate))) {
    const layout = layoutPlates({
      size: input.plate,
      effectors: input.effectors,
      antigens: pools.filter(pool => pool.replicate === replicate).map(pool => pool.id),
      replicates: 1,
      negatives: input.negatives,
      cells: input.cells,
      seed: `${input.seed} pools ${replicate}`,
    })
    if (!layout.ok) return layout
    wells.push(
      ...layout.value.map(well => ({
        ...well,
        plate: `R${replicate}-${well.plate}`,
        replicate: well.kind === 'test' ? replicate : well.replicate,
      })),
    )
  }
  return ok(wells)
}
