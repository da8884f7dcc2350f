// The validation pack of the record: clause → test → result of this run → commit → date, as TSV and HTML, hashed. Tests carry clause ids in their titles, such as [11.10(e)] or [Annex 11 9].
// Run: npm run validation (runs the tests of the record), or with the JSON report of a run as argument. Fails where a clause that is to be shown by a test has no passing one.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { columnReader, formatTsv, htmlTable, parseDelimited } from '@cognate/core/format'

const root = resolve(fileURLToPath(new URL('..', import.meta.url)))
const out = join(root, 'out/validation')

interface Report {
  readonly testResults: readonly {
    readonly name: string
    readonly assertionResults: readonly { readonly fullName: string; readonly title: string; readonly status: string }[]
  }[]
}

function runTests(): string {
  const file = join(mkdtempSync(join(tmpdir(), 'cognate-validation-')), 'report.json')
  spawnSync(
    process.execPath,
    [
      join(root, 'node_modules/vitest/vitest.mjs'),
      'run',
      'test/record',
      'test/validation-pack',
      'packages/core/src/audit',
      'packages/node/src/write/gs1',
      'packages/core/src/lot',
      '--reporter=json',
      `--outputFile=${file}`,
    ],
    { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] },
  )
  return file
}

const reportFile = process.argv[2] ?? runTests()
if (!existsSync(reportFile)) throw new Error(`no report of the tests: ${reportFile}`)
const report = JSON.parse(readFileSync(reportFile, 'utf8')) as Report
const tests = report.testResults.flatMap(file =>
  file.assertionResults.map(test => ({
    file: relative(root, file.name),
    title: test.title,
    status: test.status,
    clauses: [...test.fullName.matchAll(/\[((?:Annex 11 )?[\d.]+(?:\([a-z0-9]+\))*)\]/g)].map(match => match[1]!),
  })),
)
const table = parseDelimited(readFileSync(join(root, 'packages/node/data/regulation-clauses.tsv'), 'utf8'), { delimiter: '\t' })
if (!table.ok) throw new Error(table.issue.what)
const get = columnReader(table.value.columns)
const git = (...args: string[]) => spawnSync('git', args, { cwd: root, encoding: 'utf8' }).stdout?.trim() ?? ''
const commit = `${git('rev-parse', '--short=12', 'HEAD')}${git('status', '--porcelain') === '' ? '' : ' with changes'}`
const date = new Date().toISOString().slice(0, 10)

let missing = 0
const rows = table.value.rows.map(row => {
  const clause = get(row, 'clause')
  const mine = tests.filter(test => test.clauses.includes(clause))
  const failed = mine.filter(test => test.status !== 'passed')
  const automated = get(row, 'evidence').includes('automated')
  const result = mine.length > 0 ? (failed.length === 0 ? 'passed' : 'FAILED') : !automated ? 'procedure of the site' : 'NO TEST'
  if (result === 'FAILED' || result === 'NO TEST') missing++
  return [
    clause,
    get(row, 'document'),
    get(row, 'requirement') || get(row, 'section'),
    get(row, 'feature'),
    get(row, 'evidence'),
    result,
    mine.map(test => `${test.file}: ${test.title}`).join(' | '),
    commit,
    date,
  ]
})
const head = ['clause', 'document', 'requirement', 'feature', 'evidence', 'result', 'tests', 'commit', 'date']
mkdirSync(out, { recursive: true })
const unknown = tests.flatMap(test =>
  test.clauses.filter(clause => !table.value.rows.some(row => get(row, 'clause') === clause)).map(clause => `${clause} (${test.title})`),
)
const page = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Validation matrix</title><style>body{font:14px/1.45 system-ui,sans-serif;margin:2rem;color:#1b1f24}table{border-collapse:collapse}th,td{border:1px solid #d8dee4;padding:.3rem .5rem;text-align:left;vertical-align:top;max-width:28rem;overflow-wrap:anywhere}th{background:#f3f5f7}</style></head><body><h1>Requirement to test</h1><p>21 CFR Part 11 and EU GMP Annex 11 (2011), in our words; clauses recalled and not read are to be checked before a submission. Commit ${commit}, ${date}. ${tests.length} tests of the record ran, ${tests.filter(test => test.status === 'passed').length} passed. What is the site's procedure is said so; this pack supports a validation, it does not replace it.</p>${htmlTable(head, rows)}</body></html>\n`
const files: Record<string, string> = { 'matrix.tsv': formatTsv(head, rows), 'matrix.html': page }
for (const [name, text] of Object.entries(files)) writeFileSync(join(out, name), text)
writeFileSync(
  join(out, 'SHA256SUMS'),
  Object.entries(files)
    .map(([name, text]) => `${createHash('sha256').update(text).digest('hex')}  ${name}\n`)
    .join(''),
)
const count = (what: (result: string) => boolean) => rows.filter(row => what(row[5]!)).length
process.stdout.write(
  `${rows.length} clauses: ${count(result => result === 'passed')} shown by passing tests, ${count(result => result.startsWith('procedure'))} procedures of the site, ${missing} without a passing test; ${relative(root, out)}/matrix.html\n`,
)
for (const row of rows) if (row[5] === 'NO TEST' || row[5] === 'FAILED') process.stdout.write(`  ${row[0]}: ${row[5]}, ${row[3]}\n`)
for (const one of unknown) process.stdout.write(`  unknown clause in a title: ${one}\n`)
if (missing > 0 || unknown.length > 0 || tests.length === 0) process.exitCode = 1
