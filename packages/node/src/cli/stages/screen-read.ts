// Stage `screen read`: plate readouts → which receptor sees which antigen.
import { type Caveat, caveat, type FunnelRow, fail, type Issue, inFile, issue, ok, type Result } from '@cognate/core/base'
import { parseHlaTyping } from '@cognate/core/bio'
import { columnReader, formatCsv, formatTsv, parseDelimited } from '@cognate/core/format'
import {
  type AceConfiguration,
  type Call,
  type Deconvolution,
  deconvolvePools,
  isAceAssignment,
  joinPlates,
  layoutPlates,
  MAP_COLUMNS,
  type MappedWell,
  mapCells,
  mutantOverWildType,
  type NextTest,
  type PoolMember,
  parseAceAssignment,
  parsePlateMap,
  parsePools,
  parseReadout,
  plateFigure,
  proposeNextRound,
  type Reading,
  type ReadWell,
  type Rule,
  readScreen,
  restrictionOf,
  type ScreenReadout,
  type ScreenRow,
  silencedBy,
  type TitrationRow,
  type Unit,
  wildTypeOf,
} from '@cognate/core/screen'
import { readSheet, readSheets } from '../../read/spreadsheet.ts'
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
  readonly deconvolution?: Deconvolution
  readonly ceiling?: number
  /** minigenes.tsv of the design: positive constructs are split into their minigenes for the next round. */
  readonly minigenes?: string
  /** The patient's alleles, for restriction panels of the next round. */
  readonly hla?: readonly string[]
  readonly seed?: string
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
  'blocking',
] as const

export async function runScreenRead(input: ScreenReadInput): Promise<StageOutcome> {
  const plates = await readPlates(input)
  if (!plates.ok) return plates
  const constructs = readConstructs(input.minigenes)
  if (!constructs.ok) return constructs
  const typing = input.hla === undefined ? ok(undefined) : parseHlaTyping(input.hla)
  if (!typing.ok) return typing
  const { wells, pools: members } = plates.value
  const readout = readScreen(wells, { rule: input.rule, unit: input.unit, alpha: input.alpha })
  const caveats: Caveat[] = [...readout.caveats]
  const rows = [...readout.rows.map(row => screenCells(row, readout.rows)), ...titrationRows(readout)]
  const hits = new Set(readout.rows.filter(row => row.call === 'positive').flatMap(row => row.wells.map(well => `${row.plate} ${well}`)))
  const pools = deconvolvePools(members, readout.rows, input.minSpots, input.deconvolution)
  const next = proposeNextRound({ readout, pools, constructs: constructs.value, hla: input.hla ?? [] })
  const files = new Map([
    ['screen.tsv', formatTsv(SCREEN_COLUMNS, rows)],
    ['plates.svg', plateFigure(wells, well => hits.has(`${well.plate} ${well.well}`))],
    [
      'next-round.tsv',
      formatTsv(
        ['receptor_id', 'antigen', 'step', 'doses_molar', 'presenters', 'because'],
        next.map(test => [test.effector, test.antigen, test.step, test.doses.join(';'), test.presenters.join(';'), test.because]),
      ),
    ],
  ])
  const nextMap = nextPlates(next, input.seed ?? '')
  if (nextMap !== undefined) files.set('next-plate-map.csv', nextMap)
  if (members.length > 0)
    files.set(
      'deconvolution.tsv',
      formatTsv(
        ['receptor_id', 'peptide_id', 'confidence', 'activity', 'background'],
        pools.map(hit => [hit.effector, hit.peptideId, hit.confident ? 'confident' : 'candidate', hit.activity, hit.background]),
      ),
    )
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

const [PLATE, CALL] = [SCREEN_COLUMNS.indexOf('plate'), SCREEN_COLUMNS.indexOf('call')]

/** Several plates, each with its own map, unit and rule, in one table; one figure a plate file. */
export async function runPlates(plates: readonly ScreenReadInput[]): Promise<StageOutcome> {
  const files = new Map<string, string>()
  const funnel: FunnelRow[] = []
  const caveats: Caveat[] = []
  /** Plates by name: how many of the screens have one of it. */
  const named = new Map<string, number>()
  let table = ''
  let rows = 0
  for (const [i, plate] of plates.entries()) {
    const read = await runScreenRead(plate)
    if (!read.ok) return read
    const [head = '', ...lines] = read.value.files.get('screen.tsv')!.trimEnd().split('\n')
    if (table === '') table = `${head}\n`
    table += lines.map(line => `${line}\n`).join('')
    rows += lines.length
    files.set(`plates-${i + 1}.svg`, read.value.files.get('plates.svg')!)
    for (const name of new Set(lines.map(line => line.split('\t')[PLATE]!))) named.set(name, (named.get(name) ?? 0) + 1)
    funnel.push(...read.value.funnel.map(row => ({ ...row, stage: 'screen' })))
    caveats.push(...read.value.caveats)
  }
  const twice = [...named].filter(([, count]) => count > 1).map(([name]) => name)
  if (twice.length > 0)
    caveats.push(
      caveat(
        'plate-name-twice',
        `two screens have a plate called ${twice.slice(0, 5).join(', ')}: they count as one plate, and a well is not known by its name; give every plate a name of its own`,
      ),
    )
  const positive = table.split('\n').filter(line => line.split('\t')[CALL] === 'positive').length
  files.set('screen.tsv', table)
  return ok({
    files,
    funnel,
    caveats,
    headline: `${plural(plates.length, 'readout')} → ${plural(rows, 'effector × antigen')}, ${positive} positive`,
  })
}

interface ReadPlates {
  readonly wells: readonly ReadWell[]
  readonly pools: readonly PoolMember[]
}

async function readPlates(input: ScreenReadInput): Promise<Result<ReadPlates, Issue>> {
  const map = await readSheet<AceConfiguration>(input.map, text => {
    if (isAceAssignment(text)) return parseAceAssignment(text)
    const parsed = parsePlateMap(text)
    return parsed.ok ? ok({ map: parsed.value, pools: [] }) : parsed
  })
  if (!map.ok) return map
  const readings: Reading[] = []
  for (const path of input.readouts) {
    const read = await readReadout(path, input.ceiling)
    if (!read.ok) return read
    readings.push(...read.value)
  }
  const pools = input.pools === undefined ? ok(map.value.pools) : readParsed(input.pools, parsePools)
  if (!pools.ok) return pools
  const joined = joinPlates(map.value.map, readings)
  return joined.ok ? ok({ wells: joined.value, pools: pools.value }) : fail(inFile(input.map, joined.issue))
}

/** Sheets that hold no plate are passed over when another does; an unnamed plate among several sheets has its sheet's name. */
async function readReadout(path: string, ceiling: number | undefined): Promise<Result<readonly Reading[], Issue>> {
  const sheets = await readSheets(path)
  if (!sheets.ok) return sheets
  const parsed = sheets.value.map(({ name, text }) => ({ name, read: parseReadout(text, ceiling === undefined ? {} : { ceiling }) }))
  const good = parsed.filter(({ read }) => read.ok)
  if (good.length === 0)
    return fail(inFile(path, parsed[0]!.read.ok ? issue('table-empty', 'there is no sheet', 'give a plate') : parsed[0]!.read.issue))
  return ok(
    good.flatMap(({ name, read }) =>
      read.ok ? read.value.map(reading => (reading.plate === '' && good.length > 1 ? { ...reading, plate: name ?? '' } : reading)) : [],
    ),
  )
}

/** `minigenes.tsv` of the design → construct and its minigenes. */
function readConstructs(path: string | undefined): Result<ReadonlyMap<string, readonly string[]>, Issue> {
  const constructs = new Map<string, string[]>()
  if (path === undefined) return ok(constructs)
  const table = readParsed(path, text => parseDelimited(text, { delimiter: '\t', required: ['construct', 'minigene_id'] }))
  if (!table.ok) return table
  const get = columnReader(table.value.columns)
  for (const row of table.value.rows) {
    const construct = get(row, 'construct')
    constructs.set(construct, [...(constructs.get(construct) ?? []), get(row, 'minigene_id')])
  }
  return ok(constructs)
}

/** Everything but titrations and restriction panels as a plate map, one set of plates an effector. */
function nextPlates(next: readonly NextTest[], seed: string): string | undefined {
  const wells: MappedWell[] = []
  for (const effector of new Set(next.map(test => test.effector))) {
    const antigens = [
      ...new Set(
        next.filter(test => test.effector === effector && test.doses.length + test.presenters.length === 0).map(test => test.antigen),
      ),
    ]
    if (antigens.length === 0) continue
    const layout = layoutPlates({
      size: 96,
      effectors: [effector],
      antigens,
      replicates: 3,
      negatives: 6,
      cells: 20_000,
      seed: `${seed} ${effector}`,
    })
    if (!layout.ok) continue
    const before = new Set(wells.map(well => well.plate)).size
    wells.push(...layout.value.map(well => ({ ...well, plate: `N${before + Number(well.plate.slice(1))}` })))
  }
  return wells.length === 0 ? undefined : formatCsv(MAP_COLUMNS, wells.map(mapCells))
}

const formOf = (antigen: string): string =>
  antigen.endsWith('-wt')
    ? 'wild-type'
    : antigen.startsWith('TMG-') || antigen.startsWith('MG-')
      ? 'minigene'
      : antigen.startsWith('POOL-')
        ? 'pool'
        : 'peptide'

/** What blocking antibodies say of an answer: which of them silence it, or that none does. */
function silencedText(row: ScreenRow, rows: readonly ScreenRow[]): readonly string[] {
  if (row.call !== 'positive' || row.blocking !== undefined) return []
  const same = rows.filter(other => other.effector === row.effector && other.antigen === row.antigen && other.plate === row.plate)
  const blocked = same.filter(other => other.blocking !== undefined && other.call !== 'invalid' && other.call !== 'no-data')
  if (blocked.length === 0) return []
  const silenced = silencedBy(same)
  return [silenced.length === 0 ? 'no-block: no antibody silences it' : `blocked: silenced by the antibody against ${silenced.join(', ')}`]
}

const screenCells = (row: ScreenRow, rows: readonly ScreenRow[]): readonly (string | number | undefined)[] => [
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
  [...row.caveats.map(other => `${other.code}: ${other.text}`), ...silencedText(row, rows)].join('; '),
  row.blocking,
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
      undefined,
    ]
  })
}
