// Every row of the 130 public tests of laboratory grading (CTCAE v4, v5, v6, DAIDS; both unit tables).
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { oracle, readData, root, value } from '../../../../test/oracle.ts'
import { gradeLab, type LabValue, parseLabCriteria } from './index.ts'

const criteria = () => value(parseLabCriteria(readFileSync(join(root, 'packages/node/data/lab-grades.tsv'), 'utf8')))

interface Case {
  readonly test: string
  readonly direction: 'L' | 'H'
  readonly criteria: string
  readonly high_indicator: string
  readonly low_indicator: string
  readonly rows: readonly Readonly<Record<string, string | number | null>>[]
}

/** `atoxgr_criteria_ctcv5_uscv` → criteria and unit tables. */
function tablesOf(name: string): { readonly criteria: string; readonly units: readonly string[] } {
  const match = /^atoxgr_criteria_(?:ctcv(\d)|(daids))(?:_(.*))?$/.exec(name)!
  const units = match[3] === undefined ? ['si'] : match[3] === 'uscv' ? ['conventional'] : ['si', 'conventional']
  return { criteria: match[1] === undefined ? 'daids' : `ctcae-${match[1]}`, units }
}

oracle('2,283 rows of 130 public tests are graded as there', () => {
  const all = criteria()
  const cases = JSON.parse(readData('clinical/ctcae/lab_grading_cases.json')) as readonly Case[]
  const wrong: string[] = []
  let compared = 0
  for (const one of cases) {
    const { criteria: name, units } = tablesOf(one.criteria)
    const table = all.filter(row => row.criteria === name && units.includes(row.units))
    expect(table.length).toBeGreaterThan(0)
    const [term, expected] = one.direction === 'L' ? ['ATOXDSCL', 'ATOXGRL'] : ['ATOXDSCH', 'ATOXGRH']
    for (const row of one.rows) {
      const number = (key: string) => (typeof row[key] === 'number' ? (row[key] as number) : undefined)
      const text = (key: string) => (row[key] === null || row[key] === undefined ? undefined : String(row[key]))
      const lab: LabValue = {
        term: text(term!) ?? '',
        value: number('AVAL'),
        unit: text('AVALU') ?? '',
        normalLow: number('ANRLO'),
        normalHigh: number('ANRHI'),
        baseline: number('BASE'),
        baselineIndicator: text('BNRIND'),
        percentChange: number('PCHG'),
        sex: text('SEX'),
        birth: text('BRTHDT'),
        date: text('ADT'),
      }
      const grade = gradeLab(lab, one.direction, table, { high: one.high_indicator, low: one.low_indicator }).grade
      compared++
      if ((grade === undefined ? undefined : String(grade)) !== text(expected!))
        wrong.push(`${one.test}: ${JSON.stringify(row)} → ${grade}`)
    }
  }
  expect([cases.length, compared]).toEqual([130, 2283])
  expect(wrong).toEqual([])
})

test('a unit the criteria do not know gives no grade and says so; a missing limit costs only the grades that need it', () => {
  const table = criteria().filter(row => row.criteria === 'ctcae-5' && row.units === 'si')
  const anemia = (lab: Partial<LabValue>) =>
    gradeLab({ term: 'anemia', value: 79, unit: 'g/L', normalLow: undefined, normalHigh: undefined, ...lab }, 'L', table)
  expect([anemia({}), anemia({ value: 139 }), anemia({ unit: 'g/dL' }), anemia({ value: undefined }), anemia({ term: 'luck' })]).toEqual([
    { grade: 3 },
    { grade: undefined, reason: 'not-gradable' },
    { grade: undefined, reason: 'no-unit' },
    { grade: undefined, reason: 'no-value' },
    { grade: undefined, reason: 'no-term' },
  ])
})
