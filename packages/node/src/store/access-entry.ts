// Events of the access log: somebody looked, exported, or was refused.
import type { AuditEvent } from '@cognate/core/audit'
import { canonicalJson, type Issue, type Json } from '@cognate/core/base'
import { type Asker, actorOf, type CommandRequest, hashText } from './command-request.ts'
import { type EventLog, type LogEntry, logEntry } from './event-log.ts'
import type { RecordClock } from './record-clock.ts'

export interface AccessNote {
  readonly command: string
  readonly input: Json
  readonly action: string
  readonly entity: AuditEvent['entity']
  readonly reason: string
}

export function accessEntry(log: EventLog, clock: RecordClock, asker: Asker, role: string, what: AccessNote, index: number): LogEntry {
  const { at, clock: told } = clock.instant(log)
  return logEntry({
    v: 1,
    log: log.signer.origin,
    index,
    time: at,
    clock: told,
    actor: actorOf(asker, role),
    ...what,
    change: [],
    rows: [],
    files: [],
    request: asker.request,
    signature: null,
  })
}

export const refusalEntry = (
  log: EventLog,
  clock: RecordClock,
  { command, input, asker }: CommandRequest,
  problem: Issue,
  index: number,
): LogEntry =>
  accessEntry(
    log,
    clock,
    asker,
    '',
    {
      command: command.name,
      // what was asked is kept as its hash: a refused input may hold anything
      input: { sha256: hashText(canonicalJson(input)) },
      action: 'refused',
      entity: { kind: 'command', id: command.name, version: 0 },
      reason: problem.code,
    },
    index,
  )
