import { expect, test } from 'vitest'
import { humanUsage, imgtGermline, openGermline } from '../../../../test/imgt.ts'
import { oracle, tableOf, value } from '../../../../test/oracle.ts'
import { findSegment, type Germline, translate } from '../bio/index.ts'
import {
  type AlleleChoice,
  type ChainInput,
  NO_CHOICE,
  parseGeneNames,
  parsePreferredAlleles,
  readContigChain,
  reconstructChain,
} from './index.ts'

const usage = humanUsage()

oracle('set E, contig first: V start, junction and J end of 302 of 302 productive contigs; the 4 out of frame are refused', () => {
  const germline = imgtGermline('mouse')
  const truth = tableOf('tcr/golden/E_truth.tsv')
  const contigs = tableOf('tcr/golden/E_mouse_MC38_10x_consensus.tsv.gz')
  expect(contigs.length).toBe(306)
  let exact = 0
  const refused: string[] = []
  contigs.forEach((row, i) => {
    const t = truth[i]!
    const v = value(findSegment(germline, 'V', row.v!)).segment
    const j = value(findSegment(germline, 'J', row.j!)).segment
    const read = readContigChain(row.contig_nt!, v, j)
    if (!read.ok) {
      refused.push(`${t.in_frame_no_stop} ${read.issue.code}`)
      return
    }
    const { vStart, junctionStart, junctionEnd, jEnd, junctionNt, vNt, jNt } = read.value
    expect([row.consensus_id, vStart, junctionStart, junctionEnd, jEnd, junctionNt]).toEqual([
      row.consensus_id,
      Number(t.v_region_start_0based),
      Number(t.junction_start_0based),
      Number(t.junction_end_0based_exclusive),
      Number(t.j_region_end_0based_exclusive),
      t.junction_nt,
    ])
    expect(vNt + junctionNt + jNt).toBe(row.contig_nt!.slice(vStart, jEnd))
    exact++
  })
  expect(exact).toBe(302)
  expect(refused).toEqual(Array(4).fill('F contig-out-of-frame'))
})

oracle('set C, residues only: V domains of 210 + 23 human and 77 + 14 mouse crystal structures, as many as stitchr', () => {
  const germlines: Record<string, Germline> = { human: imgtGermline('human'), mouse: imgtGermline('mouse') }
  const count = new Map<string, number>()
  for (const row of tableOf('tcr/golden/C_pdb_chains.tsv.gz')) {
    const germline = germlines[row.organism!]!
    const made = reconstructChain(
      { locus: row.chain as 'TRA' | 'TRB', vCall: row.v!, jCall: row.j!, junctionAa: row.cdr3!, junctionNt: '' },
      germline,
      usage,
    )
    let kind = 'refused'
    if (made.ok) {
      const { vNt, junctionNt, jNt, j } = made.value
      const constant = value(findSegment(germline, 'C', row.chain === 'TRA' ? 'TRAC' : j.gene.startsWith('TRBJ1') ? 'TRBC1' : 'TRBC2'))
        .segment.sequence
      kind = domainMatch(translate(vNt + junctionNt + jNt + constant), row.pdb_v_domain_aa!)
    }
    count.set(`${row.organism} ${kind}`, (count.get(`${row.organism} ${kind}`) ?? 0) + 1)
  }
  // the rest: 49 and 31 structures with an engineered or allelic residue, seven without a leader in the reference, one allele that is absent
  expect(Object.fromEntries(count)).toEqual({
    'human exact': 210,
    'human ends trimmed': 23,
    'human differs': 49,
    'mouse exact': 77,
    'mouse ends trimmed': 14,
    'mouse differs': 31,
    'mouse refused': 8,
  })
})

/** The crystal's domain inside ours, whole or after up to four residues at its start and three at its end (expression tags). */
function domainMatch(ours: string, theirs: string): string {
  if (ours.includes(theirs)) return 'exact'
  for (let a = 0; a <= 4; a++) for (let b = 0; b <= 3; b++) if (ours.includes(theirs.slice(a, theirs.length - b))) return 'ends trimmed'
  return 'differs'
}

/** A made-up contig of a shipped receptor: 5'UTR, leader, V … J, C. */
function contigOf(v: string, j: string, junctionAa: string, germline: Germline, edit: (text: string) => string = text => text): ChainInput {
  const built = value(reconstructChain({ locus: 'TRB', vCall: v, jCall: j, junctionAa, junctionNt: '' }, germline, usage))
  const contig = edit(`GGGAGCTCTGGGA${built.leaderNt}${built.vNt}${built.junctionNt}${built.jNt}AGGACCTGAACAAGGTGTTCCC`)
  return { locus: 'TRB', vCall: v, jCall: j, junctionAa, junctionNt: '', contig }
}

test('a contig’s own bases win, differences to germline are named', () => {
  const human = openGermline('human')
  const germline = value(
    reconstructChain({ locus: 'TRB', vCall: 'TRBV10-3', jCall: 'TRBJ1-6', junctionAa: 'CAISELVTGDSPLHF', junctionNt: '' }, human, usage),
  )
  const at = 13 + germline.leaderNt.length + 30
  const changed = (text: string) => text.slice(0, at) + (text[at] === 'A' ? 'G' : 'A') + text.slice(at + 1)
  const made = value(reconstructChain(contigOf('TRBV10-3', 'TRBJ1-6', 'CAISELVTGDSPLHF', human, changed), human, usage))
  expect(made.mode).toBe('contig')
  expect(made.vNt).not.toBe(germline.vNt)
  expect(made.caveats.map(c => c.code)).toContain('differs-from-germline')
  expect(made.caveats.find(c => c.code === 'differs-from-germline')?.text).toMatch(/V 31 [ACGT]>[ACGT]/)
})

test('a contig without its start takes leader and V start from germline, with caveats; an N is refused', () => {
  const human = openGermline('human')
  const cut = value(
    reconstructChain(
      contigOf('TRBV10-3', 'TRBJ1-6', 'CAISELVTGDSPLHF', human, text => text.slice(140)),
      human,
      usage,
    ),
  )
  expect(cut.caveats.map(c => c.code)).toEqual(expect.arrayContaining(['germline-start', 'germline-leader']))
  expect(
    reconstructChain(
      contigOf('TRBV10-3', 'TRBJ1-6', 'CAISELVTGDSPLHF', human, text => `${text.slice(0, 200)}N${text.slice(201)}`),
      human,
      usage,
    ),
  ).toMatchObject({ ok: false, issue: { code: 'contig-n' } })
})

test('a contig of another receptor is refused', () => {
  const human = openGermline('human')
  const other = contigOf('TRBV10-3', 'TRBJ1-6', 'CAISELVTGDSPLHF', human)
  expect(reconstructChain({ ...other, junctionAa: 'CAISELVTGDSPLHW' }, human, usage)).toMatchObject({
    ok: false,
    issue: { code: 'contig-junction-differs' },
  })
  expect(reconstructChain({ ...other, vCall: 'TRBV28' }, human, usage)).toMatchObject({
    ok: false,
    issue: { code: expect.stringMatching(/^contig-/) },
  })
})

test('a gene name is repaired with its audit line only when nothing else can be meant', () => {
  const human = openGermline('human')
  const alpha = (vCall: string, jCall: string) =>
    reconstructChain({ locus: 'TRA', vCall, jCall, junctionAa: 'CAMRVGGSQGNLIF', junctionNt: '' }, human, usage)
  const made = value(alpha('TRAV14DV4', 'TRAJ 42'))
  expect(made.caveats.filter(c => c.code === 'gene-name-repaired').map(c => c.text)).toEqual([
    'TRAV14DV4 → TRAV14/DV4 [dv-slash]',
    'TRAJ 42 → TRAJ42 [characters]',
  ])
  expect(alpha('TRAV14/DV4', 'TRAJ42-1')).toMatchObject({ ok: false, issue: { code: 'gene-name-candidates' } })
  // CAMR goes on as TRAV14 ends; of TRAV12-2 and 12-3 neither does
  expect(value(alpha('TRAV14/DV4,TRAV12-2', 'TRAJ42')).v.gene).toBe('TRAV14/DV4')
  expect(alpha('TRAV12-2,TRAV12-3', 'TRAJ42')).toMatchObject({ ok: false, issue: { code: 'gene-name-candidates' } })
  expect(alpha('TRAV8', 'TRAJ42')).toMatchObject({
    ok: false,
    issue: { code: 'gene-name-candidates', what: expect.stringContaining('TRAV8-1') },
  })
  expect(alpha('TRAV99', 'TRAJ42')).toMatchObject({ ok: false, issue: { code: 'gene-unknown' } })
})

oracle(
  'public receptors whose junction ends as another J allele does: said where it changes nothing, taken where no allele is named',
  () => {
    const germline = imgtGermline('human')
    const told = new Map<string, number>()
    for (const row of tableOf('tcr/golden/B_vdjdb_muC_CysLVL_furinP2A_in.tsv')) {
      const made = reconstructChain(
        { locus: 'TRA', vCall: row.TRAV!, jCall: row.TRAJ!, junctionAa: row.TRA_CDR3!, junctionNt: '' },
        germline,
        usage,
      )
      for (const { code, text } of made.ok ? made.value.caveats : [])
        if (code === 'j-allele-contradicted' || code === 'allele-by-junction') {
          const key = `${code} ${row.TRAJ}`
          told.set(key, (told.get(key) ?? 0) + 1)
          // another allele of the same gene, and the junction's own end
          expect(text).toMatch(/^the junction ends as (TRAJ\d+)\*0\d does, not as \1\*0\d/)
        }
    }
    expect(Object.fromEntries(told)).toEqual({
      'j-allele-contradicted TRAJ24*01': 3,
      'j-allele-contradicted TRAJ37*01': 4,
      'allele-by-junction TRAJ37': 1,
    })
  },
)

test('alleles that are preferred, and one that stands in for another', () => {
  const germline = openGermline('human')
  const built = (vCall: string, choice?: AlleleChoice) => {
    const made = reconstructChain(
      { locus: 'TRB', vCall, jCall: 'TRBJ2-1', junctionAa: 'CASSRANNEQFF', junctionNt: '' },
      germline,
      usage,
      choice,
    )
    return made.ok
      ? [made.value.v.allele, ...made.value.caveats.map(({ code }) => code).filter(code => code.startsWith('allele'))]
      : [made.issue.code]
  }
  const choice = value(
    parsePreferredAlleles('Gene\tAllele\tRegion\tLoci\tSource\nTRBV7-9\t03\tVARIABLE\tTRB\tx\nTRBC1\t01\tCONSTANT\tTRB\tx\n'),
  )
  expect(choice.unused).toBe(1)
  const preferred = { ...NO_CHOICE, preferred: choice.preferred }
  expect(built('TRBV7-9')).toEqual(['01', 'allele-assumed'])
  expect(built('TRBV7-9', preferred)).toEqual(['03'])
  // a name wins over what is preferred
  expect(built('TRBV7-9*01', preferred)).toEqual(['01'])
  expect(built('TRBV7-9*77')).toEqual(['allele-absent'])
  expect(built('TRBV7-9*77', { ...preferred, fallback: true })).toEqual(['01', 'allele-fallback', 'allele-assumed'])
  const wrong = (text: string) => {
    const read = parsePreferredAlleles(`Gene\tAllele\tRegion\n${text}`)
    return read.ok ? 'ok' : `${read.issue.code}:${read.issue.line}`
  }
  expect([wrong('TRBV2\t01\tHINGE\n'), wrong('TRBV2\t01\tVARIABLE\nTRBV2\t02\tVARIABLE\n'), wrong('TRBV2\t01\tLEADER\n')]).toEqual([
    'preferred-region:2',
    'preferred-twice:3',
    'ok',
  ])
})

test('several genes are settled by the junction alone, or by one protein; older names by a table of the user', () => {
  const germline = openGermline('human')
  const built = (jCall: string, junctionAa: string, choice = NO_CHOICE) => {
    const made = reconstructChain({ locus: 'TRB', vCall: 'TRBV19', jCall, junctionAa, junctionNt: '' }, germline, usage, choice)
    return made.ok
      ? [made.value.j.gene, ...made.value.caveats.flatMap(({ code }) => (code.startsWith('gene-name') ? [code] : []))]
      : [made.issue.code]
  }
  // …NEQFF ends as TRBJ2-1 does, …YEQYF as TRBJ2-7
  expect(built('TRBJ2-1/2-7', 'CASSRANNEQFF')).toEqual(['TRBJ2-1', 'gene-name-settled'])
  expect(built('TRBJ2-1,TRBJ2-7', 'CASSRANYEQYF')).toEqual(['TRBJ2-7', 'gene-name-settled'])
  // the junction carries on neither
  expect(built('TRBJ2-1/2-7', 'CASSRANNNNNF')).toEqual(['gene-name-candidates'])
  const names = value(parseGeneNames('#remark\nTRBJ2S7\tTRBJ2-1\n'))
  // the table and the digits disagree: VDJdb's table errs here, and the junction says so
  expect(built('TRBJ2S7', 'CASSRANYEQYF', { ...NO_CHOICE, names })).toEqual(['TRBJ2-7', 'gene-name-settled'])
  expect(built('TRBJ2S7', 'CASSRANYEQYF')).toEqual(['gene-name-candidates'])
  const wrong = parseGeneNames('TRBJ2S7\n')
  expect(wrong.ok ? '' : `${wrong.issue.code}:${wrong.issue.line}`).toBe('gene-names:1')
})
