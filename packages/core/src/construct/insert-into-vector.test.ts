// Insertion into a backbone: against a digest written here by itself, on real vector files and on made circles.
import { readFileSync } from 'node:fs'
import { genbankToJson } from 'genbank-parser'
import { expect, test } from 'vitest'
import { humanUsage, openReferences } from '../../../../test/imgt.ts'
import { data, oracle, readData, tableOf, value } from '../../../../test/oracle.ts'
import { type Random, seededRandom } from '../base/index.ts'
import { reverseComplement } from '../bio/index.ts'
import { type GenbankRecord, parseGenbank, parseSnapgene } from '../format/index.ts'
import { DEFAULT_PRODUCT, designConstruct, insertInto, openVector, plasmidGenbankOf } from './index.ts'

const references = openReferences()
const usage = humanUsage()
const receptor = {
  receptorId: 'R1',
  alpha: { locus: 'TRA' as const, vCall: 'TRAV38-1', jCall: 'TRAJ28', junctionAa: 'CAFMGYSGAGSYQLTF', junctionNt: '' },
  beta: { locus: 'TRB' as const, vCall: 'TRBV10-3', jCall: 'TRBJ1-6', junctionAa: 'CAISELVTGDSPLHF', junctionNt: '' },
}
const SITES = ['GAATTC', 'GCGGCCGC', 'CGTCTC', 'GAGACG', 'GTCGAC', 'CCATGG']

/** Random bases without any of the sites. */
function bases(random: Random, length: number): string {
  let text = ''
  while (text.length < length) {
    const next = text + 'ACGT'[random.below(4)]!
    if (!SITES.some(site => next.endsWith(site))) text = next
  }
  return text
}

const rotate = (text: string, by: number): string => text.slice(by) + text.slice(0, by)
/** The circle as it reads from its least rotation, so that circles can be compared. */
const sameCircle = (a: string, b: string): boolean =>
  a.length === b.length && ((a + a).includes(b) || (a + a).includes(reverseComplement(b)))

const circle = (sequence: string, features: GenbankRecord['features'] = []): GenbankRecord => ({
  name: 'made',
  topology: 'circular',
  definition: 'made for a test',
  sequence,
  features,
})
const CORE = 'GCCGCCACCATGGCTTGGCACAAATAA'

test('cut by two enzymes, whatever the origin and the strand: the plasmid is what cutting and joining by hand gives', () => {
  const random = seededRandom('vector')
  let compared = 0
  for (let i = 0; i < 200; i++) {
    const [left, stuffer, right] = [bases(random, 400), bases(random, 60), bases(random, 500)]
    const plain = `${left}GAATTC${stuffer}GCGGCCGC${right}`
    const turned = rotate(random.below(2) === 0 ? plain : reverseComplement(plain), random.below(plain.length))
    const vector = value(openVector(circle(turned), { cut: 'EcoRI/NotI', overlap: 30 }))
    const insert = vector.arm5 + CORE + vector.arm3
    const plasmid = insertInto(vector, insert, [vector.arm5.length + 9, vector.arm5.length + 9 + 15], 'x', [])
    expect(plasmid.checks.filter(check => check.verdict === 'fails')).toEqual([])
    // by hand: G^AATTC … GC^GGCCGC, the ordered DNA cut at the same places
    const piece = plasmid.ordered.slice(plasmid.ordered.indexOf('GAATTC') + 1, plasmid.ordered.indexOf('GCGGCCGC') + 2)
    expect(sameCircle(plasmid.record.sequence, `${left}G${piece}GGCCGC${right}`)).toBe(true)
    compared++
  }
  expect(compared).toBe(200)
})

test('Golden Gate keeps the four bases beside the stuffer and nothing of the sites', () => {
  const random = seededRandom('golden')
  let compared = 0
  for (let i = 0; i < 100; i++) {
    const [left, stuffer, right] = [bases(random, 300), bases(random, 80), bases(random, 300)]
    // …AACC A GAGACG … CGTCTC A GGTA…: both sites point out of the stuffer
    const plain = `${left}AACCAGAGACG${stuffer}CGTCTCAGGTA${right}`
    // a site that the joints made by chance is another test's
    if ([...(plain + plain.slice(0, 5)).matchAll(/(?=CGTCTC|GAGACG)/g)].length !== 2) continue
    compared++
    const vector = value(openVector(circle(rotate(plain, random.below(plain.length))), { cut: 'BsmBI', overlap: 30 }))
    expect([vector.arm5, vector.arm3]).toEqual(['AACC', 'GGTA'])
    const plasmid = insertInto(vector, `AACC${CORE}GGTA`, [13, 28], 'x', [])
    expect(plasmid.checks.filter(check => check.verdict === 'fails')).toEqual([])
    expect(sameCircle(plasmid.record.sequence, `${left}AACC${CORE}GGTA${right}`)).toBe(true)
    // the ordered DNA digests to the same overhangs
    expect(plasmid.ordered).toMatch(/CGTCTC.AACC/)
    expect(plasmid.ordered).toMatch(/GGTA.GAGACG/)
  }
  expect(compared).toBeGreaterThan(80)
})

test('flanks replace bases, or stand between two; features move with their bases, a cut one says so, a removed one is gone', () => {
  const random = seededRandom('flanks')
  let features = 0
  for (let i = 0; i < 100; i++) {
    const sequence = bases(random, 600)
    const from = 1 + random.below(600)
    const removed = random.below(100)
    const last = ((from + removed - 2) % 600) + 1
    const made = Array.from({ length: 12 }, (_, k) => {
      const start = random.below(560)
      return {
        type: 'misc_feature',
        parts: [{ start, end: start + 1 + random.below(40) }],
        strand: 1 as const,
        qualifiers: [['label', `f${k}`] as const],
      }
    })
    const record = circle(sequence, made)
    const cut = removed === 0 ? `${from}^${(from % 600) + 1}` : `${from}-${last}`
    const vector = value(openVector(record, { cut, overlap: 25 }))
    expect(vector.removed).toBe(removed)
    const plasmid = insertInto(vector, vector.arm5 + CORE + vector.arm3, [34, 49], 'x', [])
    expect(plasmid.checks.filter(check => check.verdict === 'fails')).toEqual([])
    expect(plasmid.record.sequence.length).toBe(600 - removed + CORE.length)
    for (const feature of plasmid.record.features) {
      const label = feature.qualifiers[0]![1]
      const before = made.find(f => f.qualifiers[0]![1] === label)!
      const was = sequence.slice(before.parts[0]!.start, before.parts[0]!.end)
      const now = feature.parts.map(part => plasmid.record.sequence.slice(part.start, part.end)).join('')
      const isCut = feature.qualifiers.some(([key]) => key === 'note')
      // what is left of a cut feature is shorter; the bases of a whole one are its own, the insert between them left out
      expect([label, isCut ? now.length < was.length : now]).toEqual([label, isCut ? true : was])
      features++
    }
  }
  expect(features).toBeGreaterThan(800)
})

test('what cannot be inserted is refused by name', () => {
  const random = seededRandom('refused')
  const plain = `${bases(random, 300)}GAATTC${bases(random, 40)}GCGGCCGC${bases(random, 300)}`
  const code = (sequence: string, cut: string, overlap = 30) => {
    const opened = openVector(circle(sequence), { cut, overlap })
    return opened.ok ? 'ok' : opened.issue.code
  }
  expect([
    code(plain, 'EcoRI/NotI'),
    code(plain, 'EcoRI/SalI'),
    code(`${plain}GAATTC`, 'EcoRI/NotI'),
    code(plain, 'EcoRI/EcoRI'),
    code(plain.replace('GAATTC', 'CCATGG'), 'NcoI/NotI'),
    code(plain, 'EcoRI/BsmBI'),
    code(plain, 'BsmBI'),
    code(plain, 'EcoR1/NotI'),
    code(plain, 'here'),
    code(plain, '10-9000'),
    code(plain, '10-40', 200),
    code(plain.replace('GAATTC', 'NNNNNN'), '10-40'),
  ]).toEqual([
    'ok',
    'vector-site',
    'vector-site',
    'vector-ends',
    'vector-atg',
    'vector-cut',
    'vector-site',
    'enzyme-unknown',
    'enzyme-unknown',
    'vector-range',
    'vector-range',
    'vector-letters',
  ])
})

test('a plasmid with a changed backbone, a second insert or an open end fails its checks', () => {
  const random = seededRandom('changed')
  const vector = value(
    openVector(circle(`${bases(random, 300)}GAATTC${bases(random, 40)}GCGGCCGC${bases(random, 300)}`), { cut: 'EcoRI/NotI', overlap: 30 }),
  )
  const insert = vector.arm5 + CORE + vector.arm3
  const failed = (change: Partial<typeof vector>, bases = insert) =>
    insertInto({ ...vector, ...change }, bases, [15, 30], 'x', [])
      .checks.filter(check => check.verdict === 'fails')
      .map(check => check.check)
  expect(failed({})).toEqual([])
  expect(failed({ backbone: `A${vector.backbone.slice(1)}` })).toEqual(vector.backbone.startsWith('A') ? [] : ['vector-backbone'])
  expect(failed({ backbone: vector.backbone + insert })).toContain('vector-insert-once')
  expect(failed({}, CORE)).toContain('vector-ends')
  expect(failed({}, vector.arm5 + CORE.replace('GCTTGG', 'GAATTC') + vector.arm3)).toContain('vector-site-EcoRI')
  expect(failed({}, vector.arm5 + CORE.replace('TGGCAC', 'TGACAC') + vector.arm3)).toContain('vector-reading')
})

oracle('a real lentiviral vector takes a receptor by flanks; an independent parser finds insert and features in the plasmid', () => {
  const record = value(parseGenbank(readData('tcr/vectors/addgene-plasmid-11664-sequence-180430.gbk')))[0]!
  // DsRed-Express, 526..1203, is replaced
  const vector = value(openVector(record, { cut: '526-1203', overlap: 30 }))
  expect(vector.removed).toBe(678)
  const construct = value(designConstruct(receptor, { ...DEFAULT_PRODUCT, preset: 'gen9-like', vector }, references, usage))
  expect(construct.status).toBe('ready')
  const circleLength = record.sequence.length - 678 + construct.insert.length - 60
  expect(construct.plasmid!.record.sequence.length).toBe(circleLength)
  const theirs = genbankToJson(plasmidGenbankOf(construct))[0]!
  expect(theirs.sequence.toUpperCase()).toBe(construct.plasmid!.record.sequence)
  const named = (label: string) => theirs.features.find(feature => feature.notes.label?.[0] === label)
  const ampicillin = record.features.find(feature => feature.qualifiers.some(([key, text]) => key === 'label' && text === 'AmpR'))!
  const moved = named('AmpR')!
  expect(theirs.sequence.toUpperCase().slice(moved.start - 1, moved.end)).toBe(
    record.sequence.slice(ampicillin.parts[0]!.start, ampicillin.parts[0]!.end),
  )
  expect(named('DsRed-Express')).toBeUndefined()
  expect(named('TRB junction')).toBeDefined()
  expect(theirs.circular).toBe(true)
})

oracle('100 receptors of set G go into a real expression vector between EcoRI and NotI, within every limit', () => {
  const record = value(parseSnapgene(readFileSync(data('tcr/vectors/pCMV6-Entry.dna')), 'pCMV6-Entry'))
  const rows = tableOf('tcr/golden/G_human_10x_nt_in.tsv').slice(0, 108)
  let ready = 0
  const refused: string[] = []
  const vector = value(openVector(record, { cut: 'EcoRI/NotI', overlap: 30 }))
  for (const row of rows) {
    const made = designConstruct(
      {
        receptorId: row.TCR_name!,
        alpha: { locus: 'TRA', vCall: row.TRAV!, jCall: row.TRAJ!, junctionNt: row.TRA_CDR3!, junctionAa: '' },
        beta: { locus: 'TRB', vCall: row.TRBV!, jCall: row.TRBJ!, junctionNt: row.TRB_CDR3!, junctionAa: '' },
      },
      { ...DEFAULT_PRODUCT, vector },
      references,
      usage,
    )
    // receptors that the open germline cannot build are another test's
    if (!made.ok) {
      if (!['v-unusable', 'stop-inside', 'junction-ends'].includes(made.issue[0]!.code))
        refused.push(`${row.TCR_name} ${made.issue[0]!.what}`)
      continue
    }
    if (made.value.status === 'ready') ready++
    else refused.push(`${row.TCR_name} ${made.value.gate.filter(check => check.verdict === 'fails').map(check => check.check)}`)
  }
  expect(refused).toEqual([])
  expect(ready).toBeGreaterThanOrEqual(100)
})
