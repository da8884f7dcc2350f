// A small variant as a VRS 2.0 allele, fully justified: written over the whole stretch in which it could stand, so that every way of writing it gives one identifier
// (https://vrs.ga4gh.org/en/2.0/conventions/normalization.html, after NCBI's VOCA, doi:10.1093/bioinformatics/btz856).
import { type VrsAllele, type VrsState, vrsIdentifier } from '../format/index.ts'
import type { Edit } from './edit.ts'
import type { Genome } from './transcript.ts'

/** Bases that a genome with holes gives for what it does not hold. */
const UNKNOWN = 'N'

/** Undefined where a base that decides is not known: the genome holds only what is around exons. `refget`: accession of the chromosome, `SQ.…`. */
export function vrsAllele(edit: Edit, genome: Genome, refget: string): VrsAllele | undefined {
  const { chromosome, insert } = edit
  const removed = genome.bases(chromosome, edit.start, edit.end)
  if (removed.includes(UNKNOWN) || insert.includes(UNKNOWN)) return undefined
  const allele = (start: number, end: number, state: VrsState): VrsAllele => ({
    type: 'Allele',
    location: { type: 'SequenceLocation', sequenceReference: { type: 'SequenceReference', refgetAccession: refget }, start, end },
    state,
  })
  if (removed !== '' && insert !== '') return allele(edit.start, edit.end, { type: 'LiteralSequenceExpression', sequence: insert })
  const unit = removed + insert
  const left = roll(unit, step => genome.bases(chromosome, edit.start - 1 - step, edit.start - step), -1)
  const right = roll(unit, step => genome.bases(chromosome, edit.end + step, edit.end + step + 1), 1)
  if (left === undefined || right === undefined) return undefined
  const start = edit.start - left
  const end = edit.end + right
  const written = genome.bases(chromosome, start, edit.start) + insert + genome.bases(chromosome, edit.end, end)
  return allele(start, end, stateOf(written, genome.bases(chromosome, start, end), unit.length))
}

/** How many bases on one side go on as the unit does, over and over; undefined when one of them, or the one that ends the run, is not known. */
function roll(unit: string, baseAt: (step: number) => string, direction: 1 | -1): number | undefined {
  for (let step = 0; ; step++) {
    const base = baseAt(step)
    // the edge of the sequence, and what is not held
    if (base === '' || base === UNKNOWN) return undefined
    const at = direction === 1 ? step % unit.length : unit.length - 1 - (step % unit.length)
    if (base !== unit[at]) return step
  }
}

/** A stretch that the reference says by its repeat has a length alone; another its letters. */
function stateOf(written: string, reference: string, unit: number): VrsState {
  const literal: VrsState = { type: 'LiteralSequenceExpression', sequence: written }
  if (reference === '') return literal
  if (written.length < reference.length) return { type: 'ReferenceLengthExpression', length: written.length, repeatSubunitLength: unit }
  for (let period = unit; period > 0; period--) {
    if (unit % period !== 0 || period > reference.length) continue
    if (repeats(written, reference, period))
      return { type: 'ReferenceLengthExpression', length: written.length, repeatSubunitLength: period }
  }
  return literal
}

/** Does what is written beyond the reference go on as its last `period` bases do? */
function repeats(written: string, reference: string, period: number): boolean {
  for (let i = reference.length; i < written.length; i++) if (written[i] !== written[i - period]) return false
  return true
}

/** `ga4gh:VA.…`; undefined as `vrsAllele` is, and where the genome does not know the accession of the chromosome. */
export function vrsIdOf(edit: Edit, genome: Genome): string | undefined {
  const refget = genome.refgetOf?.(edit.chromosome)
  const allele = refget === undefined ? undefined : vrsAllele(edit, genome, refget)
  return allele === undefined ? undefined : vrsIdentifier(allele)
}
