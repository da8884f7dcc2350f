// What a stage hands back: its files as text, its funnel rows, its caveats and one line for the screen. Nothing is written until all of it stands.
import type { Caveat, FunnelRow, Issue, Result } from '@cognate/core/base'

export interface StageReport {
  /** Name → text; names that end in .gz are compressed when written. */
  readonly files: ReadonlyMap<string, string>
  /** Further files that may be too long for one text: made piece by piece while they are written. */
  readonly longFiles?: ReadonlyMap<string, () => Iterable<string>>
  readonly funnel: readonly FunnelRow[]
  readonly caveats: readonly Caveat[]
  /** `1,470 records → 955 protein changes`. */
  readonly headline: string
  /** Set when the result is empty though the input was valid: says why and what to do. */
  readonly empty?: string
}

/** A failed stage may still have files to write: every row with its reason. */
export type StageOutcome = Result<StageReport, Issue>

export const count = (n: number): string => n.toLocaleString('en-US')

export const plural = (n: number, noun: string): string => `${count(n)} ${noun}${n === 1 ? '' : 's'}`
