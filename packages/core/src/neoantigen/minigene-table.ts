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
 * A stretch that stands there already (two records of one change, a fusion with two names) would be made and tested twice: it comes back apart.
 */
export function screeningOrder(
  variants: readonly ScreenedAntigen[],
  further: readonly ScreenedAntigen[],
): { readonly antigens: readonly ScreenedAntigen[]; readonly repeated: readonly ScreenedAntigen[] } {
  const seen = new Set<string>()
  const repeated: ScreenedAntigen[] = []
  const isNew = (one: ScreenedAntigen) => {
    const { sequence } = one.minigene
    const fresh = !seen.has(sequence)
    if (!fresh) repeated.push(one)
    seen.add(sequence)
    return fresh
  }
  const [first, own] = [variants.filter(isNew), further.filter(isNew)]
  const second = first.findIndex(({ isFirst }) => !isFirst)
  const at = second < 0 ? first.length : second
  return {
    antigens: [
      ...first.slice(0, at),
      ...own.filter(({ isFirst }) => isFirst),
      ...first.slice(at),
      ...own.filter(({ isFirst }) => !isFirst),
    ],
    repeated,
  }
}
