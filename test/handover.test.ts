// From a case to the record without a word typed again: the choice is signed as its payload, the inserts are registered with what is behind them, and a bag's construct leads to the variant's line.
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { rowsOf } from './oracle.ts'
import { fine, openSite, type Person, type Site } from './record-site.ts'
import { cognate, temporary } from './run-cli.ts'
import { makeScreenedExample } from './screened-example.ts'
import { commandLine } from './site-command-line.ts'

const folder = temporary()
const results = join(folder, 'out')
const read = (name: string, from = results) => readFileSync(join(from, name), 'utf8')

let site: Site
let paula: Person, olga: Person, carl: Person
let coi = ''

beforeAll(async () => {
  makeScreenedExample(folder)
  expect(cognate(['run', join(folder, 'CASE.yaml'), '--out', results, '--quiet']).code).toBe(0)
  site = await openSite()
  await site.setUp()
  paula = await site.hire('paula', ['physician'])
  olga = await site.hire('olga', ['operator'])
  carl = await site.hire('carl', ['coordinator'])
  fine(await carl.do('/subjects', { id: 'ST1-001', site: 'site-a', study: 'ST-1' }))
  coi = fine(await carl.do('/subjects/ST1-001/therapies', { product_type: 'TCR-T' })).body.entity.id
}, 240_000)
afterAll(async () => {
  await site?.close()
})

const sign = (from = results, id = 'SEL-1') =>
  commandLine(site, paula, ['lot', 'selection', from, '--coi', coi, '--id', id, '--reason', 'read with the tumour board'], () => ({
    COGNATE_PASSWORD: paula.password,
    COGNATE_CODE: paula.code(),
  }))

test('the choice is signed as its payload, which is kept; its inserts are registered with what is behind them', async () => {
  const signed = await sign()
  expect([signed.code, signed.code === 0 ? '' : signed.err]).toEqual([0, ''])
  const chosen = rowsOf(read('selection.tsv')).filter(row => row.chosen === 'true')
  expect(chosen.length).toBe(2)
  const selection = fine(await paula.get('/selections/SEL-1')).body.data
  expect(selection.receptors).toEqual(chosen.map(row => row.receptor_id))
  expect(read('selection.payload.sha256').slice(0, 64)).toBe(selection.evidence_sha256)
  expect(fine(await paula.get(`/files/${selection.evidence_sha256}`)).text).toBe(read('selection.payload.json'))

  const preview = await commandLine(site, olga, ['lot', 'constructs', results, '--selection', 'SEL-1'])
  expect([preview.code, preview.err]).toEqual([0, '2 constructs; nothing was registered: say --enter\n'])
  expect(fine(await olga.get('/constructs')).body.constructs).toEqual([])
  expect((await commandLine(site, olga, ['lot', 'constructs', results, '--selection', 'SEL-1', '--enter'])).code).toBe(0)
  const built = rowsOf(read('constructs.tsv'))
  const registered = fine(await olga.get('/constructs')).body.constructs as {
    id: string
    data: { insert_sha256: string; receptor: string; origin: string[] }
  }[]
  expect(registered.map(({ id, data }) => [id, data.receptor, data.insert_sha256]).sort()).toEqual(
    built.map(row => [row.construct_id, row.receptor_id, row.sha256]).sort(),
  )
  // each leads to wells that answered and to a line of the variants
  const variants = new Set(rowsOf(read('variants.tsv')).map(row => row.variant_id))
  for (const { id, data } of registered) {
    expect(data.origin.filter(node => node.startsWith('well:S')).length).toBe(6)
    const traced = fine(await carl.get(`/trace/construct:${id}`)).body.from.map((hop: { node: string }) => hop.node) as string[]
    expect(traced).toContain('selection:SEL-1')
    const variant = traced.find(node => node.startsWith('variant:'))!
    expect(variants.has(variant.slice('variant:'.length))).toBe(true)
    expect(traced.filter(node => node.startsWith('contig:')).length).toBe(2)
  }
}, 240_000)

test('a folder that does not agree with itself is refused before anything is sent', async () => {
  let copies = 0
  const changed = async (name: string, change: (text: string) => string) => {
    const copy = join(folder, `copy-${copies++}`)
    mkdirSync(copy)
    cpSync(results, copy, { recursive: true })
    const text = read(name, copy)
    writeFileSync(join(copy, name), change(text))
    expect(read(name, copy)).not.toBe(text)
    const run = await sign(copy, 'SEL-2')
    return [run.code, /\[(handover-[a-z]+)\]/.exec(run.err)?.[1]]
  }
  const insert = rowsOf(read('constructs.tsv'))[0]!.insert_nt!
  const junction = rowsOf(read('constructs.tsv'))[0]!.a_junction!
  expect(await changed('selection.payload.json', text => text.replace('CRC-001', 'CRC-002'))).toEqual([1, 'handover-checksum'])
  expect(await changed('selection.tsv', text => text.replace('\ttrue\t', '\tfalse\t'))).toEqual([1, 'handover-selection'])
  // one base of an insert
  expect(
    await changed('constructs.tsv', text =>
      text.replace(insert, `${insert.slice(0, 99)}${insert[99] === 'A' ? 'C' : 'A'}${insert.slice(100)}`),
    ),
  ).toEqual([1, 'handover-construct'])
  expect(await changed('constructs.tsv', text => text.replace(`\t${junction}\t`, `\t${junction.slice(0, -3)}TTC\t`))).toEqual([
    1,
    'handover-construct',
  ])
  expect(await changed('constructs.tsv', text => text.split('\n').toSpliced(1, 1).join('\n'))).toEqual([1, 'handover-construct'])
  expect((await paula.get('/selections/SEL-2')).status).toBe(404)
  // the inserts of another folder than the one that was signed
  const other = join(folder, 'other')
  expect(cognate(['run', join(folder, 'CASE.yaml'), '--out', other, '--quiet']).code).toBe(0)
  const payload = read('selection.payload.json', other).replace('"case":"CRC-001"', '"case":"CRC-009"')
  writeFileSync(join(other, 'selection.payload.json'), payload)
  writeFileSync(join(other, 'selection.payload.sha256'), `${createHash('sha256').update(payload).digest('hex')}  selection.payload.json\n`)
  const refused = await commandLine(site, olga, ['lot', 'constructs', other, '--selection', 'SEL-1', '--enter'])
  expect([refused.code, /\[(handover-[a-z]+)\]/.exec(refused.err)?.[1]]).toEqual([1, 'handover-payload'])
}, 240_000)

test('two screens with a plate of one name are told: they would count as one plate', () => {
  const twice = join(folder, 'TWICE.yaml')
  const screen = '{plate: plate.csv, map: map.csv}'
  writeFileSync(twice, readFileSync(join(folder, 'CASE.yaml'), 'utf8').replace(`screens: [${screen}]`, `screens: [${screen}, ${screen}]`))
  const out = join(folder, 'twice')
  expect(cognate(['run', twice, '--out', out, '--quiet']).code).toBe(0)
  const codes = (at: string) => (JSON.parse(read('.cognate/screen.json', at)).caveats as { code: string }[]).map(one => one.code)
  expect([codes(results).includes('plate-name-twice'), codes(out).includes('plate-name-twice')]).toEqual([false, true])
}, 120_000)
