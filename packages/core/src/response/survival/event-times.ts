// Times to an event, as every method here takes them: typed arrays, one entry a subject. Units are the caller's.

export interface EventTimes {
  readonly time: Float64Array
  /** 0 censored; 1 event, or for competing risks the number of the cause. */
  readonly status: Uint8Array
}

export const eventTimes = (time: readonly number[], status: readonly number[]): EventTimes => ({
  time: Float64Array.from(time),
  status: Uint8Array.from(status),
})

const CLOSE = 1.4901161193847656e-8

/**
 * Times in which those closer than 1.5e-8, absolute or relative to the mean time, are one time: the first of them.
 * Else 0.1 + 0.2 and 0.3 are two times and a tie is lost. The rule of R survival.
 */
export function tiedTimes(time: Float64Array): Float64Array {
  const sorted = Float64Array.from(time).sort()
  let sum = 0
  for (const t of sorted) sum += Math.abs(t)
  const close = CLOSE * Math.max(1, sum / Math.max(1, sorted.length))
  const joined = new Map<number, number>()
  let first = sorted[0] ?? 0
  let last = first
  for (const t of sorted) {
    if (t === last) continue
    if (t - last <= close) joined.set(t, first)
    else first = t
    last = t
  }
  return joined.size === 0 ? time : time.map(t => joined.get(t) ?? t)
}

/** Indices in ascending order of time; equal times keep their order. */
export function orderByTime(time: Float64Array): Uint32Array {
  return Uint32Array.from(time, (_, i) => i).sort((a, b) => time[a]! - time[b]! || a - b)
}
