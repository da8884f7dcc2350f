import { expect, test } from 'vitest'
import { value } from '../../../../test/oracle.ts'
import { screenRow } from '../../../../test/screen-row.ts'
import { proposeNextRound, TITRATION_DOSES } from './next-round.ts'
import { parseReadout } from './plate.ts'
import type { Call, ScreenRow } from './read-screen.ts'

const row = (effector: string, antigen: string, call: Call, presenterHla = ''): ScreenRow =>
  screenRow({ effector, antigen, call, presenterHla })

const stepsOf = (rows: readonly ScreenRow[], constructs: ReadonlyMap<string, readonly string[]> = new Map(), hla: readonly string[] = []) =>
  proposeNextRound({ readout: { rows, titrations: [], caveats: [] }, pools: [], constructs, hla }).map(
    ({ effector, antigen, step }) => `${effector} ${antigen} ${step}`,
  )

test('a construct that answered is split into its minigenes, one that did not is left', () => {
  const constructs = new Map([
    ['TMG-1', ['MG-1', 'MG-2', 'MG-3']],
    ['TMG-2', ['MG-4', 'MG-5']],
  ])
  expect(stepsOf([row('R1', 'TMG-1', 'positive'), row('R1', 'TMG-2', 'negative'), row('R2', 'TMG-2', 'invalid')], constructs)).toEqual([
    'R1 MG-1 split',
    'R1 MG-2 split',
    'R1 MG-3 split',
    'R2 TMG-2 repeat',
  ])
})

test('a minigene that answered is held against its wild type, titrated, and its HLA sought', () => {
  expect(stepsOf([row('R1', 'MG-1', 'positive')], new Map(), ['A*02:01', 'C*08:02'])).toEqual([
    'R1 MG-1-wt wild-type',
    'R1 MG-1 titrate',
    'R1 MG-1-wt titrate',
    'R1 MG-1 restrict',
  ])
  // wild type tested, presenters known: doses only, and no step for the wild type's own answer
  expect(stepsOf([row('R1', 'MG-1', 'positive', 'A*02:01'), row('R1', 'MG-1-wt', 'positive', 'A*02:01')], new Map(), ['A*02:01'])).toEqual([
    'R1 MG-1 titrate',
    'R1 MG-1-wt titrate',
  ])
  expect(TITRATION_DOSES.at(-1)).toBe(0)
})

test('peptides that pools point to are tested alone', () => {
  const pools = [{ effector: 'R1', peptideId: 'P-7', confident: false, activity: 80, background: 5 }]
  const next = proposeNextRound({
    readout: { rows: [row('R1', 'POOL-1-1', 'positive')], titrations: [], caveats: [] },
    pools,
    constructs: new Map(),
    hla: [],
  })
  expect(next.map(({ antigen, step }) => [antigen, step])).toEqual([['P-7', 'confirm']])
})

test('a reader’s own columns and AID’s blocks are read; the plate has the name that AID gives it', () => {
  const long = value(parseReadout('plate_id,well_id,spot_count\n1,A1,300\n1,a02,TNTC\n'))
  expect(long.map(reading => [reading.plate, reading.well, reading.value, reading.censored])).toEqual([
    ['1', 'A1', 300, false],
    ['1', 'A2', undefined, true],
  ])
  const aid = value(
    parseReadout(
      '\tPlate:P7, Date:Monday, June 12, 2023,  User: x, Path:\t\n Plate Data - Spots Number \t\t\n\t1\t2\nA\t300\t0\nB\t5\t>600\n',
    ),
  )
  expect(aid.map(reading => [reading.plate, reading.well, reading.value])).toEqual([
    ['P7', 'A1', 300],
    ['P7', 'A2', 0],
    ['P7', 'B1', 5],
    ['P7', 'B2', 600],
  ])
  expect(parseReadout('well,colour\nA1,red\n')).toMatchObject({ ok: false, issue: { code: 'column-missing' } })
})
