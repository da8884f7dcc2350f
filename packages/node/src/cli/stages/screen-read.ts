// Stage `screen read`: plate readouts → which receptor sees which antigen.
import { type Caveat, type FunnelRow, fail, type Issue, inFile, ok, type Result } from '@cognate/core/base'
import { columnReader, formatTsv, parseDelimited } from '@cognate/core/format'
import {
  type Call,
  deconvolveLikelihood,
  joinPlates,
  type MappedWell,
  mutantOverWildType,
  parsePlateMap,
  parseReadout,
  plateFigure,
  type ReadWell,
  type Rule,
  readScreen,
  restrictionOf,
  type ScreenReadout,
  type ScreenRow,
  type TitrationRow,
  type Unit,
  wildTypeOf,
} from '@cognate/core/screen'
import { readParsed } from '../../read/text.ts'
import { plural, type StageOutcome } from './stage.ts'

export interface ScreenReadInput {
  readonly map: string
  readonly readouts: readonly string[]
  /** peptide-pools.tsv: antigens of the map that are pools are taken apart. */
  readonly pools?: string
  readonly rule: Rule
  readonly unit: Unit
  readonly alpha: number
  readonly minSpots: number
  readonly ceiling?: number
}

export const SCREEN_COLUMNS = [
  'receptor_id',
  'neoantigen_id',
  'antigen_form',
  'presenter_hla',
  'statistic',
  'fold',
  'p',
  'rule',
  'call',
  'replicates',
  'plate',
  'wells',
  'ec50_molar',
  'ec50_low',
  'ec50_high',
  'ec50_kind',
  'mutant_over_wild_type',
  'caveats',
] as const

export function runScreenRead(input: ScreenReadInput): StageOutcome {
  const joined = readPlates(input)
  if (!joined.ok) return joined
  const wells = joined.value
  const readout = readScreen(wells, { rule: input.rule, unit: input.unit, alpha: input.alpha })
  const caveats: Caveat[] = [...readout.caveats]
  const rows = [...readout.rows.map(row => screenCells(row)), ...titrationRows(readout)]
  const hits = new Set(readout.rows.filter(row => row.call === 'positive').flatMap(row => row.wells.map(well => `${row.plate} ${well}`)))
  const files = new Map([
    ['screen.tsv', formatTsv(SCREEN_COLUMNS, rows)],
    ['plates.svg', plateFigure(wells, well => hits.has(`${well.plate} ${well.well}`))],
  ])
  if (input.pools !== undefined) {
    const pools = deconvolved(input.pools, readout, input.minSpots)
    if (!pools.ok) return pools
    files.set('deconvolution.tsv', pools.value)
  }
  const calls = (call: Call) => readout.rows.filter(row => row.call === call).length
  const funnel: FunnelRow[] = [
    { stage: 'screen read', reason: 'in', count: wells.length, example: wells[0]?.well ?? '' },
    ...(['negative', 'invalid', 'no-data'] as const)
      .filter(call => calls(call) > 0)
      .map(call => {
        const first = readout.rows.find(row => row.call === call)!
        return { stage: 'screen read', reason: call, count: calls(call), example: `${first.effector} ${first.antigen}` }
      }),
  ]
  return ok({
    files,
    funnel,
    caveats,
    headline: `${plural(wells.filter(well => well.kind !== 'empty').length, 'well')} → ${plural(readout.rows.length, 'effector × antigen')}: ${calls('positive')} positive, ${calls('negative')} negative, ${calls('invalid')} invalid; ${plural(readout.titrations.length, 'titration')}`,
  })
}

/** Several plates, each with its own map, unit and rule, in one table; one figure a plate file. */
export function runPlates(plates: readonly ScreenReadInput[]): StageOutcome {
  const files = new Map<string, string>()
  const funnel: FunnelRow[] = []
  const caveats: Caveat[] = []
  let table = ''
  let rows = 0
  for (const [i, plate] of plates.entries()) {
    const read = runScreenRead(plate)
    if (!read.ok) return read
    const [head = '', ...lines] = read.value.files.get('screen.tsv')!.trimEnd().split('\n')
    if (table === '') table = `${head}\n`
    table += lines.map(line => `${line}\n`).join('')
    rows += lines.length
    files.set(`plates-${i + 1}.svg`, read.value.files.get('plates.svg')!)
    funnel.push(...read.value.funnel.map(row => ({ ...row, stage: 'screen' })))
    caveats.push(...read.value.caveats)
  }
  const positive = table.split('\n').filter(line => line.split('\t')[8] === 'positive').length
  files.set('screen.tsv', table)
  return ok({
    files,
    funnel,
    caveats,
    headline: `${plural(plates.length, 'readout')} → ${plural(rows, 'effector × antigen')}, ${positive} positive`,
  })
}

function readPlates(input: ScreenReadInput): Result<readonly ReadWell[], Issue> {
  const map = readParsed(input.map, parsePlateMap)
  if (!map.ok) return map
  const readings = []
  for (const path of input.readouts) {
    const parsed = readParsed(path, text => parseReadout(text, input.ceiling === undefined ? {} : { ceiling: input.ceiling }))
    if (!parsed.ok) return parsed
    readings.push(...parsed.value)
  }
  const joined = joinPlates(map.value as readonly MappedWell[], readings)
  return joined.ok ? joined : fail(inFile(input.map, joined.issue))
}

const formOf = (antigen: string): string =>
  antigen.endsWith('-wt')
    ? 'wild-type'
    : antigen.startsWith('TMG-') || antigen.startsWith('MG-')
      ? 'minigene'
      : antigen.startsWith('POOL-')
        ? 'pool'
        : 'peptide'

const screenCells = (row: ScreenRow): readonly (string | number | undefined)[] => [
  row.effector,
  row.antigen,
  formOf(row.antigen),
  row.presenterHla,
  Number.isNaN(row.statistic) ? undefined : row.statistic,
  Number.isNaN(row.fold) ? undefined : row.fold,
  row.p,
  row.rule,
  row.call,
  row.values.join(';'),
  row.plate,
  row.wells.join(';'),
  undefined,
  undefined,
  undefined,
  undefined,
  undefined,
  row.caveats.map(other => `${other.code}: ${other.text}`).join('; '),
]

function titrationRows({ titrations, rows }: ScreenReadout): readonly (readonly (string | number | undefined)[])[] {
  return titrations.map((row: TitrationRow) => {
    const twin = titrations.find(
      other => other.effector === row.effector && other.antigen === wildTypeOf(row.antigen) && other.presenterHla === row.presenterHla,
    )
    const ratio = row.fit === undefined || twin?.fit === undefined ? undefined : mutantOverWildType(row.fit, twin.fit, twin.highestDose)
    const restriction = restrictionOf(rows.filter(other => other.effector === row.effector && other.antigen === row.antigen))
    const { fit } = row
    return [
      row.effector,
      row.antigen,
      formOf(row.antigen),
      row.presenterHla || restriction.hla || '',
      fit === undefined ? undefined : fit.top - fit.bottom,
      undefined,
      fit?.p,
      'titration',
      fit === undefined ? 'no-data' : fit.kind === 'no-response' ? 'negative' : 'positive',
      undefined,
      row.plate,
      undefined,
      fit?.kind === 'full' ? fit.ec50 : undefined,
      fit?.ec50Low,
      fit?.ec50High,
      fit?.kind,
      ratio === undefined ? undefined : `${ratio.atLeast ? '>= ' : ''}${ratio.ratio.toPrecision(3)}`,
      [
        ...(fit?.kind === 'above-range' ? [`the EC50 lies above ${fit.ec50!.toExponential(1)} M: no plateau was reached`] : []),
        ...(restriction.ambiguous ? ['ambiguous-restriction: more than one allele answers'] : []),
      ].join('; '),
    ]
  })
}

/** Pools of each effector taken apart. */
function deconvolved(path: string, readout: ScreenReadout, minSpots: number): Result<string, Issue> {
  const table = readParsed(path, text => parseDelimited(text, { delimiter: '\t', required: ['pool', 'replicate', 'peptide_id'] }))
  if (!table.ok) return table
  const get = columnReader(table.value.columns)
  const peptides = [...new Set(table.value.rows.map(row => get(row, 'peptide_id')))]
  const at = new Map(peptides.map((peptide, i) => [peptide, i]))
  const members = new Map<string, number[]>()
  for (const row of table.value.rows)
    members.set(get(row, 'pool'), [...(members.get(get(row, 'pool')) ?? []), at.get(get(row, 'peptide_id'))!])
  const coverage = new Set(table.value.rows.map(row => get(row, 'replicate'))).size
  const out: (readonly (string | number)[])[] = []
  for (const effector of new Set(readout.rows.map(row => row.effector))) {
    const read = readout.rows.filter(row => row.effector === effector && members.has(row.antigen) && row.values.length > 0)
    if (read.length === 0) continue
    const { hits, fit } = deconvolveLikelihood(
      {
        peptides: peptides.length,
        pools: read.map(row => members.get(row.antigen)!),
        spots: read.map(row => row.values.reduce((sum, value) => sum + value, 0) / row.values.length),
      },
      { minSpots, minCoverage: coverage },
    )
    for (const hit of hits)
      out.push([effector, peptides[hit.peptide]!, hit.confident ? 'confident' : 'candidate', fit.activity[hit.peptide]!, fit.background])
  }
  return ok(formatTsv(['receptor_id', 'peptide_id', 'confidence', 'activity', 'background'], out))
}
