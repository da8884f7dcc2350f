// What a molecule likes, asked of the model: the residues of its best peptides among many random ones, position by position, against the human proteome's frequencies.
import { seededRandom } from '../base/index.ts'
import { type HlaAllele, STANDARD_RESIDUES } from '../bio/index.ts'
import { bindingCore, type Predictor } from './predictor.ts'

/** Share of each residue, in the order of STANDARD_RESIDUES: counted over the 4.0 million residues of 13,484 human proteins of Ensembl 105. */
export const PROTEOME_FREQUENCIES: readonly number[] = [
  0.0692, 0.0196, 0.0494, 0.075, 0.0348, 0.0638, 0.0253, 0.0435, 0.0568, 0.1005, 0.0219, 0.0361, 0.0614, 0.0505, 0.0559, 0.0836, 0.0549,
  0.06, 0.0124, 0.0252,
]

export interface Motif {
  readonly allele: HlaAllele
  /** Peptides the frequencies were counted over. */
  readonly peptides: number
  /** [9][20] shares, in the order of STANDARD_RESIDUES. */
  readonly frequencies: readonly (readonly number[])[]
  /** Bits per position: relative entropy of the frequencies to the proteome's (Kullback & Leibler 1951, doi:10.1214/aoms/1177729694). */
  readonly bits: readonly number[]
}

/** Random peptides asked, and how many of the best are counted. */
const DRAWN = 20_000
const KEPT = 400
/** 9-mers for class I; 15-mers for class II, whose cores are counted. */
const LENGTH = { I: 9, II: 15 } as const

/** Motifs of several alleles from one draw of random peptides; the same seed gives the same motifs. */
export function motifsOf(predictor: Predictor, alleles: readonly HlaAllele[], seed = 'motif'): readonly Motif[] {
  const peptides = randomPeptides(DRAWN, LENGTH[predictor.mhcClass], seed)
  const block = predictor.predict(peptides, alleles)
  return alleles.map((allele, a) => {
    const at = (p: number) => p * alleles.length + a
    const best = peptides
      .map((_, p) => p)
      .sort((p, q) => block.presentationScore[at(q)]! - block.presentationScore[at(p)]! || p - q)
      .slice(0, KEPT)
    const cores = best.map(p => bindingCore(predictor.mhcClass, peptides[p]!, block.coreOffset?.[at(p)] ?? 0))
    const frequencies = Array.from({ length: 9 }, (_, position) => {
      const counts = new Array<number>(20).fill(0)
      for (const core of cores) counts[STANDARD_RESIDUES.indexOf(core[position]!)]! += 1
      return counts.map(count => count / cores.length)
    })
    const bits = frequencies.map(shares =>
      shares.reduce((sum, share, r) => (share === 0 ? sum : sum + share * Math.log2(share / PROTEOME_FREQUENCIES[r]!)), 0),
    )
    return { allele, peptides: cores.length, frequencies, bits }
  })
}

/** Positions (from 1) that carry at least half of what the strongest position carries: the anchors. */
export const anchorPositions = (motif: Motif): readonly number[] => {
  const most = Math.max(...motif.bits)
  return motif.bits.flatMap((bits, i) => (bits >= most / 2 ? [i + 1] : []))
}

function randomPeptides(count: number, length: number, seed: string): readonly string[] {
  const random = seededRandom(seed)
  const upTo: number[] = []
  let total = 0
  for (const share of PROTEOME_FREQUENCIES) {
    total += share
    upTo.push(total)
  }
  const residue = () => {
    const u = random.unit() * total
    return STANDARD_RESIDUES[upTo.findIndex(limit => u < limit)]!
  }
  return Array.from({ length: count }, () => Array.from({ length }, residue).join(''))
}
