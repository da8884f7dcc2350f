// `trial report`: a folder with TRIAL.yaml and SDTM tables → tables, figures, ADaM and the page.
import { createHash } from 'node:crypto'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { caveat, fail, type Issue, inFile, issue, ok, parseDate, type Result } from '@cognate/core/base'
import {
  cdiscDatasets,
  fhirBundle,
  headlines,
  MOST_BUNDLE_ROWS,
  parseTrial,
  type ReadOut,
  readOut,
  readOutFigures,
  readOutTables,
  readTrial,
  roCrate,
  silenceOf,
  TRIAL_DOMAINS,
  type TrialDomain,
  type TrialTables,
  trialReportHtml,
} from '@cognate/core/case'
import { exactJsonText, formatDatasetJson, formatTsv, formatXpt } from '@cognate/core/format'
import { datasetFile, readDataset } from '../../read/dataset.ts'
import { userPath } from '../../read/paths.ts'
import { shippedLabCriteria } from '../../read/shipped.ts'
import { readParsed } from '../../read/text.ts'
import { sha256OfFile } from '../../write/outputs.ts'
import { issueTable } from '../issue-table.ts'
import { version } from '../version.ts'
import { plural, type StageReport } from './stage.ts'

export interface TrialRun {
  readonly report: StageReport
  /** XPT files of ADaM. */
  readonly binary: ReadonlyMap<string, Uint8Array>
  readonly readOut: ReadOut
}

/** What the press release and the paper's abstract say (doi:10.1038/s41591-024-03109-0): shown beside a trial of the same kind, as citations only. */
const PUBLISHED = [
  ['7 treated; substantial shrinkage in 3, lasting 4 to 7 months', 'NCI press release, 11 July 2024'],
  ['median time to progression 4.6 months', 'NCI press release, 11 July 2024'],
  ['2 of the 3 responders had received receptors from cytotoxic T cells', 'NCI press release, 11 July 2024'],
] as const

/** `cut`: another data cut than TRIAL.yaml's. */
export function runTrialReport(folder: string, cut: string | undefined): Result<TrialRun, Issue> {
  const yaml = join(folder, 'TRIAL.yaml')
  if (!existsSync(userPath(yaml)))
    return fail(inFile(folder, issue('trial-missing', 'the folder holds no TRIAL.yaml', 'start from examples/trial-crc')))
  const parsed = readParsed(yaml, parseTrial)
  if (!parsed.ok) return parsed
  if (cut !== undefined && !parseDate(cut).ok) return fail(issue('date', `"${cut}" is no date`, 'write YYYY-MM-DD'))
  const file = { ...parsed.value, data_cut: cut ?? parsed.value.data_cut }
  const inputs: string[] = [yaml]
  const tables: Partial<Record<TrialDomain, NonNullable<TrialTables[TrialDomain]>>> = {}
  for (const domain of TRIAL_DOMAINS) {
    const path = datasetFile(folder, domain)
    if (path === undefined) continue
    const table = readDataset(path)
    if (!table.ok) return table
    tables[domain] = { file: path, table: table.value }
    inputs.push(path)
  }
  const trial = readTrial(tables, file)
  if (!trial.ok) return fail(inFile(folder, trial.issue))
  const out = readOut(trial.value, file, shippedLabCriteria())
  const figures = readOutFigures(out)
  const files = new Map<string, string>()
  for (const [name, { columns, rows }] of readOutTables(out)) files.set(name, formatTsv(columns, rows))
  const told = headlines(out)
  files.set('headlines.tsv', formatTsv(['what', 'value'], told))
  files.set('issues.tsv', issueTable(out.issues))
  for (const figure of figures) {
    files.set(`figures/${figure.name}.svg`, `${figure.svg}\n`)
    files.set(`figures/${figure.name}.tsv`, formatTsv(figure.columns, figure.rows))
  }
  const binary = new Map<string, Uint8Array>()
  for (const dataset of cdiscDatasets(out)) {
    const name = `${dataset.name === 'RS' ? 'sdtm' : 'adam'}/${dataset.name.toLowerCase()}`
    files.set(`${name}.json`, formatDatasetJson(dataset))
    const xpt = formatXpt(dataset)
    if (!xpt.ok) return fail(inFile(`${name}.xpt`, xpt.issue))
    binary.set(`${name}.xpt`, xpt.value)
  }
  const bundle = fhirBundle(out, trial.value, tables)
  if (bundle !== undefined) files.set('fhir-bundle.json', `${exactJsonText(bundle)}\n`)
  files.set(
    'report.html',
    trialReportHtml(out, {
      figures,
      software: `Cognate ${version()}`,
      published: file.synthetic ? PUBLISHED.map(([a, b]) => [a, b] as const) : [],
    }),
  )
  files.set('ro-crate-metadata.json', crateText(file.trial, file, inputs, new Map<string, string | Uint8Array>([...files, ...binary])))
  const caveats = [
    ...(bundle === undefined
      ? [caveat('fhir-too-large', `no FHIR bundle was written: the tables have more than ${MOST_BUNDLE_ROWS} rows`)]
      : []),
    ...(out.ungraded.size === 0
      ? []
      : [
          caveat(
            'laboratory-ungraded',
            `${plural(
              [...out.ungraded.values()].reduce((sum, n) => sum + n, 0),
              'laboratory value',
            )} without a grade: ${[...out.ungraded].map(([reason, n]) => `${n} × ${reason}`).join('; ')}`,
          ),
        ]),
    ...out.silent.map(domain => caveat('table-silent', silenceOf(domain))),
    ...out.stopping
      .filter(({ state }) => state !== 'below limit')
      .map(({ what, count, limit, state }) =>
        caveat('stopping-rule', `${what}: ${plural(count, 'subject')}, ${limit} still allowed: ${state}`),
      ),
    ...(file.synthetic ? [caveat('synthetic', 'a synthetic trial: every subject was made up')] : []),
  ]
  const headline = told[1]!
  const report: StageReport = {
    files,
    funnel: [
      { stage: 'trial', reason: 'in', count: out.enrolled, example: '' },
      ...[...out.notTreated].map(([reason, count]) => ({ stage: 'trial', reason: reason.toLowerCase(), count, example: '' })),
      { stage: 'trial', reason: 'out', count: out.treated.length, example: '' },
      { stage: 'trial', reason: 'evaluable', count: out.evaluable, example: 'at least one assessment after infusion' },
    ],
    caveats,
    headline: `${plural(out.enrolled, 'subject')} enrolled, ${out.treated.length} treated at the cut ${file.data_cut}; ${headline[0]}: ${headline[1]}`,
    ...(out.treated.length === 0
      ? { empty: `nobody had received ${file.product} by ${file.data_cut}: is product the EXTRT of the cells?` }
      : {}),
  }
  return ok({ report, binary, readOut: out })
}

/** Dated by the cut: the same folder and cut give the same bytes. */
function crateText(
  name: string,
  file: { readonly synthetic: boolean; readonly data_cut: string },
  inputs: readonly string[],
  outputs: ReadonlyMap<string, string | Uint8Array>,
): string {
  const crate = roCrate({
    caseName: name,
    synthetic: file.synthetic,
    files: [
      ...inputs.map(path => ({
        path,
        sha256: sha256OfFile(userPath(path)),
        bytes: statSync(userPath(path)).size,
        role: 'input' as const,
        description: 'table of the trial',
      })),
      ...[...outputs].map(([path, content]) => {
        const bytes = Buffer.from(content)
        return {
          path,
          sha256: createHash('sha256').update(bytes).digest('hex'),
          bytes: bytes.length,
          role: 'output' as const,
          description: 'read-out',
        }
      }),
    ],
    software: { name: 'Cognate', version: version() },
    command: 'cognate trial report',
    description: `Read-out of the trial ${name} at the data cut ${file.data_cut}.`,
    date: file.data_cut,
  })
  return `${JSON.stringify(crate, null, 1)}\n`
}
