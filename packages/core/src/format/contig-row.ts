// What every format of receptor chains is read into, and what they share: whole counts, the locus that the genes name.
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'

/** One chain of any format, single-cell or bulk. Empty text means absent; in bulk data `cellId` is empty. */
export interface ContigRow {
  readonly line: number
  readonly cellId: string
  readonly sequenceId: string
  /** `TRA` … `IGH`, `Multi` or empty. */
  readonly locus: string
  readonly vCall: string
  readonly dCall: string
  readonly jCall: string
  readonly cCall: string
  readonly productive: boolean
  readonly junction: string
  readonly junctionAa: string
  readonly umiCount: number
  readonly consensusCount: number
  /** True where the format does not say. */
  readonly isCell: boolean
  readonly highConfidence: boolean
  readonly fullLength: boolean
  /** Contig bases, where the file has them. */
  readonly sequence: string
}

/** A row with what the format does not say filled in: in a cell, of high confidence, no bases. */
export const contigRow = (
  given: Pick<ContigRow, 'line' | 'cellId' | 'sequenceId' | 'vCall' | 'jCall' | 'productive' | 'junction' | 'junctionAa' | 'umiCount'> &
    Partial<ContigRow>,
): ContigRow => ({
  locus: locusOfGenes(given.vCall, given.jCall),
  dCall: '',
  cCall: '',
  consensusCount: 0,
  isCell: true,
  highConfidence: true,
  fullLength: false,
  sequence: '',
  ...given,
})

/** `TRB` when V and J agree, or the only one that is named; empty when they differ. */
export function locusOfGenes(vCall: string, jCall: string): string {
  const [v, j] = [vCall.slice(0, 3).toUpperCase(), jCall.slice(0, 3).toUpperCase()]
  return v === '' ? j : j === '' || v === j ? v : ''
}

/** Residues without stop, gap or question mark: a junction that a productive chain can have. */
export const isJunctionAa = (text: string): boolean => /^[A-Z]+$/.test(text)

/** A count from 0; empty is 0. Errors: `contig-count` naming column and line. */
export function countIn(text: string, column: string, line: number): Result<number, Issue> {
  const count = text === '' ? 0 : Number(text)
  return Number.isFinite(count) && count >= 0
    ? ok(Math.round(count))
    : fail(issue('contig-count', `${column} is "${text}"`, 'a count is a number from 0', line))
}
