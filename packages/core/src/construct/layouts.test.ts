// What an insert may carry beside one receptor: a chain a vector, two receptors, gamma and delta, tags, barcodes, payloads, chimeric receptors, sets of the user.
import { expect, test } from 'vitest'
import { humanUsage, openGermline, openReferences } from '../../../../test/imgt.ts'
import { oracle, tableOf, value } from '../../../../test/oracle.ts'
import { breaches, type GermlineC, type GermlineJ, PRESETS, residueOfCodon, reverseComplement, translate } from '../bio/index.ts'
import { formatTsv } from '../format/index.ts'
import {
  buildConstant,
  CONSTANT_SETS,
  CONSTRUCT_COLUMNS,
  type Construct,
  constructRows,
  DEFAULT_PRODUCT,
  designInsert,
  failedChecks,
  genbankOf,
  hamming,
  JUNCTION_RESIDUES,
  judge,
  judgeBatch,
  makeBarcodes,
  PROBE_LENGTH,
  type ProductOptions,
  parseConstantSet,
  parseDeclarations,
  parseLinker,
  parseReceptors,
  parseTag,
  parseUserChain,
  planInserts,
  type ReceptorInput,
  uniqueProbes,
} from './index.ts'

const references = openReferences()
const usage = humanUsage()

// TP53 R175H on HLA-A*02:01, PMID 30709841; NY-ESO-1 1G4 on HLA-A*02:01, PMID 17554357
const tp53: ReceptorInput = {
  receptorId: 'R1',
  alpha: { locus: 'TRA', vCall: 'TRAV38-1', jCall: 'TRAJ28', junctionAa: 'CAFMGYSGAGSYQLTF', junctionNt: '' },
  beta: { locus: 'TRB', vCall: 'TRBV10-3', jCall: 'TRBJ1-6', junctionAa: 'CAISELVTGDSPLHF', junctionNt: '' },
}
const nyEso: ReceptorInput = {
  receptorId: 'R2',
  alpha: { locus: 'TRA', vCall: 'TRAV21', jCall: 'TRAJ6', junctionAa: 'CAVRPTSGGSYIPTF', junctionNt: '' },
  beta: { locus: 'TRB', vCall: 'TRBV6-5', jCall: 'TRBJ2-2', junctionAa: 'CASSYVGNTGELFF', junctionNt: '' },
}
// the common Vgamma9 Vdelta2 pair, an invented junction of each
const gammaDelta: ReceptorInput = {
  receptorId: 'GD',
  alpha: { locus: 'TRG', vCall: 'TRGV9', jCall: 'TRGJP', junctionAa: 'CALWEVQELGKKIKVF', junctionNt: '' },
  beta: { locus: 'TRD', vCall: 'TRDV2', jCall: 'TRDJ1', junctionAa: 'CACDTLGDTDKLIF', junctionNt: '' },
}

function build(receptors: readonly ReceptorInput[], options: Partial<ProductOptions>, barcodes: readonly string[] = []) {
  const product = { ...DEFAULT_PRODUCT, ...options }
  const plans = value(planInserts(receptors, product, barcodes))
  return plans.map(plan => ({ plan, result: designInsert(plan, product, references, usage) }))
}
const built = (
  receptors: readonly ReceptorInput[],
  options: Partial<ProductOptions>,
  barcodes: readonly string[] = [],
): readonly Construct[] => build(receptors, options, barcodes).map(({ result }) => value(result))

/** Written to constructs.tsv and read back, a declaration judges the same. */
function expectDeclared(receptors: readonly ReceptorInput[], options: Partial<ProductOptions>, barcodes: readonly string[] = []): void {
  const outcomes = build(receptors, options, barcodes)
  const table = formatTsv(CONSTRUCT_COLUMNS, constructRows(outcomes, { ...DEFAULT_PRODUCT, ...options }, 'open'))
  const declared = value(parseDeclarations(table))
  expect(declared.size).toBe(outcomes.length)
  for (const { result } of outcomes) {
    const construct = value(result)
    expect(failedChecks(judge(construct.insert, declared.get(construct.id)!, references))).toEqual([])
  }
}

test('a vector each chain: two inserts, one chain in each, and both say that the other is needed', () => {
  const constructs = built([tp53], { layout: 'separate' })
  expect(constructs.map(c => [c.layout, c.status, c.chains.length])).toEqual([
    ['separate-beta', 'ready', 1],
    ['separate-alpha', 'ready', 1],
  ])
  expect(constructs[0]!.protein).toContain('CAISELVTGDSPLHF')
  expect(constructs[0]!.protein).not.toContain('NPGP')
  expect(constructs[1]!.protein.endsWith('LRLWSS')).toBe(true)
  expect(constructs.every(c => c.caveats.some(caveat => caveat.code === 'other-chain-apart'))).toBe(true)
  expectDeclared([tp53], { layout: 'separate' })
})

test('two receptors in one insert: three different 2A peptides, no repeat the preset refuses, mispairing named; an odd number is refused', () => {
  const [construct] = built([tp53, nyEso], { layout: 'multi' })
  expect(construct!.status).toBe('ready')
  expect(construct!.declaration.linkers).toEqual(['furin-SGSG-P2A', 'furin-SGSG-T2A', 'furin-SGSG-E2A'])
  expect(breaches(construct!.insert, PRESETS.get('generic-strict')!)).toEqual([])
  const places = ['CAISELVTGDSPLHF', 'CAFMGYSGAGSYQLTF', 'CASSYVGNTGELFF', 'CAVRPTSGGSYIPTF'].map(junction =>
    construct!.protein.indexOf(junction),
  )
  expect(places.every((place, i) => place > (places[i - 1] ?? 0))).toBe(true)
  expect(construct!.caveats.map(c => c.code)).toContain('mispairing')
  expect(planInserts([tp53, nyEso, gammaDelta], { ...DEFAULT_PRODUCT, layout: 'multi' })).toMatchObject({
    ok: false,
    issue: { code: 'multi-needs-two' },
  })
  expectDeclared([tp53, nyEso], { layout: 'multi' })
})

test('a linker of the user’s joins the chains and is judged by its own file; one that leaves them together, or names other bases, is refused', () => {
  const yaml = (more: string) =>
    `name: tail-T2A\ncitation: made for this test\nparts:\n  - {label: furin, aa: RKRR}\n  - {label: spacer, aa: GSG, nt: GGAAGCGGA}\n${more}`
  const linker = value(parseLinker(yaml('  - {label: T2A, aa: EGRGSLLTCGDVEENPGP}\n'), usage))
  expect([linker.aa, linker.nt.slice(12, 21)]).toEqual(['RKRRGSGEGRGSLLTCGDVEENPGP', 'GGAAGCGGA'])
  const own = { ...references, linkers: new Map([...references.linkers, [linker.name, linker]]) }
  const product = { ...DEFAULT_PRODUCT, linker: linker.name }
  const [plan] = value(planInserts([tp53], product))
  const construct = value(designInsert(plan!, product, own, usage))
  expect([construct.status, construct.protein.includes(`VKKKNS${linker.aa}M`)]).toEqual(['ready', true])
  // the same insert, judged without the file
  expect(failedChecks(judge(construct.insert, construct.declaration, references))).toContain('linker-known')
  expect(parseLinker(yaml('  - {label: tail, aa: GGGS}\n'), usage)).toMatchObject({ ok: false, issue: { code: 'linker-2a' } })
  expect(parseLinker(yaml('  - {label: T2A, aa: EGRGSLLTCGDVEENPGP, nt: GAG}\n'), usage)).toMatchObject({
    issue: { code: 'linker-codons' },
  })
  expect(parseLinker(yaml('').replace('tail-T2A', 'P2A'), usage)).toMatchObject({ issue: { code: 'linker-name' } })
  expect(parseLinker('name: x', usage)).toMatchObject({ issue: { code: 'linker-value' } })
  const misspelt = 'name: x\ncitation: ours\nparts:\n  - {label: a, aas: NPGP}\n'
  expect(parseLinker(misspelt, usage)).toMatchObject({ issue: { code: 'linker-value', line: 4 } })
})

test('gamma and delta chains take the human constant regions; a set without their loci is refused by name', () => {
  const [construct] = built([gammaDelta], { constantSet: 'human' })
  expect(construct!.status).toBe('ready')
  expect(construct!.protein.endsWith('FCCNGEKS')).toBe(true)
  expect(construct!.protein).toContain('LTAKLFFLRAKRSGSG')
  expect(build([gammaDelta], {})[0]!.result).toMatchObject({ ok: false, issue: [{ code: 'constant-locus' }, { code: 'constant-locus' }] })
  expectDeclared([gammaDelta], { constantSet: 'human' })
})

test('the residue where J meets C is of the usual ones in every open germline J', () => {
  const odd: string[] = []
  let compared = 0
  for (const species of ['human', 'mouse'] as const) {
    const segments = [...openGermline(species).byGene.values()].flat()
    for (const j of segments.filter((s): s is GermlineJ => s.region === 'J' && s.j118 !== undefined)) {
      const locus = j.gene.slice(0, 3) as keyof typeof JUNCTION_RESIDUES
      const c = segments.find((s): s is GermlineC => s.region === 'C' && s.gene.startsWith(locus))
      if (c === undefined) continue
      const residue = residueOfCodon(j.sequence.at(-1)! + c.sequence.slice(0, 2))
      compared++
      if (!JUNCTION_RESIDUES[locus].includes(residue)) odd.push(`${species} ${j.gene}*${j.allele} ${residue}`)
    }
  }
  expect(compared).toBeGreaterThan(130)
  // such a J is refused by the gate unless a set is made for it
  expect(odd.length).toBeLessThanOrEqual(2)
  expect(odd.every(name => name.startsWith('mouse'))).toBe(true)
})

test('tags stand behind the leader or at the end of the chain that was named', () => {
  const tags = [value(parseTag('Myc@beta-N')), value(parseTag('Mine=GSTG@alpha-C'))]
  const [construct] = built([tp53], { tags })
  expect(construct!.status).toBe('ready')
  expect(construct!.protein.endsWith('LRLWSSGSTG')).toBe(true)
  const beta = construct!.chains[0]!
  expect(construct!.protein.startsWith(`${beta.leaderAa}EQKLISEEDL`)).toBe(true)
  expect([parseTag('Myk@beta-C'), parseTag('Myc')]).toMatchObject([
    { ok: false, issue: { code: 'tag-unknown' } },
    { ok: false, issue: { code: 'tag-form' } },
  ])
  expectDeclared([tp53], { tags })
})

test('barcodes stand behind the stop, three bases apart; a batch with two alike, or one insert twice, is refused', () => {
  const limits = PRESETS.get('generic-strict')!
  const barcodes = value(makeBarcodes(200, 12, limits))
  const distances = barcodes.flatMap((a, i) => barcodes.slice(0, i).map(b => hamming(a, b)))
  expect([distances.length, Math.min(...distances) >= 3]).toEqual([19_900, true])
  const constructs = built([tp53, nyEso], { barcodeLength: 12 }, barcodes)
  expect(constructs.map(c => [c.status, c.insert.slice(-12)])).toEqual([
    ['ready', barcodes[0]],
    ['ready', barcodes[1]],
  ])
  const [a, b] = constructs.map((c, i) => ({ id: c.id, insert: c.insert, barcode: barcodes[i]! }))
  expect(failedChecks(judgeBatch([a!, b!]))).toEqual([])
  expect(failedChecks(judgeBatch([a!, { ...b!, barcode: a!.barcode }]))).toEqual(['batch-barcodes'])
  expect(failedChecks(judgeBatch([a!, { ...a!, id: 'other', barcode: b!.barcode }]))).toEqual(['batch-inserts'])
  expect(failedChecks(judgeBatch([a!, { ...b!, id: a!.id }]))).toEqual(['batch-names'])
  expect(makeBarcodes(5000, 8, limits)).toMatchObject({ ok: false, issue: { code: 'barcodes-short' } })
  expectDeclared([tp53, nyEso], { barcodeLength: 12 }, barcodes)
})

// residues invented for the test: no part ships
const CAR = `name: example-car
parts:
  - {role: leader, name: signal, aa: MALPVTALLLPLALLLHAARP, citation: invented for a test}
  - {role: scfv, name: binder, aa: DIQMTQSPSSLSASVGDRVTITCRASQDVNTAVAWYQQKPGKAPKLLIYSASF, citation: invented for a test}
  - {role: hinge, name: stalk, aa: TTTPAPRPPTPAPTIASQPLSLRPEA, citation: invented for a test}
  - {role: tm, name: anchor, nt: ATCTACATCTGGGCGCCCTTGGCCGGGACTTGTGGGGTCCTTCTCCTGTCACTG, citation: invented for a test}
  - {role: costim, name: second signal, aa: KRGRKKLLYIFKQPFMRPVQTTQEEDGCSCRFPEEEEGGCEL, citation: invented for a test}
  - {role: cd3zeta, name: first signal, aa: RVKFSRSADAPAYQQGQNQLYNELNLGRREEYDVLDKRRGRDPEMGG, citation: invented for a test}
`

test('a chimeric receptor of named parts passes the same optimiser and gate; its given bases stand; a role out of order is refused', () => {
  const chain = value(parseUserChain(CAR))
  const plan = { name: chain.name, layout: 'user' as const, chains: [], userChain: chain, barcode: '' }
  const construct = value(designInsert(plan, DEFAULT_PRODUCT, references, usage))
  expect([construct.status, construct.productType]).toEqual(['ready', 'car'])
  expect(construct.insert).toContain('ATCTACATCTGGGCGCCCTTGGCCGGGACTTGTGGGGTCCTTCTCCTGTCACTG')
  expect(construct.protein).toBe(chain.parts.map(part => part.aa).join(''))
  expect(genbankOf(construct, CONSTANT_SETS)).toContain('/label="binder"')
  const swapped = {
    ...construct.declaration,
    cistrons: [{ kind: 'user' as const, name: 'x', parts: [chain.parts[0]!, ...chain.parts.slice(1).reverse()] }],
  }
  expect(failedChecks(judge(construct.insert, swapped, references))).toEqual(expect.arrayContaining(['x-parts', 'protein-differs']))
  const code = (text: string) => {
    const parsed = parseUserChain(text)
    return parsed.ok ? 'ok' : parsed.issue.code
  }
  expect([
    code(CAR.replace('role: hinge', 'role: hing')),
    code(CAR.replace('role: hinge', 'role: cd3zeta')),
    code(CAR.replace('aa: MALP', 'aa: ALP')),
    code(CAR.replace('nt: ATC', 'nt: TAA')),
    code(CAR.replace(/citation: invented for a test}\n$/, 'citation: ""}\n')),
    code('name: [\n'),
  ]).toEqual(['parts-value', 'parts-order', 'parts-order', 'parts-stop', 'parts-value', 'parts-yaml'])
})

test('a payload is made behind the receptor after another 2A peptide', () => {
  const payload = value(
    parseUserChain(
      'name: marker\nparts:\n  - {role: payload, name: marker, aa: MLLLVTSLLLCELPHPAFLLIPRKVCNGIGIGEFKDSLSINATNIKHFKNC, citation: invented for a test}\n',
    ),
  )
  const [construct] = built([tp53], { payload })
  expect([construct!.status, construct!.productType]).toEqual(['ready', 'tcr+payload'])
  expect(construct!.declaration.linkers).toEqual(['furin-SGSG-P2A', 'furin-SGSG-T2A'])
  expect(construct!.protein).toMatch(/LRLWSSRAKRSGSGEGRGSLLTCGDVEENPGPMLLLVTS.*HFKNC$/)
  expectDeclared([tp53], { payload })
})

test('a set of the user is built from the germline by its numbers; a wrong residue, motif or lone cysteine is refused', () => {
  const text = `name: ours
species: human
chains:
  TRA: {gene: TRAC, end: LRLWSS, substitutions: [{number: 48, from: T, to: C, motif: ITDKCVLD, citation: Cohen 2007}]}
  TRB: {gene: TRBC2, end: VKRKDSRG, substitutions: [{number: 57, from: S, to: C, codon: TGC, motif: HSGVCTDPQ, citation: Cohen 2007}]}
`
  const set = value(parseConstantSet(text, usage))
  const human = references.constants.human
  const ours = value(buildConstant(human, set.chains.TRA!, 'ours'))
  expect(ours.aa).toBe(value(buildConstant(human, CONSTANT_SETS.get('human-cys')!.chains.TRA!, 'human-cys')).aa)
  const wrong = value(parseConstantSet(text.replace('number: 48', 'number: 49'), usage))
  expect(buildConstant(human, wrong.chains.TRA!, 'ours')).toMatchObject({ ok: false, issue: { code: 'constant-residue' } })
  const motif = value(parseConstantSet(text.replace('ITDKCVLD', 'ITDKCVLE'), usage))
  expect(buildConstant(human, motif.chains.TRA!, 'ours')).toMatchObject({ ok: false, issue: { code: 'constant-motif' } })
  const lone = text.replace('to: C, codon: TGC, motif: HSGVCTDPQ', 'to: A, motif: HSGVATDPQ')
  expect([
    parseConstantSet(lone, usage),
    parseConstantSet(text.replace('ours', 'human'), usage),
    parseConstantSet('name: x\n', usage),
  ]).toMatchObject([
    { ok: false, issue: { code: 'constant-cysteine' } },
    { ok: false, issue: { code: 'constant-name' } },
    { ok: false, issue: { code: 'constant-value' } },
  ])
})

test('every swap of two parts of the same kind between two valid constructs is refused', () => {
  const [a, b] = built([tp53, nyEso], {})
  const none = { ...a!.declaration, preset: 'none' }
  expect(failedChecks(judge(a!.insert, none, references))).toEqual([])
  let swaps = 0
  const passed: string[] = []
  for (const part of a!.parts) {
    for (const other of b!.parts.filter(candidate => candidate.role === part.role)) {
      const edited = a!.insert.slice(0, part.start) + b!.insert.slice(other.start, other.end) + a!.insert.slice(part.end)
      const product = (bases: string) => bases.slice(0, 9) + translate(bases.slice(9))
      if (product(edited) === product(a!.insert)) continue
      swaps++
      if (failedChecks(judge(edited, none, references)).length === 0) passed.push(`${part.label} by ${other.label}`)
    }
  }
  expect(swaps).toBeGreaterThan(10)
  expect(passed).toEqual([])
})

oracle('thimble rows and AIRR cells give the receptors that the same rows give as receptors.tsv', () => {
  const rows = tableOf('tcr/golden/G_human_10x_nt_in.tsv').slice(0, 50)
  const thimble = [Object.keys(rows[0]!).join('\t'), ...rows.map(row => Object.values(row).join('\t'))].join('\n')
  const columns = [
    'receptor_id',
    'tra_v_call',
    'tra_j_call',
    'tra_junction_aa',
    'tra_junction',
    'trb_v_call',
    'trb_j_call',
    'trb_junction_aa',
    'trb_junction',
  ]
  const own = [columns, ...rows.map(r => [r.TCR_name, r.TRAV, r.TRAJ, '', r.TRA_CDR3, r.TRBV, r.TRBJ, '', r.TRB_CDR3])]
    .map(line => line.join('\t'))
    .join('\n')
  const airr = [
    ['sequence_id', 'cell_id', 'locus', 'v_call', 'j_call', 'junction', 'junction_aa', 'productive'],
    ...rows.flatMap(r => [
      [`${r.TCR_name}-a`, r.TCR_name, 'TRA', r.TRAV, r.TRAJ, r.TRA_CDR3, '', 'T'],
      [`${r.TCR_name}-b`, r.TCR_name, 'TRB', r.TRBV, r.TRBJ, r.TRB_CDR3, '', 'T'],
    ]),
  ]
    .map(line => line.join('\t'))
    .join('\n')
  const plain = (text: string) =>
    value(parseReceptors(text)).map(({ receptorId, alpha, beta }) => [
      receptorId,
      ...[alpha, beta].map(chain => [chain.locus, chain.vCall, chain.jCall, chain.junctionNt]),
    ])
  expect(plain(own).length).toBe(50)
  expect(plain(thimble)).toEqual(plain(own))
  expect(plain(airr)).toEqual(plain(own))
  expect(parseReceptors(airr.split('\n').slice(0, 2).join('\n'))).toMatchObject({ ok: false, issue: { code: 'cell-chains', line: 2 } })
})

test('each insert has a stretch of its own: in no germline and in no other insert, on either strand', () => {
  const constructs = built([tp53, nyEso], {})
  const germlines = [references.receptor, ...Object.values(references.constants)]
  const probes = uniqueProbes(
    constructs.map(one => one.insert),
    germlines,
  )
  const natural = germlines.flatMap(germline =>
    [...germline.byGene.values()].flat().map(s => (s.region === 'V' ? s.leader : '') + s.sequence),
  )
  probes.forEach((probe, i) => {
    expect(probe!.sequence).toBe(constructs[i]!.insert.slice(probe!.start, probe!.start + PROBE_LENGTH))
    for (const strand of [probe!.sequence, reverseComplement(probe!.sequence)])
      for (let k = 0; k + 20 <= PROBE_LENGTH; k++) {
        const word = strand.slice(k, k + 20)
        expect(natural.some(sequence => sequence.includes(word))).toBe(false)
        expect(constructs.filter(one => one.insert.includes(word)).length).toBe(strand === probe!.sequence ? 1 : 0)
      }
  })
  // the same insert twice, and native codons: nothing is its own
  const twice = [constructs[0]!.insert, constructs[0]!.insert]
  expect(uniqueProbes(twice, germlines)).toEqual([undefined, undefined])
  const [segment] = [...references.receptor.byGene.values()].flat().filter(s => s.region === 'V')
  expect(uniqueProbes([segment!.sequence], germlines)).toEqual([undefined])
})
