// The words of a rank that say what the changed residue does.
import { expect, test } from 'vitest'
import { type RankFacts, rankTerms } from './rank.ts'

const facts = (best: Partial<RankFacts['best']>): RankFacts =>
  ({
    kind: 'missense',
    best: {
      sequence: 'GADGVGKSAL',
      allele: 'HLA-C*08:02',
      changedPositions: [3],
      percentileMutant: 0.089,
      percentileWildType: 2.4,
      ic50Mutant: 277,
      ic50WildType: 13359,
      ...best,
    } as RankFacts['best'],
    alleleExpression: undefined,
    geneExpression: undefined,
    rnaVaf: undefined,
    rnaAltReads: undefined,
    clonality: 'unknown',
    dnaVaf: undefined,
    cellFraction: undefined,
    class2: undefined,
    allelesPresenting: [],
  }) as unknown as RankFacts

const said = (best: Partial<RankFacts['best']>) =>
  rankTerms(facts(best))
    .map(({ name, fact }) => [name, fact] as const)
    .filter(([name]) => ['faces-t-cell', 'lets-it-be-presented', 'anchor-only'].includes(name))

test('a residue without which the peptide is not presented is not said to face the T cell', () => {
  // the known case: only the mutant is presented by HLA-C*08:02 (Tran 2016, doi:10.1056/NEJMoa1609279)
  expect(said({})).toEqual([['lets-it-be-presented', 'changed residue lets the molecule present it (P3): the wild type is not presented']])
  expect(said({ changedPositions: [10] }).map(([name]) => name)).toEqual(['lets-it-be-presented'])
})

test('where both are presented it does, away from the anchors; where neither is, nothing holds the peptide', () => {
  expect(said({ percentileWildType: 0.3 })).toEqual([['faces-t-cell', 'changed residue faces the T cell (P3)']])
  expect(said({ percentileMutant: 5, percentileWildType: 9 })).toEqual([['faces-t-cell', 'changed residue faces the T cell (P3)']])
  expect(said({ percentileWildType: undefined, ic50WildType: undefined })).toEqual([
    ['faces-t-cell', 'changed residue faces the T cell (P3)'],
  ])
})

test('a change at an anchor alone, with a wild type that binds as well, is self', () => {
  expect(said({ changedPositions: [2], percentileWildType: 0.1, ic50WildType: 300 }).map(([name]) => name)).toEqual(['anchor-only'])
})
