import { expect, test } from 'vitest'
import { value } from '../../../../test/oracle.ts'
import { screenRow } from '../../../../test/screen-row.ts'
import type { Blocked } from './plate.ts'
import { parsePlateMap } from './plate.ts'
import { type Call, restrictionOf, type ScreenRow, silencedBy } from './read-screen.ts'

const row = (call: Call, presenterHla: string, blocking?: Blocked): ScreenRow =>
  screenRow({ call, presenterHla, ...(blocking === undefined ? {} : { blocking }) })

test('the only allele that answers restricts; two leave it open', () => {
  expect(restrictionOf([row('positive', 'A*02:01'), row('negative', 'A*11:01')])).toMatchObject({ hla: 'A*02:01', ambiguous: false })
  expect(restrictionOf([row('positive', 'A*02:01'), row('positive', 'DRB1*04:01')])).toMatchObject({ hla: undefined, ambiguous: true })
})

test('an antibody that silences the answer narrows the alleles to its class', () => {
  const open = [row('positive', ''), row('positive', 'A*02:01'), row('positive', 'DRB1*04:01')]
  const blocked = [row('positive', '', 'class-I'), row('negative', '', 'DR'), row('positive', '', 'DP')]
  expect(silencedBy([...open, ...blocked])).toEqual(['DR'])
  expect(restrictionOf([...open, ...blocked])).toEqual({ hla: 'DRB1*04:01', ambiguous: false, silenced: ['DR'] })
  // where nothing answers without the antibody, a well that is silent with it tells nothing
  expect(silencedBy([row('negative', ''), row('negative', '', 'DR')])).toEqual([])
})

test('antibodies stand in a column of the map; another name, or one in a titration, is refused', () => {
  const map = (blocking: string, dose = '') =>
    parsePlateMap(`plate,well,kind,effector,antigen,dose_molar,blocking\nP1,A1,test,R1,MG-1,${dose},${blocking}\n`)
  expect(value(map('dr'))[0]!.blocking).toBe('DR')
  expect(value(map(''))[0]!.blocking).toBeUndefined()
  expect(map('W6/32')).toMatchObject({ ok: false, issue: { code: 'plate-map-malformed', line: 2 } })
  expect(map('DR', '1e-9')).toMatchObject({ ok: false, issue: { code: 'plate-map-malformed' } })
})
