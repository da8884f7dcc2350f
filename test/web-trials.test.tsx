// @vitest-environment happy-dom
// The read-out in the web app: a statistician cuts the data, a physician reads what came out, and every figure on the page is that of the tables.
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { root } from '../packages/node/src/read/paths.ts'
import { readRows } from '../packages/node/src/read/rows.ts'
import { openSite, type Person, type Site } from './record-site.ts'
import { temporary } from './run-cli.ts'
import { Browser } from './web-page.tsx'

const folder = temporary()
const readOuts = join(folder, 'read-outs')
const rows = (table: string) => readRows(join(readOuts, `SYN-CRC/2023-12-31/${table}.tsv`))

let site: Site
let stan: Person, paula: Person

beforeAll(async () => {
  cpSync(join(root, 'examples/trial-crc'), join(folder, 'trials/trial-crc'), { recursive: true })
  site = await openSite({
    trials: {
      trials: join(folder, 'trials'),
      readOuts,
      program: [process.execPath, '--disable-warning=ExperimentalWarning', join(root, 'dist/cognate.mjs')],
    },
  })
  await site.setUp()
  stan = await site.hire('stan', ['statistician'], { studies: ['SYN-CRC'] })
  paula = await site.hire('paula', ['physician'], { studies: ['SYN-CRC'] })
})
afterAll(async () => {
  await site?.close()
})

const cells = (browser: Browser, table: number, column: number) =>
  [...browser.page.querySelectorAll('table')[table]!.querySelectorAll('tbody tr')].map(row => row.children[column]!.textContent)

test('a statistician cuts the data and is led to what came out', async () => {
  const browser = new Browser(site)
  await browser.seat(stan, '#/trials')
  await browser.until('none yet')
  expect(browser.field('cut').value).toBe('2023-12-31')
  await browser.submit(browser.page.querySelector('form')!)
  const page = await browser.until('objective response, confirmed (recist-1.1)')
  expect(page).toContain('every subject was made up')
  expect(cells(browser, 0, 1)).toEqual(rows('headlines').map(row => row.value))
  expect(page).toContain('Every row was used.')
  expect([...browser.page.querySelectorAll('img')].map(img => img.getAttribute('src'))).toEqual(
    ['waterfall', 'swimmer'].map(name => `/api/v1/trials/SYN-CRC/read-outs/2023-12-31/figures/${name}`),
  )
})

test('a physician reads responses, times, toxicities and cells, and cuts nothing', async () => {
  const browser = new Browser(site)
  await browser.seat(paula, '#/trials')
  await browser.until('2023-12-31')
  expect(browser.page.querySelector('form')).toBeNull()
  for (const [part, table, caption, column, name] of [
    ['response', 'best-response', 'Best responses', 1, 'best'],
    ['times', 'endpoints', 'Every time to an event', 4, 'days'],
    ['safety', 'toxicity', 'Worst grades', 1, 'term'],
    ['cells', 'persistence', 'Infused receptors', 4, 'cmax_pct'],
  ] as const) {
    await browser.open(`#/trials/SYN-CRC/2023-12-31/${part}`)
    await browser.until(caption)
    await browser.until(`${rows(table).length} rows`)
    expect([part, cells(browser, 0, column)]).toEqual([
      part,
      rows(table)
        .slice(0, 50)
        .map(row => row[name]),
    ])
  }
  await browser.open('#/trials/SYN-CRC/2023-12-31/files')
  await browser.until('adam/adtte.xpt')
  await browser.open('#/trials/SYN-CRC/2020-01-01')
  await browser.until('SYN-CRC has no read-out of 2020-01-01')
})
