// The trial from the command line: the bundled example's read-out, figures against their tables, other file formats, a cut, wrong folders; responses, survival and grades of files.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { datasetColumn, formatDatasetJson, formatXpt, parseDelimited, parseXpt } from '@cognate/core/format'
import { Ajv2019 } from 'ajv/dist/2019.js'
import addFormats from 'ajv-formats'
import { beforeAll, describe, expect, test } from 'vitest'
import { data, oracle, root, value } from './oracle.ts'
import { cognate, temporary } from './run-cli.ts'

const folder = temporary()
const example = join(root, 'examples/trial-crc')
const out = join(folder, 'out')
const DOMAINS = ['dm', 'ds', 'ex', 'tu', 'tr', 'ae', 'lb', 'persistence']

const table = (path: string) => value(parseDelimited(readFileSync(path, 'utf8'), { delimiter: path.endsWith('.csv') ? ',' : '\t' }))
const filesOf = (path: string): readonly string[] =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(path.length + 1))
    .sort()

beforeAll(() => {
  expect(cognate(['trial', 'report', 'examples/trial-crc', '--out', out]).code).toBe(0)
})

describe('the bundled trial', () => {
  test('shows the published summary: 3/7, durations of 4 to 7 months, 4.6 months to progression, and says that it is made up', () => {
    const html = readFileSync(join(out, 'report.html'), 'utf8')
    for (const shown of [
      '3/7 (43 %; Clopper-Pearson 9.9-81.6, Wilson 15.8-75.0)',
      '<td>4.0, 5.5, 7.0</td>',
      '4.6 months (log 2.6-not reached, log-log 1.4-6.9); 7 events of 7',
      '<td>2 of 3</td>',
      '<td>5 of 7</td>',
      'Synthetic trial.',
      'Research software.',
    ])
      expect(html).toContain(shown)
    expect(html).not.toMatch(/NaN|undefined|Infinity/)
  })

  test('is what the committed script makes, byte for byte', () => {
    const made = join(folder, 'made')
    const run = spawnSync('sh', ['scripts/with-runtime.sh', 'scripts/make-trial-example.ts', made], { cwd: root, encoding: 'utf8' })
    expect([run.stderr, run.status]).toEqual(['', 0])
    for (const name of readdirSync(example))
      expect([name, readFileSync(join(made, name), 'utf8')]).toEqual([name, readFileSync(join(example, name), 'utf8')])
  })

  test('the same folder and cut give the same bytes; another cut is another read-out', () => {
    const again = join(folder, 'again')
    expect(cognate(['trial', 'report', 'examples/trial-crc', '--out', again]).code).toBe(0)
    expect(filesOf(again)).toEqual(filesOf(out))
    for (const name of filesOf(out))
      expect([name, readFileSync(join(again, name)).equals(readFileSync(join(out, name)))]).toEqual([name, true])
    const early = cognate(['trial', 'report', 'examples/trial-crc', '--cut', '2022-06-30', '--out', join(folder, 'early')])
    expect([early.code, early.out.includes('treated: 4')]).toEqual([0, true])
  })

  test('every figure draws what its table says', () => {
    let marks = 0
    const attributes = (svg: string, ...names: string[]) =>
      [...svg.matchAll(/<(?:rect|circle|path)[^>]*?>/g)]
        .map(([mark]) => names.map(name => new RegExp(`data-${name}="([^"]*)"`).exec(mark)?.[1]))
        .filter(values => values.every(text => text !== undefined))
        .map(values => values.join(' '))
        .sort()
    for (const [name, drawn, columns, shape] of [
      [
        'waterfall',
        ['subject', 'change', 'response'],
        ['subject', 'best_change_pct', 'response'],
        (c: string, k: number) => (k === 1 ? Number(c).toFixed(1) : c),
      ],
      [
        'spider',
        ['subject', 'day', 'change', 'overall'],
        ['subject', 'day', 'change_pct', 'overall'],
        (c: string, k: number) => (k === 2 ? Number(c).toFixed(1) : c),
      ],
      ['swimmer', ['subject', 'end'], ['subject', 'end_day'], (c: string) => c],
      ['lesions', ['subject', 'lesion', 'day'], ['subject', 'lesion', 'day'], (c: string) => c],
      ['ttp', ['day', 'survival', 'risk'], ['day', 'survival', 'at_risk'], (c: string) => c],
      ['os', ['day', 'survival', 'risk'], ['day', 'survival', 'at_risk'], (c: string) => c],
      ['persistence', ['subject', 'day', 'percent'], ['subject', 'day', 'percent_of_cd3'], (c: string) => c],
      ['toxicity', ['term', 'grade', 'subjects'], ['term', 'grade', 'subjects'], (c: string) => c],
    ] as const) {
      const svg = readFileSync(join(out, `figures/${name}.svg`), 'utf8')
      const { columns: head, rows } = table(join(out, `figures/${name}.tsv`))
      const expected = rows.map(row => columns.map((column, k) => shape(row.cells[head.indexOf(column)]!, k)).join(' ')).sort()
      expect([name, attributes(svg, ...drawn)]).toEqual([name, expected])
      expect(svg).toMatch(/<title>[^<]+<\/title>/)
      marks += expected.length
    }
    expect(marks).toBeGreaterThan(90)
  })

  test('adverse events by when they began and what they were related to; each with its days', () => {
    const events = table(join(out, 'adverse-events.tsv'))
    const at = (name: string) => events.columns.indexOf(name)
    const ae = table(join(example, 'ae.csv'))
    expect(events.rows.length).toBe(ae.rows.length)
    // conditioning begins before the cells: every event of the example is emergent, some began before the infusion or not
    const [start, infusion] = ['day_from_conditioning', 'day_from_infusion'].map(name =>
      events.rows.map(row => Number(row.cells[at(name)])),
    )
    expect(start!.every((day, i) => day > infusion![i]!)).toBe(true)
    expect(events.rows.map(row => row.cells[at('emergent')])).toEqual(start!.map(day => (day >= 0 ? 'yes' : 'no')))
    const toxicity = table(join(out, 'toxicity.tsv')).rows.map(row => row.cells)
    const subjects = (source: string, term: string) =>
      toxicity.filter(cells => cells[0] === source && cells[1] === term).reduce((sum, cells) => sum + Number(cells[3]), 0)
    const ofTerm = (term: string, keep: (cells: readonly string[]) => boolean) =>
      new Set(ae.rows.filter(({ cells }) => cells[4] === term && keep(cells)).map(({ cells }) => cells[2])).size
    for (const term of new Set(ae.rows.map(({ cells }) => cells[4]!))) {
      expect(subjects('adverse events', term)).toBe(ofTerm(term, () => true))
      expect(subjects('adverse events serious', term)).toBe(ofTerm(term, cells => cells[6] === 'Y'))
      for (const cause of ['CELLS', 'CHEMOTHERAPY', 'IL-2'])
        expect(subjects(`adverse events related to ${cause}`, term)).toBe(ofTerm(term, cells => cells[7] === cause))
    }
  })

  test('iRECIST beside RECIST: the first progression of each is unconfirmed, the best response stays', () => {
    const { columns, rows } = table(join(out, 'irecist.tsv'))
    const at = (name: string) => columns.indexOf(name)
    expect(rows.length).toBe(table(join(out, 'response.tsv')).rows.filter(row => row.cells[10] !== 'BASELINE').length)
    for (const { cells } of rows) expect(cells[at('irecist')]).toBe(cells[at('overall')] === 'PD' ? 'iUPD' : `i${cells[at('overall')]}`)
    const best = table(join(out, 'best-response.tsv'))
    const bestOf = new Map(best.rows.map(({ cells }) => [cells[0], cells[best.columns.indexOf('best')]]))
    for (const { cells } of rows) {
      const plain = bestOf.get(cells[0])
      // a stable disease that came a day too early is no stable disease, but an immune one
      expect(plain === 'PD' ? ['iUPD', 'iSD'] : [`i${plain}`]).toContain(cells[at('best')])
    }
  })

  test('reads the same from transport files and Dataset-JSON, with the same tables out', () => {
    const formats = join(folder, 'formats')
    mkdirSync(formats)
    cpSync(join(example, 'TRIAL.yaml'), join(formats, 'TRIAL.yaml'))
    DOMAINS.forEach((domain, i) => {
      const { columns, rows } = table(join(example, `${domain}.csv`))
      // a transport file knows short names only: persistence stays JSON
      const dataset = {
        name: domain.toUpperCase(),
        label: domain,
        columns: columns.map(name => datasetColumn(domain.toUpperCase(), name, name, 'string')),
        rows: rows.map(row => [...row.cells]),
        attributes: { datasetJSONVersion: '1.1.0' },
      }
      if (i % 2 === 0 && domain !== 'persistence') writeFileSync(join(formats, `${domain}.xpt`), value(formatXpt(dataset)))
      else writeFileSync(join(formats, `${domain}.json`), formatDatasetJson(dataset))
    })
    expect(cognate(['trial', 'report', formats, '--out', join(folder, 'formats-out')]).code).toBe(0)
    for (const name of ['response.tsv', 'best-response.tsv', 'endpoints.tsv', 'persistence.tsv', 'toxicity.tsv', 'report.html'])
      expect([name, readFileSync(join(folder, 'formats-out', name), 'utf8')]).toEqual([name, readFileSync(join(out, name), 'utf8')])
  })

  test('ADaM: four datasets, the times of endpoints.tsv in ADTTE', () => {
    const adtte = value(parseXpt(readFileSync(join(out, 'adam/adtte.xpt'))))
    const at = (name: string) => adtte.columns.findIndex(column => column.name === name)
    const ours = adtte.rows.map(row =>
      [row[at('USUBJID')], row[at('PARAMCD')], String(row[at('AVAL')]), String(1 - Number(row[at('CNSR')]))].join(' '),
    )
    const { columns, rows } = table(join(out, 'endpoints.tsv'))
    expect(ours).toEqual(rows.map(row => ['subject', 'endpoint', 'days', 'event'].map(name => row.cells[columns.indexOf(name)]).join(' ')))
    expect(filesOf(join(out, 'adam')).length).toBe(8)
  })
})

test('readers’ calls stand beside what they measured, in the report and in a table; whose readings count may be the accepted ones', () => {
  const called = join(folder, 'called')
  cpSync(example, called, { recursive: true })
  const { rows } = table(join(out, 'response.tsv'))
  const calls = rows.filter(row => row.cells[10] !== 'BASELINE')
  const visits = new Map(table(join(example, 'tr.csv')).rows.map(row => [row.cells[12]!, row.cells[11]!]))
  // one call is not what was measured
  const lines = calls.map((row, i) =>
    [row.cells[0], 'OVRLRESP', i === 0 ? 'CR' : row.cells[10], 'INVESTIGATOR', visits.get(row.cells[2]!)].join(','),
  )
  writeFileSync(
    join(called, 'rs.csv'),
    ['USUBJID,RSTESTCD,RSSTRESC,RSEVAL,VISITNUM', ...lines, 'SYN-C01,NTRGRESP,PR,INVESTIGATOR,2'].join('\n'),
  )
  const tr = readFileSync(join(called, 'tr.csv'), 'utf8').trim().split('\n')
  writeFileSync(join(called, 'tr.csv'), tr.map((line, i) => `${line},${i === 0 ? 'TRACPTFL' : 'Y'}`).join('\n'))
  const yaml = readFileSync(join(called, 'TRIAL.yaml'), 'utf8')
  writeFileSync(join(called, 'TRIAL.yaml'), yaml.replace('reader: INVESTIGATOR', 'reader: ACCEPTED'))
  const to = join(folder, 'called-out')
  const run = cognate(['trial', 'report', called, '--out', to])
  expect([run.code, run.err]).toEqual([1, expect.stringContaining('the non-target response is "PR"')])
  const compared = table(join(to, 'reader-calls.tsv')).rows.map(row => row.cells)
  expect(compared.length).toBe(calls.length)
  expect(compared.filter(cells => cells[6] === 'no').map(cells => cells.slice(3, 6))).toEqual([['overall', 'CR', calls[0]!.cells[10]]])
  expect(readFileSync(join(to, 'report.html'), 'utf8')).toContain(
    `${calls.length - 1} of ${calls.length} calls are what the reader’s own measurements give`,
  )
  for (const name of ['response.tsv', 'best-response.tsv', 'endpoints.tsv'])
    expect(readFileSync(join(to, name), 'utf8')).toBe(readFileSync(join(out, name), 'utf8'))
})

test('stopping rules are evaluated at the cut; times under both presets of censoring stand side by side', () => {
  const ruled = join(folder, 'ruled')
  cpSync(example, ruled, { recursive: true })
  const yaml = readFileSync(join(ruled, 'TRIAL.yaml'), 'utf8')
  const rules = [
    // five had hypoxia of grade 3 within four weeks, nobody of grade 4
    '{what: grade 3 hypoxia, term: hypoxia, grade: 3, window_days: 28, limit: 5, citation: made up}',
    '{what: grade 4 hypoxia, term: Hypoxia, grade: 4, window_days: 28, limit: 0, citation: made up}',
    '{what: any grade 3, grade: 3, window_days: 28, limit: 2, citation: made up}',
    '{what: death within a year, term: Death, grade: 5, window_days: 365, limit: 9, citation: made up}',
  ]
  writeFileSync(join(ruled, 'TRIAL.yaml'), `${yaml}\nstopping_rules:\n${rules.map(rule => `  - ${rule}\n`).join('')}`)
  const to = join(folder, 'ruled-out')
  const run = cognate(['trial', 'report', ruled, '--out', to])
  expect(run.code).toBe(0)
  const rows = table(join(to, 'stopping.tsv')).rows.map(row => row.cells)
  const worst = (term: string, least: number) =>
    new Set(
      table(join(out, 'adverse-events.tsv'))
        .rows.filter(({ cells }) => cells[1] === term && Number(cells[2]) >= least && Number(cells[8]) >= 0 && Number(cells[8]) <= 28)
        .map(({ cells }) => cells[0]),
    ).size
  expect(rows.map(cells => cells[1])).toEqual([
    String(worst('Hypoxia', 3)),
    String(worst('Hypoxia', 4)),
    expect.any(String),
    expect.any(String),
  ])
  expect(rows.map(cells => cells[3])).toEqual(
    rows.map(([, count, limit]) => (Number(count) > Number(limit) ? 'over limit' : count === limit ? 'at limit' : 'below limit')),
  )
  expect(new Set(rows.map(cells => cells[3]))).toContain('over limit')
  expect(run.err).toContain('any grade 3: ')
  expect(readFileSync(join(to, 'report.html'), 'utf8')).toContain('<h3>Stopping rules</h3>')
  // the trial's own preset gives what the headlines say
  const sensitivity = table(join(out, 'sensitivity.tsv')).rows.map(row => row.cells)
  expect(sensitivity.length).toBe(4 * 2 * 2)
  const own = sensitivity.filter(cells => cells[2] === 'yes' && cells[0] === 'TTP')
  expect(own.map(cells => [cells[1], Number(cells[5]).toFixed(1), Number(cells[6]).toFixed(1), cells[8]])).toEqual([
    ['fda', '4.6', '2.6', 'log'],
    ['fda', '4.6', '1.4', 'log-log'],
  ])
  const landmarks = table(join(out, 'landmarks.tsv')).rows.map(row => row.cells)
  expect(landmarks.filter(cells => cells[0] === 'OS')).toEqual([
    // four of seven; limits by Greenwood on the logarithm, none while everybody is alive except 100 %
    ['OS', '6', '7', '100.0', '100.0', '100.0', 'log'],
    ['OS', '6', '7', '100.0', '', '', 'log-log'],
    ['OS', '12', '4', '57.1', '30.1', '100.0', 'log'],
    ['OS', '12', '4', '57.1', '17.2', '83.7', 'log-log'],
  ])
  expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('57 % (30-100), 4 at risk')
})

test('`cognate response propose` proposes targets with the reason of each', () => {
  const file = join(folder, 'baseline.csv')
  writeFileSync(file, 'subject,lesion,organ,size_mm\nS1,A,liver,40\nS1,B,lymph node,9\nS1,C,lung,~8\n')
  const run = cognate(['response', 'propose', file])
  expect([run.code, run.err]).toEqual([1, expect.stringContaining('baseline.csv:4: "~8" is no length')])
  expect(
    run.out
      .trim()
      .split('\n')
      .slice(1)
      .map(line => line.split('\t')[4]),
  ).toEqual(['TARGET', 'not recorded'])
})

oracle('every ADaM dataset is valid by CDISC’s schema of Dataset-JSON 1.1, and the schema refuses what is not', () => {
  const schema = JSON.parse(readFileSync(data('clinical/cdisc/dataset.schema.json'), 'utf8')) as object
  const ajv = new Ajv2019({ strict: false })
  ;(addFormats as unknown as (target: Ajv2019) => void)(ajv)
  const validate = ajv.compile(schema)
  const names = ['adsl', 'adrs', 'adtr', 'adtte']
  for (const name of names) {
    const dataset = JSON.parse(readFileSync(join(out, `adam/${name}.json`), 'utf8')) as object
    expect([name, validate(dataset), validate.errors]).toEqual([name, true, null])
    expect(validate({ ...dataset, columns: 'none' })).toBe(false)
  }
})

describe('wrong folders', () => {
  const broken = (change: (path: string) => void) => {
    const path = temporary()
    cpSync(example, path, { recursive: true })
    change(path)
    return cognate(['trial', 'report', path, '--out', join(path, 'out')])
  }
  const edit = (path: string, name: string, from: string | RegExp, to: string) =>
    writeFileSync(join(path, name), readFileSync(join(path, name), 'utf8').replace(from, to))

  test('a folder without TRIAL.yaml, a wrong key, a missing table, a cut before everybody: refused by name', () => {
    const runs = [
      broken(path => rmSync(join(path, 'TRIAL.yaml'))),
      broken(path => edit(path, 'TRIAL.yaml', 'criteria:', 'criterion:')),
      broken(path => edit(path, 'TRIAL.yaml', "data_cut: '2023-12-31'", 'data_cut: soon')),
      broken(path => rmSync(join(path, 'tr.csv'))),
      broken(path => edit(path, 'TRIAL.yaml', '2023-12-31', '2019-12-31')),
      broken(path => edit(path, 'ex.csv', 'EXSTDTC', 'DATE')),
    ]
    const codes = ['trial-missing', 'trial-key', 'trial-value', 'domain-missing', 'cut-early', 'column-missing']
    expect(runs.map((run, i) => [run.code, run.err.includes(codes[i]!)])).toEqual(codes.map(() => [1, true]))
    expect(runs[1]!.err).toMatch(/TRIAL\.yaml:\d+/)
    expect(runs[1]!.err).toContain('criteria')
  })

  test('a row that cannot be used is named with its line and stands in the report; the rest is read; exit 1', () => {
    const run = broken(path => edit(path, 'tr.csv', ',LDIAM,36,mm,', ',LDIAM,36,inch,'))
    expect(run.code).toBe(1)
    expect(run.err).toMatch(/tr\.csv:\d+.*length-unit/)
    expect(run.out).toContain('treated: 7')
    const dead = broken(path => edit(path, 'ds.csv', /DEATH,2022-\d\d-\d\d/, 'DEATH,2022-02-01'))
    expect([dead.code, dead.err.includes('death-before-scan')]).toEqual([1, true])
  })

  test('nothing vanishes: a subject without dm, one without enrolment, a grade in words, a value that is none, a visit without a day, a reader who never read', () => {
    const runs = [
      broken(path => edit(path, 'dm.csv', /SYN-CRC,DM,SYN-C02.*\n/, '')),
      broken(path => edit(path, 'ds.csv', /SYN-CRC,DS,SYN-C02,1,ENROLLED.*\n/, '')),
      broken(path => edit(path, 'ae.csv', ',4,N,CHEMOTHERAPY', ',four,N,CHEMOTHERAPY')),
      broken(path => edit(path, 'persistence.csv', /tcr-sequencing,[\d.]+/, 'tcr-sequencing,much')),
      broken(path => edit(path, 'tr.csv', /2022-03-02/g, '2022-03')),
      broken(path => edit(path, 'TRIAL.yaml', 'reader: INVESTIGATOR', 'reader: NOBODY')),
    ]
    const codes = ['subject-unknown', 'not-enrolled', 'ae-grade', 'persistence-value', 'date-partial', 'reader-unknown']
    expect(runs.map((run, i) => [run.code, run.err.includes(codes[i]!)])).toEqual(codes.map(() => [1, true]))
    expect(runs.map(run => /NaN|undefined/.test(run.out))).toEqual(codes.map(() => false))
  })

  test('a row that stands twice counts once, and is told: a subject, a dose, an event; another row of its number counts', () => {
    const twice = (name: string, row: RegExp) => broken(path => edit(path, name, row, '$&$&'))
    const runs = [
      twice('dm.csv', /SYN-CRC,DM,SYN-C02.*\n/),
      twice('ex.csv', /SYN-CRC,EX,SYN-C01,1,.*\n/),
      twice('ae.csv', /SYN-CRC,AE,SYN-C01,1,.*\n/),
      twice('persistence.csv', /SYN-C01,blood,.*\n/),
      broken(path => edit(path, 'ae.csv', 'SYN-CRC,AE,SYN-C01,2,', 'SYN-CRC,AE,SYN-C01,1,')),
    ]
    const codes = ['subject-twice', 'row-twice', 'row-twice', 'row-twice', 'sequence-twice']
    expect(runs.map((run, i) => [run.code, run.err.includes(codes[i]!), run.out.includes('treated: 7')])).toEqual(
      codes.map(() => [1, true, true]),
    )
    expect(runs[0]!.out).toContain('3/7')
  })

  test('dates that are missing and words that are nearly right are told: a death, a visit, a product, a disposition, a kind of sample', () => {
    const runs = [
      broken(path => edit(path, 'ds.csv', /DEATH,2022-\d\d-\d\d/, 'DEATH,')),
      broken(path => edit(path, 'tr.csv', /2022-03-02/g, '')),
      broken(path => edit(path, 'ae.csv', '4,N,CHEMOTHERAPY,2022-01-19', '4,N,CHEMOTHERAPY,')),
      broken(path => edit(path, 'ex.csv', 'TCR-T CELLS', 'TCR-T CELL')),
      broken(path => edit(path, 'ds.csv', 'DEATH', 'DIED')),
      broken(path => edit(path, 'persistence.csv', 'SYN-C01,blood', 'SYN-C01,serum')),
      broken(path => edit(path, 'ae.csv', '4,N,CHEMOTHERAPY', '4,?,CHEMOTHERAPY')),
      broken(path => edit(path, 'lb.csv', /,-8,Y/, ',day -8,Y')),
      broken(path => edit(path, 'tr.csv', /,LDIAM,36,mm/, ',LDIAMETER,36,mm')),
      broken(path => edit(path, 'ex.csv', ',162,mg', ',-162,mg')),
    ]
    const codes = [
      'date-missing',
      'date-missing',
      'date-missing',
      'treatment-spelling',
      'disposition-spelling',
      'sample-kind',
      'yes-no',
      'day-number',
      'finding-unread',
      'dose',
    ]
    expect(runs.map((run, i) => [codes[i], run.code, run.err.includes(codes[i]!)])).toEqual(codes.map(code => [code, 1, true]))
  })

  test('an adverse event without a day of its beginning is counted, as one since the infusion unless it had ended before', () => {
    const counted = (end: string) => {
      let out = ''
      const run = broken(path => {
        out = join(path, 'out')
        edit(path, 'ae.csv', /(SYN-CRC,AE,SYN-C01,1,)[^,]*(,4,N,CHEMOTHERAPY,)2022-01-19,[^\n]*/, `$1Unusual event$2,${end}`)
      })
      expect([run.code, run.err.includes('AESTDTC is empty')]).toEqual([1, true])
      return table(join(out, 'adverse-events.tsv'))
        .rows.map(row => row.cells.join(' '))
        .filter(row => row.includes('Unusual'))
    }
    expect(counted('')).toEqual([expect.stringMatching(/^SYN-C01 Unusual event 4 no CHEMOTHERAPY +yes$/)])
    expect(counted('2021-12-01')).toEqual([expect.stringMatching(/^SYN-C01 Unusual event 4 no CHEMOTHERAPY +2021-12-01 +no$/)])
  })

  test('a table that is not there, or is empty, says nothing: no event is not no news', () => {
    const rules = 'stopping_rules: [{what: grade 4 renal, window_days: 30, grade: 4, limit: 1, citation: made up}]\n'
    let html = ''
    const run = broken(path => {
      html = join(path, 'out/report.html')
      for (const name of ['ae', 'persistence']) rmSync(join(path, `${name}.csv`))
      writeFileSync(join(path, 'lb.csv'), readFileSync(join(path, 'lb.csv'), 'utf8').split('\n')[0]!)
      writeFileSync(join(path, 'TRIAL.yaml'), readFileSync(join(path, 'TRIAL.yaml'), 'utf8') + rules)
    })
    expect(run.code).toBe(0)
    for (const domain of ['ae', 'lb', 'persistence']) expect(run.err).toContain(`there is no table ${domain}, or it has no row`)
    expect(run.err).toContain('not assessed')
    expect(run.out).toContain('0 of 7; 7 not known')
    const report = readFileSync(html, 'utf8')
    expect(report.match(/Not known\./g)?.length).toBe(3)
    expect(report).not.toContain('Every laboratory value has a grade')
  })

  test('no event, nobody treated: the report says so, without a number out of place', () => {
    const alone = broken(path => edit(path, 'TRIAL.yaml', 'product: TCR-T CELLS', 'product: SOMETHING ELSE'))
    expect([alone.code, alone.err.includes('nobody had received SOMETHING ELSE')]).toEqual([0, true])
    expect(alone.out).toContain('0/0 (no subject)')
  })
})

describe('convert', () => {
  oracle('a transport file to JSON and back is the same data; what it cannot hold is refused by row and column', () => {
    const path = (name: string) => join(folder, name)
    expect(cognate(['trial', 'convert', data('clinical/cdisc/ex.xpt'), path('ex.json')]).code).toBe(0)
    expect(cognate(['trial', 'convert', path('ex.json'), path('ex.xpt')]).code).toBe(0)
    const [before, after] = [data('clinical/cdisc/ex.xpt'), path('ex.xpt')].map(file => value(parseXpt(readFileSync(file))))
    expect(after!.rows).toEqual(before!.rows)
    const wide = cognate(['trial', 'convert', data('clinical/cdisc/ae_i18n.json'), path('ae.xpt')])
    expect([wide.code, wide.err.includes('xpt-text'), wide.err.includes('row 1')]).toEqual([1, true, true])
    expect(cognate(['trial', 'convert', data('clinical/cdisc/ex.json'), path('ex.pdf')]).code).toBe(1)
  })
})

describe('single commands', () => {
  oracle('response, grades and survival of public files', () => {
    const tables = data('clinical/recist/pharmaverse')
    const run = cognate([
      'response',
      '--tu',
      join(tables, 'tu.csv'),
      '--tr',
      join(tables, 'tr.csv'),
      '--reader',
      'INVESTIGATOR',
      '--out',
      join(folder, 'rs'),
    ])
    expect(run.code).toBe(0)
    expect(table(join(folder, 'rs/best-response.tsv')).rows.length).toBe(5)
    expect(table(join(folder, 'rs/discordance.tsv')).rows).toEqual([])
    const immune = cognate([
      'response',
      '--tu',
      join(tables, 'tu.csv'),
      '--tr',
      join(tables, 'tr.csv'),
      '--criteria',
      'irecist',
      '--out',
      join(folder, 'irs'),
    ])
    expect(immune.code).toBe(0)
    const km = cognate([
      'survival',
      'km',
      data('clinical/survival/ovarian.csv'),
      '--time',
      'futime',
      '--status',
      'fustat',
      '--interval',
      'log-log',
      '--at',
      '1,365,2000',
    ])
    expect(JSON.parse(km.out)).toMatchObject({
      conf_type: 'log-log',
      n_risk: expect.arrayContaining([26]),
      at: [
        { time: 1, n_risk: 26, surv: 1, lower: null },
        { time: 365, n_risk: 20, surv: expect.closeTo(19 / 26, 9) },
        { time: 2000, n_risk: 0, surv: null },
      ],
    })
    const cox = cognate([
      'survival',
      'cox',
      data('clinical/survival/veteran.csv'),
      '--time',
      'time',
      '--status',
      'status',
      '--covariates',
      'trt,karno,celltype',
      '--reference',
      'celltype=squamous',
    ])
    expect((JSON.parse(cox.out) as { coef: number[] }).coef[0]).toBeCloseTo(0.261744090057515, 9)
    const wrong = cognate([
      'survival',
      'cox',
      data('clinical/survival/veteran.csv'),
      '--time',
      'time',
      '--status',
      'status',
      '--covariates',
      'nothing',
    ])
    expect([wrong.code, wrong.err.includes('column-missing')]).toEqual([1, true])
    writeFileSync(
      join(folder, 'findings.csv'),
      'subject,when,temperature_c,fever_treated,hypotension,hypoxia\nS1,day 2,38.4,no,none,low-flow\n',
    )
    const astct = cognate(['infusion', 'astct', join(folder, 'findings.csv')])
    expect([astct.code, astct.out.trim().split('\n').at(-1)?.trim(), astct.err]).toEqual([
      0,
      'S1\tday 2\t2',
      expect.stringContaining('worst cytokine release 2'),
    ])
    const grades = cognate(['infusion', 'grade', data('clinical/readout/synthetic-seven/lb.csv')])
    const lb = table(data('clinical/readout/synthetic-seven/lb.csv'))
    const expected = lb.rows.map(row =>
      ['LBTESTCD', 'LBORRES', 'expected_term', 'expected_grade_v5'].map(name => row.cells[lb.columns.indexOf(name)]).join(' '),
    )
    const ours = new Set(
      value(parseDelimited(grades.out, { delimiter: '\t' })).rows.map(({ cells }) => [cells[1], cells[2], cells[5], cells[7]].join(' ')),
    )
    expect(expected.filter(row => !ours.has(row))).toEqual([])
    expect(expected.length).toBe(210)
  })
})

test('a row at fault is told with its remedy even where quiet was asked for, and stands in issues.tsv', () => {
  const folder = temporary()
  const tu = 'USUBJID,TULNKID,TUORRES,TULOC,TUMETHOD,TUEVAL,TUEVALID,VISITNUM,TUDTC\nS1,T1,TARGET,LIVER,CT,INVESTIGATOR,,1,2022-01-01\n'
  const tr =
    'USUBJID,TRLNKID,TRGRPID,TRTESTCD,TRSTRESC,TRSTRESU,TRSTAT,TREVAL,TREVALID,VISITNUM,VISIT,TRDTC\nS1,T1,TARGET,LDIAM,42,px,,INVESTIGATOR,,1,V1,2022-01-01\n'
  writeFileSync(join(folder, 'tu.csv'), tu)
  writeFileSync(join(folder, 'tr.csv'), tr)
  const response = (name: string) => [
    'response',
    '--tu',
    join(folder, name),
    '--tr',
    join(folder, 'tr.csv'),
    '--out',
    join(folder, 'out'),
    '--quiet',
  ]
  const run = cognate(response('tu.csv'))
  expect(run.code).toBe(1)
  expect(run.err).toMatch(
    /^ {2}fault: .*tr\.csv:2: a length in px \[length-unit\]\n +remedy: give millimetres \(mm\) or centimetres \(cm\)\n$/,
  )
  expect(readFileSync(join(folder, 'out/issues.tsv'), 'utf8')).toContain('length-unit')
  writeFileSync(join(folder, 'none.csv'), `${tu.split('\n')[0]}\n`)
  writeFileSync(join(folder, 'tr.csv'), `${tr.split('\n')[0]}\n`)
  expect(cognate(response('none.csv'))).toMatchObject({ code: 1, err: expect.stringContaining('[no-lesions]') })
})

test('what counted as an event, and which rows were left out, is told; a time before the start is refused', () => {
  const file = join(temporary(), 'times.csv')
  const km = (text: string, ...more: readonly string[]) => {
    writeFileSync(file, `time,status\n${text}`)
    return cognate(['survival', 'km', file, '--time', 'time', '--status', 'status', ...more])
  }
  // 1 is censored and 2 is dead in R's own example of the lung trial: read by the default it would be the other way round
  const turned = km('5,2\n3,1\n,2\n7,2\n')
  expect(turned.err).toContain('1 of 4 rows are left out: a value is missing (line 4: time)')
  expect(turned.err).toContain('events are status 1 (1); censored are 2 (2)')
  expect(km('5,2\n3,1\n', '--event', 'DEATH').err).toContain('[no-event]')
  expect(km('5,1\n-1,1\n')).toMatchObject({ code: 1, err: expect.stringContaining('[time-negative]') })
})
