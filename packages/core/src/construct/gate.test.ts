import { genbankToJson } from 'genbank-parser'
import { expect, test } from 'vitest'
import { humanUsage, imgtGermline, openGermline } from '../../../../test/imgt.ts'
import { oracle, readData, tableOf, value } from '../../../../test/oracle.ts'
import { seededRandom } from '../base/index.ts'
import { PRESETS, translate } from '../bio/index.ts'
import { parseGenbank } from '../format/index.ts'
import {
  buildConstant,
  CONSTANT_SETS,
  type Construct,
  DEFAULT_PRODUCT,
  type Declaration,
  type DeclaredChain,
  designConstruct,
  failedChecks,
  genbankOf,
  judge,
  orderRows,
  reconstructChain,
  SHIPPED_LINKERS,
} from './index.ts'

const usage = humanUsage()
const human = openGermline('human')
const mouse = openGermline('mouse')
const open = { receptor: human, constants: { human, mouse }, constantSets: CONSTANT_SETS, linkers: SHIPPED_LINKERS, presets: PRESETS }

const chain = (locus: 'TRA' | 'TRB', [vCall, jCall, junctionAa]: readonly string[], constantSet: string): DeclaredChain => ({
  kind: 'tcr',
  locus,
  vCall: vCall!,
  jCall: jCall!,
  junctionAa: junctionAa!,
  junctionNtLocked: undefined,
  constantSet,
  tagN: '',
  tagC: '',
})

const declared = (alpha: readonly string[], beta: readonly string[], constantSet = 'murine-cys-lvl'): Declaration => ({
  cistrons: [chain('TRB', beta, constantSet), chain('TRA', alpha, constantSet)],
  linkers: ['furin-SGSG-P2A'],
  fivePrime: 'GCCGCCACC',
  stop: 'TAA',
  threePrime: '',
  arms: [0, 0],
  preset: 'none',
  vectorSites: {},
})

oracle('gate cases: 52 of 52, eight accepted', () => {
  const germlines = { ...open, receptor: imgtGermline('human') }
  const rows = tableOf('tcr/gate/gate_cases.tsv.gz')
  expect(rows.length).toBe(52)
  const verdicts = rows.map(row => {
    const gate = judge(
      row.insert_nt!,
      {
        ...declared([row.TRAV!, row.TRAJ!, row.TRA_CDR3!], [row.TRBV!, row.TRBJ!, row.TRB_CDR3!]),
        fivePrime: row.five_prime!,
        stop: row.stop!,
      },
      germlines,
    )
    return failedChecks(gate).length === 0 ? 'accept' : 'refuse'
  })
  expect(verdicts).toEqual(rows.map(row => row.expected))
  expect(verdicts.filter(verdict => verdict === 'accept').length).toBe(8)
})

oracle('set B inserts: 242 pass; seven are refused, the pseudogenes G0323 and G0331 for their stop', () => {
  const germlines = { ...open, receptor: imgtGermline('human') }
  const inserts = new Map(
    readData('tcr/golden/B_vdjdb_muC_CysLVL_furinP2A_out.tsv.gz')
      .split('\n')
      .map(line => line.split('\t'))
      .map(cells => [cells[0]!, cells[21]!] as const),
  )
  const refused = new Map<string, readonly string[]>()
  let passed = 0
  for (const row of tableOf('tcr/golden/B_vdjdb_muC_CysLVL_furinP2A_in.tsv')) {
    const insert = inserts.get(row.TCR_name!)!
    if (insert === '') continue
    const failed = failedChecks(
      judge(insert, declared([row.TRAV!, row.TRAJ!, row.TRA_CDR3!], [row.TRBV!, row.TRBJ!, row.TRB_CDR3!]), germlines),
    )
    if (failed.length === 0) passed++
    else refused.set(row.TCR_name!, failed)
  }
  expect(passed).toBe(242)
  expect([...refused.keys()].sort()).toEqual(['G0176', 'G0189', 'G0294', 'G0323', 'G0331', 'G0333', 'G0338'])
  expect([refused.get('G0323'), refused.get('G0331')].every(failed => failed?.includes('stop-inside'))).toBe(true)
  expect(['G0176', 'G0189', 'G0294'].every(name => refused.get(name)?.includes('junctions-differ'))).toBe(true)
})

oracle('the pseudogene rows of set A are refused as well', () => {
  const germlines = { ...open, receptor: imgtGermline('human') }
  const linked = new Map(
    readData('tcr/golden/A_vdjdb_humanC_P2A_out.tsv.gz')
      .split('\n')
      .map(line => line.split('\t'))
      .map(cells => [cells[0]!, cells[21]!] as const),
  )
  const rows = tableOf('tcr/golden/A_vdjdb_humanC_P2A_in.tsv').filter(row => ['G0323', 'G0331'].includes(row.TCR_name!))
  expect(rows.length).toBe(2)
  for (const row of rows) {
    const declaration = {
      ...declared([row.TRAV!, row.TRAJ!, row.TRA_CDR3!], [row.TRBV!, row.TRBJ!, row.TRB_CDR3!], 'human'),
      linkers: ['P2A'],
      fivePrime: '',
      stop: '',
    }
    expect(failedChecks(judge(linked.get(row.TCR_name!)!, declaration, germlines))).toContain('stop-inside')
  }
})

oracle('set G, lossless: given junction bases stand unchanged in 1,085 of 1,086 chains; the last is no receptor', () => {
  const imgt = imgtGermline('human')
  let kept = 0
  const refused: string[] = []
  for (const row of tableOf('tcr/golden/G_human_10x_nt_in.tsv')) {
    for (const [locus, v, j, junctionNt] of [
      ['TRA', row.TRAV, row.TRAJ, row.TRA_CDR3],
      ['TRB', row.TRBV, row.TRBJ, row.TRB_CDR3],
    ] as const) {
      const made = reconstructChain({ locus, vCall: v!, jCall: j!, junctionNt: junctionNt!, junctionAa: '' }, imgt, usage)
      if (!made.ok) refused.push(`${row.TCR_name} ${locus} ${made.issue.code}`)
      else if (made.value.junctionNt === junctionNt) kept++
    }
  }
  expect(kept).toBe(1085)
  // ends …LAII where TRBJ2-4 has F118: called productive in another frame; stitchr cannot build it either
  expect(refused).toEqual(['ATCCGAAAGTTACCCA-1 TRB junction-ends'])
})

/** TP53 R175H on HLA-A*02:01, PMID 30709841. */
function tp53(): Construct {
  const receptor = {
    receptorId: 'R1',
    alpha: { locus: 'TRA' as const, vCall: 'TRAV38-1', jCall: 'TRAJ28', junctionAa: 'CAFMGYSGAGSYQLTF', junctionNt: '' },
    beta: { locus: 'TRB' as const, vCall: 'TRBV10-3', jCall: 'TRBJ1-6', junctionAa: 'CAISELVTGDSPLHF', junctionNt: '' },
  }
  const made = designConstruct(receptor, DEFAULT_PRODUCT, open, usage)
  if (!made.ok) throw new Error(JSON.stringify(made.issue))
  return made.value
}

test('a published receptor becomes a construct that passes every check', () => {
  const construct = tp53()
  expect(construct.status).toBe('ready')
  expect(construct.cai).toBeGreaterThan(0.9)
  expect(construct.protein).toContain('CAISELVTGDSPLHF')
  expect(construct.protein).toContain('RAKRSGSGATNFSLLKQAGDVEENPGPM')
  expect(construct.protein.endsWith('LRLWSS')).toBe(true)
  const tiled = construct.parts.every((part, i) => part.start === (i === 0 ? 0 : construct.parts[i - 1]!.end))
  expect(tiled && construct.parts.at(-1)!.end === construct.insert.length).toBe(true)
})

test('the same receptor gives the same bytes', () => {
  expect(tp53().sha256).toBe(tp53().sha256)
})

test('1,000 random edits: every one that changes the product is refused', () => {
  const construct = tp53()
  const { insert, declaration } = construct
  const random = seededRandom('gate')
  // judged with no sequence limits: only what the product is may decide
  const judged = (bases: string) => failedChecks(judge(bases, { ...declaration, preset: 'none' }, open))
  expect(judged(insert)).toEqual([])
  let changed = 0
  const passed: string[] = []
  for (let i = 0; i < 1000; i++) {
    const at = random.below(insert.length)
    const kind = random.below(4)
    const base = 'ACGT'[random.below(4)]!
    const other = random.below(insert.length)
    const [from, to] = at < other ? [at, other] : [other, at]
    const edited =
      kind === 0
        ? insert.slice(0, at) + base + insert.slice(at + 1)
        : kind === 1
          ? insert.slice(0, at) + insert.slice(at + 1)
          : kind === 2
            ? insert.slice(0, at) + base + insert.slice(at)
            : insert.slice(0, from) + insert.slice(to) + insert.slice(from, to)
    const product = (bases: string) => bases.slice(0, 9) + translate(bases.slice(9))
    if (product(edited) === product(insert) && edited.length === insert.length) continue
    changed++
    if (judged(edited).length === 0) passed.push(`${kind} at ${at}`)
  }
  expect(changed).toBeGreaterThan(700)
  expect(passed).toEqual([])
})

test('written GenBank names every part and substitution at its place', () => {
  const construct = tp53()
  const record = value(parseGenbank(genbankOf(construct, CONSTANT_SETS)))[0]!
  expect(record.sequence).toBe(construct.insert)
  const labels = record.features.map(feature => feature.qualifiers.find(([key]) => key === 'label')?.[1])
  expect(labels).toEqual(
    expect.arrayContaining(['T48C', 'S57C', 'S112L', 'M114V', 'G115L', 'TRA junction', 'TRB junction', 'furin', '2a', 'stop']),
  )
  const at = (label: string) =>
    record.features.find(feature => feature.qualifiers.some(([key, text]) => key === 'label' && text === label))!.parts[0]!
  expect(translate(construct.insert.slice(at('T48C').start, at('T48C').end))).toBe('C')
  expect(translate(construct.insert.slice(at('TRA junction').start, at('TRA junction').end))).toBe('CAFMGYSGAGSYQLTF')
})

test('an independent parser finds the bases and every feature of a written GenBank file at its place', () => {
  const construct = tp53()
  const ours = value(parseGenbank(genbankOf(construct, CONSTANT_SETS)))[0]!
  const theirs = genbankToJson(genbankOf(construct, CONSTANT_SETS))
  expect(theirs.length).toBe(1)
  expect(theirs[0]!.sequence.toUpperCase()).toBe(construct.insert)
  expect(ours.features.length).toBeGreaterThan(20)
  const place = (type: string, start: number, end: number, label: string | undefined) => `${type} ${start}..${end} ${label}`
  // that parser counts from 1 and includes the last base
  expect(theirs[0]!.features.map(f => place(f.type, f.start - 1, f.end, f.notes.label?.[0]))).toEqual(
    ours.features.map(f => place(f.type, f.parts[0]!.start, f.parts.at(-1)!.end, f.qualifiers.find(([key]) => key === 'label')?.[1])),
  )
})

test('a refused construct has no order line', () => {
  const construct = tp53()
  expect(orderRows([construct])).toHaveLength(1)
  expect(orderRows([{ ...construct, status: 'refused' }])).toEqual([])
})

test('an out-of-frame junction, a stop, a wrong end and an unknown gene are refused, each by name', () => {
  const code = (junctionNt: string, vCall = 'TRBV10-3') => {
    const made = reconstructChain({ locus: 'TRB', vCall, jCall: 'TRBJ1-6', junctionNt, junctionAa: '' }, human, usage)
    return made.ok ? 'ok' : made.issue.code
  }
  expect([
    code('TGTGCCA'),
    code('TGTTAATTT'),
    code('TGTGCCAGC'),
    code('TGTNCCTTT'),
    code('TGTGCCTTT', 'TRBV99'),
    code('TGTGCCTTT', 'TRAV1-1'),
  ]).toEqual(['junction-length', 'junction-stop', 'junction-ends', 'junction-residue', 'gene-unknown', 'locus-differs'])
})

oracle('constant regions equal the reference in protein, and in nucleotides but for mouse TRBC2', () => {
  const byName = new Map(
    tableOf('tcr/constants/constants.tsv')
      .filter(row => row.allele === '01')
      .map(row => [row.name!, row]),
  )
  const cases = [
    ['murine-cys-lvl', 'TRA', 'mTRACCLVL'],
    ['murine-cys', 'TRA', 'mTRACC'],
    ['murine', 'TRA', 'mTRAC'],
    ['murine-cys', 'TRB', 'mTRBC2C'],
    ['human', 'TRA', 'hTRAC'],
    ['human-cys', 'TRA', 'hTRACC'],
    ['human-cys', 'TRB', 'hTRBC2C'],
  ] as const
  for (const [set, chain, name] of cases) {
    const { species, chains } = CONSTANT_SETS.get(set)!
    const built = value(buildConstant(species === 'mouse' ? mouse : human, chains[chain]!, set))
    const row = byName.get(name)!
    expect([name, built.aa]).toEqual([name, row.aa_without_junction_residue])
    if (name !== 'mTRBC2C') expect([name, built.nt]).toEqual([name, row.nt_starting_at_2nd_base_of_junction_codon_no_stop])
  }
})
