// The validation pack of the record: clause → test → result of this run → commit → date, as TSV and HTML; the list of changes, the bill of materials, the reading of OWASP ASVS and the report
// of a restore drill; all hashed, and signed where a key is given. Tests carry clause ids in their titles, such as [11.10(e)] or [Annex 11 9].
// Run: npm run validation -- [--key FILE --name HOST/SITE] [REPORT.json]. Without the JSON report of a run the tests of the record are run. The key is an Ed25519 one (PEM, mode 600), made
// where the file is missing; its public half is printed, for whoever is to believe the pack: npm run validation -- --check VKEY. Fails where a clause that is to be shown by a test has no passing one.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { formatNote, formatVerifierKey, keyId, openNote, parseVerifierKey, signatureLine, type VerifierKey } from '@cognate/core/audit'
import type { Issue, Result } from '@cognate/core/base'
import { columnReader, formatTsv, htmlTable, parseDelimited } from '@cognate/core/format'
import { openKey, sha256, signEd25519, verifyEd25519 } from '../packages/node/src/store/signer.ts'
import { restoreDrill } from './restore-drill.ts'

const root = resolve(fileURLToPath(new URL('..', import.meta.url)))
const out = join(root, 'out/validation')
/** The sums, and the same as a C2SP signed note. */
const [SUMS, NOTE] = ['SHA256SUMS', 'SHA256SUMS.note']

const { values: flags, positionals } = parseArgs({
  options: { key: { type: 'string' }, name: { type: 'string', default: 'cognate.example/validation' }, check: { type: 'string' } },
  allowPositionals: true,
})

/** Or the script ends with what is wrong. */
function must<T>(result: Result<T, Issue>): T {
  if (result.ok) return result.value
  process.stderr.write(`${result.issue.what}\n  remedy: ${result.issue.remedy}\n`)
  process.exit(1)
}

/** A pack that was made before: its files are those of its sums, and the sums are those that the key signed. */
function checkPack(vkey: string): void {
  const note = must(openNote(verifyEd25519, readFileSync(join(out, NOTE), 'utf8'), [must(parseVerifierKey(sha256, vkey))]))
  const wrong = note.text
    .trimEnd()
    .split('\n')
    .filter(line => {
      const [sum, name = ''] = line.split('  ')
      return (
        !existsSync(join(out, name)) ||
        createHash('sha256')
          .update(readFileSync(join(out, name)))
          .digest('hex') !== sum
      )
    })
  process.stdout.write(
    wrong.length === 0 ? `PROVEN: ${relative(root, out)}, every file as it was signed\n` : `NOT PROVEN: ${wrong.join('; ')}\n`,
  )
  process.exit(wrong.length === 0 ? 0 : 1)
}
if (flags.check !== undefined) checkPack(flags.check)

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

const reportFile = positionals[0] ?? runTests()
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
/** What npm says is installed where it runs, without the tools of development. */
function billOfMaterials(): string {
  const made = spawnSync(
    'npm',
    ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application', '--omit', 'dev', '--package-lock-only'],
    {
      cwd: root,
      encoding: 'utf8',
    },
  )
  if (made.status !== 0) throw new Error(`npm sbom: ${made.stderr}`)
  return made.stdout
}

/** Every change since the beginning, the newest first. */
const changes = () =>
  formatTsv(
    ['commit', 'date', 'change'],
    git('log', '--format=%h%x09%cs%x09%s')
      .split('\n')
      .map(line => line.split('\t')),
  )

const drill = await restoreDrill()
const files: Record<string, string> = {
  'matrix.tsv': formatTsv(head, rows),
  'matrix.html': page,
  'changes.tsv': changes(),
  'CHANGELOG.md': readFileSync(join(root, 'CHANGELOG.md'), 'utf8'),
  'sbom.cdx.json': billOfMaterials(),
  'asvs.tsv': readFileSync(join(root, 'docs/security/asvs.tsv'), 'utf8'),
  'restore-drill.json': `${JSON.stringify({ commit, date, ...drill }, null, 1)}\n`,
}
for (const [name, text] of Object.entries(files)) writeFileSync(join(out, name), text)
const sums = Object.entries(files)
  .map(([name, text]) => `${createHash('sha256').update(text).digest('hex')}  ${name}\n`)
  .join('')
writeFileSync(join(out, SUMS), sums)
rmSync(join(out, NOTE), { force: true })
if (flags.key === undefined) process.stdout.write('not signed: --key FILE signs it\n')
else {
  const { privateKey, publicKey } = must(openKey(flags.key, true))
  const key: VerifierKey = { name: flags.name, id: keyId(sha256, flags.name, 'log', publicKey), type: 'log', publicKey }
  writeFileSync(join(out, NOTE), formatNote(sums, [signatureLine(key, signEd25519(privateKey), sums)]))
  process.stdout.write(`signed; to check it: npm run validation -- --check ${formatVerifierKey(key)}\n`)
}
process.stdout.write(
  `restore drill: ${drill.events} events and ${drill.files} file backed up in ${drill.backup_seconds} s (${drill.backup_bytes} bytes), restored and ${drill.proven ? 'proven' : 'NOT PROVEN'} in ${drill.restore_seconds} s\n`,
)
const count = (what: (result: string) => boolean) => rows.filter(row => what(row[5]!)).length
process.stdout.write(
  `${rows.length} clauses: ${count(result => result === 'passed')} shown by passing tests, ${count(result => result.startsWith('procedure'))} procedures of the site, ${missing} without a passing test; ${relative(root, out)}/matrix.html\n`,
)
for (const row of rows) if (row[5] === 'NO TEST' || row[5] === 'FAILED') process.stdout.write(`  ${row[0]}: ${row[5]}, ${row[3]}\n`)
for (const one of unknown) process.stdout.write(`  unknown clause in a title: ${one}\n`)
if (missing > 0 || unknown.length > 0 || tests.length === 0 || !drill.proven) process.exitCode = 1
