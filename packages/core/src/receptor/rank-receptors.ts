// Scored clonotypes → ranked receptors: round-robin over signatures, lesions and lineages, so that no one list decides; every alpha × beta pair is its own row.
import { byText, sha256Hex } from '../base/index.ts'
import type { ClonotypeChain } from './call-clonotypes.ts'
import type { CloneScore } from './clone-score.ts'
import { speaksAbout } from './combine-scores.ts'
import type { Receptor, ReceptorId, ScoredClonotype } from './receptor.ts'
import type { Signature } from './signature-score.ts'

export interface RankOptions {
  readonly signatures: readonly Signature[]
  /** Receptors on the shortlist. */
  readonly candidates: number
  /** One pair of chains a clonotype, the commonest. */
  readonly primaryOnly?: boolean | undefined
}

/** Round-robin over the lists (signature × lesion × lineage): best unseen clone of each in turn. Clones beyond follow by size. */
export function rankReceptors(scored: readonly ScoredClonotype[], options: RankOptions): readonly Receptor[] {
  const eligible = scored.filter(({ clonotype }) => clonotype.alphas.length > 0 && clonotype.betas.length > 0)
  const lists = new Map<string, { entry: ScoredClonotype; score: CloneScore }[]>()
  for (const entry of eligible) {
    for (const { lesion, signature, score } of entry.scores) {
      const set = options.signatures.find(s => s.name === signature)!
      if (!score.passes || !speaksAbout(set, entry.lineage)) continue
      const key = `${signature}|${lesion}|${entry.lineage}`
      lists.set(key, [...(lists.get(key) ?? []), { entry, score }])
    }
  }
  const queues = [...lists]
    .toSorted((a, b) => byText(a[0], b[0]))
    .map(([, list]) =>
      list.toSorted(
        (a, b) =>
          a.score.p - b.score.p ||
          b.entry.clonotype.cells.length - a.entry.clonotype.cells.length ||
          b.score.mean - a.score.mean ||
          byText(a.entry.clonotype.id, b.entry.clonotype.id),
      ),
    )
  const order: ScoredClonotype[] = []
  const taken = new Set<ScoredClonotype>()
  for (let moved = true; moved; ) {
    moved = false
    for (const queue of queues) {
      while (queue.length > 0 && taken.has(queue[0]!.entry)) queue.shift()
      const next = queue.shift()
      if (next === undefined) continue
      taken.add(next.entry)
      order.push(next.entry)
      moved = true
    }
  }
  const supported = order.length
  const others = eligible
    .filter(entry => !taken.has(entry))
    .sort((a, b) => b.clonotype.cells.length - a.clonotype.cells.length || byText(a.clonotype.id, b.clonotype.id))
  // one by one: a million arguments are more than a call takes
  for (const entry of others) order.push(entry)
  const receptors: Receptor[] = []
  order.forEach((entry, place) => {
    for (const receptor of pairsOf(entry, options, place < Math.min(options.candidates, supported)))
      receptors.push({ ...receptor, rank: receptors.length + 1 })
  })
  return receptors
}

function pairsOf(entry: ScoredClonotype, options: RankOptions, shortlisted: boolean): readonly Receptor[] {
  const { clonotype, lineage, scores } = entry
  const supporting = scores.filter(
    ({ score, signature }) => score.passes && speaksAbout(options.signatures.find(s => s.name === signature)!, lineage),
  )
  const pairs: { alpha: ClonotypeChain; beta: ClonotypeChain; cells: number }[] = []
  for (const alpha of clonotype.alphas) {
    for (const beta of clonotype.betas) {
      const cells = clonotype.cells.filter(
        cell => cell.vj.some(chain => chain.key === alpha.chain.key) && cell.vdj.some(chain => chain.key === beta.chain.key),
      ).length
      pairs.push({ alpha, beta, cells })
    }
  }
  pairs.sort((a, b) => b.cells - a.cells || byText(a.alpha.chain.key, b.alpha.chain.key) || byText(a.beta.chain.key, b.beta.chain.key))
  const best = supporting.toSorted((a, b) => a.score.p - b.score.p)
  const reasons = [
    ...best
      .slice(0, 2)
      .map(
        ({ signature, lesion, score }) =>
          `${signature} above chance in ${lesion} (p ${score.p.toPrecision(2)}, top ${Math.max(1, Math.round(100 * (1 - score.percentile)))} % of clones)`,
      ),
    `${clonotype.cells.length} ${clonotype.cells.length === 1 ? 'cell' : 'cells'} in ${[...clonotype.cellsByLesion].map(([lesion, n]) => `${lesion} (${n})`).join(', ')}`,
    lineage === 'unknown' ? 'lineage unknown' : lineage,
    ...(clonotype.flags.length > 0 ? [`flagged ${clonotype.flags.join(', ')}: probably not tumour-specific`] : []),
  ]
  return (options.primaryOnly === true ? pairs.slice(0, 1) : pairs).map(({ alpha, beta, cells }, i) => ({
    id: `RC-${sha256Hex(`${alpha.chain.key}\n${beta.chain.key}`).slice(0, 10)}` as ReceptorId,
    rank: 0,
    clonotype,
    pairRank: i + 1,
    alpha,
    beta,
    lineage,
    cells,
    scores,
    supportingSets: [...new Set(supporting.map(score => score.signature))],
    shortlisted,
    evidenceLevel: supporting.length > 0 ? 1 : 0,
    specificity: [],
    reasons: pairs.length > 1 ? [...reasons, `pair ${i + 1} of ${pairs.length}: ${cells} cells show both chains`] : reasons,
    caveats: clonotype.caveats,
  }))
}
