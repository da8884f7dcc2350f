// @vitest-environment happy-dom
// The design half in the web app as its people use it: a scientist runs a case and reads it, a physician signs its choice, an operator registers its inserts, and the record knows the variant behind them.
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { root } from '../packages/node/src/read/paths.ts'
import { readRows } from '../packages/node/src/read/rows.ts'
import { fine, openSite, type Person, type Site } from './record-site.ts'
import { cognate, temporary } from './run-cli.ts'
import { makeScreenedExample } from './screened-example.ts'
import { Browser } from './web-page.tsx'

const tableOf = (text: string): readonly Record<string, string>[] => {
  const [head = '', ...lines] = text.trimEnd().split('\n')
  return lines.map(line => Object.fromEntries(head.split('\t').map((name, i) => [name, line.split('\t')[i] ?? ''])))
}

const folder = temporary()
const cases = join(folder, 'cases')
const results = join(folder, 'results')
const rows = (table: string) => readRows(join(results, `CRC-001/${table}.tsv`))

let site: Site
let sven: Person, paula: Person, olga: Person
let coi = ''
let pairs: ReturnType<typeof makeScreenedExample>

beforeAll(async () => {
  pairs = makeScreenedExample(join(cases, 'crc-001'))
  const file = join(cases, 'crc-001/CASE.yaml')
  writeFileSync(
    join(cases, 'crc-001/antigens.fa'),
    '>HPV16-E7 an early protein of a virus\nMHGDTPTLHEYMLDLQPETTDLYCYEQLNDSSEEEDEIDGPAGQAEPDRAHYN\n',
  )
  writeFileSync(file, readFileSync(file, 'utf8').replace('\ntumour:\n', '\ntumour:\n  antigens: antigens.fa\n'))
  expect(cognate(['run', join(cases, 'crc-001/CASE.yaml'), '--out', join(results, 'CRC-001'), '--quiet']).code).toBe(0)
  site = await openSite({
    cases: { cases, results, program: [process.execPath, '--disable-warning=ExperimentalWarning', join(root, 'dist/cognate.mjs')] },
  })
  await site.setUp()
  ;[sven, paula, olga] = [
    await site.hire('sven', ['scientist']),
    await site.hire('paula', ['physician']),
    await site.hire('olga', ['operator']),
  ]
  const carl = await site.hire('carl', ['coordinator'])
  fine(await carl.do('/subjects', { id: 'ST1-001', site: 'site-a', study: 'ST-1' }))
  coi = fine(await carl.do('/subjects/ST1-001/therapies', { product_type: 'TCR-T' })).body.entity.id
}, 240_000)
afterAll(async () => {
  await site?.close()
})

/** Of the first table of the page. */
const cellsOf = (browser: Browser, column: number) =>
  [...browser.page.querySelector('table.data')!.querySelectorAll('tbody tr')].map(row => row.children[column]!.textContent)

test('a scientist, who reads no lots, begins at the cases; a case is run again and what it says is shown', async () => {
  const browser = new Browser(site)
  await browser.seat(sven, '')
  const list = await browser.until('CRC-001')
  expect([list.includes('finished'), browser.links().slice(0, 3)]).toEqual([true, ['Cases', 'Presentation', 'Record']])
  await browser.open('#/cases/CRC-001')
  const page = await browser.until('What was left behind, and why')
  expect(page).toContain('A synthetic patient')
  for (const headline of [/72 variants with 72 protein changes/, /2 chosen of 5/, /2 constructs ready, 0 refused/])
    expect(page).toMatch(headline)
  // what went on is not among what was left behind
  expect([page.includes('no-protein-change'), /shortlisted\d/.test(page)]).toEqual([true, false])
  expect([...browser.page.querySelectorAll('.tabs a')].map(link => link.textContent)).toEqual([
    'Case',
    'Variants',
    'Neoantigens',
    'Receptors',
    'Design',
    'Screen',
    'Selection',
    'Constructs',
  ])
  await browser.press('Run')
  await browser.until('What the run said', 120_000)
  expect(browser.page.textContent).toContain('unchanged, not run again')
}, 240_000)

test('who reads neither lots nor cases begins at what they may record; an address that was cut off begins there too', async () => {
  const browser = new Browser(site)
  await browser.seat(site.person('xena'), '')
  const page = await browser.until('Propose')
  expect([page.includes('does not carry'), browser.links().includes('Cases')]).toEqual([false, false])
  await browser.seat(sven, '#/cases/%E0%A4')
  await browser.until('From the tumour')
})

test('what no variant made stands below the neoantigens: an antigen of the case’s own list, with its best peptides', async () => {
  const browser = new Browser(site)
  await browser.seat(sven, '#/cases/CRC-001/neoantigens')
  const page = await browser.until('Listed antigens')
  const [listed] = rows('antigens')
  expect([listed!.antigen_id, page.includes('HPV16-E7'), page.includes(listed!.best_peptide!)]).toEqual(['HPV16-E7', true, true])
  expect(page).not.toContain('New splice junctions')
  expect(rows('minigenes').map(row => row.neoantigen_id)).toContain(listed!.neoantigen_id)
})

test('neoantigens are searched, ordered and opened; one shows its sum, its residues, every allele and who was tested against it', async () => {
  const browser = new Browser(site)
  await browser.seat(sven, '#/cases/CRC-001/neoantigens')
  await browser.until('72 rows')
  const table = rows('neoantigens')
  expect(cellsOf(browser, 1)).toEqual(table.slice(0, 50).map(row => `${row.gene} ${row.amino_acid_change}`))
  await browser.press('%rank')
  await browser.until('%rank ↑')
  const ordered = table.map(row => Number(row.percentile_mt)).sort((a, b) => a - b)
  const shown = () => cellsOf(browser, 4).map(text => Number(text!.replace(' %', '')))
  await browser.sees(
    shown,
    ordered.slice(0, 50).map(value => Number(value.toPrecision(2))),
  )
  await browser.type(browser.field('search-neoantigens'), 'psme4')
  await browser.until('1 of 72 rows')
  const first = rows('neoantigens').find(row => row.gene === 'PSME4')!
  await browser.open(browser.page.querySelector('table.data a')!.getAttribute('href')!)
  const page = await browser.until('on every allele of the patient')
  await browser.until('PSME4 G477R')
  expect([...browser.page.querySelectorAll('mark')].map(mark => mark.textContent)).toEqual(['R'])
  const strips = [...browser.page.querySelectorAll('svg[role=img]')].map(svg => svg.getAttribute('aria-label')!.split(':')[0])
  expect(strips).toEqual([
    `${first.best_peptide} on ${first.best_allele!.split(':')[0]}`,
    `${first.wt_peptide} on ${first.best_allele!.split(':')[0]}`,
  ])
  for (const term of first.score_terms!.split(' '))
    expect(page).toContain(`${term.split(':')[0]!.replaceAll('-', ' ')}${term.split(':')[1]}`)
  // of each allele the best word of the mutated stretch, as the command line scores all of them
  await browser.until('Best peptide of each allele')
  const { aa, wild_type_aa: wild } = rows('minigenes').find(row => row.neoantigen_id === first.neoantigen_id)!
  const words = [8, 9, 10, 11]
    .flatMap(n => Array.from({ length: aa!.length - n + 1 }, (_, i) => aa!.slice(i, i + n)))
    .filter(word => !wild!.includes(word))
  const hla = 'A*02:01,A*11:01,B*07:02,B*35:01,C*07:02,C*08:02'
  const scored = tableOf(
    cognate(['present', '--peptides', '-', '--alleles', hla, '--class', 'I', '--out', '-', '--quiet'], words.join('\n')).out,
  )
  const table2 = [...browser.page.querySelectorAll('table')].find(table => table.textContent!.includes('Best peptide of each allele'))!
  const shown2 = [...table2.querySelectorAll('tbody tr')].map(row => [row.children[0]!.textContent, row.children[1]!.textContent])
  const least = (allele: string) =>
    scored
      .filter(row => row.allele === allele)
      .reduce((a, b) => (Number(b.presentation_percentile) < Number(a.presentation_percentile) ? b : a))
  expect(shown2).toEqual(hla.split(',').map(name => [`HLA-${name}`, least(`HLA-${name}`).peptide]))
  // the plates name it by its minigene
  const [receptor, minigene] = pairs[1]!
  expect(rows('minigenes').find(row => row.minigene_id === minigene)!.neoantigen_id).toBe(first.neoantigen_id)
  await browser.until(`Tested against it, as ${minigene}`)
  await browser.until(`${receptor}answered`)
  await browser.open(`#/cases/CRC-001/neoantigens/${minigene}`)
  await browser.until('PSME4 G477R')
  await browser.open('#/cases/CRC-001/neoantigens/NEO-none')
  await browser.until('The case has no neoantigen NEO-none')
}, 60_000)

test('a receptor shows its bases as they were sequenced, what it saw, and what was built of it', async () => {
  const browser = new Browser(site)
  const [receptor, minigene] = pairs[0]!
  await browser.seat(sven, `#/cases/CRC-001/receptors/${receptor}`)
  const page = await browser.until('What it was tested against')
  const row = rows('receptors').find(one => one.receptor_id === receptor)!
  for (const text of [row.tra_junction!, row.trb_junction!, row.tra_sequence_id!, minigene]) expect(page).toContain(text)
  const built = rows('constructs').find(one => one.receptor_id === receptor)!
  await browser.until(built.construct_id!)
  expect([...browser.page.querySelectorAll('img')].map(img => img.getAttribute('src'))).toEqual([
    `/api/v1/cases/CRC-001/figures/${built.construct_id}`,
  ])
  await browser.open('#/cases/CRC-001/constructs')
  const constructs = await browser.until('Every check of the gate')
  for (const one of rows('constructs')) expect(constructs).toContain(one.sha256)
  await browser.open('#/cases/CRC-001/screen')
  await browser.until('12 rows')
  expect(cellsOf(browser, 4).filter(call => call === 'answered')).toHaveLength(4)
}, 60_000)

test('a screen is designed for the shortlisted receptors: what to order, what goes where, and the minigenes of each construct', async () => {
  const browser = new Browser(site)
  await browser.seat(sven, '#/cases/CRC-001/design')
  await browser.until('No screen was designed yet.')
  const shortlisted = rows('receptors').filter(row => row.shortlisted === 'true')
  expect(browser.field('effectors').value.split('\n')).toEqual(shortlisted.map(row => row.receptor_id))
  browser.fill({ effectors: pairs.map(([receptor]) => receptor).join(' '), top: '24', pool_size: '12' })
  await browser.submit(browser.page.querySelector('form.fields')!)
  await browser.until('What goes where', 60_000)
  const [design] = readdirSync(join(results, 'CRC-001/screen-design'))
  const made = rows(`screen-design/${design}/minigenes`)
  await browser.until(`${made.length} rows`)
  expect(cellsOf(browser, 2)).toEqual(made.map(row => row.minigene_id))
  expect([...browser.page.querySelectorAll('img')].map(img => decodeURIComponent(img.getAttribute('src')!.split('/').at(-1)!))).toEqual([
    `screen-design/${design}/plate-map`,
    `screen-design/${design}/pool-plate-map`,
  ])
  expect(browser.links()).toEqual(
    expect.arrayContaining(['Order', 'Constructs as FASTA', 'Plate map', 'Peptide pools', 'Plate map of the pools']),
  )
  await browser.seat(paula, '#/cases/CRC-001/design')
  await browser.until('What goes where')
  expect(browser.page.querySelector('form')).toBeNull()
}, 120_000)

test('a physician signs the choice as its payload, an operator registers the inserts, and a trace leads to the variants', async () => {
  const browser = new Browser(site)
  await browser.seat(paula, '#/cases/CRC-001/selection')
  await browser.until('Sign this choice into the record')
  browser.fill({ coi: `${coi.slice(0, 4)}-${coi.slice(4, 8)}-${coi.slice(8)}`, id: 'SEL-1', reason: 'read with the tumour board' })
  await browser.submit(browser.page.querySelector('form.fields')!)
  const { input } = await browser.sign(paula, 'approved')
  const payload = readRows(join(results, 'CRC-001/selection.tsv')).filter(row => row.chosen === 'true')
  expect(input).toMatchObject({ id: 'SEL-1', coi, receptors: payload.map(row => row.receptor_id) })
  await browser.until('Recorded: selection SEL-1')
  const kept = await paula.get(`/files/${String(input.evidence_sha256)}`)
  expect(JSON.parse(kept.text).chosen.map((one: { receptor_id: string }) => one.receptor_id)).toEqual(input.receptors)
  await browser.seat(olga, '#/cases/CRC-001/selection')
  await browser.until('Register the inserts of the signed choice')
  browser.fill({ selection: 'SEL-2' })
  await browser.submit(browser.page.querySelector('form.fields')!)
  await browser.until('there is no selection SEL-2')
  // another choice was signed: its inserts are not these
  const otherwise = { id: 'SEL-3', coi, receptors: input.receptors, evidence_sha256: 'ab'.repeat(32), reason: 'another payload' }
  fine(await paula.do('/selections', otherwise))
  browser.fill({ selection: 'SEL-3' })
  await browser.submit(browser.page.querySelector('form.fields')!)
  await browser.until('SEL-3 was signed for the payload abab')
  expect((await olga.get('/constructs')).body.constructs).toEqual([])
  browser.fill({ selection: 'SEL-1' })
  await browser.submit(browser.page.querySelector('form.fields')!)
  await browser.until('2 constructs are registered')
  const built = rows('constructs')
  const registered = (await olga.get('/constructs')).body.constructs
  expect(registered.map((row: { id: string; data: { insert_sha256: string } }) => [row.id, row.data.insert_sha256]).sort()).toEqual(
    built.map(row => [row.construct_id, row.sha256]).sort(),
  )
  const trace = (await olga.get(`/trace/construct:${built[0]!.construct_id}`)).body
  const variants = new Set(rows('variants').map(row => `variant:${row.variant_id}`))
  expect(trace.from.filter((hop: { node: string }) => variants.has(hop.node))).toHaveLength(1)
}, 60_000)

test('peptides are scored on alleles as anybody writes them; a mistake is told with what to write', async () => {
  const browser = new Browser(site)
  await browser.seat(sven, '#/present')
  await browser.until('It does not say that a T cell sees it')
  browser.fill({ peptides: 'GILGFVFTL, KLATKAAPLKVTAAK', alleles: 'HLA-A0201 DRB1_0101' })
  await browser.submit(browser.page.querySelector('form')!)
  const page = await browser.until('GILGFVFTL on HLA-A*02:01')
  expect(page).toContain('strong')
  browser.fill({ alleles: 'A*02:99999' })
  await browser.submit(browser.page.querySelector('form')!)
  await browser.until('A*02:99999')
  expect(browser.page.querySelector('[role=alert]')).not.toBeNull()
}, 60_000)

test('two cases that are one patient stand first where cases are laid side by side', async () => {
  cpSync(join(cases, 'crc-001'), join(cases, 'twin'), { recursive: true })
  cpSync(join(results, 'CRC-001'), join(results, 'TWIN'), { recursive: true })
  const yaml = join(cases, 'twin/CASE.yaml')
  writeFileSync(yaml, readFileSync(yaml, 'utf8').replace(/^case: .*$/m, 'case: TWIN'))
  const browser = new Browser(site)
  await browser.seat(sven, '#/cases')
  await browser.until('TWIN')
  expect(browser.links()).toContain('Lay them side by side')
  await browser.open('#/compared')
  await browser.until('Look here first')
  const [pairsTable, shared] = browser.page.querySelectorAll('table')
  expect([...pairsTable!.querySelectorAll('tbody tr')].map(row => [...row.children].slice(0, 2).map(cell => cell.textContent))).toEqual([
    ['CRC-001', 'TWIN'],
  ])
  expect(pairsTable!.textContent).toContain('72 of at most 72 somatic variants are the same')
  expect(shared!.textContent).toContain('may be one person: CRC-001 and TWIN')
})
