// Every shipped preset on real receptors, and random receptors against the default preset. COGNATE_PROPERTY_RUNS sets how many random ones (default 150).
import { describe, expect, test } from 'vitest'
import { humanUsage, openReferences } from '../../../../test/imgt.ts'
import { oracle, tableOf, value } from '../../../../test/oracle.ts'
import { seededRandom } from '../base/index.ts'
import { breaches, codonShare, type GermlineJ, type GermlineV, PRESETS, parsePreset, translate } from '../bio/index.ts'
import { type Construct, DEFAULT_PRODUCT, designConstruct, type ReceptorInput } from './index.ts'

const runs = Number(process.env.COGNATE_PROPERTY_RUNS ?? 150)
const references = openReferences()
const usage = humanUsage()

/** A design that keeps its protein and every limit of its preset, checked here from the bases alone. */
function expectSound(construct: Construct, preset: string): void {
  const limits = PRESETS.get(preset)!
  expect([construct.receptorId, construct.status]).toEqual([construct.receptorId, 'ready'])
  expect(breaches(construct.insert, limits)).toEqual([])
  const coding = construct.insert.slice(9, -3)
  expect(translate(coding)).toBe(construct.protein)
  const words = new Set<string>()
  for (let i = 0; i + 20 <= construct.insert.length; i++) words.add(construct.insert.slice(i, i + 20))
  if (preset !== 'none') expect(words.size).toBe(construct.insert.length - 19)
  const codons = new Set(coding.match(/.../g))
  expect([...codons].filter(codon => codonShare(usage, codon) < limits.leastCodonShare)).toEqual([])
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!

describe.each([...PRESETS.keys()].filter(name => name !== 'none'))('preset %s', preset => {
  oracle('solves every receptor of set G that can be built', () => {
    const rows = tableOf('tcr/golden/G_human_10x_nt_in.tsv')
    expect(rows.length).toBe(543)
    const adaptation: number[] = []
    for (const row of rows) {
      const made = designConstruct(
        {
          receptorId: row.TCR_name!,
          alpha: { locus: 'TRA', vCall: row.TRAV!, jCall: row.TRAJ!, junctionNt: row.TRA_CDR3!, junctionAa: '' },
          beta: { locus: 'TRB', vCall: row.TRBV!, jCall: row.TRBJ!, junctionNt: row.TRB_CDR3!, junctionAa: '' },
        },
        { ...DEFAULT_PRODUCT, preset },
        references,
        usage,
      )
      if (!made.ok) {
        expect(['v-unusable', 'stop-inside', 'junction-ends']).toContain(made.issue[0]!.code)
        continue
      }
      expectSound(made.value, preset)
      adaptation.push(made.value.cai)
    }
    expect(adaptation.length).toBe(530)
    expect(median(adaptation)).toBeGreaterThanOrEqual(0.96)
    expect(Math.min(...adaptation)).toBeGreaterThanOrEqual(0.9)
  })
})

test(
  'random receptors on the shipped germline: protein kept, every limit of the default preset, no repeat of 20',
  () => {
    const random = seededRandom('presets')
    const pick = <T>(list: readonly T[]): T => list[random.below(list.length)]!
    const segments = [...references.receptor.byGene.values()].flat()
    const usable = (locus: string) => ({
      v: segments.filter(
        (s): s is GermlineV =>
          s.region === 'V' &&
          s.gene.startsWith(locus) &&
          s.cys104 !== undefined &&
          s.cys23 !== undefined &&
          s.trp41 !== undefined &&
          !translate(s.sequence.slice(0, s.cys104)).includes('*') &&
          /^M[^*]{13,44}$/.test(translate(s.leader)) &&
          s.leader.length % 3 === 0,
      ),
      j: segments.filter(
        (s): s is GermlineJ =>
          s.region === 'J' && s.gene.startsWith(locus) && s.j118 !== undefined && !translate(s.sequence.slice(s.j118)).includes('*'),
      ),
    })
    const pools = { TRA: usable('TRA'), TRB: usable('TRB') }
    const chain = (locus: 'TRA' | 'TRB') => {
      const v = pick(pools[locus].v)
      const j = pick(pools[locus].j)
      const middle = Array.from({ length: 4 + random.below(14) }, () => pick([...'ACDEFGHIKLMNPQRSTVWY'])).join('')
      const anchor = translate(j.sequence.slice(j.j118!, j.j118! + 3))
      return { locus, vCall: `${v.gene}*${v.allele}`, jCall: `${j.gene}*${j.allele}`, junctionNt: '', junctionAa: `CA${middle}${anchor}` }
    }
    for (let i = 0; i < runs; i++) {
      const receptor: ReceptorInput = { receptorId: `R${i}`, alpha: chain('TRA'), beta: chain('TRB') }
      expectSound(value(designConstruct(receptor, DEFAULT_PRODUCT, references, usage)), DEFAULT_PRODUCT.preset)
    }
  },
  60_000 + 100 * runs,
)

test('a preset file is read, or refused by the key that is wrong', () => {
  const file = {
    name: 'ours',
    source: 'agreed with the supplier',
    dated: '2026-11-24',
    verified: true,
    longestRun: { A: 8 },
    gcWhole: [0.3, 0.65],
  }
  expect(parsePreset(JSON.stringify(file))).toMatchObject({
    ok: true,
    value: { name: 'ours', longestRun: { A: 8, C: Number.POSITIVE_INFINITY } },
  })
  expect(parsePreset(JSON.stringify({ ...file, gcWhole: [30, 65] }))).toMatchObject({ ok: false, issue: { code: 'preset-schema' } })
  expect(parsePreset(JSON.stringify({ ...file, gcwhole: [0.3, 0.65] }))).toMatchObject({ ok: false, issue: { code: 'preset-schema' } })
  expect(parsePreset(JSON.stringify({ ...file, name: 'twist-like' }))).toMatchObject({ ok: false, issue: { code: 'preset-name' } })
  expect(parsePreset('{')).toMatchObject({ ok: false, issue: { code: 'preset-json' } })
})
