// A predictor that also answers for alleles a typing could not tell apart: all of them are scored, and a peptide gets the worst of its ranks.
import { type HlaAllele, membersOf } from '../bio/index.ts'
import { type AlleleSupport, emptyScores, type Predictor, type ScoreBlock } from './predictor.ts'

/** All values of a pair are those of the member whose presentation percentile is highest, the first of equal ones. */
export function withUnsettledAlleles(predictor: Predictor): Predictor {
  return {
    ...predictor,
    support: allele => leastSupport(membersOf(allele).map(predictor.support)),
    predict(peptides, alleles) {
      const members = alleles.map(membersOf)
      if (members.every(list => list.length === 1)) return predictor.predict(peptides, alleles)
      return worstOf(predictor.predict(peptides, members.flat()), alleles, members)
    },
  }
}

/** Undefined when one of them is not supported. */
function leastSupport(supports: readonly (AlleleSupport | undefined)[]): AlleleSupport | undefined {
  if (supports.some(support => support === undefined)) return undefined
  return supports.reduce((least, next) => (next!.ligands + next!.affinities < least!.ligands + least!.affinities ? next : least))
}

function worstOf(block: ScoreBlock, alleles: readonly HlaAllele[], members: readonly (readonly HlaAllele[])[]): ScoreBlock {
  const width = block.alleles.length
  const worst: ScoreBlock = {
    ...emptyScores(block.peptides, alleles),
    ...(block.coreOffset === undefined ? {} : { coreOffset: new Int8Array(block.peptides * alleles.length) }),
  }
  for (let p = 0; p < block.peptides; p++) {
    let first = p * width
    for (let a = 0; a < alleles.length; a++) {
      let from = first
      for (let i = first + 1; i < first + members[a]!.length; i++)
        if (block.presentationPercentile[i]! > block.presentationPercentile[from]!) from = i
      first += members[a]!.length
      const to = p * alleles.length + a
      worst.presentationScore[to] = block.presentationScore[from]!
      worst.presentationPercentile[to] = block.presentationPercentile[from]!
      worst.ic50NanoMolar[to] = block.ic50NanoMolar[from]!
      worst.affinityPercentile[to] = block.affinityPercentile[from]!
      if (worst.coreOffset !== undefined) worst.coreOffset[to] = block.coreOffset![from]!
    }
  }
  return worst
}
