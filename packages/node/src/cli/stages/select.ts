// Stage `select`: all evidence → selection.tsv and the payload that is signed.
import { createHash } from 'node:crypto'
import { type Caveat, canonicalJson, type FunnelRow, fail, type Issue, inFile, issue, type Json, ok, type Result } from '@cognate/core/base'
import { parseHlaTyping } from '@cognate/core/bio'
import { columnReader, formatTsv, parseDelimited, type Table } from '@cognate/core/format'
import { parseHlaLoss } from '@cognate/core/neoantigen'
import { BLOCKED } from '@cognate/core/screen'
import {
  type EvidenceTables,
  GATE_TEXT,
  type Gate,
  gatherCandidates,
  type Override,
  type Selection,
  selectReceptors,
  type TableRecord,
} from '@cognate/core/selection'
import { userPath } from '../../read/paths.ts'
import { recordsOf } from '../../read/rows.ts'
import { checkFile, readParsed } from '../../read/text.ts'
import { sha256OfFile } from '../../write/outputs.ts'
import { version } from '../version.ts'
import { plural, type StageOutcome } from './stage.ts'

/** The chosen rows of receptors.tsv, in order: what constructs are made from. */
export const SELECTED = 'selected-receptors.tsv'
/** What two people sign. */
export const PAYLOAD = 'selection.payload.json'

export interface SelectInput {
  readonly receptors: string
  readonly screen: string
  readonly neoantigens: string
  readonly minigenes?: string
  readonly deconvolution?: string
  readonly safety?: string
  readonly constructs?: string
  readonly hlaLoss?: string
  readonly overrides?: string
  readonly hla: readonly string[]
  /** Receptors of the product. */
  readonly number: number
  readonly caseId: string
}

const NEEDED: Readonly<Record<string, readonly string[]>> = {
  receptors: ['receptor_id', 'clonotype_id'],
  screen: ['receptor_id', 'neoantigen_id', 'call'],
  neoantigens: ['neoantigen_id', 'gene', 'amino_acid_change'],
  minigenes: ['minigene_id', 'neoantigen_id'],
  deconvolution: ['receptor_id', 'peptide_id'],
  safety: ['receptor_id', 'word', 'class'],
  constructs: ['construct_id', 'receptor_id', 'status'],
  overrides: ['receptor_id', 'gate', 'person', 'reason'],
}

/** Columns that hold one of these words: another one would be read as none of them. */
const WORDS: readonly (readonly [kind: string, column: string, words: readonly string[]])[] = [
  ['screen', 'call', ['positive', 'negative', 'invalid', 'no-data']],
  ['screen', 'blocking', ['', ...BLOCKED]],
  ['safety', 'class', ['red', 'amber', 'listed']],
  ['constructs', 'status', ['ready', 'needs-decision', 'refused']],
]

/** Tables that have one row of each of these; what another table says twice counts once. */
const KEYS: Readonly<Record<string, string>> = { receptors: 'receptor_id', neoantigens: 'neoantigen_id', constructs: 'construct_id' }

/** Errors: `table-malformed` naming the missing columns, or a word that is none of its column; `row-twice`: it would count twice. */
function readTable(path: string, kind: string): Result<Table, Issue> {
  const table = readParsed(path, text => parseDelimited(text, { delimiter: '\t' }))
  if (!table.ok) return table
  const missing = (NEEDED[kind] ?? []).filter(column => !table.value.columns.includes(column))
  if (missing.length > 0)
    return fail(
      inFile(path, issue('table-malformed', `there is no column ${missing.join(', ')}`, `give the ${kind}.tsv that Cognate writes`, 1)),
    )
  const get = columnReader(table.value.columns)
  const words = WORDS.filter(([of]) => of === kind)
  const lines = new Map<string, number>()
  for (const row of table.value.rows) {
    const wrong = words.find(([, column, known]) => !known.includes(get(row, column)))
    if (wrong !== undefined)
      return fail(
        inFile(
          path,
          issue(
            'table-malformed',
            `${wrong[1]} is "${get(row, wrong[1])}"`,
            `write ${wrong[2].filter(word => word !== '').join(', ')}`,
            row.line,
          ),
        ),
      )
    if (KEYS[kind] === undefined) continue
    const key = get(row, KEYS[kind])
    const before = lines.get(key)
    if (before !== undefined)
      return fail(
        inFile(path, issue('row-twice', `${key} stands on line ${before} too`, 'keep one of the rows: it would count twice', row.line)),
      )
    lines.set(key, row.line)
  }
  return table
}

interface Opened {
  readonly tables: Readonly<Record<string, Table>>
  readonly checksums: Readonly<Record<string, string>>
}

/** What a choice is made from, and what a scan is made for. */
export type EvidenceFiles = Omit<SelectInput, 'number' | 'caseId'>

/** Every table that was named, with the checksum of its bytes. */
function openTables(input: EvidenceFiles): Result<Opened, Issue> {
  const tables: Record<string, Table> = {}
  const checksums: Record<string, string> = {}
  for (const kind of ['receptors', 'screen', 'neoantigens', 'minigenes', 'deconvolution', 'safety', 'constructs', 'overrides'] as const) {
    const path = input[kind]
    if (path === undefined) continue
    const table = readTable(path, kind)
    if (!table.ok) return table
    tables[kind] = table.value
    checksums[kind] = sha256OfFile(userPath(path))
  }
  if (input.hlaLoss !== undefined && checkFile(input.hlaLoss).ok) checksums.hla_loss = sha256OfFile(userPath(input.hlaLoss))
  return ok({ tables, checksums })
}

function readOverrides(table: Table | undefined, path: string): Result<readonly Override[], Issue> {
  const overrides: Override[] = []
  const get = columnReader(table?.columns ?? [])
  for (const row of table?.rows ?? []) {
    const [receptorId, gate, person, reason] = ['receptor_id', 'gate', 'person', 'reason'].map(column => get(row, column)) as [
      string,
      string,
      string,
      string,
    ]
    if (!Object.hasOwn(GATE_TEXT, gate) || person === '' || reason === '')
      return fail(
        inFile(
          path,
          issue(
            'override-malformed',
            Object.hasOwn(GATE_TEXT, gate) ? 'an override needs a person and a reason' : `"${gate}" is no gate`,
            `gates: ${Object.keys(GATE_TEXT).join(', ')}`,
            row.line,
          ),
        ),
      )
    overrides.push({ receptorId, gate: gate as Gate, person, reason })
  }
  return ok(overrides)
}

/** Errors: those of the files, of the table of HLA loss and of the typing. */
export function readEvidence(input: EvidenceFiles): Result<Opened & { readonly evidence: EvidenceTables }, Issue> {
  const opened = openTables(input)
  if (!opened.ok) return opened
  const loss = input.hlaLoss === undefined ? ok(undefined) : readParsed(input.hlaLoss, parseHlaLoss)
  if (!loss.ok) return loss
  const typing = parseHlaTyping(input.hla)
  if (!typing.ok) return typing
  const { tables } = opened.value
  const records = (kind: string) => (tables[kind] === undefined ? undefined : recordsOf(tables[kind]))
  const evidence = {
    receptors: records('receptors') ?? [],
    screen: records('screen') ?? [],
    neoantigens: records('neoantigens') ?? [],
    minigenes: records('minigenes') ?? [],
    deconvolution: records('deconvolution') ?? [],
    safety: records('safety'),
    constructs: records('constructs'),
    hla: typing.value.alleles.map(({ allele }) => allele),
    hlaLoss: loss.value,
  }
  return ok({ ...opened.value, evidence })
}

export function runSelect(input: SelectInput): StageOutcome {
  const read = readEvidence(input)
  if (!read.ok) return read
  const { tables, checksums, evidence } = read.value
  const overrides = readOverrides(tables.overrides, input.overrides ?? '')
  if (!overrides.ok) return overrides
  const { candidates, caveats } = gatherCandidates(evidence)
  const selection = selectReceptors(candidates, input.number, overrides.value)
  const chosen = selection.rows.filter(row => row.rank !== undefined)
  const all: readonly Caveat[] = [...caveats, ...candidates.flatMap(candidate => candidate.caveats)]
  const payload = payloadOf(input, selection, evidence.receptors, checksums, all)
  const sha256 = createHash('sha256').update(payload).digest('hex')
  const report = {
    files: new Map([
      ['selection.tsv', formatTsv(SELECTION_COLUMNS, selectionCells(selection))],
      [PAYLOAD, payload],
      ['selection.payload.sha256', `${sha256}  ${PAYLOAD}\n`],
      [
        SELECTED,
        selectedReceptors(
          chosen.map(row => row.candidate.receptorId),
          evidence.receptors,
        ),
      ],
    ]),
    funnel: funnelOf(selection),
    caveats: all,
    headline: `${plural(candidates.length, 'receptor')} → ${chosen.length} chosen of ${input.number} (${selection.method === 'all' ? 'all that passed' : selection.method}); payload sha256 ${sha256.slice(0, 12)}`,
  }
  return ok(chosen.length > 0 ? report : { ...report, empty: whyNone(selection) })
}

function selectedReceptors(ids: readonly string[], receptors: readonly TableRecord[]): string {
  const columns = Object.keys(receptors[0] ?? { receptor_id: '' })
  return formatTsv(
    columns,
    ids.flatMap(id => receptors.filter(row => row.receptor_id === id)).map(row => columns.map(column => row[column])),
  )
}

export const SELECTION_COLUMNS = [
  'rank',
  'receptor_id',
  'chosen',
  'evidence_level',
  'mutation',
  'hla',
  'origin',
  'ccf',
  'hla_status',
  'ec50_molar',
  'safety_class',
  'gates_failed',
  'overridden_by',
  'without_it',
  'reason',
] as const

const selectionCells = (selection: Selection): readonly (readonly (string | number | boolean | undefined)[])[] =>
  selection.rows.map(({ candidate, rank, level, failed, overridden, reason }) => [
    rank,
    candidate.receptorId,
    rank !== undefined,
    level,
    candidate.mutation,
    candidate.evidence?.hla,
    candidate.lineage,
    candidate.ccf,
    candidate.hlaStatus,
    candidate.evidence?.ec50,
    candidate.safety === undefined ? 'not assessed' : candidate.safety.red > 0 ? 'red' : 'no red word',
    failed.join(';'),
    overridden.map(row => row.person).join(';'),
    rank === undefined ? undefined : selection.loses.get(candidate.receptorId),
    reason,
  ])

function funnelOf(selection: Selection): readonly FunnelRow[] {
  const reasons = new Map<string, { count: number; example: string }>()
  for (const row of selection.rows) {
    if (row.rank !== undefined) continue
    const reason = row.failed.find(gate => !row.overridden.some(other => other.gate === gate)) ?? 'others-cover-more'
    const held = reasons.get(reason)
    reasons.set(reason, { count: (held?.count ?? 0) + 1, example: held?.example ?? row.candidate.receptorId })
  }
  return [
    { stage: 'select', reason: 'in', count: selection.rows.length, example: selection.rows[0]?.candidate.receptorId ?? '' },
    ...[...reasons].map(([reason, held]) => ({ stage: 'select', reason, ...held })),
  ]
}

function whyNone(selection: Selection): string {
  const nearest = selection.rows
    .filter(row => row.failed.length > 0)
    .toSorted((a, b) => a.failed.length - b.failed.length || b.level - a.level)[0]
  return nearest === undefined
    ? 'no receptor was chosen: receptors.tsv is empty.'
    : `no receptor passed every gate; the nearest, ${nearest.candidate.receptorId}, fails ${nearest.failed.map(gate => GATE_TEXT[gate]).join('; ')}.`
}

/** What two people sign: everything the choice was made from. One changed byte changes its checksum. */
function payloadOf(
  input: SelectInput,
  selection: Selection,
  receptors: readonly TableRecord[],
  checksums: Readonly<Record<string, string>>,
  caveats: readonly Caveat[],
): string {
  const rowOf = (id: string) => receptors.find(row => row.receptor_id === id) ?? {}
  const chain = (row: TableRecord, side: 'tra' | 'trb'): Json => ({
    v_call: row[`${side}_v_call`] ?? '',
    j_call: row[`${side}_j_call`] ?? '',
    c_call: row[`${side}_c_call`] ?? '',
    junction: row[`${side}_junction`] ?? '',
    junction_aa: row[`${side}_junction_aa`] ?? '',
  })
  const payload: Json = {
    schema: 'cognate/selection/1',
    version: version(),
    case: input.caseId,
    inputs: checksums,
    parameters: { number: input.number, hla: [...input.hla] },
    method: selection.method,
    chosen: selection.rows
      .filter(row => row.rank !== undefined)
      .map(({ candidate, level, overridden, reason }) => ({
        receptor_id: candidate.receptorId,
        alpha: chain(rowOf(candidate.receptorId), 'tra'),
        beta: chain(rowOf(candidate.receptorId), 'trb'),
        mutation: candidate.mutation,
        evidence_level: level,
        evidence: candidate.evidence === undefined ? null : (JSON.parse(JSON.stringify(candidate.evidence)) as Json),
        overrides: overridden.map(row => ({ gate: row.gate, person: row.person, reason: row.reason })),
        reason,
      })),
    rejected: selection.rows
      .filter(row => row.rank === undefined)
      .map(row => ({ receptor_id: row.candidate.receptorId, gates: [...row.failed], reason: row.reason })),
    caveats: caveats.map(row => ({ code: row.code, text: row.text })),
  }
  return `${canonicalJson(payload)}\n`
}
