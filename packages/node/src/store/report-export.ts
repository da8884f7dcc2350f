// The periodic report of an exported record, and of its access log where that was exported too.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type AuditEvent, parseEvent, type RecordRow } from '@cognate/core/audit'
import { fail, type Issue, inFile, issue, ok, type Result } from '@cognate/core/base'
import { type Period, periodicReport, type ReportLine } from '@cognate/core/case'
import { linesOf } from './verify-export.ts'

/** Errors: `folder` (no export, or a part of one), `event-malformed` with file and line. */
export function reportExport(
  folder: string,
  access: string | undefined,
  period: Period,
): Result<{ readonly log: string; readonly lines: readonly ReportLine[] }, Issue> {
  const record = eventsOf(folder)
  if (!record.ok) return record
  const looked = access === undefined ? ok([]) : eventsOf(access)
  if (!looked.ok) return looked
  const rows = (table: string): RecordRow[] => {
    const path = join(folder, 'rows', `${table}.ndjson`)
    return existsSync(path) ? Array.from(linesOf(path), ([line]) => JSON.parse(line) as RecordRow) : []
  }
  return ok({ log: record.value[0]?.log ?? '', lines: periodicReport({ record: record.value, access: looked.value, rows }, period) })
}

function eventsOf(folder: string): Result<readonly AuditEvent[], Issue> {
  const path = join(folder, 'events.ndjson')
  if (!existsSync(path) || existsSync(join(folder, 'proofs')))
    return fail(issue('folder', `${folder} is no export of a whole log`, 'take one by `cognate audit export`, without --lot'))
  const events: AuditEvent[] = []
  for (const [line] of linesOf(path)) {
    const event = parseEvent(line)
    if (!event.ok) return fail(inFile(path, { ...event.issue, line: events.length + 1 }))
    events.push(event.value)
  }
  return ok(events)
}
