// A short campaign of kill -9 in every run of the tests; the long one of a thousand is `npm run record:crash`.
import { expect, test } from 'vitest'
import { crashCampaign } from './crash-campaign.ts'
import { hasServer } from './postgres-server.ts'

const there = hasServer || process.env.CI !== undefined

test('after 10 kills of the writer on the embedded store nothing acknowledged is lost, and the record verifies', async () => {
  expect(await crashCampaign('embedded', 10, 'test-embedded', 5)).toMatchObject({
    kills: 10,
    lost: 0,
    falseAlarms: [],
    verifications: 2,
    acknowledged: expect.any(Number),
  })
}, 240_000)

test.skipIf(!there)(
  'after 10 kills of the writer on a server nothing acknowledged is lost, and the record verifies',
  async () => {
    const figures = await crashCampaign('server', 10, 'test-server', 5)
    expect(figures).toMatchObject({ kills: 10, lost: 0, falseAlarms: [], verifications: 2 })
    expect(figures.acknowledged).toBeGreaterThan(50)
  },
  240_000,
)
