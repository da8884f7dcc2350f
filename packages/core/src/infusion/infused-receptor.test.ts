import { describe, expect, test } from 'vitest'
import { value } from '../../../../test/oracle.ts'
import { parseInfusedReceptors } from './index.ts'

const COLUMNS =
  'receptor_id trav traj tra_junction_aa tra_junction_native tra_junction_insert trbv trbj trb_junction_aa trb_junction_native trb_junction_insert'
const table = (...rows: readonly string[]) => `${[COLUMNS, ...rows].map(row => row.split(' ').join('\t')).join('\n')}\n`
const ROW = 'R1 TRAV4 TRAJ15 CAF TGTGCTTTC TGCGCCTTC TRBV27 TRBJ1-1 CSF TGTAGTTTC TGCTCCTTT'

describe('a table of what was infused', () => {
  test('gives both junctions of either chain', () => {
    const [receptor] = value(parseInfusedReceptors(table(ROW)))
    expect(receptor!.beta).toEqual({
      v: 'TRBV27',
      j: 'TRBJ1-1',
      junctionAa: 'CSF',
      nativeJunction: 'TGTAGTTTC',
      insertJunction: 'TGCTCCTTT',
    })
  })

  test('bases that make other residues, a receptor twice, an insert without bases, no row: refused with the line', () => {
    const texts = [table(ROW.replace('TGCTCCTTT', 'TGCACCTTT')), table(ROW, ROW), table(ROW.replace('TGCTCCTTT', '')), table()]
    expect(texts.map(text => parseInfusedReceptors(text))).toMatchObject([
      { ok: false, issue: { code: 'infused-malformed', what: 'TGCACCTTT of R1 makes CTF, not CSF', line: 2 } },
      { ok: false, issue: { code: 'infused-twice', line: 3 } },
      { ok: false, issue: { code: 'infused-malformed', line: 2 } },
      { ok: false, issue: { code: 'infused-malformed', line: 1 } },
    ])
  })
})

describe('constructs.tsv', () => {
  const columns = ['construct_id', 'receptor_id', 'status', 'loci', 'mode_a', 'mode_b', 'insert_nt', 'five_prime', 'arms']
  const chains = ['a_v_call', 'a_j_call', 'a_junction', 'a_junction_aa', 'b_v_call', 'b_j_call', 'b_junction', 'b_junction_aa']
  const constructs = (...rows: readonly (readonly string[])[]) =>
    `${[[...columns, ...chains], ...rows].map(row => row.join('\t')).join('\n')}\n`
  const both = [
    'C1',
    'R1+R2',
    'ready',
    'TRB;TRA;TRB;TRA',
    'nucleotide;nucleotide',
    'nucleotide;amino-acid',
    `GGGCCACC${'TGCTCCTTTATGTGCGCCTTCATGTGCACCTTCATGTGCGGCTTC'}`,
    'CCACC',
    '3,0',
  ]
  const four = [
    'TRAV4;TRAV5',
    'TRAJ1;TRAJ2',
    'TGTGCTTTC;TGTGGTTTC',
    'CAF;CGF',
    'TRBV1;TRBV2',
    'TRBJ1-1;TRBJ1-2',
    'TGTAGTTTC;TGTACTTTC',
    'CSF;CTF',
  ]

  test('two receptors in one insert are two; the bases of each junction are read off the insert behind arm and Kozak', () => {
    const receptors = value(parseInfusedReceptors(constructs([...both, ...four])))
    expect(
      receptors.map(({ id, alpha, beta }) => [
        id,
        alpha.v,
        alpha.nativeJunction,
        alpha.insertJunction,
        beta.v,
        beta.nativeJunction,
        beta.insertJunction,
      ]),
    ).toEqual([
      ['R1', 'TRAV4', 'TGTGCTTTC', 'TGCGCCTTC', 'TRBV1', 'TGTAGTTTC', 'TGCTCCTTT'],
      // of a receptor that was given by residues alone, the patient's bases are not known
      ['R2', 'TRAV5', 'TGTGGTTTC', 'TGCGGCTTC', 'TRBV2', '', 'TGCACCTTC'],
    ])
  })

  test('two vectors of one receptor are one; a refused construct is not read; one vector alone, a junction that is not in the insert: refused', () => {
    const beta = [
      'C1',
      'R1',
      'ready',
      'TRB',
      '',
      'nucleotide',
      'CCACCTGCTCCTTT',
      'CCACC',
      '0,0',
      '',
      '',
      '',
      '',
      'TRBV1',
      'TRBJ1-1',
      'TGTAGTTTC',
      'CSF',
    ]
    const alpha = [
      'C2',
      'R1',
      'ready',
      'TRA',
      'nucleotide',
      '',
      'CCACCTGCGCCTTC',
      'CCACC',
      '0,0',
      'TRAV4',
      'TRAJ1',
      'TGTGCTTTC',
      'CAF',
      '',
      '',
      '',
      '',
    ]
    const refused = ['C3', 'R3', 'refused', '', '', '', '', '', '', '', '', '', '', '', '', '', '']
    expect(
      value(parseInfusedReceptors(constructs(beta, alpha, refused))).map(one => [
        one.id,
        one.alpha.insertJunction,
        one.beta.insertJunction,
      ]),
    ).toEqual([['R1', 'TGCGCCTTC', 'TGCTCCTTT']])
    expect(parseInfusedReceptors(constructs(beta))).toMatchObject({
      ok: false,
      issue: { what: 'the alpha chain of R1 is in no construct that is ready' },
    })
    expect(parseInfusedReceptors(constructs(beta.with(6, 'CCACCTGCACCTTT'), alpha))).toMatchObject({
      ok: false,
      issue: { code: 'infused-malformed', line: 2 },
    })
    expect(parseInfusedReceptors(constructs(beta.with(2, 'Ready'), alpha))).toMatchObject({
      ok: false,
      issue: { what: 'status is "Ready"', line: 2 },
    })
    expect(parseInfusedReceptors(constructs(beta.with(15, 'TGTACTTTC'), alpha))).toMatchObject({
      ok: false,
      issue: { code: 'infused-malformed', line: 2 },
    })
    expect(parseInfusedReceptors(constructs(beta, alpha, beta.with(0, 'C4')))).toMatchObject({
      ok: false,
      issue: { code: 'infused-twice', line: 4 },
    })
  })
})
