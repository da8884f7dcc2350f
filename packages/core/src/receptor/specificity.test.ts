import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { oracle, readData, root, tableOf, value } from '../../../../test/oracle.ts'
import type { HlaAllele } from '../bio/index.ts'
import {
  chainDistance,
  hlaAgreement,
  JunctionSet,
  junctionDistance,
  KnownReceptorIndex,
  loopDistance,
  matchOffTheShelf,
  matchWord,
  parseKnownReceptors,
  parseTcrmatchKernel,
  parseVLoops,
  promiscuousAlpha,
  specificityFlags,
  tcrmatchScore,
} from './index.ts'

const kernel = value(parseTcrmatchKernel(readFileSync(join(root, 'packages/node/data/blosum62-joint.tsv'), 'utf8')))

oracle('TCRdist of junctions: the 819 ordered pairs within 15 of scirpy, and no other', () => {
  const junctions = readData('singlecell/tcrdist/scirpy_cdr3.txt').trim().split('\n')
  const set = new JunctionSet(junctions, { gap: 4 })
  const row = new Uint16Array(set.size)
  const found: string[] = []
  for (let i = 0; i < set.size; i++) {
    set.row(i, row)
    for (let j = 0; j < set.size; j++) if (row[j]! <= 15) found.push(`${i} ${j} ${row[j]}`)
    expect(row[(i * 7) % set.size]).toBe(junctionDistance(junctions[i]!, junctions[(i * 7) % set.size]!, { gap: 4 }))
  }
  const expected = tableOf('singlecell/tcrdist/scirpy_expected.tsv').map(pair => `${pair.i} ${pair.j} ${pair.distance}`)
  expect(expected.length).toBe(819)
  expect(found.sort()).toEqual(expected.sort())
})

oracle('TCRdist of paired receptors: all 79,524 stored distances', () => {
  const loops = value(parseVLoops(readData('singlecell/tcrdist/v_loops.tsv')))
  const receptors = tableOf('singlecell/tcrdist/paired_human_282.tsv').map(row => ({
    alpha: { v: row.va!, junction: row.cdr3a! },
    beta: { v: row.vb!, junction: row.cdr3b! },
  }))
  const distance = (a: (typeof receptors)[number], b: (typeof receptors)[number]) =>
    chainDistance(a.alpha, b.alpha, loops)! + chainDistance(a.beta, b.beta, loops)!
  const stored = readData('singlecell/tcrdist/paired_human_282_distances.tsv.gz')
    .trim()
    .split('\n')
    .map(line => line.trim().split(/\s+/).map(Number))
  let compared = 0
  for (const [i, a] of receptors.entries())
    for (const [j, b] of receptors.entries()) {
      if (distance(a, b) !== stored[i]![j]) expect([i, j, distance(a, b)]).toEqual([i, j, stored[i]![j]])
      compared++
    }
  expect(compared).toBe(79_524)
})

oracle('loops of V from IMGT’s own sequences are those of the database of tcrdist', () => {
  const stored = value(parseVLoops(readData('singlecell/tcrdist/v_loops.tsv')))
  const differ: string[] = []
  let compared = 0
  for (const locus of ['A', 'B']) {
    const own = value(parseVLoops(readData(`tcr/imgt_nt_gapped/human__vdj__imgt_human_TR${locus}V.fasta`)))
    for (const [allele, loops] of own) {
      const theirs = stored.get(allele)
      if (!allele.includes('*') || theirs === undefined) continue
      compared++
      if (loopDistance(loops, theirs) !== 0) differ.push(`${allele} ${Object.values(loops).join('|')} ${Object.values(theirs).join('|')}`)
    }
  }
  expect([compared, differ]).toEqual([244, []])
})

oracle('TCRMatch: the same 1,187 pairs above 0.90 of 100 queries against CEDAR', () => {
  const queries = readData('singlecell/tcrmatch/queries.txt').trim().split('\n')
  const targets = [...new Set(tableOf('singlecell/tcrmatch/CEDAR_data.tsv').map(row => row.trimmed_seq!))]
  const words = targets.flatMap(text => {
    const word = matchWord(text, kernel)
    return word === undefined ? [] : [{ text, word }]
  })
  const expected = new Map(
    tableOf('singlecell/tcrmatch/expected_over_0.90.tsv').map(row => [`${row.query} ${row.match}`, Number(row.score)]),
  )
  let found = 0
  for (const query of queries) {
    const own = matchWord(query, kernel)!
    for (const { text, word } of words) {
      const score = tcrmatchScore(own, word, kernel)
      const wanted = expected.get(`${query} ${text}`)
      if (score <= 0.9 - 1e-5) {
        if (wanted !== undefined) expect(`${query} ${text} ${score}`).toBe(wanted)
        continue
      }
      // one stored score lies at the limit itself
      if (wanted === undefined) expect(score).toBeLessThan(0.9 + 1e-5)
      else {
        found++
        expect(Math.abs(score - wanted)).toBeLessThan(1e-5)
      }
    }
  }
  expect(expected.size).toBe(1187)
  expect(found).toBe(1187)
})

oracle('off-the-shelf: each of the 41 published receptors is found by its mutation and HLA, and by no other HLA', () => {
  const rows = tableOf('singlecell/specificity/public_neoantigen_receptors.tsv')
  let found = 0
  const missed: string[] = []
  for (const row of rows) {
    const change = [{ gene: row.gene!, change: row.mutation! }]
    const chains = [row['mhc.a']!, row['mhc.b']!].filter(name => name !== '' && name !== 'B2M' && !/^HLA-DRA/.test(name)) as HlaAllele[]
    if (matchOffTheShelf(change, chains).length > 0) found++
    else missed.push(`${row.gene} ${row.mutation} ${chains.join(' ')} ${row['antigen.epitope']}`)
    expect(matchOffTheShelf(change, ['A*80:01', 'B*83:01', 'C*18:01', 'DRB1*16:09'] as HlaAllele[])).toEqual([])
  }
  expect(missed).toEqual([])
  expect(found).toBe(41)
})

test('off-the-shelf: an allele that the typing left open is told as not settled', () => {
  const change = [{ gene: 'KRAS', change: 'G12D' }]
  const agreements = (hla: string) => matchOffTheShelf(change, [hla as HlaAllele]).map(({ publishedHla, agrees }) => [publishedHla, agrees])
  expect(agreements('HLA-C*08:02')).toEqual([['C*08:02', 'allele']])
  expect(agreements('HLA-C*08:02/C*08:03')).toEqual([['C*08:02', 'not-settled']])
})

test('HLA agree at the coarser field', () => {
  expect(hlaAgreement('A*02:01:48', 'A*02:01')).toBe('allele')
  expect(hlaAgreement('A*02', 'A*02:01')).toBe('first-field')
  expect(hlaAgreement('A*02:06', 'A*02:01')).toBeUndefined()
  expect(hlaAgreement('B*02:01', 'A*02:01')).toBeUndefined()
})

test('known receptors: both chains make a match, one a hint; an unknown header is refused', () => {
  const vdjdb =
    'cdr3.alpha\tv.alpha\tcdr3.beta\tv.beta\tantigen.epitope\tantigen.gene\tantigen.species\treference.id\nCAGAGSQGNLIF\tTRAV27*01\tCASSSRSSYEQYF\tTRBV19*01\tGILGFVFTL\tM\tInfluenzaA\tPMID:28636592\n'
  const index = new KnownReceptorIndex(value(parseKnownReceptors(vdjdb)), kernel)
  const flags = (alphaJunction: string, betaJunction: string) =>
    specificityFlags(index.find({ alphaV: 'TRAV27', alphaJunction, betaV: 'TRBV19', betaJunction })).flags
  expect(flags('CAGAGSQGNLIF', 'CASSSRSSYEQYF')).toEqual(['viral-match'])
  expect(flags('CAVRDSNYQLIW', 'CASSSRSSYEQYF')).toEqual(['viral-one-chain'])
  expect(flags('CAVRDSNYQLIW', 'CASSPGQGGDTQYF')).toEqual([])
  expect(parseKnownReceptors('a,b\n1,2\n')).toMatchObject({ ok: false, issue: { code: 'known-receptors-unknown' } })
})

test('TRAV12-2 beside a MART-1 epitope is told for the promiscuous alpha that it is', () => {
  const head = 'cdr3.alpha\tv.alpha\tcdr3.beta\tv.beta\tantigen.epitope\tantigen.gene\tantigen.species\treference.id\n'
  const row = (epitope: string) => `CAVNFGGGKLIF\tTRAV12-2*01\tCASSLSFGTEAFF\tTRBV6-4*01\t${epitope}\tMLANA\tHomoSapiens\tPMID:1\n`
  const matches = (epitope: string, betaJunction: string) =>
    new KnownReceptorIndex(value(parseKnownReceptors(head + row(epitope))), kernel).find({
      alphaV: 'TRAV12-2',
      alphaJunction: 'CAVNFGGGKLIF',
      betaV: 'TRBV9',
      betaJunction,
    })
  expect(promiscuousAlpha('TRAV12-2', matches('ELAGIGILTV', 'CASSPGQGGDTQYF'))).toContain('promiscuous alpha')
  expect(promiscuousAlpha('TRAV12-1', matches('ELAGIGILTV', 'CASSPGQGGDTQYF'))).toBeUndefined()
  expect(promiscuousAlpha('TRAV12-2', matches('GILGFVFTL', 'CASSPGQGGDTQYF'))).toBeUndefined()
})

test('with the loops of V genes a distance is of the chain; up to 18 it is told beside another chain, without a flag', () => {
  const near = 'organism,gene,cdr1,cdr2,cdr2_5\nhuman,TRBV19*01,SG.HN,FNGG,DRPS\nhuman,TRBV2*01,WG.HW,WWGG,DWPS\nmouse,TRBV19*01,A,A,A\n'
  const loops = value(parseVLoops(near))
  // the same table as TCRdock and tcrdist3 write it; the junction's first residues stand last
  const packed =
    'id\torganism\tchain\tregion\tcdrs\nTRBV19*01\thuman\tB\tV\tSG.HN;FNGG;DRPS;CAS\nTRBJ1-1*01\thuman\tB\tJ\tNTEAFF\nTRBV2*01\thuman\tB\tV\tWG.HW;WWGG;DWPS;CAS\n'
  expect(value(parseVLoops(packed))).toEqual(loops)
  expect([parseVLoops(near.replaceAll('human', 'rat')), parseVLoops('organism,gene\nhuman,TRBV19*01\n')]).toMatchObject([
    { issue: { code: 'v-loops' } },
    { issue: { code: 'column-missing' } },
  ])
  const vdjdb =
    'cdr3.alpha\tv.alpha\tcdr3.beta\tv.beta\tantigen.epitope\tantigen.gene\tantigen.species\treference.id\nCAGAGSQGNLIF\tTRAV27*01\tCASSSRSSYEQYF\tTRBV19*01\tGILGFVFTL\tM\tInfluenzaA\tPMID:28636592\n'
  const rows = value(parseKnownReceptors(vdjdb))
  const whole = new KnownReceptorIndex(rows, kernel, undefined, loops)
  const junctions = new KnownReceptorIndex(rows, kernel)
  const told = (index: KnownReceptorIndex, betaV: string, betaJunction: string, alphaJunction = '') => {
    const { flags, facts } = specificityFlags(index.find({ alphaV: 'TRAV27', alphaJunction, betaV, betaJunction }))
    return [flags.join(), facts.join().replace(/^.*\((.*); PMID.*$/, '$1')]
  }
  // S to A at one place of the loop: 3 times 3
  const other = 'CASSSRASYEQYF'
  expect(junctionDistance(other, 'CASSSRSSYEQYF')).toBe(9)
  expect(told(junctions, 'TRBV19', other)).toEqual(['viral-one-chain', 'beta near TCRdist 9 of the junction'])
  expect(told(whole, 'TRBV19', other)).toEqual(['viral-one-chain', 'beta near TCRdist 9'])
  // two residues more than 18 once the loops count: only TCRMatch may still say near
  expect(chainDistance({ v: 'TRBV2*03', junction: other }, { v: 'TRBV19', junction: 'CASSSRSSYEQYF' }, loops)).toBeGreaterThan(18)
  expect(told(whole, 'TRBV2', 'CASSSRSSYEQYF')).toEqual(['viral-one-chain', 'beta near by TCRMatch'])
  // an alpha at 18 (Q to K, N to D) beside an exact beta is told and changes no flag; alone it is nothing
  const alpha = 'CAGAGSKGDLIF'
  expect(told(whole, 'TRBV19', '', alpha)).toEqual(['', ''])
  expect(told(whole, 'TRBV19', 'CASSSRSSYEQYF', alpha)).toEqual(['viral-one-chain', 'alpha listed TCRdist 18 of the junction, beta exact'])
})

test('IEDB exports of both layouts: chains by their type, calculated before curated, loops with their anchors', () => {
  const older =
    'Group Receptor ID,Receptor ID,Description,Organism,Chain 1 Type,Calculated Chain 1 V Gene,Chain 1 CDR3 Curated,Chain 1 CDR3 Calculated,Chain 2 Type,Curated Chain 2 V Gene,Chain 2 CDR3 Curated,Chain 2 CDR3 Calculated\n7,70,GILGFVFTL,Influenza A virus,alpha,TRAV27*01,CAGF,AGGGSQGNLI,beta,TRBV19*01,CASSIRSSYEQYF,\n'
  const newer =
    'Receptor,Epitope,Epitope,Chain 1,Chain 1,Chain 1\nIEDB Receptor ID,Name,Source Organism,Type,CDR3 Calculated,Calculated V Gene\n70,GILGFVFTL,Influenza A virus,beta,ASSIRSSYEQY,TRBV19*01\n'
  expect(value(parseKnownReceptors(older))).toMatchObject([
    {
      alphaJunction: 'CAGGGSQGNLIF',
      alphaV: 'TRAV27',
      betaJunction: 'CASSIRSSYEQYF',
      betaV: 'TRBV19',
      epitope: 'GILGFVFTL',
      kind: 'viral',
      reference: 'IEDB 7',
    },
  ])
  expect(value(parseKnownReceptors(newer))).toMatchObject([
    { alphaJunction: '', betaJunction: 'CASSIRSSYEQYF', betaV: 'TRBV19', epitope: 'GILGFVFTL' },
  ])
  expect(parseKnownReceptors('Receptor ID,Chain 1 Type\n1,alpha\n')).toMatchObject({ ok: false, issue: { code: 'iedb-columns' } })
})
