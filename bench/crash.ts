// kill -9 campaign over both stores. Run: npm run record:crash -- [kills per store] [seed]. Ends with the figures, and with 1 where anything acknowledged was lost or a record did not verify.
import { crashCampaign } from '../test/crash-campaign.ts'

const kills = Number(process.argv[2] ?? 500)
const seed = process.argv[3] ?? 'cognate'
let bad = false
for (const store of ['embedded', 'server'] as const) {
  const begun = Date.now()
  const figures = await crashCampaign(store, kills, `${seed}-${store}`, 50, line => process.stderr.write(`${line}\n`))
  process.stdout.write(`${JSON.stringify({ store, ...figures, minutes: Number(((Date.now() - begun) / 60_000).toFixed(1)) })}\n`)
  bad ||= figures.lost > 0 || figures.falseAlarms.length > 0
}
process.exitCode = bad ? 1 : 0
