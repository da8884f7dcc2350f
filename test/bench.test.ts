// Every timed region does real work: pinned on small sizes, so that a benchmark never times nothing.
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { consequences } from '../bench/consequences.ts'
import { annotation, clonotyping, junctionDistances, knownReceptors, matches, proteomeScan } from '../bench/receptors.ts'
import { constructs, makeMatrix, matrixMarket, presentation, signatureScore, stitching, variants } from '../bench/regions.ts'
import { DESIGNS, simulate } from '../bench/screens.ts'
import { survival, trialReport } from '../bench/survival.ts'
import { data, oracle, root } from './oracle.ts'

test('presentation scores every pair; the matrix has every entry; every cell is scored', async () => {
  expect((await presentation('I', 200)).items).toBe(1200)
  const path = makeMatrix(2000, 30, 100)
  const read = await matrixMarket(path)
  expect(read.items).toBeGreaterThan(2000)
  expect((await signatureScore(path)).items).toBe(30)
})

oracle('stitching links all but the two rows that cannot be; the VCF gives 955 rows; constructs are ready', async () => {
  expect((await stitching(data(''), 251)).items).toBe(249)
  expect((await variants(data(''))).items).toBe(955)
  const [designed, gate] = await constructs(data(''), 12)
  expect(designed!.items).toBeGreaterThanOrEqual(10)
  expect(gate!.items).toBe(designed!.items)
})

oracle('nearly every variant in and around exons has a consequence', async () => {
  const [warm, cold] = await consequences(data(''), 2_000_000, 400)
  expect(warm!.items).toBeGreaterThan(390)
  expect(cold!.items).toBe(warm!.items)
})

oracle('receptors are compared, contigs called, a proteome scanned', () => {
  expect(junctionDistances(50).items).toBe(2500)
  expect(matches(30).items).toBe(900)
  expect(knownReceptors(20, 200).items).toBe(20)
  expect(annotation(data(''), 1).items).toBeGreaterThan(1250)
  expect(proteomeScan(20_000).items).toBe(100_000)
  expect(clonotyping(500).items).toBe(500)
})

test('survival statistics and the report of a trial count every subject', () => {
  expect(survival(500, 300, false).map(measured => measured.items)).toEqual([500, 300, 300])
  expect(trialReport(join(root, 'examples/trial-crc'), 2).items).toBe(14)
})

test('simulated screens find what was planted', () => {
  for (const design of DESIGNS) {
    const { sensitivity, wells } = simulate(design, 3, 10)
    expect([design.name, sensitivity > 0.6, wells > 20]).toEqual([design.name, true, true])
  }
})
