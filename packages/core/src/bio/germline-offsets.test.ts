import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { oracle, root, tableOf, value } from '../../../../test/oracle.ts'
import { findSegment, type GermlineSegment, makeGermline, parseGermline, translate, vRegions } from './index.ts'

const shipped = (species: 'human' | 'mouse'): readonly GermlineSegment[] =>
  value(parseGermline(readFileSync(join(root, `packages/node/data/germline-${species}.tsv`), 'utf8')))

/** Records of the oracle where the open set has no trustworthy offset, or the oracle has none, by name (spec: those that lost an anchor, TRAJ61, `confident` N or 0). */
const WITHOUT: Readonly<Record<'human' | 'mouse', RegExp>> = {
  human: /^(TRAJ61|TRBJ2-2P|TRBV17|TRBV5-7|TRBV6-7|TRBV7-1|TRGV11)$/,
  mouse: /^(TRAJ(19|29|35|4|41|47|59)|TRBJ1-7|TRAV9D-4)$/,
}

oracle('leader, Cys104 and J118 of every shipped record equal the boundaries from gapped alignments', () => {
  for (const species of ['human', 'mouse'] as const) {
    const byId = new Map(shipped(species).map(segment => [segment.record.split(' ')[1], segment]))
    let equal = 0
    for (const row of tableOf(`tcr/germline/boundaries_expected_${species}.tsv`)) {
      const segment = byId.get(row.fasta_id)
      if (row.gene_imgt === 'TRBV12-2+TRBV13-2') {
        expect(segment).toBeUndefined() // a read-through, dropped
        continue
      }
      const name = row.gene_imgt!
      if (segment?.region === 'V') {
        // TRAV6 opens 57 nt early in the source: cut by the override table
        const cut = name === 'TRAV6' ? 57 : 0
        const ours = [segment.leader.length + cut, segment.cys104 === undefined ? undefined : segment.leader.length + cut + segment.cys104]
        if (WITHOUT[species].test(name)) continue
        expect([name, ...ours]).toEqual([name, Number(row.leader_nt), Number(row.cys104)])
        equal++
      }
      if (segment?.region === 'J' && !WITHOUT[species].test(name)) {
        expect([name, segment.j118]).toEqual([name, row.j118 === '' ? undefined : Number(row.j118)])
        equal++
      }
    }
    expect(equal).toBeGreaterThan(species === 'human' ? 140 : 100)
  }
})

/** V whose second loop the two sources end differently (spec: known), as `gene ours theirs`, offsets from V's first base. */
const OTHER_CDR2: Readonly<Record<'human' | 'mouse', readonly string[]>> = {
  human: ['TRDV3 201..216 201..219'],
  mouse: [],
}

oracle('CDR1 and CDR2 of every shipped V equal the boundaries from gapped alignments, but for named second loops', () => {
  for (const species of ['human', 'mouse'] as const) {
    const byId = new Map(shipped(species).map(segment => [segment.record.split(' ')[1], segment]))
    const differ: string[] = []
    let compared = 0
    for (const row of tableOf(`tcr/germline/boundaries_expected_${species}.tsv`)) {
      const segment = byId.get(row.fasta_id)
      if (segment?.region !== 'V' || row.cdr1 === '' || WITHOUT[species].test(row.gene_imgt!)) continue
      const regions = vRegions(segment)
      const before = segment.leader.length + (row.gene_imgt === 'TRAV6' ? 57 : 0)
      const span = (region: readonly [number, number] | undefined) =>
        region === undefined ? '' : `${region[0] + before}..${region[1] + before}`
      expect([row.gene_imgt, span(regions?.cdr1)]).toEqual([row.gene_imgt, row.cdr1])
      if (span(regions?.cdr2) !== row.cdr2) differ.push(`${row.gene_imgt} ${span(regions?.cdr2)} ${row.cdr2}`)
      compared++
    }
    expect(differ).toEqual(OTHER_CDR2[species])
    expect(compared).toBe({ human: 88, mouse: 81 }[species])
  }
})

test('every usable shipped V reads C, W, C at its anchors and is open from the leader on', () => {
  const usable = [...shipped('human'), ...shipped('mouse')].flatMap(s =>
    s.region === 'V' && s.cys104 !== undefined && s.leader !== '' ? [s] : [],
  )
  expect(usable.length).toBeGreaterThan(220)
  const residue = (s: { sequence: string }, at: number) => translate(s.sequence.slice(at, at + 3))
  expect(usable.filter(s => residue(s, s.cys23!) + residue(s, s.trp41!) + residue(s, s.cys104!) !== 'CWC')).toEqual([])
  expect(usable.filter(s => !s.leader.startsWith('ATG') || translate(s.leader).includes('*')).map(s => s.gene)).toEqual([])
})

test('an unknown gene names its neighbours, an absent allele those there are', () => {
  const germline = makeGermline('human', 'test', shipped('human'))
  expect(findSegment(germline, 'V', 'TRAV12-22')).toMatchObject({ ok: false, issue: { code: 'gene-unknown' } })
  expect(findSegment(germline, 'V', 'TRBV6-5*99')).toMatchObject({ ok: false, issue: { code: 'allele-absent' } })
})
