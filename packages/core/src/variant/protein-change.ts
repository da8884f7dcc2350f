// What a variant does to one transcript's protein, and its HGVS name. Residues are 1-based.
import { threeLetters } from '../bio/index.ts'
import type { VariantId } from './somatic-variant.ts'

/** pVACseq's words; `stop_lost` is ours (pVACseq drops these). */
export type ChangeKind = 'missense' | 'inframe_ins' | 'inframe_del' | 'FS' | 'stop_lost'

export interface ProteinChange {
  readonly variantId: VariantId
  readonly kind: ChangeKind
  readonly gene: string
  readonly geneId: string
  readonly transcript: string
  readonly proteinId: string
  readonly biotype: string
  /** Undefined: the file does not annotate it, which counts as true when transcripts are chosen. */
  readonly maneSelect: boolean | undefined
  readonly canonical: boolean | undefined
  /** `1`-`5`, `NA`, or `Not Supported` when the build has none. */
  readonly tsl: string
  readonly flags: string
  readonly consequence: string
  /** `P/A`, `VIFE/E`, `-/QS`. */
  readonly aminoAcidChange: string
  readonly codonChange: string
  /** `58`, `662-665`; for an insertion the two residues it stands between. */
  readonly proteinPosition: string
  readonly hgvsc: string
  /** As annotated. */
  readonly hgvsp: string
  readonly wildType: string
  /** Whole mutant protein. */
  readonly mutant: string
  readonly transcriptExpression: number | undefined
  readonly geneExpression: number | undefined
  /** `count.gene.transcript.type.change`, pVACseq's row id. */
  readonly pvacseqIndex: string
  /** Other alleles on the same haplotype that were applied, in words; the VEP route knows none. */
  readonly neighbours: readonly string[]
  /** The new stop leaves the RNA open to nonsense-mediated decay; undefined: not worked out. */
  readonly nmdLikely: boolean | undefined
}

/**
 * HGVS protein name from the two proteins alone (HGVS nomenclature 21.0, https://hgvs-nomenclature.org): first difference from the left, trimmed from the right.
 * `mutant` ends where its reading frame ends; `frameshift` says that the frame was lost. A mutant cut short by a stop carries no `*`.
 */
export function hgvsProtein(wildType: string, mutant: string, kind: ChangeKind): string {
  if (wildType === mutant) return 'p.(=)'
  let first = 0
  while (first < wildType.length && first < mutant.length && wildType[first] === mutant[first]) first++
  const at = (residue: string, index: number) => `${threeLetters(residue)}${index + 1}`
  if (first === wildType.length) {
    const extension = mutant.length - wildType.length
    return `p.Ter${first + 1}${threeLetters(mutant[first]!)}extTer${extension}`
  }
  if (kind === 'FS') {
    if (first === mutant.length) return `p.${at(wildType[first]!, first)}Ter`
    return `p.${at(wildType[first]!, first)}${threeLetters(mutant[first]!)}fsTer${mutant.length - first + 1}`
  }
  if (first === mutant.length && kind === 'inframe_ins')
    return `p.${at(wildType[first - 1]!, first - 1)}_${at(wildType[first]!, first)}insTer`
  if (first === mutant.length) return `p.${at(wildType[first]!, first)}Ter`
  let tail = 0
  const most = Math.min(wildType.length, mutant.length) - first
  while (tail < most && wildType[wildType.length - 1 - tail] === mutant[mutant.length - 1 - tail]) tail++
  const lost = wildType.slice(first, wildType.length - tail)
  const gained = mutant.slice(first, mutant.length - tail)
  const last = first + lost.length - 1
  const range = (from: number, to: number) =>
    from === to ? at(wildType[from]!, from) : `${at(wildType[from]!, from)}_${at(wildType[to]!, to)}`
  if (lost.length === 1 && gained.length === 1) return `p.${at(lost, first)}${threeLetters(gained)}`
  if (lost.length === 0) {
    const before = wildType.slice(first - gained.length, first)
    if (before === gained) return `p.${range(first - gained.length, first - 1)}dup`
    return `p.${at(wildType[first - 1]!, first - 1)}_${at(wildType[first]!, first)}ins${threeLetters(gained)}`
  }
  if (gained.length === 0) return `p.${range(first, last)}del`
  return `p.${range(first, last)}delins${threeLetters(gained)}`
}
