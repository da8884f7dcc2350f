import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { oracle, readData, root, value } from '../../../../test/oracle.ts'
import { parseDelimited } from '../format/index.ts'
import {
  bodySurface,
  compareDoses,
  cytokineReleaseGrade,
  evaluateStopping,
  gradeAstct,
  neurotoxicityGrade,
  planRegimen,
  RegimenSchema,
} from './index.ts'

const template = () => RegimenSchema.parse(parse(readFileSync(join(root, 'packages/node/data/regimen-tcr-t.yaml'), 'utf8')))

test('body surface by three formulas, each with its arithmetic', () => {
  const of = (formula: 'mosteller' | 'du-bois' | 'haycock') => bodySurface(170, 70, formula).toFixed(2)
  expect([of('mosteller'), of('du-bois'), of('haycock')]).toEqual(['1.82', '1.81', '1.83'])
  const regimen = { ...template(), body_surface: 'du-bois' as const }
  const [dose] = value(planRegimen(regimen, { weightKg: 70, heightCm: 170 })).filter(one => one.drug === 'FLUDARABINE')
  expect([dose!.dose, dose!.how]).toEqual([45.2, expect.stringContaining('1.810 m² (0.007184 × 70^0.425 × 170^0.725)')])
})

test('bedside findings of a table are graded row by row; what is missing or misspelt is named', () => {
  const table = value(
    parseDelimited(
      [
        'subject,when,temperature_c,fever_treated,hypotension,hypoxia,ice_score,consciousness,seizure,motor_weakness,raised_pressure',
        'S1,day 2,38.0,no,none,none,,,,,',
        'S1,day 3,37.9,no,one-vasopressor,none,10,awake,none,no,none',
        'S1,day 4,37.2,yes,one-vasopressor,low-flow,2,awake,none,no,none',
        'S1,day 5,39.1,yes,none,positive-pressure,0,none,none,no,none',
        'S1,day 6,39.1,yes,none,oxygen,,,,,',
        'S1,day 7,102,yes,none,none,,,,,',
        'S1,day 8,38,yes,none,none,8,,none,no,none',
      ].join('\n'),
      { delimiter: ',' },
    ),
  )
  const { grades, issues } = value(gradeAstct(table))
  expect(grades.map(one => [one.when, one.cytokineRelease, one.neurotoxicity])).toEqual([
    ['day 2', 1, undefined],
    ['day 3', 0, 0],
    ['day 4', 3, 3],
    ['day 5', 4, 4],
  ])
  expect(issues.map(({ code, line }) => `${code} ${line}`)).toEqual(['astct-value 6', 'astct-value 7', 'astct-incomplete 8'])
  expect(gradeAstct({ ...table, columns: ['subject'] }).ok).toBe(false)
})

test('doses by weight and surface, with their arithmetic; nothing is assumed for a missing weight or height', () => {
  expect(bodySurface(180, 80)).toBe(2)
  const planned = value(planRegimen(template(), { weightKg: 80, heightCm: 180 }))
  const of = (drug: string) => planned.filter(dose => dose.drug === drug)
  expect([of('CYCLOPHOSPHAMIDE').map(dose => [dose.dose, dose.day]), of('FLUDARABINE')[0]!.dose, of('ALDESLEUKIN').length]).toEqual([
    [
      [4800, -7],
      [4800, -6],
    ],
    50,
    12,
  ])
  expect(of('FLUDARABINE')[0]!.how).toContain('25 × 2.000 m²')
  const code = (weightKg: number | undefined, heightCm: number | undefined) => {
    const plan = planRegimen(template(), { weightKg, heightCm })
    return plan.ok ? 'ok' : plan.issue.code
  }
  expect([code(undefined, 180), code(80, undefined), code(8, 180), code(80, 18)]).toEqual([
    'weight-missing',
    'height-missing',
    'weight-odd',
    'height-odd',
  ])
})

test('every difference of given from planned is named: fewer doses, another dose, another day, another unit, an unplanned drug', () => {
  const planned = value(planRegimen(template(), { weightKg: 80, heightCm: 180 })).filter(dose => dose.drug === 'CYCLOPHOSPHAMIDE')
  const give = (dose: number, day: number, unit = 'mg', drug = 'cyclophosphamide') => ({ drug, dose, unit, day })
  const kinds = (...given: ReturnType<typeof give>[]) => compareDoses(planned, given).map(difference => difference.kind)
  expect([
    kinds(give(4800, -7), give(4800, -6)),
    kinds(give(4800, -7)),
    kinds(give(4800, -7), give(2400, -6)),
    kinds(give(4800, -7), give(4800, -5)),
    kinds(give(4800, -7), give(4.8, -6, 'g')),
    kinds(give(4800, -7), give(4800, -6), give(1, 0, 'mg', 'MESNA')),
  ]).toEqual([[], ['not-given'], ['dose'], ['day'], ['unit'], ['not-planned']])
})

test('a stopping rule says at limit at its boundary, and over above it; a subject counts once', () => {
  const rules = [{ what: 'hypoxia', term: 'Hypoxia', grade: 4, window_days: 28, limit: 1, citation: 'x' }]
  const event = (subject: string, grade = 4, day = 3) => ({ subject, term: 'hypoxia', grade, day })
  const state = (...events: ReturnType<typeof event>[]) => evaluateStopping(rules, events)[0]!.state
  expect([state(), state(event('a'), event('a')), state(event('a'), event('b')), state(event('a', 3), event('b', 4, 29))]).toEqual([
    'below limit',
    'at limit',
    'over limit',
    'below limit',
  ])
})

oracle('cytokine release and neurotoxicity: every row of the tables of the ASTCT', () => {
  const { crs, icans } = JSON.parse(readData('clinical/ctcae/astct_crs_icans.json')) as {
    crs: { rows: readonly { grade: number }[] }
    icans: { rows: readonly { grade: number; ice?: readonly [number, number] }[] }
  }
  const pressures = ['none', 'no-vasopressor', 'one-vasopressor', 'several-vasopressors'] as const
  const oxygens = ['none', 'low-flow', 'high-flow', 'positive-pressure'] as const
  expect(crs.rows.map(row => row.grade)).toEqual([1, 2, 3, 4])
  let compared = 0
  for (const [i, hypotension] of pressures.entries())
    for (const [j, hypoxia] of oxygens.entries()) {
      // the grade is the worse of the two columns; without fever, and without a drug against it, there is none
      expect(cytokineReleaseGrade({ fever: true, feverTreated: false, hypotension, hypoxia })).toBe(crs.rows[Math.max(i, j)]!.grade)
      expect(cytokineReleaseGrade({ fever: false, feverTreated: false, hypotension, hypoxia })).toBe(0)
      compared++
    }
  expect(compared).toBe(16)
  for (const row of icans.rows.filter(one => one.ice !== undefined))
    for (let score = row.ice![0]; score <= row.ice![1]; score++) {
      const consciousness = (['awake', 'voice', 'touch', 'none'] as const)[row.grade - 1]!
      expect([
        score,
        neurotoxicityGrade({ iceScore: score, consciousness, seizure: 'none', motor: false, raisedPressure: 'none' }),
      ]).toEqual([score, row.grade])
    }
  expect(neurotoxicityGrade({ iceScore: 10, consciousness: 'awake', seizure: 'none', motor: false, raisedPressure: 'none' })).toBe(0)
  expect(neurotoxicityGrade({ iceScore: 9, consciousness: 'awake', seizure: 'brief', motor: false, raisedPressure: 'none' })).toBe(3)
  expect(neurotoxicityGrade({ iceScore: 9, consciousness: 'awake', seizure: 'none', motor: true, raisedPressure: 'none' })).toBe(4)
})
