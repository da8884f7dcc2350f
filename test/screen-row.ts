// A row of a screen as the reader gives it, for tests that care for a few of its members.
import type { ScreenRow } from '@cognate/core/screen'

export const screenRow = (given: Partial<ScreenRow>): ScreenRow => ({
  effector: 'R1',
  antigen: 'MG-1',
  presenterHla: '',
  plate: 'P1',
  wells: ['A1'],
  values: [9],
  rule: 'empirical',
  statistic: 0,
  fold: 1,
  p: undefined,
  call: 'positive',
  caveats: [],
  ...given,
})
