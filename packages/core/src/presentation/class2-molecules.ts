// Class II alleles of a typing → the molecules a cell makes of them: DR by its β chain, DP and DQ by every α with every β.
import { type Caveat, caveat } from '../base/index.ts'
import { genesOf, type HlaAllele } from '../bio/index.ts'

export interface Class2Molecules {
  readonly molecules: readonly HlaAllele[]
  readonly caveats: readonly Caveat[]
}

/**
 * DQ heterodimers form within two groups: DQA1*01 with DQB1*05 and *06, DQA1*02-06 with DQB1*02, *03 and *04
 * (Kwok 1993, J Immunol 150:2263). Others are scored with a caveat.
 */
export function isUsualDqPair(alpha: string, beta: string): boolean {
  const a = /DQA1\*(\d\d)/.exec(alpha)?.[1]
  const b = /DQB1\*(\d\d)/.exec(beta)?.[1]
  return a === '01' ? b === '05' || b === '06' : b === '02' || b === '03' || b === '04'
}

/** `usualAlpha`: the α chain assumed for a β that was typed alone. */
export function class2Molecules(
  alleles: readonly HlaAllele[],
  usualAlpha: (beta: string) => string | undefined = () => undefined,
): Class2Molecules {
  const caveats: Caveat[] = []
  const molecules = new Set<HlaAllele>()
  // a chain that was not settled is `DQB1*02:01/DQB1*02:02`, and so is its part of the molecule
  const isPair = (allele: HlaAllele) => genesOf(allele).length === 2
  const chains = (gene: string) => alleles.filter(allele => allele.startsWith(`HLA-${gene}*`) && !isPair(allele)).map(a => a.slice(4))
  const pair = (alpha: string, beta: string) => {
    if (alpha.startsWith('DQ') && !alpha.split('/').some(a => beta.split('/').some(b => isUsualDqPair(a, b))))
      caveats.push(caveat('dq-pair-unusual', `${alpha} and ${beta} are not known to form a stable molecule`))
    molecules.add(`HLA-${alpha}/${beta}` as HlaAllele)
  }
  for (const allele of alleles) {
    if (!/^HLA-D[PQ]/.test(allele)) molecules.add(allele)
    else if (isPair(allele)) {
      const [alpha, beta] = genesOf(allele).map(gene => gene.join('/'))
      pair(alpha!, beta!)
    }
  }
  for (const locus of ['DP', 'DQ']) {
    const alphas = chains(`${locus}A1`)
    const betas = chains(`${locus}B1`)
    for (const beta of betas) {
      if (alphas.length > 0) for (const alpha of alphas) pair(alpha, beta)
      else {
        const alpha = usualAlpha(beta.split('/')[0]!)
        if (alpha === undefined) caveats.push(caveat('alpha-missing', `${beta} was not scored: its α chain was not typed`))
        else {
          caveats.push(
            caveat('alpha-assumed', `the α chain of ${beta} was not typed: ${alpha}, the one most often measured with it, is assumed`),
          )
          pair(alpha, beta)
        }
      }
    }
    if (betas.length === 0)
      for (const alpha of alphas) caveats.push(caveat('beta-missing', `${alpha} was not scored: no β chain of ${locus} was typed`))
  }
  return { molecules: [...molecules], caveats }
}
