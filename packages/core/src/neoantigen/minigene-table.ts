// `minigenes.tsv`: what of each antigen a screen can carry, in the order in which one takes them; small variants, and what else the tumour makes, in one list.
import { type Cell, formatTsv } from '../format/index.ts'
import { type MinigeneWindow, minigeneId } from '../peptide/index.ts'
import type { NeoantigenId } from './neoantigen.ts'

export interface ScreenedAntigen {
  readonly id: NeoantigenId
  readonly gene: string
  /** `G12D`, `inframe fusion`; with the gene it is the name that people read. */
  readonly change: string
  readonly minigene: MinigeneWindow
  readonly bestPeptide: string
  readonly bestAllele: string
  /** Worth a well before others: presented, and with nothing against it. */
  readonly isFirst: boolean
}

export const MINIGENE_COLUMNS = [
  'minigene_id',
  'neoantigen_id',
  'gene',
  'amino_acid_change',
  'aa',
  'wild_type_aa',
  'mutated_offset',
  'best_peptide',
  'best_allele',
] as const

const cells = ({ id, gene, change, minigene, bestPeptide, bestAllele }: ScreenedAntigen): readonly Cell[] => [
  minigeneId(id, minigene.sequence),
  id,
  gene,
  change,
  minigene.sequence,
  minigene.wildType,
  minigene.changeOffset,
  bestPeptide,
  bestAllele,
]

export const minigeneTable = (antigens: readonly ScreenedAntigen[]): string => formatTsv(MINIGENE_COLUMNS, antigens.map(cells))

/**
 * Further antigens that come first stand before the first variant that does not, the others at the end: a screen takes as many as it has wells for, from the top.
 * Stretches that stand there already would be made and tested twice: they come back apart.
 */
export function screeningOrder(
  variants: readonly ScreenedAntigen[],
  further: readonly ScreenedAntigen[],
): { readonly antigens: readonly ScreenedAntigen[]; readonly repeated: readonly ScreenedAntigen[] } {
  const seen = new Set(variants.map(({ minigene }) => minigene.sequence))
  const repeated: ScreenedAntigen[] = []
  const own = further.filter(one => {
    const { sequence } = one.minigene
    const isNew = !seen.has(sequence)
    seen.add(sequence)
    if (!isNew) repeated.push(one)
    return isNew
  })
  const second = variants.findIndex(({ isFirst }) => !isFirst)
  const at = second < 0 ? variants.length : second
  return {
    antigens: [
      ...variants.slice(0, at),
      ...own.filter(({ isFirst }) => isFirst),
      ...variants.slice(at),
      ...own.filter(({ isFirst }) => !isFirst),
    ],
    repeated,
  }
}
