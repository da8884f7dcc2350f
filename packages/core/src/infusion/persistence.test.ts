import { expect, test } from 'vitest'
import { oracle, readData, tableOf, value } from '../../../../test/oracle.ts'
import { detectionLimit, wilson } from '../base/index.ts'
import { parseAirr } from '../format/index.ts'
import { countReceptors, kineticsOf, type PersistenceRow, parseInfusedReceptors } from './index.ts'

const FOLDER = 'singlecell/persistence'

const infused = () => value(parseInfusedReceptors(readData(`${FOLDER}/infused_receptors.tsv`)))

oracle('the course of three infused receptors: counts exact, intervals and kinetics to the digits given', () => {
  const receptors = infused()
  const days = [-7, 0, 7, 30, 90, 180, 365]
  const rows: PersistenceRow[] = days.flatMap(day => {
    const kind = day === 0 ? 'product' : 'blood'
    const name = `${kind}_day${day < 0 ? '-' : '+'}${String(Math.abs(day)).padStart(3, '0')}`
    return countReceptors({ name, day, kind, rows: value(parseAirr(readData(`${FOLDER}/${name}.airr.tsv.gz`))) }, receptors)
  })
  const expected = tableOf(`${FOLDER}/expected.tsv`)
  for (const wanted of expected) {
    const row = rows.find(other => other.receptorId === wanted.receptor_id && other.day === Number(wanted.day))!
    expect([row.cells, row.insert, row.insertWithAlpha, row.native, row.aminoAcid]).toEqual(
      [wanted.cells, wanted.cells_insert, wanted.cells_insert_with_alpha, wanted.cells_native, wanted.cells_aa].map(Number),
    )
    for (const [found, text] of [
      [row.percent, wanted.percent_insert],
      [row.low, wanted.wilson_low],
      [row.high, wanted.wilson_high],
      [row.detectionLimit, wanted.detection_limit_95],
    ] as const)
      expect(Math.abs(found - Number(text))).toBeLessThan(1e-5)
  }
  expect(expected.length).toBe(21)
  for (const wanted of tableOf(`${FOLDER}/kinetics_expected.tsv`)) {
    const found = kineticsOf(wanted.receptor_id!, rows)!
    expect(Math.abs(found.cmaxPercent - Number(wanted.cmax_percent))).toBeLessThan(1e-4)
    expect(found.tmaxDay).toBe(Number(wanted.tmax_day))
    expect(Math.abs(found.aucPercentDays - Number(wanted.auc_percent_days))).toBeLessThan(1e-4)
    if (wanted.half_life_days === '') expect(found.halfLifeDays).toBeUndefined()
    else expect(Math.abs(found.halfLifeDays! - Number(wanted.half_life_days))).toBeLessThan(1e-4)
    expect(found.lastDetectedDay).toBe(Number(wanted.last_detected_day))
  }
})

oracle('Wilson intervals and limits of detection equal R within 1e-9', () => {
  const rows = tableOf(`${FOLDER}/wilson_reference.tsv`)
  for (const row of rows) {
    const { low, high } = wilson(Number(row.x), Number(row.n))
    expect(Math.abs(low - Number(row.wilson_low))).toBeLessThan(1e-9)
    expect(Math.abs(high - Number(row.wilson_high))).toBeLessThan(1e-9)
    expect(Math.abs(detectionLimit(Number(row.n)) - Number(row.lod95))).toBeLessThan(1e-9)
  }
  expect(rows.length).toBe(31)
})

test('a sample without a beta chain is told, not divided by', () => {
  const chain = { v: 'TRBV1', j: 'TRBJ1-1', junctionAa: 'CASF', nativeJunction: 'TGTGCATCATTT', insertJunction: 'TGCGCTTCTTTC' }
  const [row] = countReceptors({ name: 'empty', day: 3, kind: 'blood', rows: [] }, [{ id: 'R', alpha: chain, beta: chain }])
  expect(row).toMatchObject({ cells: 0, insert: 0, detectionLimit: 100 })
  expect(row!.caveats.map(other => other.code)).toContain('no-beta-chains')
  expect(kineticsOf('R', [row!])).toBeUndefined()
})
