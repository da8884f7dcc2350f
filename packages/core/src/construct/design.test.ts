// Contigs through the whole design. The contigs are made from the shipped germline: a real leader, V, J and C around a published junction.
import { expect, test } from 'vitest'
import { humanUsage, openReferences } from '../../../../test/imgt.ts'
import { oracle, readData, value } from '../../../../test/oracle.ts'
import { reverseComplement, translate } from '../bio/index.ts'
import {
  type ChainLocusName,
  type Construct,
  DEFAULT_PRODUCT,
  type Declaration,
  type DeclaredChain,
  designConstruct,
  failedChecks,
  insertFeatures,
  judge,
  parseGermlineBases,
  parseReceptorTable,
  type ReceptorInput,
  receptorChains,
  reconstructChain,
  withGermlineBases,
} from './index.ts'

const references = openReferences()
const usage = humanUsage()
const native = { ...DEFAULT_PRODUCT, preset: 'none' }

// TP53 R175H on HLA-A*02:01, PMID 30709841; the junctions' bases are codons chosen here
const receptor: ReceptorInput = {
  receptorId: 'R1',
  alpha: { locus: 'TRA', vCall: 'TRAV38-1', jCall: 'TRAJ28', junctionAa: 'CAFMGYSGAGSYQLTF', junctionNt: '' },
  beta: { locus: 'TRB', vCall: 'TRBV10-3', jCall: 'TRBJ1-6', junctionAa: 'CAISELVTGDSPLHF', junctionNt: '' },
}

const chainOf = (made: Construct, locus: ChainLocusName): DeclaredChain =>
  receptorChains(made.declaration).find(chain => chain.locus === locus)!

const withBeta = (made: Construct, change: Partial<DeclaredChain>): Declaration => ({
  ...made.declaration,
  cistrons: made.declaration.cistrons.map(cistron =>
    cistron.kind === 'tcr' && cistron.locus === 'TRB' ? { ...cistron, ...change } : cistron,
  ),
})

/** 5'UTR, chain, start of C, as a sequencer reads it. */
function contigOf(input: ReceptorInput['alpha']) {
  const chain = value(reconstructChain(input, references.receptor, usage))
  const before = 'GATCTTGGCAGGTCCTGACTTCCAGG'
  return {
    chain,
    bases: `${before}${chain.leaderNt}${chain.vNt}${chain.junctionNt}${chain.jNt}ATATCCAGAACCCTGACCCTG`,
    vAt: before.length + chain.leaderNt.length,
  }
}

/** Third base of a codon swapped so that the residue stays: CTG ↔ CTC and the like, first such codon of V behind `from`. */
function silentChange(bases: string, vAt: number, from: number): { readonly bases: string; readonly at: number } {
  for (let at = vAt + from; ; at += 3) {
    if (/^(CT|GT|TC|CC|AC|GC|CG|GG)/.test(bases.slice(at, at + 2)))
      return { bases: `${bases.slice(0, at + 2)}${bases[at + 2] === 'C' ? 'T' : 'C'}${bases.slice(at + 3)}`, at: at + 2 }
  }
}

test('a contig wins over germline base by base, on either strand, and its difference is named', () => {
  const alpha = contigOf(receptor.alpha)
  const changed = silentChange(alpha.bases, alpha.vAt, 60)
  for (const contig of [changed.bases, reverseComplement(changed.bases)]) {
    const made = value(designConstruct({ ...receptor, alpha: { ...receptor.alpha, contig } }, native, references, usage))
    const start = changed.bases.indexOf(alpha.chain.leaderNt)
    const whole = changed.bases.slice(
      start,
      start + (alpha.chain.leaderNt + alpha.chain.vNt + alpha.chain.junctionNt + alpha.chain.jNt).length,
    )
    expect(made.status).toBe('ready')
    expect(made.insert).toContain(whole)
    expect(made.insert).not.toContain(alpha.chain.vNt)
    expect(made.caveats.map(c => c.code)).toContain('differs-from-germline')
    expect(chainOf(made, 'TRA').junctionNtLocked).toBe(alpha.chain.junctionNt)
    expect(made.parts.find(part => part.role === 'v-region' && part.chain === 'TRA')!.origin).toMatch(/^contig of the cell, as TRAV38-1/)
  }
})

test('a contig that changes a residue, or belongs to another receptor, is refused by name', () => {
  const { bases, vAt } = contigOf(receptor.alpha)
  const at = vAt + 30
  const residue = `${bases.slice(0, at)}${bases.slice(at, at + 3) === 'AAA' ? 'GAA' : 'AAA'}${bases.slice(at + 3)}`
  const design = (alpha: ReceptorInput['alpha']) => designConstruct({ ...receptor, alpha }, native, references, usage)
  expect(design({ ...receptor.alpha, contig: residue })).toMatchObject({ ok: false, issue: [{ code: 'contig-changes-protein' }] })
  expect(design({ ...receptor.alpha, junctionAa: 'CAFMGYSGAGSYQLTW', contig: bases })).toMatchObject({
    ok: false,
    issue: [{ code: 'contig-junction-differs' }],
  })
  const other = contigOf(receptor.alpha).chain.junctionNt.replace(/TTC$|TTT$/, codon => (codon === 'TTC' ? 'TTT' : 'TTC'))
  expect(design({ ...receptor.alpha, junctionNt: other, contig: bases })).toMatchObject({
    ok: false,
    issue: [{ code: 'contig-junction-differs' }],
  })
})

test('single bases of a contig go back to germline where a person says so, by name; what differs otherwise stays', () => {
  const { bases, vAt, chain } = contigOf(receptor.alpha)
  const kept = silentChange(bases, vAt, 60)
  const other = (base: string) => (base === 'A' ? 'G' : 'A')
  // a base that changes a residue, and an unread one
  const codon = [...Array(40).keys()]
    .map(k => vAt + 90 + 3 * k)
    .find(
      k =>
        translate(kept.bases.slice(k, k + 3)) !== translate(other(kept.bases[k]!) + kept.bases.slice(k + 1, k + 3)) &&
        !'*'.includes(translate(other(kept.bases[k]!) + kept.bases.slice(k + 1, k + 3))),
    )!
  const unread = vAt + 150
  const contig = [...kept.bases].map((base, i) => (i === codon ? other(base) : i === unread ? 'N' : base)).join('')
  const wish = (at: number, seen: string) => ({
    difference: `V ${at - vAt + 1} ${kept.bases[at]}>${seen}`,
    person: 'Dr A',
    reason: 'one read of four',
  })
  const design = (germlineBases?: readonly ReturnType<typeof wish>[]) =>
    designConstruct({ ...receptor, alpha: { ...receptor.alpha, contig, germlineBases } }, native, references, usage)
  expect(design()).toMatchObject({ ok: false, issue: [{ code: 'contig-n' }] })
  expect(design([wish(unread, 'N')])).toMatchObject({ ok: false, issue: [{ code: 'contig-changes-protein' }] })
  const made = value(design([wish(unread, 'N'), wish(codon, other(kept.bases[codon]!))]))
  expect(made.insert).toContain(kept.bases.slice(vAt, vAt + chain.vNt.length))
  expect(made.caveats.filter(one => one.code === 'germline-base').map(one => one.text)).toEqual([
    `${wish(unread, 'N').difference} of the contig was taken back to germline by Dr A: one read of four`,
    `${wish(codon, other(kept.bases[codon]!)).difference} of the contig was taken back to germline by Dr A: one read of four`,
  ])
  expect(made.caveats.find(one => one.code === 'differs-from-germline')!.text).toContain(`V ${kept.at - vAt + 1} `)
  expect(design([wish(unread, 'A')])).toMatchObject({ ok: false, issue: [{ code: 'germline-base' }] })
})

test('wishes for germline bases are read by line, and each has to be of a chain that is built from a contig', () => {
  const head = 'receptor_id\tlocus\tdifference\tperson\treason\n'
  const wishes = value(parseGermlineBases(`${head}R1\ttra\tV  5 A>G\tDr A\tone read\n`))
  expect(wishes).toEqual([{ receptorId: 'R1', locus: 'TRA', difference: 'V 5 A>G', person: 'Dr A', reason: 'one read', line: 2 }])
  expect(parseGermlineBases(`${head}R1\tTRA\tV 5 A>G\t\tone read\n`)).toMatchObject({
    ok: false,
    issue: { code: 'germline-base', line: 2 },
  })
  const read = { ...receptor, alpha: { ...receptor.alpha, contig: 'ACGT' } }
  expect(value(withGermlineBases([read], wishes))[0]!.alpha.germlineBases).toEqual(wishes)
  for (const [wish, of] of [
    [wishes, [receptor]],
    [wishes.map(one => ({ ...one, receptorId: 'R2' })), [read]],
    [wishes.map(one => ({ ...one, locus: 'TRG' })), [read]],
  ] as const)
    expect(withGermlineBases(of, wish)).toMatchObject({ ok: false, issue: { code: 'germline-base', line: 2 } })
})

test('of receptors that are not chosen no contig is asked for', () => {
  const table =
    'receptor_id\ttra_v_call\ttra_j_call\ttra_junction_aa\ttrb_v_call\ttrb_j_call\ttrb_junction_aa\ttra_sequence_id\nR1\ta\tb\tCAF\tc\td\tCSF\tX1\nR2\ta\tb\tCAF\tc\td\tCSF\tX2\n'
  const contigs = new Map([['X1', 'ACGT']])
  expect(parseReceptorTable(table, 0, contigs)).toMatchObject({ ok: false, issue: { code: 'contig-missing', line: 3 } })
  expect(value(parseReceptorTable(table, 0, contigs, new Set(['R1']))).map(one => one.alpha.contig)).toEqual(['ACGT', undefined])
})

test("a contig's leader may differ: it is declared, named in a caveat and judged", () => {
  const { bases, chain } = contigOf(receptor.beta)
  const start = bases.indexOf(chain.leaderNt)
  const contig = `${bases.slice(0, start + 6)}${bases.slice(start + 6, start + 9) === 'GTG' ? 'CTG' : 'GTG'}${bases.slice(start + 9)}`
  for (const preset of ['none', 'generic-strict']) {
    const made = value(designConstruct({ ...receptor, beta: { ...receptor.beta, contig } }, { ...native, preset }, references, usage))
    expect(made.status).toBe('ready')
    expect(chainOf(made, 'TRB').leaderAa).toBe(made.chains[0]!.leaderAa)
    expect(made.caveats.map(c => c.code)).toContain('leader-differs')
    const undeclared = withBeta(made, { leaderAa: undefined })
    expect(failedChecks(judge(made.insert, undeclared, references))).toContain('protein-differs')
    const noStart = withBeta(made, { leaderAa: 'GTRL' })
    expect(failedChecks(judge(made.insert, noStart, references))).toContain('beta-leader')
  }
})

oracle('real contigs of Cell Ranger become constructs with the contig bases, from ATG to the end of J', () => {
  const contigs = new Map(
    (JSON.parse(readData('singlecell/scirpy/all_contig_annotations.json')) as { contig_name: string; sequence: string }[]).map(c => [
      c.contig_name,
      c.sequence,
    ]),
  )
  const beta = {
    locus: 'TRB' as const,
    vCall: 'TRBV18',
    jCall: 'TRBJ2-2',
    junctionAa: 'CASSPPSQGLSTGELFF',
    junctionNt: '',
    contig: contigs.get('AAACCTGAGACCTTTG-1_contig_1')!,
  }
  const alphas = [
    ['TRAV14DV4', 'TRAJ42', 'CAMRVGGSQGNLIF', 'AAACCTGAGTACGCCC-1_contig_3'],
    ['TRAV17', 'TRAJ33', 'CATDAKDSNYQLIW', 'AAACCTGAGTACGCCC-1_contig_4'],
  ] as const
  for (const [vCall, jCall, junctionAa, id] of alphas) {
    const alpha = { locus: 'TRA' as const, vCall, jCall, junctionAa, junctionNt: '', contig: contigs.get(id)! }
    const made = value(designConstruct({ receptorId: id, alpha, beta }, native, references, usage))
    expect(made.status).toBe('ready')
    for (const chain of ['TRA', 'TRB'] as const) {
      const parts = made.parts.filter(part => part.chain === chain && part.role !== 'constant')
      expect((chain === 'TRA' ? alpha : beta).contig).toContain(made.insert.slice(parts[0]!.start, parts.at(-1)!.end))
    }
    // a leader polymorphism of this donor
    expect(made.caveats.map(c => c.code)).toContain('leader-differs')
  }
})

test('a row that names a contig which was not given is an error with its line', () => {
  const columns = [
    'receptor_id',
    'tra_v_call',
    'tra_j_call',
    'tra_junction_aa',
    'tra_sequence_id',
    'trb_v_call',
    'trb_j_call',
    'trb_junction_aa',
    'trb_sequence_id',
  ]
  const table = `${columns.join('\t')}\nR1\tTRAV38-1\tTRAJ28\tCAF\tc1\tTRBV10-3\tTRBJ2-3\tCAF\tc2\n`
  expect(parseReceptorTable(table, 0, new Map([['c1', 'ACGT']]))).toMatchObject({ ok: false, issue: { code: 'contig-missing', line: 2 } })
  expect(
    value(
      parseReceptorTable(
        table,
        0,
        new Map([
          ['c1', 'ACGT'],
          ['c2', 'GGGG'],
        ]),
      ),
    )[0],
  ).toMatchObject({ alpha: { contig: 'ACGT' }, beta: { contig: 'GGGG' } })
  expect(value(parseReceptorTable(table))[0]!.alpha.contig).toBeUndefined()
})

test('the three loops of each chain are features: residues of the germline, whatever codons were chosen', () => {
  const made = value(designConstruct(receptor, DEFAULT_PRODUCT, references, usage))
  const features = insertFeatures(made, references.constantSets)
  const residues = (label: string) => {
    const [part] = features.find(feature => feature.qualifiers.some(([key, text]) => key === 'label' && text === label))!.parts
    return translate(made.insert.slice(part!.start, part!.end))
  }
  // loops of TRAV38-1 and TRBV10-3 in the database of TCRdist, doi:10.1038/nature22383
  expect([residues('TRA CDR1'), residues('TRA CDR2')]).toEqual(['TSENNYY', 'QEAYKQQN'])
  expect([residues('TRB CDR1'), residues('TRB CDR2')]).toEqual(['ENHRY', 'SYGVKD'])
  expect(residues('TRA CDR3')).toBe(receptor.alpha.junctionAa.slice(1, -1))
  expect(residues('TRB CDR3')).toBe(receptor.beta.junctionAa.slice(1, -1))
})
