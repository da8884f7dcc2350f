// What a run remembers of each stage of a case, beside its results: `.cognate/STAGE.json`.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Caveat, FunnelRow } from '@cognate/core/base'

export interface StageRecord {
  /** SHA-256 over inputs, options and code. */
  readonly key: string
  /** SHA-256 of each output by its name. */
  readonly outputs: Readonly<Record<string, string>>
  readonly caveats: readonly Caveat[]
  readonly funnel: readonly FunnelRow[]
  readonly headline: string
  readonly empty?: string
}

/** In the order in which they run; a case has those that its inputs allow. */
const STAGES = ['variants', 'neoantigens', 'receptors', 'plates', 'screen', 'safety', 'select', 'construct'] as const
export type StageName = (typeof STAGES)[number]

const STATE = '.cognate'
const pathOf = (folder: string, stage: StageName): string => join(folder, STATE, `${stage}.json`)

/** Undefined: the stage never finished, or what it left cannot be read. */
export function readStageRecord(folder: string, stage: StageName): StageRecord | undefined {
  const path = pathOf(folder, stage)
  if (!existsSync(path)) return undefined
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as StageRecord
  } catch {
    return undefined
  }
}

/** Those that there are, in the order of the stages. */
export const readStageRecords = (folder: string): ReadonlyMap<StageName, StageRecord> =>
  new Map(
    STAGES.flatMap(stage => {
      const record = readStageRecord(folder, stage)
      return record === undefined ? [] : [[stage, record] as const]
    }),
  )

export function writeStageRecord(folder: string, stage: StageName, record: StageRecord): void {
  mkdirSync(join(folder, STATE), { recursive: true })
  writeFileSync(pathOf(folder, stage), `${JSON.stringify(record, null, 1)}\n`)
}
