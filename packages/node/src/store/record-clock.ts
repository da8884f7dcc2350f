// The time of events: never behind the last one of its log, and told as held where the system's clock was.
import { randomBytes } from 'node:crypto'
import type { AuditEvent } from '@cognate/core/audit'
import type { EventLog } from './event-log.ts'

export interface Clock {
  readonly now: () => number
  readonly monotonic: () => number
}

export const SYSTEM_CLOCK: Clock = { now: () => Date.now(), monotonic: () => performance.now() }

const CLOCK_SLACK_MS = 2000

export interface Instant {
  readonly at: string
  readonly clock: AuditEvent['clock']
}

export class RecordClock {
  /** Names this process in every event. */
  readonly process = randomBytes(8).toString('hex')
  readonly #clock: Clock
  constructor(clock: Clock) {
    this.#clock = clock
  }

  instant(log: EventLog): Instant {
    const now = this.#clock.now()
    const held = now < log.lastTime - CLOCK_SLACK_MS
    return {
      at: new Date(Math.max(now, log.lastTime)).toISOString(),
      clock: { source: held ? 'held' : 'system', process: this.process, monotonic: this.#clock.monotonic().toFixed(3) },
    }
  }
}
