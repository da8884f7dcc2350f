// Load on the record: 50 clients over HTTP, each signing one event after another and reading between, on the embedded store and on a PostgreSQL of the system, beside what PostgreSQL itself
// commits row by row over as many connections. fsync is on everywhere. Run: npm run bench:record -- [events per client] [embedded | server]. The proof of the signer (Argon2id, made slow on purpose) is done before;
// its single-use tokens are spent inside each transaction.
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import http from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { shownText } from '@cognate/core/audit'
import pg from 'pg'

const CLIENTS = 50
/** 50 clients, an event each in this time: 333 a second. */
const PACE_MS = 150
/** Events a client before the clock starts: the first seconds of a process compile its code. */
const WARM = 40

interface Plan {
  readonly port: number
  readonly events: number
  /** Milliseconds between two events of a client; 0: as fast as it is answered. */
  readonly pace: number
  readonly first: number
  readonly cookies: readonly { readonly cookie: string; readonly csrf: string }[]
  readonly tokens: readonly (readonly string[])[]
}

const bodyOf = (i: number) => ({ status: 'released', reason: `load ${i}` })

if (isMainThread) await main()
else await client(workerData as Plan)

async function client({ port, events, pace, first, cookies, tokens }: Plan): Promise<void> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: CLIENTS })
  const send = (method: string, path: string, headers: Record<string, string>, body?: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const request = http.request(
        {
          agent,
          port,
          host: '127.0.0.1',
          method,
          path,
          headers: {
            ...headers,
            ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
          },
        },
        reply => {
          reply.resume()
          reply.on('end', () => resolve(reply.statusCode ?? 0))
        },
      )
      request.on('error', reject)
      request.end(body)
    })
  const writes: number[] = []
  const reads: number[] = []
  const bad = new Map<number, number>()
  const begun = performance.now()
  await Promise.all(
    cookies.map(async ({ cookie, csrf }, k) => {
      const session = { cookie: `__Host-cognate=${cookie}`, 'x-csrf-token': csrf }
      // clients do not march in step
      let due = performance.now() + (pace * k) / CLIENTS
      for (let i = first; i < first + events; i++, due += pace) {
        if (pace > 0) await new Promise(resolve => setTimeout(resolve, Math.max(0, due - performance.now())))
        let at = performance.now()
        const status = await send(
          'POST',
          `/api/v1/materials/M-${k}/decision`,
          { ...session, 'idempotency-key': randomUUID(), 'x-signature-token': tokens[k]![i]! },
          JSON.stringify(bodyOf(i)),
        )
        writes.push(performance.now() - at)
        if (status !== 201) bad.set(status, (bad.get(status) ?? 0) + 1)
        at = performance.now()
        const read = await send('GET', `/api/v1/materials?limit=20&after=M-${k}`, session)
        reads.push(performance.now() - at)
        if (read !== 200) bad.set(read, (bad.get(read) ?? 0) + 1)
      }
    }),
  )
  const seconds = (performance.now() - begun) / 1000
  const quantile = (list: number[], p: number) => Number(list.toSorted((a, b) => a - b)[Math.floor(list.length * p)]!.toFixed(1))
  parentPort!.postMessage({
    load: pace === 0 ? 'as fast as answered' : `${Math.round((1000 * CLIENTS) / pace)} events/s asked`,
    signed_events_per_s: Math.round(writes.length / seconds),
    write_ms: { p50: quantile(writes, 0.5), p99: quantile(writes, 0.99) },
    read_ms: { p50: quantile(reads, 0.5), p99: quantile(reads, 0.99) },
    not_2xx: Object.fromEntries(bad),
    seconds: Number(seconds.toFixed(1)),
  })
  agent.destroy()
}

async function main(): Promise<void> {
  const { openRecord } = await import('../packages/node/src/store/open-record.ts')
  const { buildServer } = await import('../packages/node/src/api/server.ts')
  const { hashText } = await import('../packages/node/src/store/command-request.ts')
  const { hasServer, startTestServer } = await import('../test/postgres-server.ts')
  const events = Number(process.argv[2] ?? 200)
  const stores = ['embedded', ...(hasServer ? ['server'] : [])]
  for (const store of process.argv[3] === undefined ? stores : [process.argv[3]]) {
    const server = store === 'server' ? startTestServer() : undefined
    const folder = mkdtempSync(join(tmpdir(), 'cognate-load-'))
    const opened = await openRecord({ folder, databaseUrl: server?.url('load'), site: 'cognate.example/load' })
    if (!opened.ok) throw new Error(opened.issue.what)
    const { app } = await buildServer(opened.value, { limits: { authentication: 1e9, other: 1e9 } })
    await app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = app.server.address() as { port: number }
    const { pool } = opened.value.store
    const names = Array.from({ length: CLIENTS }, (_, k) => `qa-${k}`)
    const material = {
      name: 'medium',
      supplier: 's',
      supplier_lot: 'l',
      expires: '2099-01-01',
      zone: 'Z',
      received: '1',
      unit: 'mL',
      status: 'quarantine',
    }
    await opened.value.store.runAsSystem(
      'setup',
      {},
      {
        entity: { table: 'account', id: 'qa-0' },
        writes: names.flatMap((id, k) => [
          {
            table: 'account' as const,
            id,
            parent: '',
            data: {
              name: id,
              roles: ['qa'],
              site: 's',
              studies: ['T'],
              trained_until: '2099-01-01T00:00:00Z',
              status: 'active',
              proposed_by: '',
              applied_by: '',
            },
          },
          { table: 'material' as const, id: `M-${k}`, parent: '', data: material },
        ]),
        reason: 'load',
      },
    )
    const cookies = names.map(() => ({ cookie: randomUUID(), csrf: randomUUID() }))
    for (const [k, { cookie, csrf }] of cookies.entries())
      await pool.query(
        "INSERT INTO session (token_sha256, csrf_sha256, account, factors, station, signed, created_at, seen_at) VALUES ($1, $2, $3, '{password}', 'load', true, now(), now())",
        [hashText(cookie), hashText(csrf), names[k]],
      )
    const tokens = names.map(() => Array.from({ length: WARM + 2 * events }, () => randomUUID()))
    for (const [k, list] of tokens.entries())
      await pool.query(
        "INSERT INTO step_up SELECT t.token, $2, t.shown, 'approved', 'password', now() + interval '1 hour' FROM unnest($1::text[], $3::text[]) AS t (token, shown)",
        [
          list.map(token => hashText(token)),
          hashText(cookies[k]!.cookie),
          list.map((_, i) =>
            hashText(
              shownText('material.decide', { kind: 'material', id: `M-${k}`, version: 2 + i }, { id: `M-${k}`, ...bodyOf(i) }, 'approved'),
            ),
          ),
        ],
      )
    const run = (pace: number, first: number, each = events) =>
      new Promise<object>((resolve, reject) => {
        const plan: Plan = { port, events: each, pace, first, cookies, tokens }
        const worker = new Worker(fileURLToPath(import.meta.url), { workerData: plan })
        worker.on('message', resolve)
        worker.on('error', reject)
      })
    await run(0, 0, WARM)
    const rss = () => Math.round(process.memoryUsage().rss / 2 ** 20)
    const memory = [rss()]
    const figures: object[] = []
    for (const [pace, first] of [
      [PACE_MS, WARM],
      [0, WARM + events],
    ] as const) {
      figures.push(await run(pace, first))
      memory.push(rss())
    }
    const rival = await plainCommits(
      store === 'embedded'
        ? { host: join(folder, 'run'), user: 'cognate_owner', database: 'postgres' }
        : { connectionString: server!.url('load') },
    )
    process.stdout.write(
      `${JSON.stringify({ store, clients: CLIENTS, figures, log: opened.value.store.logs.record.tree.size, rss_mib: memory, postgres_alone: rival })}\n`,
    )
    await app.close()
    await opened.value.close()
    server?.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** One row of 400 bytes a transaction: over 50 connections, and over 50 through one lock, as any log without gaps has to. */
async function plainCommits(config: pg.ClientConfig): Promise<object> {
  const pool = new pg.Pool({ ...config, max: 40 })
  pool.on('error', () => undefined)
  await pool.query('CREATE TABLE IF NOT EXISTS public.plain (id bigserial PRIMARY KEY, text text)')
  const run = async (sql: string): Promise<{ per_s: number; p99: number }> => {
    const times: number[] = []
    const begun = performance.now()
    await Promise.all(
      Array.from({ length: CLIENTS }, async () => {
        for (let i = 0; i < 60; i++) {
          const at = performance.now()
          await pool.query(sql)
          times.push(performance.now() - at)
        }
      }),
    )
    return {
      per_s: Math.round(times.length / ((performance.now() - begun) / 1000)),
      p99: Number(times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)]!.toFixed(1)),
    }
  }
  const text = 'x'.repeat(400)
  const figures = {
    free: await run(`INSERT INTO public.plain (text) VALUES ('${text}')`),
    one_lock: await run(`BEGIN; SELECT pg_advisory_xact_lock(1); INSERT INTO public.plain (text) VALUES ('${text}'); COMMIT`),
  }
  await pool.query('DROP TABLE public.plain')
  await pool.end()
  return figures
}
