// A page as PDF, by a browser that is installed. The bytes of a PDF carry the time it was made, so it stands beside the results, never among what must be the same.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fail, type Issue, issue, ok, type Result } from '@cognate/core/base'

export const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** Errors: `pdf-browser` when none is installed, `pdf-failed`. */
export function printPdf(page: string, pdf: string, browsers: readonly string[] = BROWSERS): Result<string, Issue> {
  const browser = browsers.find(name => spawnSync(name, ['--version'], { timeout: 20_000 }).status === 0)
  if (browser === undefined)
    return fail(
      issue(
        'pdf-browser',
        'no browser that prints was found',
        `install one of ${browsers.join(', ')}, or print ${page} from your own browser`,
      ),
    )
  const profile = mkdtempSync(join(tmpdir(), 'cognate-print-'))
  // a container's root user has no sandbox to enter; the page holds no script and loads nothing
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const run = spawnSync(
    browser,
    [
      '--headless',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-sync',
      ...sandbox,
      `--user-data-dir=${profile}`,
      '--no-pdf-header-footer',
      `--print-to-pdf=${resolve(pdf)}`,
      `file://${resolve(page)}`,
    ],
    { encoding: 'utf8', timeout: 120_000 },
  )
  rmSync(profile, { recursive: true, force: true })
  return existsSync(pdf)
    ? ok(pdf)
    : fail(
        issue('pdf-failed', `${browser} made no PDF: ${run.stderr.trim().split('\n').at(-1) ?? ''}`, `print ${page} from your own browser`),
      )
}
