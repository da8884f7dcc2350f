// A ranked neoantigen: one variant with its best peptide, the facts about it, and the reasons for its place. Percentiles in per cent, fractions 0-1, expression in TPM.
import { type Brand, type Caveat, sha256Hex } from '../base/index.ts'
import type { HlaAllele } from '../bio/index.ts'
import type { MinigeneWindow } from '../peptide/index.ts'
import type { ProteinChange, SomaticVariant, VariantId } from '../variant/index.ts'
import type { ScoredEpitope } from './best-peptide.ts'
import type { CellFraction, Clonality } from './clonality.ts'
import type { NearestSelf } from './nearest-self.ts'
import type { AggregatedEpitopes } from './pvacseq-best.ts'
import type { PvacseqTier } from './pvacseq-tier.ts'
import type { RefMatch } from './reference-match.ts'

/** `NEO-` and ten hex digits over variant and change: survives re-runs. */
export type NeoantigenId = Brand<string, 'neoantigen-id'>

export type Tier = PvacseqTier | 'HlaLost'

/** One term of the rank score, with the fact behind it. */
export interface RankTerm {
  readonly name: string
  readonly value: number
  readonly fact: string
}

export interface BestPeptide {
  readonly sequence: string
  readonly allele: HlaAllele
  readonly wildType: string | undefined
  readonly changedPositions: readonly number[]
  readonly ic50Mutant: number
  readonly ic50WildType: number | undefined
  readonly percentileMutant: number
  readonly percentileWildType: number | undefined
  readonly presentationScore: number
  /** Class II: the nine residues that bind. */
  readonly core?: string
}

export interface Neoantigen {
  readonly id: NeoantigenId
  readonly variantId: VariantId
  readonly gene: string
  /** `G12D`; `T218fs`. */
  readonly aminoAcidChange: string
  readonly change: ProteinChange
  readonly tier: Tier
  readonly pvacseqTier: PvacseqTier
  readonly best: BestPeptide
  /** How much oftener ligands have the neighbours that `best` has in the mutant protein than random peptides do. Not in the score. */
  readonly flankRatio: number | undefined
  /** Best class II peptide, where class II molecules were typed and a peptide is long enough. */
  readonly class2: BestPeptide | undefined
  /** Alleles with a peptide of this variant at 2 % or better. */
  readonly allelesPresenting: readonly HlaAllele[]
  /** What pVACseq's report would show of it; where that report was asked for. */
  readonly aggregated?: {
    readonly epitopes: AggregatedEpitopes<ScoredEpitope>
    readonly tier: PvacseqTier
    readonly refMatch: RefMatch
  }
  readonly geneExpression: number | undefined
  readonly rnaDepth: number | undefined
  readonly rnaVaf: number | undefined
  readonly alleleExpression: number | undefined
  readonly dnaVaf: number | undefined
  readonly clonality: Clonality
  /** With purity and copy number; otherwise the clonality is pVACseq's rule. */
  readonly cellFraction: CellFraction | undefined
  readonly refMatch: RefMatch
  /** As the user's table of hotspots names it; '' where it is in none, undefined without a table. */
  readonly hotspot: string | undefined
  /** With a proteome, where the allele presents a self peptide that looks alike. */
  readonly nearestSelf?: NearestSelf
  readonly transcripts: readonly string[]
  readonly minigene: MinigeneWindow | undefined
  readonly terms: readonly RankTerm[]
  readonly score: number
  readonly reasons: readonly string[]
  readonly caveats: readonly Caveat[]
}

export const neoantigenId = (variant: VariantId, gene: string, change: string): NeoantigenId =>
  `NEO-${sha256Hex(`${variant}|${gene}|${change}`).slice(0, 10)}` as NeoantigenId

/** Of an antigen that no small variant alone makes: a fusion, a new splice junction, one of a list. `stretch`: the residues that a screen carries. */
export const furtherNeoantigenId = (source: 'fusion' | 'splicing' | 'listed', name: string, stretch: string): NeoantigenId =>
  `NEO-${sha256Hex(`${source}|${name}|${stretch}`).slice(0, 10)}` as NeoantigenId

/** Short name of a change: `G12D`, `E746_A750del` style texts stay as pVACseq prints them (`VIFE662-665E`), frameshifts are `FS` and the residue. */
export function shortChange(change: ProteinChange): string {
  if (change.kind === 'FS') return `FS${change.proteinPosition}`
  const [wild = '', mutated = ''] = change.aminoAcidChange.split('/')
  return `${wild}${change.proteinPosition}${mutated}`
}

export interface NeoantigenInput {
  readonly variant: SomaticVariant
  readonly changes: readonly ProteinChange[]
}
