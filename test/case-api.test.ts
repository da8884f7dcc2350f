// The design half over HTTP: cases of a folder, run by the server as the command line runs them, read by those whose they are, and nothing else of the disk.
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildServer } from '../packages/node/src/api/server.ts'
import { root } from '../packages/node/src/read/paths.ts'
import { rowsOf } from './oracle.ts'
import { CHEAP_ARGON, openSite, type Person, type Site } from './record-site.ts'
import { cognate, temporary } from './run-cli.ts'

const folder = temporary()
const cases = join(folder, 'cases')
const results = join(folder, 'results')
const program = [process.execPath, '--disable-warning=ExperimentalWarning', join(root, 'dist/cognate.mjs')]
const yamlOf = (name: string) => join(cases, name, 'CASE.yaml')

let site: Site
let sven: Person, other: Person, paula: Person, maria: Person

function makeCase(name: string, more: string, from = 'examples/crc-001'): void {
  cpSync(join(root, from), join(cases, name), { recursive: true })
  const yaml = readFileSync(yamlOf(name), 'utf8')
  writeFileSync(yamlOf(name), yaml.replace(/^case: .*$/m, `case: ${name}\n${more}`))
}

beforeAll(async () => {
  makeCase('P-1', 'study: ST-1')
  makeCase('P-2', 'study: ST-2\nsite: site-b')
  mkdirSync(join(cases, 'P-3'))
  writeFileSync(yamlOf('P-3'), "case: P-3\nhla: ['A*02:01']\ntumour: {vcf: nothing.vcf}\n")
  site = await openSite({ cases: { cases, results, program } })
  await site.setUp()
  sven = await site.hire('sven', ['scientist'])
  paula = await site.hire('paula', ['physician'])
  maria = await site.hire('maria', ['monitor'])
  other = await site.hire('other', ['scientist'], { site: 'site-b', studies: ['ST-2'] })
})
afterAll(async () => {
  await site?.close()
})

/** Runs a case to its end; answers what it said. */
async function runToEnd(person: Person, id: string): Promise<string> {
  expect((await person.call('POST', `/cases/${id}/runs`)).status).toBe(202)
  return (await person.get(`/cases/${id}/progress`)).text
}

test('a case is seen by those of its site and study; one that cannot be used says why', async () => {
  const seen = async (person: Person) => (await person.get('/cases')).body.cases.map((line: { id: string }) => line.id)
  expect(await seen(sven)).toEqual(['P-1', 'P-3'])
  expect(await seen(other)).toEqual(['P-2', 'P-3'])
  for (const path of ['', '/tables/neoantigens', '/files/dossier.html', '/figures/tumour', '/handover', '/progress'])
    expect([path, (await sven.get(`/cases/P-2${path}`)).body.code]).toEqual([path, 'other-site'])
  expect((await sven.call('POST', '/cases/P-2/runs')).body.code).toBe('other-site')
  expect((await maria.get('/cases')).body.code).toBe('role')
  const broken = (await sven.get('/cases/P-3')).body
  expect([broken.stages, broken.finished_at, broken.problem]).toEqual([[], '', expect.stringContaining('nothing.vcf')])
  expect((await sven.call('POST', '/cases/P-3/runs')).body).toMatchObject({ code: 'input', title: expect.stringContaining('no such file') })
  expect((await sven.get('/cases/P-9')).body.code).toBe('not-found')
})

test('a run gives byte for byte what the command line gives, is logged with who asked, and says what it does', async () => {
  expect((await paula.call('POST', '/cases/P-1/runs')).body.code).toBe('role')
  const said = await runToEnd(sven, 'P-1')
  for (const stage of ['variants', 'neoantigens', 'receptors', 'construct']) expect(said).toMatch(new RegExp(`^ {2}${stage} .*→`, 'm'))
  const line = (await sven.get('/cases/P-1')).body
  expect(line).toMatchObject({
    id: 'P-1',
    synthetic: true,
    problem: '',
    changed: false,
    run: { state: 'finished', by: 'sven', failure: '' },
  })
  expect(line.stages.map((stage: { name: string }) => stage.name)).toEqual(['variants', 'neoantigens', 'receptors', 'plates', 'construct'])
  const alone = join(folder, 'alone')
  expect(cognate(['run', yamlOf('P-1'), '--out', alone, '--quiet']).code).toBe(0)
  let compared = 0
  for (const { name } of line.files as { name: string }[]) {
    // it holds the day
    if (name === 'ro-crate-metadata.json') continue
    const given = await site.app.inject({
      method: 'GET',
      url: `/api/v1/cases/P-1/files/${name}`,
      cookies: { '__Host-cognate': sven.cookie },
    })
    expect([name, given.rawPayload.equals(readFileSync(join(alone, name)))]).toEqual([name, true])
    compared++
  }
  expect(compared).toBeGreaterThan(15)
  const { rows } = await site.record.store.pool.query<{ text: string }>("SELECT text FROM access_event WHERE text LIKE '%case-run%'")
  expect(rows.map(({ text }) => [text.includes('"sven"'), text.includes('P-1')])).toEqual([[true, true]])
  expect(await runToEnd(sven, 'P-1')).toContain('unchanged, not run again')
}, 240_000)

test('one run of a case at a time; it can be stopped, and a failure is told as the command line tells it', async () => {
  expect((await other.call('DELETE', '/cases/P-2/runs')).body.code).toBe('case-idle')
  expect((await other.call('POST', '/cases/P-2/runs')).status).toBe(202)
  const twice = await other.call('POST', '/cases/P-2/runs')
  expect([twice.status, twice.body.code, twice.body.title.includes('other')]).toEqual([409, 'case-running', true])
  expect((await other.call('DELETE', '/cases/P-2/runs')).body).toMatchObject({ state: 'stopped', failure: 'stopped by other' })
  expect((await other.get('/cases/P-2')).body.run.state).toBe('stopped')
  writeFileSync(join(cases, 'P-2/somatic.vcf.gz'), 'no variants at all')
  await runToEnd(other, 'P-2')
  expect((await other.get('/cases/P-2')).body).toMatchObject({
    finished_at: '',
    run: { state: 'failed', failure: expect.stringContaining('somatic.vcf.gz') },
  })
}, 240_000)

test('what had not ended when the server was stopped goes on when it starts again, in its order; what had ended stays told', async () => {
  makeCase('P-4', 'study: ST-1')
  makeCase('P-5', 'study: ST-1')
  makeCase('P-6', 'study: ST-1')
  const runsOf = async (person: Person) =>
    Object.fromEntries(
      ((await person.get('/cases')).body.cases as { id: string; run: { state: string } | null }[]).map(({ id, run }) => [id, run?.state]),
    )
  for (const id of ['P-4', 'P-5', 'P-6']) expect((await sven.call('POST', `/cases/${id}/runs`)).status).toBe(202)
  expect(await runsOf(sven)).toMatchObject({ 'P-1': 'finished', 'P-4': 'running', 'P-5': 'waiting', 'P-6': 'waiting' })
  // a server that was killed leaves its run behind; here the file that it would have left
  const file = join(results, '.cognate-runs.json')
  const left = readFileSync(file, 'utf8')
  const { process: pid } = JSON.parse(left).find((run: { id: string }) => run.id === 'P-4')
  await site.app.close()
  writeFileSync(file, left)
  rmSync(join(cases, 'P-6'), { recursive: true })
  const orphan = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)', 'run', join(results, 'P-4')])
  writeFileSync(file, left.replace(`"process": ${pid}`, `"process": ${orphan.pid}`))
  const ended = new Promise(resolve => orphan.once('exit', (_code, signal) => resolve(signal)))
  const again = await buildServer(site.record, { clock: site.clock, argon: CHEAP_ARGON, cases: { cases, results, program } })
  site.server = again
  expect(await ended).toBe('SIGTERM')
  expect((await sven.get('/cases/P-4/progress')).text).toMatch(/^the server was stopped; the run is taken up again\n[\s\S]*construct .*→/)
  expect((await sven.get('/cases/P-5/progress')).text).toMatch(/construct .*→/)
  expect(await runsOf(sven)).toMatchObject({ 'P-1': 'finished', 'P-4': 'finished', 'P-5': 'finished' })
  expect((await sven.get('/cases/P-5')).body.run.by).toBe('sven')
  expect(JSON.parse(readFileSync(file, 'utf8')).find((run: { id: string }) => run.id === 'P-6')).toMatchObject({ state: 'failed' })
}, 240_000)

test('cases are laid side by side, those that the asker may see: copies of one patient are told, as the command line tells them', async () => {
  const { compared, finished, pairs, recurrent, unfinished, public: publics } = (await sven.get('/cohort')).body
  expect([compared, finished, unfinished.map((one: { id: string }) => one.id)]).toEqual([3, 3, ['P-3']])
  const out = join(folder, 'side-by-side')
  cpSync(results, out, { recursive: true })
  const named = ['P-1', 'P-4', 'P-5'].map(yamlOf)
  expect(cognate(['cohort', 'report', ...named, '--out', out, '--quiet']).code).toBe(0)
  const rows = (name: string) => rowsOf(readFileSync(join(out, name), 'utf8'))
  expect(pairs.map((pair: { a: string; b: string; findings: string[] }) => [pair.a, pair.b, pair.findings.join('; ')])).toEqual(
    rows('case-pairs.tsv').map(row => [row.case_a, row.case_b, row.why]),
  )
  expect(pairs).toHaveLength(3)
  expect(recurrent.map((one: { minigene: string; cases: unknown[] }) => [one.minigene, String(one.cases.length)])).toEqual(
    rows('recurrent.tsv').map(row => [row.minigene_25, row.cases]),
  )
  expect(publics.map((one: { betaJunction: string }) => one.betaJunction)).toEqual(
    rows('public-receptors.tsv').map(row => row.trb_junction_aa),
  )
  expect(publics.length).toBeGreaterThan(3)
  expect((await other.get('/cohort')).body).toMatchObject({ compared: 0, pairs: [], recurrent: [], public: [] })
  expect((await maria.get('/cohort')).body.code).toBe('role')
})

test('a screen designed by the server is that of the command line, byte for byte; a refusal leaves the design before', async () => {
  const wish = { effectors: ['R1', 'R2'], top: 12, per_construct: 6, replicates: 2, plate: '96', pool_size: 6 }
  const at = '/cases/P-1/screen-designs'
  expect((await paula.call('POST', at, wish)).body.code).toBe('role')
  expect((await other.call('POST', '/cases/P-2/screen-designs', wish)).body.code).toBe('not-found')
  for (const bad of [
    { ...wish, effectors: [] },
    { ...wish, effectors: ['--out'] },
    { ...wish, effectors: ['R1,R2'] },
    { ...wish, per_construct: 25 },
    { ...wish, plate: '97' },
  ])
    expect([bad, (await sven.call('POST', at, bad)).body.code]).toEqual([bad, 'input'])
  const made = await sven.call('POST', at, wish)
  expect([made.status, made.body.said[0]]).toEqual([201, expect.stringContaining('2 effectors')])
  const { id } = made.body as { id: string }
  const [from, alone] = [join(results, 'P-1/minigenes.tsv'), join(folder, 'design')]
  const hla = (await sven.get('/cases/P-1')).body.hla.join(',')
  const words = [
    'screen',
    'design',
    '--minigenes',
    from,
    '--hla',
    hla,
    '--effectors',
    'R1,R2',
    '--top',
    '12',
    '--per-construct',
    '6',
    '--replicates',
    '2',
    '--pool-size',
    '6',
  ]
  expect(cognate([...words, '--out', alone, '--quiet']).code).toBe(0)
  const names = readdirSync(alone)
  expect(names.length).toBeGreaterThan(7)
  for (const name of names) {
    const url = `/api/v1/cases/P-1/files/${encodeURIComponent(`screen-design/${id}/${name}`)}`
    const given = await site.app.inject({ method: 'GET', url, cookies: { '__Host-cognate': sven.cookie } })
    expect([name, given.rawPayload.equals(readFileSync(join(alone, name)))]).toEqual([name, true])
  }
  // what the command line refuses leaves what was designed before
  const minigenes = readFileSync(from)
  writeFileSync(from, `${minigenes.toString().split('\n')[0]}\n`)
  expect((await sven.call('POST', at, wish)).body).toMatchObject({
    code: 'screen-design',
    title: expect.stringContaining('no minigene to screen'),
  })
  writeFileSync(from, minigenes)
  // the same wish is the same design; another stands beside it, for the plates of either may be under way
  expect((await sven.call('POST', at, wish)).body.id).toBe(id)
  const second = (await sven.call('POST', at, { ...wish, top: 13 })).body.id
  const { designs } = (await sven.get('/cases/P-1')).body as { designs: { id: string; minigenes: string }[] }
  expect(designs.map(one => one.id).toSorted()).toEqual([id, second].toSorted())
  // a construct's name stands for one protein, whichever design it is of
  const proteins = new Map<string, Set<string>>()
  for (const { minigenes: path } of designs) {
    const own = Map.groupBy(rowsOf(readFileSync(path, 'utf8')), row => row.construct!)
    for (const [name, members] of own) {
      const protein = members
        .toSorted((a, b) => Number(a.slot) - Number(b.slot))
        .map(row => row.aa)
        .join('')
      proteins.set(name, (proteins.get(name) ?? new Set()).add(protein))
    }
  }
  expect([...proteins.values()].map(held => held.size)).toEqual(Array(proteins.size).fill(1))
  expect(proteins.size).toBeGreaterThan(3)
}, 120_000)

test('a page of a table is what the file holds', async () => {
  const file = rowsOf((await sven.get('/cases/P-1/files/neoantigens.tsv')).text)
  const page = async (query: string) => (await sven.get(`/cases/P-1/tables/neoantigens?${query}`)).body
  expect(await page('limit=3&offset=2')).toEqual({ rows: file.slice(2, 5), found: file.length, total: file.length })
  const kras = await page('search=kras%20g12d')
  expect([kras.found, kras.rows[0].amino_acid_change]).toEqual([1, 'G12D'])
  const ordered = (await page('sort=percentile_mt&descending=true&limit=500')).rows.map((row: { percentile_mt: string }) =>
    Number(row.percentile_mt),
  )
  expect([ordered.length, ordered]).toEqual([file.length, ordered.toSorted((a: number, b: number) => b - a)])
  expect((await page(`column=neoantigen_id&equals=${file[4]!.neoantigen_id}`)).rows).toEqual([file[4]])
  expect((await sven.get('/cases/P-1/tables/neoantigens?limit=9999')).body.code).toBe('input')
  expect((await sven.get('/cases/P-1/tables/safety')).body.code).toBe('not-found')
})

test('a table that somebody damaged is told with its line, and is not an empty one', async () => {
  const path = join(results, 'P-1/off-the-shelf.tsv')
  const before = readFileSync(path, 'utf8')
  expect((await sven.get('/cases/P-1/tables/off-the-shelf')).body.total).toBeGreaterThan(0)
  const later = Date.now() / 1000 + 120
  writeFileSync(path, `${before}${Array(20).fill('x').join('\t')}\n`)
  utimesSync(path, later, later)
  expect((await sven.get('/cases/P-1/tables/off-the-shelf')).body).toMatchObject({
    code: 'row-too-long',
    line: before.trimEnd().split('\n').length + 1,
    file: expect.stringContaining('off-the-shelf.tsv'),
  })
  writeFileSync(path, before)
})

test('pictures are SVG; nothing is read but what the run wrote', async () => {
  const construct = rowsOf((await sven.get('/cases/P-1/files/constructs.tsv')).text)[0]!.construct_id!
  for (const figure of ['tumour', 'cells', 'lesions', 'clones', 'cell-map', construct]) {
    const reply = await sven.get(`/cases/P-1/figures/${figure}`)
    expect([figure, reply.status, reply.headers['content-type'], /^<svg .*<\/svg>\s*$/s.test(reply.text)]).toEqual([
      figure,
      200,
      'image/svg+xml; charset=utf-8',
      true,
    ])
  }
  for (const name of [
    'CASE.yaml',
    '..%2F..%2Fcases%2FP-1%2FCASE.yaml',
    '.cognate%2Fvariants.json',
    '%2Fetc%2Fpasswd',
    'run.log',
    'plates-1.svg',
  ])
    expect([name, (await sven.get(`/cases/P-1/files/${name}`)).body.code]).toEqual([name, 'not-found'])
  for (const name of ['..%2Fvariants', '.cognate%2Fvariants', 'nothing'])
    expect([name, (await sven.get(`/cases/P-1/tables/${name}`)).status, (await sven.get(`/cases/P-1/figures/${name}`)).status]).toEqual([
      name,
      404,
      404,
    ])
  expect((await sven.get('/cases/..%2FP-1')).body.code).toBe('not-found')
})

test('inputs that are newer than the results are told, for nobody decides by old ones', async () => {
  const later = Date.now() / 1000 + 60
  utimesSync(join(cases, 'P-1/quant.sf'), later, later)
  expect((await sven.get('/cases/P-1')).body).toMatchObject({ changed: true, finished_at: expect.stringMatching(/^20/) })
})

test('a case without plates has nothing to hand over, and says so', async () => {
  expect((await paula.get('/cases/P-1/handover')).body).toMatchObject({ status: 409, code: 'file-missing' })
})

test('scores are those of `present`, whatever the spelling of an allele; which residues drive them; what an allele likes', async () => {
  const ask = { peptides: ['GILGFVFTL', 'siinfekl', 'KLATKAAPLKVTAAK', 'GILXFVFTL'], alleles: ['A0201', 'HLA-B07:02', 'DRB1_0101'] }
  const reply = await sven.call('POST', '/present', { ...ask, effects: true })
  const table = cognate(
    ['present', '--peptides', '-', '--alleles', 'A*02:01,B*07:02,DRB1*01:01', '--out', '-', '--quiet'],
    ask.peptides.join('\n'),
  )
  const text = (rows: readonly object[]) => rows.map(row => Object.values(row).map(String))
  expect(text(reply.body.rows)).toEqual(text(rowsOf(table.out)))
  expect(reply.body.rows.length).toBe(8)
  const flu = reply.body.effects.find(
    (one: { peptide: string; allele: string }) => one.peptide === 'GILGFVFTL' && one.allele === 'HLA-A*02:01',
  )
  // the anchors of HLA-A*02:01 are positions 2 and 9
  const largest = flu.residues.toSorted((a: { effect: number }, b: { effect: number }) => b.effect - a.effect).slice(0, 2)
  expect(largest.map((one: { position: number }) => one.position).sort()).toEqual([2, 9])
  expect((await sven.call('POST', '/present', { peptides: ['GILGFVFTL'], alleles: ['A*02:99999'] })).body).toMatchObject({
    status: 422,
    code: 'input',
  })
  expect(
    (
      await sven.call('POST', '/present', {
        peptides: Array.from({ length: 30 }, () => 'GILGFVFTL'),
        alleles: ['A0201', 'B0702', 'C0702'],
        effects: true,
      })
    ).body.code,
  ).toBe('input')
  const logo = await sven.get('/motifs/HLA-DPA1*01:03%2FDPB1*04:01')
  expect([logo.status, logo.text.includes('HLA-DPA1*01:03/DPB1*04:01')]).toEqual([200, true])
  expect((await sven.get('/motifs/HLA-Z*99')).body.code).toBe('not-found')
})

test('a server that was given no folder says so and has no case', async () => {
  const bare = await openSite()
  await bare.setUp()
  const reader = await bare.hire('reader', ['scientist'])
  expect((await reader.get('/cases')).body).toEqual({ given: false, cases: [] })
  expect((await reader.get('/cases/P-1')).body.code).toBe('not-found')
  await bare.close()
})
