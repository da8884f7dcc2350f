// Ends a stage command: writes its files together, prints one line, the notice of an empty result, and the summary for programs.
import { mkdirSync } from 'node:fs'
import { userPath } from '../read/paths.ts'
import { funnelText } from '../write/funnel-file.ts'
import { type Output, writeOutputs } from '../write/outputs.ts'
import { type CommonFlags, consoleOf } from './options.ts'
import type { StageReport } from './stages/stage.ts'

/** Caveats that are printed one by one. */
const MOST_NOTICES = 12

/** `binary`: files that are no text. */
export function finishStage(
  name: string,
  report: StageReport,
  out: string,
  flags: CommonFlags,
  started: number,
  binary: ReadonlyMap<string, Uint8Array> = new Map(),
): void {
  const folder = userPath(out)
  mkdirSync(folder, { recursive: true })
  writeOutputs(
    folder,
    new Map<string, Output>([...report.files, ...(report.longFiles ?? []), ...binary, ['funnel.tsv', funnelText(folder, report.funnel)]]),
  )
  const console = consoleOf(flags)
  console.end(name, report.headline, false, (performance.now() - started) / 1000)
  console.leftBehind(report.funnel)
  if (report.empty !== undefined) console.loud(report.empty)
  for (const caveat of report.caveats.slice(0, MOST_NOTICES)) console.notice(`${caveat.text} [${caveat.code}]`)
  if (report.caveats.length > MOST_NOTICES) console.notice(`and ${report.caveats.length - MOST_NOTICES} more (--json has all)`)
  if (flags.json === true) {
    process.stdout.write(
      `${JSON.stringify({ stage: name, headline: report.headline, files: [...report.files.keys(), ...(report.longFiles?.keys() ?? [])], funnel: report.funnel, caveats: report.caveats, empty: report.empty }, null, 1)}\n`,
    )
  }
}
