// Reading the record: rows with their versions, whole lots, events, and the genealogy from bag to variant line and back.
import type { Place } from '@cognate/core/access'
import { fail, type Issue, issue, ok, type Result } from '@cognate/core/base'
import {
  type CertificateSignature,
  type Edge,
  type LotData,
  type LotFile,
  lotNeeds,
  openLotFile,
  originsOf,
  reachedFrom,
  type SubjectData,
  type TherapyData,
} from '@cognate/core/lot'
import { type Row, type RowData, type RowRef, RowSet, TABLES, type Table } from '@cognate/core/record'
import type pg from 'pg'
import { RowReader } from './row-reader.ts'

export interface Version {
  readonly version: number
  readonly valid_from: string
  readonly event_index: number
  readonly row_sha256: string
  readonly data: RowData
}

export interface ListOptions {
  readonly parent?: string | undefined
  readonly after?: string | undefined
  readonly limit: number
  /** `COLUMN=VALUE`. */
  readonly where?: string | undefined
}

const COLUMNS = (table: Table) =>
  `'${table}' AS "table", n.id, n.version, n.parent, n.valid_from, n.event_index::int AS event_index, n.row_sha256, n.data`

/** Newest versions, by id. Without a filter it steps from id to id along the key, whatever the number of versions. */
export async function listRows(
  pool: pg.Pool,
  table: Table,
  { parent, after, limit, where }: ListOptions,
): Promise<readonly (Row & Omit<Version, 'data'>)[]> {
  if (parent === undefined && where === undefined) {
    const { rows } = await pool.query<Row & Omit<Version, 'data'>>({
      name: `step-${table}`,
      text: `WITH RECURSIVE ids AS (
        (SELECT t.id FROM ${table} AS t WHERE t.id > $1 ORDER BY t.id LIMIT 1)
        UNION ALL SELECT (SELECT t.id FROM ${table} AS t WHERE t.id > ids.id ORDER BY t.id LIMIT 1) FROM ids WHERE ids.id IS NOT NULL
      ) SELECT ${COLUMNS(table)} FROM ids CROSS JOIN LATERAL (SELECT * FROM ${table} AS t WHERE t.id = ids.id ORDER BY t.version DESC LIMIT 1) AS n LIMIT $2`,
      values: [after ?? '', limit],
    })
    return rows
  }
  const at = where?.indexOf('=') ?? -1
  const { rows } = await pool.query<Row & Omit<Version, 'data'>>(
    `SELECT ${COLUMNS(table)} FROM ${table} AS n
     WHERE ($1::text IS NULL OR n.parent = $1) AND n.id > $2 AND ($3::text IS NULL OR n.data->>$3 = $4)
       AND NOT EXISTS (SELECT FROM ${table} AS later WHERE later.id = n.id AND later.version > n.version)
     ORDER BY n.id LIMIT $5`,
    [parent ?? null, after ?? '', at < 0 ? null : where!.slice(0, at), at < 0 ? null : where!.slice(at + 1), limit],
  )
  return rows
}

export async function rowHistory(pool: pg.Pool, table: Table, id: string): Promise<readonly (Version & { readonly parent: string })[]> {
  const { rows } = await pool.query<Version & { parent: string }>(
    `SELECT version, parent, valid_from, event_index::int AS event_index, row_sha256, data FROM ${table} WHERE id = $1 ORDER BY version`,
    [id],
  )
  return rows
}

/** A snapshot for reading a lot: not the sequencer's rows, which belong to its transaction. */
async function readSet(pool: pg.Pool, needs: (rows: RowSet) => { rows?: readonly RowRef[]; parents?: readonly string[] }): Promise<RowSet> {
  const reader = new RowReader()
  const rows = new RowSet()
  const client = await pool.connect()
  try {
    for (let round = 0; round < 8; round++) {
      const missing = rows.missing(needs(rows))
      if (missing.rows.length === 0 && missing.parents.length === 0) break
      rows.read(missing.rows, missing.parents, await reader.read(client, missing.rows, missing.parents))
    }
  } finally {
    client.release()
  }
  return rows
}

/** Errors: `not-found`. */
export async function readLotFile(pool: pg.Pool, id: string): Promise<Result<LotFile, Issue>> {
  const rows = await readSet(pool, known => lotNeeds(id, known))
  // `hold` may follow in every stage but the last: what can be read is not what may follow
  const lot = rows.peek<LotData>('lot', id)
  if (lot === undefined) return fail(issue('not-found', `there is no lot ${id}`, 'check the id'))
  const opened = openLotFile(id, rows, 'hold')
  if (opened.ok || lot.data.stage !== 'aborted') return opened
  return fail(issue('lot-state', `lot ${id} was given up`, 'its rows and events are there'))
}

/** Lots that are neither given up nor rejected, by id. */
export async function lotsUnderWay(pool: pg.Pool): Promise<readonly string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `SELECT n.id FROM (SELECT DISTINCT ON (id) id, data FROM lot ORDER BY id, version DESC) AS n
     WHERE n.data->>'stage' <> 'aborted' AND n.data->>'disposition' <> 'rejected' ORDER BY n.id`,
  )
  return rows.map(row => row.id)
}

/** Lots of which somebody was given a container. */
export async function lotsGiven(pool: pg.Pool): Promise<readonly string[]> {
  const { rows } = await pool.query<{ id: string }>('SELECT DISTINCT parent AS id FROM infusion ORDER BY id')
  return rows.map(row => row.id)
}

export async function signaturesOf(pool: pg.Pool, lot: string): Promise<readonly CertificateSignature[]> {
  const { rows } = await pool.query<{
    data: { name: string; account: string; meaning: string; time: string; command: string }
    event: number
  }>(`SELECT s.data, s.event_index::int AS event FROM signature AS s WHERE s.parent = $1 OR s.parent LIKE $2 ORDER BY s.event_index`, [
    lot,
    `${lot.replaceAll(/[%_\\]/g, '\\$&')}:%`,
  ])
  return rows.map(row => ({
    name: row.data.name,
    account: row.data.account,
    meaning: row.data.meaning,
    time: row.data.time,
    command: row.data.command,
    event: row.event,
  }))
}

/** Site and study of any row, by way of what it belongs to; empty where it belongs to none. */
export async function placeOfRow(
  pool: pg.Pool,
  row: { readonly table: Table; readonly id: string; readonly parent: string; readonly data: RowData },
): Promise<Place> {
  const newest = async <T>(table: Table, id: string): Promise<{ parent: string; data: T } | undefined> =>
    (await pool.query<{ parent: string; data: T }>(`SELECT parent, data FROM ${table} WHERE id = $1 ORDER BY version DESC LIMIT 1`, [id]))
      .rows[0]
  const ofSubject = (data: SubjectData | undefined): Place => ({ site: data?.site ?? '', study: data?.study ?? '' })
  const ofTherapy = async (coi: string): Promise<Place> =>
    ofSubject((await newest<SubjectData>('subject', (await newest<TherapyData>('therapy', coi))?.data.subject ?? ''))?.data)
  switch (row.table) {
    case 'subject':
      return ofSubject(row.data as unknown as SubjectData)
    case 'lot':
      return { site: (row.data as unknown as LotData).site, study: (row.data as unknown as LotData).study }
    case 'therapy':
      return ofSubject((await newest<SubjectData>('subject', row.parent))?.data)
    case 'specimen':
    case 'selection':
      return ofTherapy(row.parent)
    case 'construct':
      return ofTherapy((await newest('selection', row.parent))?.parent ?? '')
    case 'account':
    case 'template':
    case 'recall':
    case 'donor':
    case 'material':
    case 'equipment':
      return { site: '', study: '' }
    case 'movement': {
      const lot = (await newest<LotData>('lot', String(row.data.lot)))?.data
      return { site: lot?.site ?? '', study: lot?.study ?? '' }
    }
    case 'signature': {
      // a signature belongs where that belongs which it was given for
      const { kind, id } = row.data.entity as unknown as { readonly kind: Table; readonly id: string }
      const signed = kind === 'signature' ? undefined : await newest<RowData>(kind, id)
      return signed === undefined ? { site: '', study: '' } : placeOfRow(pool, { table: kind, id, ...signed })
    }
    default: {
      const lot = (await newest<LotData>('lot', row.parent))?.data
      return { site: lot?.site ?? '', study: lot?.study ?? '' }
    }
  }
}

export interface EventRow {
  readonly index: number
  readonly text: string
}

export async function listEvents(pool: pg.Pool, after: number, limit: number, entity?: string): Promise<readonly EventRow[]> {
  const { rows } = await pool.query<EventRow>(
    `SELECT e.index::int AS index, e.text FROM record_event AS e WHERE e.index > $1 AND ($3::text IS NULL OR e.entity = $3) ORDER BY e.index LIMIT $2`,
    [after, limit, entity ?? null],
  )
  return rows
}

/** Texts of what the access log says of these entities, the newest first. */
export async function accessOf(pool: pg.Pool, entities: readonly string[], limit: number): Promise<readonly string[]> {
  const { rows } = await pool.query<{ text: string }>('SELECT text FROM access_event WHERE entity = ANY($1) ORDER BY index DESC LIMIT $2', [
    entities,
    limit,
  ])
  return rows.map(({ text }) => text)
}

/** What came from what, `kind:id`: everything that recall and trace need, as pairs. */
const EDGES = `
WITH lots AS (SELECT DISTINCT ON (id) id, data FROM lot ORDER BY id, version DESC),
     arms AS (SELECT l.id, a.value AS arm FROM lots AS l CROSS JOIN LATERAL json_array_elements(l.data->'arms') AS a),
     containers AS (SELECT DISTINCT ON (id) id, parent FROM container ORDER BY id, version DESC),
     materials AS (SELECT DISTINCT ON (id) id, data FROM material ORDER BY id, version DESC),
     steps AS (SELECT DISTINCT ON (id) parent, data FROM step ORDER BY id, version DESC)
SELECT 'material:' || m.parent AS a, 'lot:' || (m.data->>'lot') AS b FROM movement AS m
UNION SELECT 'donor:' || d.value, 'material:' || m.id FROM materials AS m CROSS JOIN LATERAL json_array_elements_text(m.data->'donors') AS d
UNION SELECT 'equipment:' || e.value, 'lot:' || s.parent FROM steps AS s CROSS JOIN LATERAL json_array_elements_text(s.data->'equipment') AS e
UNION SELECT 'lot:' || (arm->>'vector_lot'), 'lot:' || id FROM arms WHERE arm->>'vector_lot' <> ''
UNION SELECT 'construct:' || (arm->>'construct'), 'lot:' || id FROM arms
UNION SELECT 'construct:' || (data->>'construct'), 'lot:' || id FROM lots WHERE data->>'construct' <> ''
UNION SELECT 'specimen:' || (data->>'specimen'), 'lot:' || id FROM lots WHERE data->>'specimen' <> ''
UNION SELECT 'selection:' || c.parent, 'construct:' || c.id FROM construct AS c
UNION SELECT 'receptor:' || (c.data->>'receptor'), 'construct:' || c.id FROM construct AS c
UNION SELECT o.value, 'receptor:' || (c.data->>'receptor') FROM construct AS c CROSS JOIN LATERAL json_array_elements_text(c.data->'origin') AS o
UNION SELECT 'therapy:' || s.parent, 'selection:' || s.id FROM selection AS s
UNION SELECT 'therapy:' || s.parent, 'specimen:' || s.id FROM specimen AS s
UNION SELECT 'subject:' || t.parent, 'therapy:' || t.id FROM therapy AS t
UNION SELECT 'lot:' || parent, 'container:' || id FROM containers
UNION SELECT 'container:' || (i.data->>'container'), 'infusion:' || i.id FROM infusion AS i`

export async function genealogy(pool: pg.Pool): Promise<readonly Edge[]> {
  const { rows } = await pool.query<{ a: string; b: string }>(EDGES)
  return rows.map(({ a, b }): Edge => [a, b])
}

export interface TraceHop {
  readonly node: string
  readonly version: number | null
  readonly row_sha256: string | null
  readonly event_index: number | null
}

export interface Trace {
  readonly start: string
  readonly from: readonly TraceHop[]
  readonly into: readonly TraceHop[]
  readonly edges: readonly Edge[]
}

/** `kind:id` of an id that is given without its kind. Errors: `not-found`, `ambiguous`. */
async function nodeOf(pool: pg.Pool, id: string, edges: readonly Edge[]): Promise<Result<string, Issue>> {
  const nodes = new Set(edges.flat())
  if (nodes.has(id)) return ok(id)
  const named = [...nodes].filter(node => node.slice(node.indexOf(':') + 1) === id)
  if (named.length > 1) return fail(issue('ambiguous', `${id} may be ${named.join(' or ')}`, 'name it with its kind, such as lot:ID'))
  if (named.length === 1) return ok(named[0]!)
  const { rows } = await pool.query<{ node: string }>(
    TABLES.map(table => `SELECT DISTINCT '${table}:' || id AS node FROM ${table} WHERE id = $1`).join(' UNION '),
    [id.replace(/^[a-z_]+:/, '')],
  )
  return rows[0] === undefined
    ? fail(issue('not-found', `nothing is called ${id}`, 'check the id; scan it rather than type it'))
    : ok(rows[0].node)
}

/** Both ways along the genealogy, each hop with the row that says so. Errors: those of `nodeOf`; `broken-hop`: a link names a row that is not there. */
export async function traceItem(pool: pg.Pool, id: string): Promise<Result<Trace, Issue>> {
  const edges = await genealogy(pool)
  const start = await nodeOf(pool, id, edges)
  if (!start.ok) return start
  const [from, into] = [originsOf(edges, start.value), reachedFrom(edges, start.value)]
  const all = new Set([start.value, ...from, ...into])
  const hops = new Map<string, TraceHop>()
  for (const table of TABLES) {
    const ids = [...all].filter(node => node.startsWith(`${table}:`)).map(node => node.slice(table.length + 1))
    if (ids.length === 0) continue
    const { rows } = await pool.query<{ id: string; version: number; row_sha256: string; event_index: number }>(
      `SELECT DISTINCT ON (id) id, version, row_sha256, event_index::int AS event_index FROM ${table} WHERE id = ANY($1) ORDER BY id, version DESC`,
      [ids],
    )
    for (const row of rows)
      hops.set(`${table}:${row.id}`, {
        node: `${table}:${row.id}`,
        version: row.version,
        row_sha256: row.row_sha256,
        event_index: row.event_index,
      })
    const broken = ids.find(one => !hops.has(`${table}:${one}`))
    if (broken !== undefined)
      return fail(
        issue('broken-hop', `${table} ${broken} is named and not there`, 'the record is damaged: verify it and restore it from a backup'),
      )
  }
  // what the design's files name (variants, wells, cells, receptors) stands in the construct's row
  const hop = (node: string): TraceHop => hops.get(node) ?? { node, version: null, row_sha256: null, event_index: null }
  return ok({ start: start.value, from: from.map(hop), into: into.map(hop), edges: edges.filter(([a, b]) => all.has(a) && all.has(b)) })
}

export async function recallScope(
  pool: pg.Pool,
  id: string,
): Promise<Result<{ readonly start: string; readonly affected: readonly string[] }, Issue>> {
  const edges = await genealogy(pool)
  const start = await nodeOf(pool, id, edges)
  return start.ok ? ok({ start: start.value, affected: reachedFrom(edges, start.value) }) : start
}

/** Figures of the record: how many rows a table holds. */
export async function countRows(pool: pg.Pool): Promise<Readonly<Record<string, number>>> {
  const { rows } = await pool.query<{ t: string; n: number }>(
    TABLES.map(table => `SELECT '${table}' AS t, count(*)::int AS n FROM ${table}`).join(' UNION ALL '),
  )
  return Object.fromEntries(rows.map(({ t, n }) => [t, n]))
}

/** Sites and studies of the lots and subjects among nodes of the genealogy, each once. */
export async function placesOfNodes(pool: pg.Pool, nodes: readonly string[]): Promise<readonly Place[]> {
  const ids = (table: string) => nodes.filter(node => node.startsWith(`${table}:`)).map(node => node.slice(table.length + 1))
  const part = (table: 'lot' | 'subject', at: number) =>
    `SELECT DISTINCT n.data->>'site' AS site, n.data->>'study' AS study FROM (SELECT DISTINCT ON (id) data FROM ${table} WHERE id = ANY($${at}) ORDER BY id, version DESC) AS n`
  const { rows } = await pool.query<Place>(`${part('lot', 1)} UNION ${part('subject', 2)}`, [ids('lot'), ids('subject')])
  return rows
}

export interface SealedNote {
  readonly size: number
  /** Signed by the log and, where they did, by witnesses. */
  readonly note: string
}

/** Checkpoints `c` with what witnesses signed below them. */
export const SEALED_NOTES = `
SELECT c.size::float8 AS size, c.note || coalesce((SELECT string_agg(k.line, '' ORDER BY k.witness) FROM cosignature AS k WHERE k.log = c.log AND k.size = c.size), '') AS note
FROM checkpoint AS c`

/** The newest checkpoint of a log. */
export async function newestCheckpoint(pool: pg.Pool, origin: string): Promise<SealedNote | undefined> {
  const { rows } = await pool.query<SealedNote>(`${SEALED_NOTES} WHERE c.log = $1 ORDER BY c.size DESC LIMIT 1`, [origin])
  return rows[0]
}

/** How much of each log each witness has cosigned. */
export async function cosignedSizes(
  pool: pg.Pool,
): Promise<readonly { readonly log: string; readonly witness: string; readonly size: number }[]> {
  const { rows } = await pool.query<{ log: string; witness: string; size: number }>(
    'SELECT log, witness, max(size)::float8 AS size FROM cosignature GROUP BY log, witness ORDER BY log, witness',
  )
  return rows
}
