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
  const COLUMNS =
    'construct_id receptor_id status layout loci mode_a mode_b insert_nt five_prime arms a_v_call a_j_call a_junction a_junction_aa b_v_call b_j_call b_junction b_junction_aa'
  // a point is an empty cell
  const constructs = (...rows: readonly string[]) =>
    `${[COLUMNS, ...rows]
      .map(row =>
        row
          .split(' ')
          .map(cell => (cell === '.' ? '' : cell))
          .join('\t'),
      )
      .join('\n')}\n`
  const BETA = 'C1 R1 ready separate-beta TRB . nucleotide CCACCTGCTCCTTT CCACC 0,0 . . . . TRBV1 TRBJ1-1 TGTAGTTTC CSF'
  const ALPHA = 'C2 R1 ready separate-alpha TRA nucleotide . CCACCTGCGCCTTC CCACC 0,0 TRAV4 TRAJ1 TGTGCTTTC CAF . . . .'

  test('two receptors in one insert are two; the bases of each junction are read off the insert behind arm and Kozak', () => {
    const both =
      'C1 R1+R2 ready multi TRB;TRA;TRB;TRA nucleotide;nucleotide nucleotide;amino-acid GGGCCACCTGCTCCTTTATGTGCGCCTTCATGTGCACCTTCATGTGCGGCTTC CCACC 3,0 TRAV4;TRAV5 TRAJ1;TRAJ2 TGTGCTTTC;TGTGGTTTC CAF;CGF TRBV1;TRBV2 TRBJ1-1;TRBJ1-2 TGTAGTTTC;TGTACTTTC CSF;CTF'
    expect(
      value(parseInfusedReceptors(constructs(both))).map(({ id, alpha, beta }) =>
        [id, alpha.v, alpha.nativeJunction, alpha.insertJunction, beta.v, beta.nativeJunction, beta.insertJunction].join(' '),
      ),
    ).toEqual([
      'R1 TRAV4 TGTGCTTTC TGCGCCTTC TRBV1 TGTAGTTTC TGCTCCTTT',
      // of a receptor that was given by residues alone, the patient's bases are not known
      'R2 TRAV5 TGTGGTTTC TGCGGCTTC TRBV2  TGCACCTTC',
    ])
  })

  test('two vectors of one receptor are one, whatever sign is in its name; a refused construct is not read', () => {
    const refused = 'C3 R3 refused . . . . . . . . . . . . . . .'
    const named = [BETA, ALPHA].map(row => row.replace(' R1 ', ' R1+CD8 '))
    expect(
      value(parseInfusedReceptors(constructs(...named, refused))).map(one => [one.id, one.alpha.insertJunction, one.beta.insertJunction]),
    ).toEqual([['R1+CD8', 'TGCGCCTTC', 'TGCTCCTTT']])
  })

  test('one vector alone, a junction that is not in the insert or not that of its residues, another status, a receptor made twice: refused', () => {
    expect(parseInfusedReceptors(constructs(BETA))).toMatchObject({
      ok: false,
      issue: { what: 'the alpha chain of R1 is in no construct that is ready' },
    })
    for (const [from, to] of [
      ['CCACCTGCTCCTTT', 'CCACCTGCACCTTT'],
      ['TGTAGTTTC', 'TGTACTTTC'],
      [' ready ', ' Ready '],
    ] as const)
      expect(parseInfusedReceptors(constructs(BETA.replace(from, to), ALPHA))).toMatchObject({
        ok: false,
        issue: { code: 'infused-malformed', line: 2 },
      })
    expect(parseInfusedReceptors(constructs(BETA, ALPHA, BETA.replace('C1', 'C4')))).toMatchObject({
      ok: false,
      issue: { code: 'infused-twice', line: 4 },
    })
  })
})
