// What the routes of the cases and of the presentation models answer.
import type { Caveat, FunnelRow } from '@cognate/core/base'
import type { Handover, Row } from '@cognate/core/case'

export interface RunAnswer {
  readonly state: 'waiting' | 'running' | 'finished' | 'failed' | 'stopped'
  readonly by: string
  readonly asked_at: string
  readonly ended_at: string
  readonly failure: string
  readonly lines: readonly string[]
}

export interface CaseLineAnswer {
  readonly id: string
  readonly synthetic: boolean
  readonly problem: string
  readonly finished_at: string
  readonly changed: boolean
  readonly stages: readonly { readonly name: string; readonly headline: string }[]
  readonly run: RunAnswer | null
}

export interface CasesAnswer {
  /** The server was given a folder of cases. */
  readonly given: boolean
  readonly cases: readonly CaseLineAnswer[]
}

export interface CaseAnswer extends CaseLineAnswer {
  readonly hla: readonly string[]
  readonly lesions: readonly string[]
  readonly funnel: readonly FunnelRow[]
  readonly caveats: readonly Caveat[]
  readonly files: readonly { readonly name: string; readonly what: string; readonly bytes: number }[]
  /** Screen designs, the newest first; `minigenes`: a path for CASE.yaml. */
  readonly designs: readonly { readonly id: string; readonly made_at: string; readonly minigenes: string }[]
}

/** Did a stage write it, or was the case given it? */
export const hasFile = ({ files }: Pick<CaseAnswer, 'files'>, wanted: string): boolean => files.some(({ name }) => name === wanted)

export interface TableAnswer {
  readonly rows: readonly Row[]
  readonly found: number
  readonly total: number
}

export interface PresentAnswer {
  /** By the columns of `cognate present`. */
  readonly rows: readonly Readonly<Record<string, string | number>>[]
  readonly effects: readonly {
    readonly peptide: string
    readonly allele: string
    readonly residues: readonly { readonly position: number; readonly residue: string; readonly effect: number; readonly best: string }[]
  }[]
  readonly caveats: readonly Caveat[]
}

export type { Handover, Row }

export const caseHref = (id: string, ...more: readonly string[]): string => `#/${['cases', id, ...more].map(encodeURIComponent).join('/')}`
export const casePath = (id: string, ...more: readonly string[]): string => `/${['cases', id, ...more].map(encodeURIComponent).join('/')}`
