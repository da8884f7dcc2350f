// Plans of a lot from files alone: what closed lots say of growth is the prior of the next forecast.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cognate, temporary } from './run-cli.ts'

test('three closed lots make a model, and a forecast begins with it', () => {
  const folder = temporary()
  const write = (name: string, content: unknown) => {
    writeFileSync(join(folder, name), JSON.stringify(content))
    return join(folder, name)
  }
  const lots = [1, 2, 3].map(n =>
    write(`lot-${n}.json`, {
      seed: { day: 0, viable: 1e6 },
      counts: [
        { day: 5, viable: n * 1e6 + 2e5 },
        { day: 12, viable: n * 1e7 + 1e6, replicates: 2 },
      ],
    }),
  )
  const model = join(folder, 'growth.json')
  const fitted = cognate(['lot', 'growth', ...lots, '--out', model])
  expect([fitted.code, fitted.err]).toEqual([0, expect.stringContaining('3 lots: ')])
  const { rate_mean, rate_sd } = JSON.parse(readFileSync(model, 'utf8')) as { rate_mean: number; rate_sd: number }
  const next = write('next.json', {
    seed: { day: 0, viable: 1e6 },
    target: { receptor_positive_dose: 1e8, receptor_fraction: 0.6 },
  })
  const rate = (...more: readonly string[]) => /rate (\S+ ± \S+) per day/.exec(cognate(['lot', 'forecast', next, ...more]).err)?.[1]
  expect(rate()).toBe('0.360 ± 0.120')
  expect(rate('--model', model)).toBe(`${rate_mean.toFixed(3)} ± ${rate_sd.toFixed(3)}`)
  expect(cognate(['lot', 'growth', lots[0]!, lots[0]!, lots[1]!])).toMatchObject({ code: 1, err: expect.stringContaining('growth-twice') })
  expect(cognate(['lot', 'growth', lots[0]!, lots[1]!])).toMatchObject({ code: 1, err: expect.stringContaining('growth-lots') })
})
