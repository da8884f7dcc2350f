import { expect, test } from 'vitest'
import { type DossierInput, dossierHtml } from './index.ts'

const input: DossierInput = {
  caseName: 'X <script>',
  synthetic: true,
  facts: [['HLA', 'A*02:01']],
  funnel: [
    { stage: 'variants', reason: 'in', count: 3, example: '' },
    { stage: 'variants', reason: 'filtered', count: 3, example: 'chr1:5 q10' },
  ],
  motifs: [],
  neoantigens: [],
  further: { fusions: [], splicing: [], antigens: [] },
  lesions: [],
  clonotypes: [],
  receptors: [],
  cellMap: '',
  screen: [],
  plates: [],
  selection: [],
  constructs: [],
  caveats: [{ code: 'c', text: '<img src=x>' }],
  provenance: [['a.vcf', 'ff', 'input']],
  software: 'Cognate',
}

test('text from files is escaped, nothing is loaded from outside', () => {
  const html = dossierHtml(input)
  expect(html).not.toContain('<script>')
  expect(html).not.toContain('<img')
  expect(html).not.toMatch(/(src|href)="https?:/)
  expect(html).toContain('Content-Security-Policy')
})

test('an empty list explains itself; a synthetic patient is labelled', () => {
  const html = dossierHtml(input)
  expect(html).toContain('No neoantigen was found. The commonest reasons: filtered (3; chr1:5 q10).')
  expect(html).toContain('Synthetic patient.')
})

test('changed residues are marked in the peptide', () => {
  const html = dossierHtml({
    ...input,
    neoantigens: [
      {
        rank: '1',
        gene: 'KRAS',
        amino_acid_change: 'G12D',
        best_peptide: 'GADGV',
        changed_positions: '3',
        best_allele: 'HLA-C*08:02',
        tier: 'Pass',
        reasons: 'r',
      },
    ],
  })
  expect(html).toContain('GA<mark>D</mark>GV')
})

test('what no small variant made stands under the neoantigens, a source at a time; sources without a row are not there', () => {
  const row = {
    rank: '1',
    gene: 'EML4-ALK',
    kind: 'inframe_fusion',
    best_peptide: 'ILYIAVTNV',
    best_allele: 'HLA-A*02:01',
    tier: 'Pass',
    percentile_mt: '0.1',
  }
  const html = dossierHtml({ ...input, further: { fusions: [row], splicing: [], antigens: [] } })
  expect(html).toContain('<strong>EML4-ALK</strong> inframe fusion')
  expect(html).not.toContain('Listed antigens')
})
