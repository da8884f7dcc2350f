// Plates: wells by name, the map of what stands where, and readers for what plate readers write. A value without a place, or a place without a value, is an error.
// Whole: map, readings and their join name the same wells.
import { fail, type Issue, issue, ok, type Result, seededRandom, shuffled } from '../base/index.ts'
import { columnReader, type Delimiter, delimiterOf, parseDelimited, splitCsvLine } from '../format/index.ts'

export type WellKind = 'test' | 'negative' | 'positive' | 'empty'

/** Molecules that an antibody in the well keeps from presenting. */
export const BLOCKED = ['class-I', 'DR', 'DP', 'DQ'] as const
export type Blocked = (typeof BLOCKED)[number]

export interface MappedWell {
  readonly plate: string
  /** `A1` to `H12`, or `P24`. */
  readonly well: string
  readonly kind: WellKind
  /** T cells or receptor in the well; empty in an empty well. */
  readonly effector: string
  /** What stands there: construct, pool, peptide; a wild-type twin ends in `-wt`. */
  readonly antigen: string
  readonly replicate: number
  /** Undefined outside titrations; 0 is the blank. */
  readonly doseMolar: number | undefined
  readonly presenterHla: string
  readonly cells: number | undefined
  /** A blocking antibody; left out where there is none. */
  readonly blocking?: Blocked
}

export interface Reading {
  readonly plate: string
  readonly well: string
  /** Undefined: not counted. Never 0 for a missing value. */
  readonly value: number | undefined
  /** The reader stopped counting: the true value is at least this. */
  readonly censored: boolean
}

/** `a01` → `A1`. Undefined when it is no well of a 384-well plate. */
export function wellName(text: string): string | undefined {
  const parts = /^\s*([A-Pa-p])0*([1-9]\d?)\s*$/.exec(text)
  return parts === null || Number(parts[2]) > 24 ? undefined : `${parts[1]!.toUpperCase()}${Number(parts[2])}`
}

/** Row and column of a well, from 0. */
export const wellPlace = (well: string): { readonly row: number; readonly column: number } => ({
  row: well.charCodeAt(0) - 65,
  column: Number(well.slice(1)) - 1,
})

/** Wells of a plate row by row: 24, 96 or 384. */
export function wellsOf(size: 24 | 96 | 384): readonly string[] {
  const [rows, columns] = size === 24 ? [4, 6] : size === 96 ? [8, 12] : [16, 24]
  return Array.from({ length: size }, (_, i) => `${String.fromCharCode(65 + Math.floor(i / columns!))}${(i % columns!) + 1}`).slice(
    0,
    rows! * columns!,
  )
}

const KINDS = new Set<string>(['test', 'negative', 'positive', 'empty'])

export const MAP_COLUMNS = ['plate', 'well', 'kind', 'effector', 'antigen', 'replicate', 'dose_molar', 'presenter_hla', 'cells'] as const

/** Read where the map has it: not every panel has antibodies. */
const BLOCKING_COLUMN = 'blocking'

export const mapCells = (row: MappedWell): readonly (string | number | undefined)[] => [
  row.plate,
  row.well,
  row.kind,
  row.effector,
  row.antigen,
  row.replicate,
  row.doseMolar,
  row.presenterHla,
  row.cells,
]

/** Errors: `plate-map-malformed` naming line and cell; a well that stands twice is one. */
export function parsePlateMap(text: string): Result<readonly MappedWell[], Issue> {
  const table = parseDelimited(text, {
    delimiter: delimiterOf(text),
    required: ['plate', 'well', 'kind'],
  })
  if (!table.ok) return table
  const get = columnReader(table.value.columns)
  const seen = new Set<string>()
  const wells: MappedWell[] = []
  const bad = (what: string, line: number) =>
    fail(issue('plate-map-malformed', what, `columns: ${MAP_COLUMNS.join(', ')}; kind is test, negative, positive or empty`, line))
  for (const row of table.value.rows) {
    const plate = get(row, 'plate')
    const well = wellName(get(row, 'well'))
    const kind = get(row, 'kind')
    if (well === undefined) return bad(`"${get(row, 'well')}" is no well`, row.line)
    if (!KINDS.has(kind)) return bad(`kind is "${kind}"`, row.line)
    if (seen.has(`${plate} ${well}`)) return bad(`${well} of plate ${plate} stands twice`, row.line)
    seen.add(`${plate} ${well}`)
    const number = (column: string) => (get(row, column) === '' ? undefined : Number(get(row, column)))
    const dose = number('dose_molar')
    if (dose !== undefined && !(dose >= 0)) return bad(`dose_molar is "${get(row, 'dose_molar')}"`, row.line)
    const antibody = get(row, BLOCKING_COLUMN)
    const blocking = BLOCKED.find(blocked => blocked.toLowerCase() === antibody.toLowerCase())
    if (antibody !== '' && blocking === undefined) return bad(`blocking is "${antibody}"; it is one of ${BLOCKED.join(', ')}`, row.line)
    if (blocking !== undefined && dose !== undefined)
      return bad('a titration has a blocking antibody: titrate without, and block at one dose', row.line)
    wells.push({
      ...(blocking === undefined ? {} : { blocking }),
      plate,
      well,
      kind: kind as WellKind,
      effector: get(row, 'effector'),
      antigen: get(row, 'antigen'),
      replicate: number('replicate') ?? 1,
      doseMolar: dose,
      presenterHla: get(row, 'presenter_hla'),
      cells: number('cells'),
    })
  }
  return ok(wells)
}

/** `TNTC`, `>500` and the ceiling are censored; empty, `-` and `NA` are missing. Undefined when it is neither these nor a number. */
function readValue(
  text: string,
  ceiling: number | undefined,
): { readonly value: number | undefined; readonly censored: boolean } | undefined {
  const clean = text.trim()
  if (clean === '' || clean === '-' || /^na$/i.test(clean)) return { value: undefined, censored: false }
  if (/^tntc$/i.test(clean)) return { value: ceiling, censored: true }
  const above = /^>\s*([\d.]+)$/.exec(clean)
  const value = Number(above === null ? clean : above[1])
  if (!Number.isFinite(value) || value < 0) return undefined
  return { value, censored: above !== null || (ceiling !== undefined && value >= ceiling) }
}

/**
 * Long table (plate, well, value; also ACE's plate_id, well_id, spot_count) or blocks: a line that names the plate, a line of column numbers, then one line a row with its
 * letter. AID's workbook is such a block: `Plate:NAME, Date:…` names it.
 * Errors: `readout-malformed` with line and text; `readout-twice` for a well with two values.
 */
export function parseReadout(text: string, options: { readonly ceiling?: number } = {}): Result<readonly Reading[], Issue> {
  const lines = text.split(/\r?\n/)
  const head = (lines.find(line => line.trim() !== '') ?? '').toLowerCase()
  const delimiter = delimiterOf(head)
  const readings = /(^|[\t,;])"?well(_id)?"?([\t,;]|$)/.test(head)
    ? longReadout(text, delimiter, options.ceiling)
    : blockReadout(lines, options.ceiling)
  if (!readings.ok) return readings
  const seen = new Set<string>()
  for (const { plate, well } of readings.value) {
    if (seen.has(`${plate} ${well}`))
      return fail(issue('readout-twice', `well ${well} of plate ${plate || '(unnamed)'} has two values`, 'keep one value a well'))
    seen.add(`${plate} ${well}`)
  }
  return readings
}

/** Names of the three columns in the programs whose tables are read. */
const LONG_COLUMNS = {
  plate: ['plate', 'plate_id'],
  well: ['well', 'well_id'],
  value: ['value', 'spot_count', 'spots'],
} as const

function longReadout(text: string, delimiter: Delimiter, ceiling: number | undefined): Result<readonly Reading[], Issue> {
  const table = parseDelimited(text, { delimiter })
  if (!table.ok) return table
  const nameOf = (column: keyof typeof LONG_COLUMNS) =>
    table.value.columns.find(name => (LONG_COLUMNS[column] as readonly string[]).includes(name.trim().toLowerCase()))
  const [plate, wellColumn, valueColumn] = [nameOf('plate'), nameOf('well'), nameOf('value')]
  if (wellColumn === undefined || valueColumn === undefined)
    return fail(
      issue(
        'column-missing',
        `the header has ${table.value.columns.join(', ')}, and no column well or value`,
        'name the columns plate, well, value',
        1,
      ),
    )
  const get = columnReader(table.value.columns)
  const readings: Reading[] = []
  for (const row of table.value.rows) {
    const well = wellName(get(row, wellColumn))
    const read = readValue(get(row, valueColumn), ceiling)
    if (well === undefined || read === undefined)
      return fail(
        issue(
          'readout-malformed',
          well === undefined ? `"${get(row, wellColumn)}" is no well` : `the value of ${well} is "${get(row, valueColumn)}"`,
          'give numbers from 0, TNTC, >number, or leave the cell empty',
          row.line,
        ),
      )
    readings.push({ plate: plate === undefined ? '' : get(row, plate), well, ...read })
  }
  return ok(readings)
}

function blockReadout(lines: readonly string[], ceiling: number | undefined): Result<readonly Reading[], Issue> {
  const readings: Reading[] = []
  let plate = ''
  let columns: number[] | undefined
  for (const [i, line] of lines.entries()) {
    if (line.trim() === '') continue
    const count = (mark: string) => line.split(mark).length - 1
    const byComma = count(';') === 0 || count(',') > count(';')
    const split = line.includes('\t') ? ok(line.split('\t')) : splitCsvLine(line, byComma ? ',' : ';')
    if (!split.ok) continue
    const cells = split.value.map(cell => (byComma ? cell.trim() : cell.trim().replace(/^(\d+),(\d+)$/, '$1.$2')))
    const numbers = cells.slice(1).filter(cell => cell !== '')
    if (cells[0] === '' && numbers.length > 1 && numbers.every((cell, at) => Number(cell) === at + 1)) {
      columns = numbers.map(Number)
      continue
    }
    if (/^[A-Pa-p]$/.test(cells[0] ?? '') && columns !== undefined) {
      for (const column of columns) {
        const well = `${cells[0]!.toUpperCase()}${column}`
        const read = readValue(cells[column] ?? '', ceiling)
        if (read === undefined)
          return fail(
            issue(
              'readout-malformed',
              `the value of ${well} is "${cells[column]}"`,
              'give numbers from 0, TNTC, >number, or leave the cell empty',
              i + 1,
            ),
          )
        readings.push({ plate, well, ...read })
      }
      continue
    }
    const title = cells.filter(cell => cell !== '').join(' ')
    columns = undefined
    // AID writes a line that says what was counted between the plate's name and its numbers
    if (/^plate data\b/i.test(title)) continue
    const aid = /^plate:(.*?),\s*date:/i.exec(title)
    plate = (aid?.[1] ?? title.replace(/^plate[\s:_-]*/i, '')).trim()
  }
  return readings.length === 0
    ? fail(
        issue(
          'readout-malformed',
          'no plate was found',
          'give columns plate, well, value; or blocks of 8 × 12 with column numbers and row letters',
          1,
        ),
      )
    : ok(readings)
}

export interface ReadWell extends MappedWell {
  readonly value: number | undefined
  readonly censored: boolean
}

/** Joins map and readings. A single unnamed plate in either is the other's only plate. Errors: `well-unmapped`, `well-unread`. */
export function joinPlates(map: readonly MappedWell[], readings: readonly Reading[]): Result<readonly ReadWell[], Issue> {
  const mapPlates = [...new Set(map.map(well => well.plate))]
  const readPlates = [...new Set(readings.map(reading => reading.plate))]
  const rename = readPlates.length === 1 && mapPlates.length === 1 && (readPlates[0] === '' || mapPlates[0] === '')
  const keyOf = (plate: string, well: string) => `${rename ? '' : plate} ${well}`
  const values = new Map(readings.map(reading => [keyOf(reading.plate, reading.well), reading]))
  const mapped = new Set(map.map(well => keyOf(well.plate, well.well)))
  const stray = readings.find(reading => reading.value !== undefined && !mapped.has(keyOf(reading.plate, reading.well)))
  if (stray !== undefined)
    return fail(
      issue(
        'well-unmapped',
        `well ${stray.well} of plate ${stray.plate || '(unnamed)'} has a value and is not in the map (plates of the map: ${mapPlates.join(', ')})`,
        'add the well to the map, or remove the value',
      ),
    )
  const unread = map.find(well => well.kind !== 'empty' && !values.has(keyOf(well.plate, well.well)))
  if (unread !== undefined)
    return fail(
      issue(
        'well-unread',
        `well ${unread.well} of plate ${unread.plate} is in the map and has no value`,
        'add its line to the readout; a value that was not counted is written as -',
      ),
    )
  return ok(
    map.map(well => {
      const reading = values.get(keyOf(well.plate, well.well))
      return { ...well, value: reading?.value, censored: reading?.censored ?? false }
    }),
  )
}

export interface LayoutRequest {
  readonly size: 24 | 96 | 384
  readonly effectors: readonly string[]
  readonly antigens: readonly string[]
  readonly replicates: number
  /** Wells without antigen, per effector and plate. */
  readonly negatives: number
  readonly cells: number
  readonly seed: string
}

/**
 * Test wells with their own negatives and a positive control on every plate, placed by a seeded shuffle so that no antigen keeps to an edge.
 * An antigen's replicates stand on one plate, because a response is judged against that plate's negatives. Errors: `plate-too-small`.
 */
export function layoutPlates(request: LayoutRequest): Result<readonly MappedWell[], Issue> {
  const { size, effectors, antigens, replicates, negatives, seed } = request
  const out: MappedWell[] = []
  const names = wellsOf(size)
  let plate = 0
  for (const effector of effectors) {
    const room = size - negatives - 1
    const perPlate = Math.floor(room / replicates)
    if (perPlate < 1)
      return fail(
        issue(
          'plate-too-small',
          `${size} wells do not hold ${negatives} negatives, a positive control and ${replicates} replicates`,
          'take a larger plate, or fewer replicates',
        ),
      )
    for (let from = 0; from < antigens.length; from += perPlate) {
      plate++
      const name = `P${plate}`
      const order = shuffled(names, seededRandom(`${seed} plate ${plate}`))
      let next = 0
      const put = (kind: WellKind, antigen: string, replicate: number) =>
        out.push({
          plate: name,
          well: order[next++]!,
          kind,
          effector: kind === 'empty' ? '' : effector,
          antigen,
          replicate,
          doseMolar: undefined,
          presenterHla: '',
          cells: kind === 'empty' ? undefined : request.cells,
        })
      for (const antigen of antigens.slice(from, from + perPlate)) for (let r = 1; r <= replicates; r++) put('test', antigen, r)
      for (let r = 1; r <= negatives; r++) put('negative', '', r)
      put('positive', 'positive-control', 1)
      while (next < order.length) put('empty', '', 1)
    }
  }
  const index = new Map(names.map((well, i) => [well, i]))
  return ok(out.sort((a, b) => Number(a.plate.slice(1)) - Number(b.plate.slice(1)) || index.get(a.well)! - index.get(b.well)!))
}
