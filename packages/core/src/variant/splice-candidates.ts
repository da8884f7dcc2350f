// Junctions × called variants × transcripts → the proteins that new splicing makes, with a reason for each that makes none.
import { Funnel, type FunnelRow } from '../base/index.ts'
import { chromosomeKey } from '../bio/index.ts'
import { type Edit, editOf } from './edit.ts'
import { leftOut, type OwnRouteOptions } from './own-route.ts'
import type { SomaticVariant, VariantId } from './somatic-variant.ts'
import { type JunctionRule, junctionFault, type SpliceJunction } from './splice-junction.ts'
import { type SpliceProduct, spliceProduct } from './splice-transcript.ts'
import type { TranscriptIndex } from './transcript-index.ts'

export interface SpliceCandidate {
  readonly junction: SpliceJunction
  readonly variantIds: readonly VariantId[]
  readonly gene: string
  readonly transcript: string
  readonly product: SpliceProduct
  readonly wildType: string
  /** Proteins of the gene's other transcripts: they are self too. */
  readonly siblings: readonly string[]
}

export function spliceCandidates(
  junctions: readonly SpliceJunction[],
  variants: readonly SomaticVariant[],
  index: TranscriptIndex,
  options: Pick<OwnRouteOptions, 'biotypes' | 'incompleteTranscripts'>,
  rule?: JunctionRule,
): { readonly candidates: readonly SpliceCandidate[]; readonly funnel: readonly FunnelRow[] } {
  const funnel = new Funnel('splicing')
  const candidates: SpliceCandidate[] = []
  for (const junction of junctions) {
    funnel.add('in', junction.id)
    const fault = junctionFault(junction, rule)
    const called = fault === undefined ? variantsOf(junction, variants) : []
    const chromosome = index.genome.nameOf(junction.chromosome)
    if (fault !== undefined || called.length === 0 || chromosome === undefined) {
      funnel.add(fault ?? (called.length === 0 ? 'variant-not-called' : 'chromosome-unknown'), junction.id)
      continue
    }
    const edits = called.flatMap((variant): Edit[] => {
      const edit = editOf(chromosome, variant.position, variant.ref, variant.alt)
      return edit === undefined ? [] : [edit]
    })
    const near = index.near(chromosome, junction.left, junction.right).filter(i => index.transcripts[i]!.forward === junction.forward)
    if (near.length === 0) funnel.add('no-transcript', junction.id)
    for (const i of near) {
      const transcript = index.transcripts[i]!
      const where = `${junction.id} ${transcript.id}`
      const left = leftOut(transcript, options)
      const product = left ?? spliceProduct(index.spliced(i), junction, edits, index.genome)
      if (typeof product === 'string') {
        funnel.add(product, where)
        continue
      }
      funnel.add('out', where)
      candidates.push({
        junction,
        variantIds: called.map(variant => variant.id),
        gene: transcript.gene,
        transcript: transcript.id,
        product,
        wildType: index.spliced(i).protein,
        siblings: near
          .filter(j => j !== i && index.transcripts[j]!.geneId === transcript.geneId && index.transcripts[j]!.coding.length > 0)
          .map(j => index.spliced(j).protein),
      })
    }
  }
  return { candidates, funnel: funnel.rows() }
}

/** Called variants at the places that regtools names beside the junction. */
const variantsOf = (junction: SpliceJunction, variants: readonly SomaticVariant[]): readonly SomaticVariant[] =>
  variants.filter(({ chromosome, position, ref }) =>
    junction.variants.some(
      place => place.chromosome === chromosomeKey(chromosome) && place.start < position - 1 + ref.length && place.end > position - 1,
    ),
  )
