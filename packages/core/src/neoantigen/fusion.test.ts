import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { data, oracle, readData, tableOf, value } from '../../../../test/oracle.ts'
import { parseFasta } from '../format/index.ts'
import { fusionPeptides, fusionWindow } from '../peptide/index.ts'
import { type Fusion, parseAgfusion, parseArriba, parseStarFusion, withSupport } from '../variant/index.ts'
import { FUSION_TIERS, fusionTier } from './index.ts'

const FOLDER = 'variants/pvactools/fusion'

const rowOf = (fusion: Fusion) => ({
  gene_name: fusion.gene,
  transcript_name: fusion.transcripts,
  fusion_amino_acid_sequence: fusion.left + fusion.right,
  variant_type: fusion.inFrame ? 'inframe_fusion' : 'frameshift_fusion',
  protein_position: String(fusion.left.length),
})
type Expected = Readonly<Record<string, string>>
const wanted = (row: Expected) => ({
  gene_name: row.gene_name,
  transcript_name: row.transcript_name,
  fusion_amino_acid_sequence: row.fusion_amino_acid_sequence,
  variant_type: row.variant_type,
  protein_position: row.protein_position,
})

oracle('Arriba: the 93 rows of pVACfuse, with their read support', () => {
  const { fusions, left } = value(parseArriba(readData(`${FOLDER}/arriba_fusions.tsv`)))
  const expected = tableOf(`${FOLDER}/output_arriba.tsv`)
  expect(fusions.map(rowOf)).toEqual(expected.map(wanted))
  expect(fusions.map(fusion => String(fusion.readSupport))).toEqual(expected.map(row => row.fusion_read_support))
  expect([expected.length, left.get('no-reading-frame'), left.get('stop-before-junction')]).toEqual([93, 81, 7])
})

oracle(
  'AGFusion with STAR-Fusion: the 30 rows of pVACfuse; its read support is two numbers written side by side, ours is their sum',
  () => {
    const folders = readdirSync(data(`${FOLDER}/agfusion_HCC1395`)).sort()
    const fusions = folders.flatMap(folder => {
      const files = readdirSync(data(`${FOLDER}/agfusion_HCC1395/${folder}`))
      const proteins = files.find(name => name.endsWith('_protein.fa'))
      if (proteins === undefined) return []
      const exons = files.find(name => /\.exons\.(csv|txt)$/.test(name))!
      return value(
        parseAgfusion(
          readData(`${FOLDER}/agfusion_HCC1395/${folder}/${proteins}`),
          readData(`${FOLDER}/agfusion_HCC1395/${folder}/${exons}`),
        ),
      ).fusions
    })
    const support = value(parseStarFusion(readData(`${FOLDER}/star-fusion.fusion_predictions.abridged.tsv`)))
    const ours = withSupport(fusions, support)
    const expected = tableOf(`${FOLDER}/output_agfusion_starfusion.tsv`)
    const key = (row: ReturnType<typeof rowOf> | ReturnType<typeof wanted>) => JSON.stringify(row)
    expect(ours.map(rowOf).map(key).sort()).toEqual(expected.map(wanted).map(key).sort())
    let supported = 0
    for (const row of expected) {
      const found = ours.find(fusion => fusion.transcripts === row.transcript_name && String(fusion.left.length) === row.protein_position)!
      expect(found.expression === undefined ? 'NA' : String(found.expression)).toBe(row.fusion_expression)
      if (row.fusion_read_support === 'NA') expect(found.readSupport).toBeUndefined()
      else {
        supported++
        const counts = support.find(other => other.expression === found.expression)!
        expect(found.readSupport).toBe(counts.reads)
      }
    }
    expect(supported).toBeGreaterThan(5)
    expect(expected.length).toBe(30)
  },
)

oracle('windows around the junction equal those of pVACfuse', () => {
  const windows = tableOf('variants/pvactools/windows/fusions.tsv').flatMap(row => {
    const at = Number(row.protein_position)
    const sequence = row.fusion_amino_acid_sequence!
    const window = fusionWindow(
      { left: sequence.slice(0, at), right: sequence.slice(at), inFrame: row.variant_type === 'inframe_fusion' },
      10,
    )
    return window === undefined ? [] : [window.sequence]
  })
  const expected = value(parseFasta(readData('variants/pvactools/windows/output_fusions.fasta'))).map(record => record.sequence)
  expect([...new Set(windows)].sort()).toEqual([...expected].sort())
})

oracle('tiers and order of 35 fusions as pVACfuse gives them', () => {
  const rows = tableOf('variants/pvactools/tiers/pvacfuse.aggregated.out.tsv')
  const number = (text: string | undefined) => (text === undefined || text === 'NA' ? undefined : Number(text))
  const tiered = rows.map(row => ({
    id: row.ID,
    expected: row.Tier,
    tier: fusionTier({
      ic50: Number(row['IC50 MT']),
      refMatch: row['Ref Match'] === 'True',
      problematic: row['Prob Pos'] !== 'None' && row['Prob Pos'] !== undefined && row['Prob Pos'] !== '',
      readSupport: number(row['Read Support']),
      expression: number(row.Expr),
    }),
  }))
  expect(tiered.filter(row => row.tier !== row.expected)).toEqual([])
  const places = tiered.map(row => FUSION_TIERS.indexOf(row.tier))
  expect(places).toEqual(places.toSorted((a, b) => a - b))
  expect(rows.length).toBe(35)
})

test('peptides cross the junction, or lie in a new tail; none is a parent’s', () => {
  const inFrame = fusionWindow({ left: 'MKTAYIAKQRQISFVKSHFS', right: 'RQLEERLGLIEVQAPILSRV', inFrame: true }, 10)!
  const peptides = fusionPeptides(inFrame, true, 9)
  expect(peptides.length).toBe(8)
  expect(peptides.every(peptide => /S?RQ?/.test(peptide))).toBe(true)
  const shifted = fusionWindow({ left: 'MKTAYIAKQRQISFVKSHFS', right: 'WWWWWCCCCC', inFrame: false }, 10)!
  expect(fusionPeptides(shifted, false, 9).length).toBe(10)
  expect(fusionWindow({ left: 'MK', right: '', inFrame: true }, 10)).toBeUndefined()
})
