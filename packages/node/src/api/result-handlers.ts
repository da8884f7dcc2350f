// A laboratory's file of results, previewed against the samples of the lots that the asker may see. What enters the record the record judges itself, one signed event a row.
import { ok, type Result } from '@cognate/core/base'
import { columnReader, type Table } from '@cognate/core/format'
import { type AwaitedTest, type LotData, matchResults, type ResultPreview } from '@cognate/core/lot'
import { readResultFile } from '../read/result-file.ts'
import { listRows, readLotFile } from '../store/record-reads.ts'
import { done, type Handlers, type HandlerTools } from './handler.ts'
import type { Call } from './server.ts'

interface ResultFile {
  readonly text: string
  /** Our names of columns to the file's. */
  readonly columns: Readonly<Record<string, string>>
  readonly mapping?: string
}

/** Lots read at a time. */
const PAGE = 500

export function resultHandlers({ record }: HandlerTools): Handlers {
  const { pool } = record.store
  return {
    async 'result.preview'(call) {
      const { text, columns, mapping } = call.body as unknown as ResultFile
      const read = readResultFile(text, new Map(Object.entries(columns)), mapping)
      if (!read.ok) return read
      const { table, waiting, leftOut } = read.value
      const awaited = await awaitedBy(call, samplesOf(table))
      if (!awaited.ok) return awaited
      const found = matchResults(table, awaited.value)
      const all = [...waiting, ...found.waiting].sort((a, b) => a.line - b.line)
      return done({ matched: found.matched, waiting: all, left_out: leftOut } satisfies ResultPreview)
    },
  }

  /** What the samples were taken for, in lots within the asker's scope: of another one nothing is told. */
  async function awaitedBy(call: Call, samples: ReadonlySet<string>): Promise<Result<ReadonlyMap<string, readonly AwaitedTest[]>>> {
    const awaited = new Map<string, AwaitedTest[]>()
    for (let after = '', page = PAGE; page === PAGE; ) {
      const rows = await listRows(pool, 'lot', { after, limit: PAGE })
      page = rows.length
      after = rows.at(-1)?.id ?? ''
      for (const row of rows) {
        const lot = row.data as LotData
        if (!call.mayAt({ site: lot.site, study: lot.study }).ok) continue
        if (!Object.values(lot.samples).some(sample => samples.has(sample))) continue
        const file = await readLotFile(pool, row.id)
        if (!file.ok) return file
        const specification = file.value.template.release
        for (const test of specification) {
          const sample = lot.samples[test.name]
          if (sample === undefined) continue
          const results = file.value.results.flatMap(({ data }) => (data.test === test.name ? data : []))
          awaited.set(sample, [...(awaited.get(sample) ?? []), { lot: row.id, subject: lot.subject, test, specification, results }])
        }
      }
    }
    return ok(awaited)
  }
}

const samplesOf = (table: Table): ReadonlySet<string> => {
  const get = columnReader(table.columns)
  return new Set(table.rows.map(row => get(row, 'sample')))
}
