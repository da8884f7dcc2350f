// The patient's own proteins: what each germline allele changes, with enough around it for every peptide that holds the change. They are self, though no reference proteome has them.
import type { Neighbour, OwnRouteOptions } from './own-route.ts'
import { leftOut, proteinOf } from './own-route.ts'
import type { TranscriptIndex } from './transcript-index.ts'

export interface GermlineProtein {
  /** Transcript and allele; never the transcript alone, which is a candidate's own. */
  readonly id: string
  readonly gene: string
  /** The changed residues and `FLANK` on each side. */
  readonly sequence: string
}

const FLANK = 24

/** Each allele by itself, on every coding transcript it changes; the same stretch of one gene once. */
export function germlineProteins(
  alleles: readonly Neighbour[],
  index: TranscriptIndex,
  options: Pick<OwnRouteOptions, 'biotypes' | 'incompleteTranscripts'>,
): readonly GermlineProtein[] {
  const proteins = new Map<string, GermlineProtein>()
  for (const { edit } of alleles)
    for (const i of index.near(edit.chromosome, edit.start, edit.end)) {
      const transcript = index.transcripts[i]!
      if (leftOut(transcript, options) !== undefined) continue
      const spliced = index.spliced(i)
      const own = proteinOf([edit], spliced, index)?.protein
      if (own === undefined || own === spliced.protein) continue
      const sequence = changedStretch(own, spliced.protein)
      const key = `${transcript.geneId} ${sequence}`
      if (!proteins.has(key))
        proteins.set(key, { id: `${transcript.id} germline ${edit.position}${edit.ref}>${edit.alt}`, gene: transcript.gene, sequence })
    }
  return [...proteins.values()]
}

/** From `FLANK` before the first residue that differs to `FLANK` behind the last. */
function changedStretch(own: string, reference: string): string {
  const most = Math.min(own.length, reference.length)
  let from = 0
  while (from < most && own[from] === reference[from]) from++
  let tail = 0
  while (tail < most - from && own.at(-1 - tail) === reference.at(-1 - tail)) tail++
  return own.slice(Math.max(0, from - FLANK), Math.min(own.length, own.length - tail + FLANK))
}
