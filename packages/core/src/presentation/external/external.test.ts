import { expect, test } from 'vitest'
import { value } from '../../../../../test/oracle.ts'
import { parseMhcflurry, parseMixMhcPred, parseNetMhcPan, parseScoreTable } from './index.ts'

// Recorded output of NetMHCpan 4.1b, NetMHCIIpan 4.0 and 4.3, as quoted in the documentation of mhctools 4.5.0 (Apache-2.0).
const PAN = `NetMHCpan version 4.1b
# Rank Threshold for Strong binding peptides   0.500
---------------------------------------------------------------------------------------------------------------------------
 Pos         MHC        Peptide      Core Of Gp Gl Ip Il        Icore        Identity  Score_EL %Rank_EL Score_BA %Rank_BA  Aff(nM) BindLevel
---------------------------------------------------------------------------------------------------------------------------
   1 HLA-A*03:01    GKSGGGRCGGG GKSGGGRGG  0  7  2  0  0  GKSGGGRCGGG            seq1 0.0000000  100.000 0.009240   95.346 45243.03
---------------------------------------------------------------------------------------------------------------------------

Protein seq1. Allele HLA-A*03:01. Number of high binders 0. Number of weak binders 0. Number of peptides 1
`
const IIPAN_40 = `# Allele: DRB1_0101
 Pos           MHC              Peptide   Of        Core  Core_Rel        Identity      Score_EL %Rank_EL Exp_Bind      Score_BA  Affinity(nM) %Rank_BA  BindLevel
   1     DRB1_0101      PAPAPSWPLSSSVPS    4   PSWPLSSSV     0.327            test      0.000857    79.79       NA      0.327674       1442.91    54.35
   2     DRB1_0101      APAPSWPLSSSVPSQ    3   PSWPLSSSV     0.333            test      0.001268    71.87       NA      0.346949       1171.30    50.15
`
const IIPAN_43 = `# DRB1_0101 : Distance to training data  0.000 (using nearest neighbor DRB1_0101)
 Pos               MHC              Peptide   Of        Core  Core_Rel Inverted        Identity      Score_EL %Rank_EL  Exp_Bind      Score_BA %Rank_BA  Affinity(nM)  BindLevel
   1         DRB1_0101        AAAGAEAGKATTE    1   AAGAEAGKA     0.740        0        Sequence      0.000143    72.70     0.000      0.086339    95.13      19645.62
   4         DRB1_0101      STWLLKPGAGIMIFD    2   WLLKPGAGI     0.420        0        Sequence      0.027506    16.58     0.000      0.708645     2.85         23.39
`

test('NetMHCpan 4.1 standard output', () => {
  expect(value(parseNetMhcPan(PAN))).toEqual([
    {
      peptide: 'GKSGGGRCGGG',
      allele: 'HLA-A*03:01',
      score: 0,
      percentile: 100,
      ic50NanoMolar: 45243.03,
      affinityPercentile: 95.346,
      core: 'GKSGGGRGG',
    },
  ])
})

test('NetMHCIIpan 4.0 and 4.3 order the affinity columns differently, and both are read by name', () => {
  const [first] = value(parseNetMhcPan(IIPAN_40))
  expect([first!.allele, first!.percentile, first!.ic50NanoMolar, first!.affinityPercentile, first!.core]).toEqual([
    'HLA-DRB1*01:01',
    79.79,
    1442.91,
    54.35,
    'PSWPLSSSV',
  ])
  const [, second] = value(parseNetMhcPan(IIPAN_43))
  expect([second!.peptide, second!.ic50NanoMolar, second!.affinityPercentile, second!.core]).toEqual([
    'STWLLKPGAGIMIFD',
    23.39,
    2.85,
    'WLLKPGAGI',
  ])
})

test('text without a table, and the tool’s own error, are refused', () => {
  expect(parseNetMhcPan('nothing here')).toMatchObject({ ok: false, issue: { code: 'netmhcpan-no-table' } })
  expect(parseNetMhcPan('ERROR: Allele HLA-A99:99 not recognised\n')).toMatchObject({
    ok: false,
    issue: { code: 'netmhcpan-error', line: 1 },
  })
  expect(parseNetMhcPan(PAN.slice(0, PAN.indexOf('seq1')))).toMatchObject({ ok: false, issue: { code: 'netmhcpan-row' } })
})

// No recorded output of these two is at hand: their documented columns, with made-up numbers.
test('the columns of MHCflurry and MixMHCpred', () => {
  const flurry =
    'allele,peptide,mhcflurry_affinity,mhcflurry_affinity_percentile,mhcflurry_processing_score,mhcflurry_presentation_score,mhcflurry_presentation_percentile\nHLA-A0201,SIINFEKL,12906.8,6.5,0.1,0.05,3.1\n'
  expect(value(parseMhcflurry(flurry))).toEqual([
    { peptide: 'SIINFEKL', allele: 'HLA-A*02:01', score: 0.05, percentile: 3.1, ic50NanoMolar: 12906.8, affinityPercentile: 6.5 },
  ])
  const mix =
    '####################\n# Output from MixMHCpred\n####################\nPeptide\tScore_bestAllele\tBestAllele\t%Rank_bestAllele\tScore_A0201\t%Rank_A0201\tScore_B0702\t%Rank_B0702\nSIINFEKL\t-0.1\tA0201\t9.5\t-0.1\t9.5\t-0.9\t40\n'
  expect(value(parseMixMhcPred(mix)).map(s => [s.allele, s.score, s.percentile])).toEqual([
    ['HLA-A*02:01', -0.1, 9.5],
    ['HLA-B*07:02', -0.9, 40],
  ])
})

test('a table of scores names what it lacks', () => {
  expect(value(parseScoreTable('allele\tpeptide\tic50\nA0201\tgilgfvftl\t12\n'))).toMatchObject([
    { peptide: 'GILGFVFTL', allele: 'HLA-A*02:01', ic50NanoMolar: 12 },
  ])
  expect(parseScoreTable('allele\tpeptide\nA0201\tGILGFVFTL\n')).toMatchObject({ ok: false, issue: { code: 'score-table-no-value' } })
  expect(parseScoreTable('allele\tpeptide\tscore\nA2\tGILGFVFTL\t1\n')).toMatchObject({ ok: false, issue: { line: 2 } })
})
