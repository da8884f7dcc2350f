// Derives the record's reference data from the shippable sources: GS1 application identifiers, the example batch-record templates, clauses of 21 CFR Part 11 and EU GMP Annex 11 in our words.
// Run: sh scripts/with-runtime.sh scripts/derive-record.ts (needs COGNATE_DATA). Writes gs1-identifiers.tsv, lot-templates.json and regulation-clauses.tsv of packages/node/data.
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { columnReader, formatTsv, parseDelimited } from '@cognate/core/format'
import type { DoseRule } from '@cognate/core/lot'

const root = resolve(fileURLToPath(new URL('..', import.meta.url)))
const data = process.env.COGNATE_DATA ?? join(root, '../shared/data')
const inputs: Record<string, string> = {}
const read = (path: string) => {
  const bytes = readFileSync(join(data, 'clinical', path))
  inputs[`clinical/${path}`] = createHash('sha256').update(bytes).digest('hex')
  return bytes.toString('utf8')
}
const write = (name: string, text: string) => writeFileSync(join(root, 'packages/node/data', name), text)

const rows = read('gs1/gs1-syntax-dictionary.txt')
  .split('\n')
  .flatMap(line => {
    if (line.startsWith('#') || line.trim() === '') return []
    const [body = '', title = ''] = line.split(/\s+#\s/)
    const parts = body.trim().split(/\s+/)
    const ai = parts.shift()!
    const flags = /^[*?!]+$/.test(parts[0]!) ? parts.shift()! : ''
    const isComponent = (part: string) => /^\[?[NXYZ][.\d]/.test(part)
    return [[ai, flags, parts.filter(isComponent).join(' '), parts.filter(part => !isComponent(part)).join(' '), title.trim()].join('\t')]
  })
write('gs1-identifiers.tsv', `${['ai\tflags\tspecification\tattributes\ttitle', ...rows].join('\n')}\n`)

interface Parameter {
  readonly name: string
  readonly unit: string
  readonly low: number | null
  readonly high: number | null
  readonly limit_passes: boolean
  readonly action: 'alert' | 'stop'
  readonly source: string
}
interface Source {
  readonly templates: readonly {
    readonly product_type: string
    readonly template: string
    readonly version: string
    readonly note: string
    readonly starting_material: string
    readonly arms: string
    readonly steps: readonly { readonly parameters: readonly Parameter[] }[]
    readonly release: readonly (Omit<Parameter, 'action'> & {
      readonly method: string
      readonly text_limit: string | null
      readonly required_before_release: boolean
    })[]
  }[]
}
/** What the dose of each template's lots is made of: its test says which cells it counts. */
const DOSES: Readonly<Record<string, DoseRule>> = {
  'tcr-t-21d': { test: 'dose', counted: 'viable', cd3: 'identity CD3+ of CD45+', receptor_positive: 'receptor-positive of CD3+' },
  'til-rep': { test: 'dose', counted: 'viable', cd3: 'identity CD3+ of CD45+' },
  'car-t-9d': { test: 'dose', counted: 'viable receptor-positive' },
}
/** Limits become decimal texts; 1e8 stays short. */
const decimal = (value: number | null) => (value === null ? null : String(value))
const source = JSON.parse(read('manufacturing/templates.json')) as Source
write(
  'lot-templates.json',
  `${JSON.stringify(
    source.templates.map(template => ({
      ...template,
      steps: template.steps.map(step => ({
        ...step,
        parameters: step.parameters.map(parameter => ({ ...parameter, low: decimal(parameter.low), high: decimal(parameter.high) })),
      })),
      release: template.release.map(test => ({ ...test, low: decimal(test.low), high: decimal(test.high) })),
      ...(DOSES[template.template] === undefined ? {} : { dose: DOSES[template.template] }),
    })),
    null,
    1,
  )}\n`,
)

const clauses = parseDelimited(read('security/regulation_clauses.csv'), { delimiter: ',' })
if (!clauses.ok) throw new Error(clauses.issue.what)
const get = columnReader(clauses.value.columns)
const short = (document: string) => (document.startsWith('21 CFR') ? '' : 'Annex 11 ')
write(
  'regulation-clauses.tsv',
  formatTsv(
    ['clause', 'document', 'section', 'requirement', 'feature', 'evidence'],
    clauses.value.rows.map(row => [
      `${short(get(row, 'document'))}${get(row, 'clause')}`,
      get(row, 'document'),
      get(row, 'section'),
      get(row, 'requirement_in_our_words'),
      get(row, 'feature'),
      get(row, 'evidence'),
    ]),
  ),
)
write('sources-record.json', `${JSON.stringify({ made_by: 'scripts/derive-record.ts', inputs }, null, 1)}\n`)
