import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { oracle, readData, root, tableOf, value } from '../../../../test/oracle.ts'
import { parseFasta } from '../format/index.ts'
import {
  assessTarget,
  CONTACT_WEIGHTS,
  coverageCaveats,
  crossdome,
  expressionOf,
  motifOfScan,
  ProteomeBuilder,
  parsePattern,
  parseResiduePairs,
  parseScan,
  parseTissues,
  scanProteome,
} from './index.ts'

const pairs = value(parseResiduePairs(readFileSync(join(root, 'packages/node/data/residue-pairs.tsv'), 'utf8')))

oracle('CrossDome: 251 pairs equal to the package within 1e-9, with and without contact weights', () => {
  const rows = tableOf('singlecell/safety/crossdome_expected.tsv')
  for (const row of rows) {
    const plain = crossdome(row.query!, row.subject!, pairs)!
    expect(Math.abs(plain.score - Number(row.score))).toBeLessThan(1e-9)
    expect(Math.abs(crossdome(row.query!, row.subject!, pairs, CONTACT_WEIGHTS)!.score - Number(row.score_weighted))).toBeLessThan(1e-9)
    expect(Math.abs(plain.z - Number(row.z))).toBeLessThan(1e-9)
    expect(Math.abs(plain.p - Number(row.p))).toBeLessThan(1e-9)
    expect([plain.positive, plain.mismatches]).toEqual([Number(row.n_positive), Number(row.n_mismatch)])
  }
  expect(rows.length).toBe(251)
})

interface Expected {
  readonly proteins: number
  readonly residues: number
  readonly queries: Readonly<
    Record<
      string,
      {
        readonly count?: number
        readonly first?: readonly string[]
        readonly unique_kmers_by_mismatch?: Readonly<Record<string, number>>
        readonly within_2?: readonly string[]
        readonly crossdome_top?: readonly { readonly peptide: string; readonly score: number; readonly genes: readonly string[] }[]
      }
    >
  >
}

oracle('the scan of 6,742 proteins: mismatch and motif counts, and the nearest 25 words with their genes', () => {
  const expected = JSON.parse(readData('singlecell/safety/scan_expected.json')) as Expected
  const builder = new ProteomeBuilder()
  let residues = 0
  for (const record of value(parseFasta(readData('singlecell/safety/proteins.fasta.gz')))) {
    builder.add({ id: record.id, gene: /gene_symbol:(\S+)/.exec(record.description)?.[1] ?? '' }, record.sequence)
    residues += record.sequence.length
  }
  const proteome = builder.finish()
  expect([proteome.names.length, residues]).toEqual([expected.proteins, expected.residues])
  let compared = 0
  for (const [query, wanted] of Object.entries(expected.queries)) {
    compared++
    if (query.startsWith('motif:')) {
      const motif = value(parsePattern(query.slice(6)))
      const scan = scanProteome('A'.repeat(motif.length), proteome, pairs, { maxMismatches: 0, top: 0, motif })!
      expect([query, scan.motifWords]).toEqual([query, wanted.count])
      continue
    }
    const scan = scanProteome(query, proteome, pairs, { maxMismatches: 4, top: 25 })!
    expect(Object.fromEntries(scan.countByMismatches.map((count, i) => [String(i), count]))).toEqual(wanted.unique_kmers_by_mismatch)
    expect(
      scan.words
        .filter(word => word.mismatches <= 2)
        .map(word => word.word)
        .sort(),
    ).toEqual([...wanted.within_2!].sort())
    const top = scan.words.filter(word => word.crossdome !== undefined).slice(0, 25)
    expect(top.map(word => [word.word, Number(word.crossdome!.toFixed(6)), word.genes])).toEqual(
      wanted.crossdome_top!.map(row => [row.peptide, row.score, row.genes.filter(gene => gene !== '')]),
    )
  }
  expect(compared).toBe(8)
})

oracle('the best words by contact are those of every word, scored one by one', () => {
  const words = new Set<string>()
  const builder = new ProteomeBuilder()
  for (const { id, sequence } of value(parseFasta(readData('singlecell/safety/proteins.fasta.gz')))) {
    builder.add({ id, gene: '' }, sequence)
    for (let i = 0; i + 9 <= sequence.length; i++) words.add(sequence.slice(i, i + 9))
  }
  const proteome = builder.finish()
  const scores: number[] = []
  for (const word of words) {
    const score = crossdome('EVDPIGHLY', word, pairs, CONTACT_WEIGHTS)?.score
    if (score !== undefined) scores.push(score)
  }
  scores.sort((a, b) => a - b)
  const scan = scanProteome('EVDPIGHLY', proteome, pairs, { maxMismatches: 0, top: 50, byContact: true })!
  const found = scan.words.filter(word => word.mismatches > 0).map(word => word.crossdomeContact!)
  expect(found.length).toBeGreaterThanOrEqual(50)
  for (const [i, score] of found.entries()) expect(score).toBeCloseTo(scores[i]!, 9)
})

test('the motif of an alanine scan of MAGE-A3 EVDPIGHLY fits titin ESDPIVAQY, and the score ranks it', () => {
  // E1, D3, P4, I5 and Y9 bear the response (Cameron 2013, doi:10.1126/scitranslmed.3006034): alanine there takes it away
  const share = [0.05, 0.9, 0.02, 0.03, 0.04, 0.8, 0.7, 0.75, 0.02]
  const rows = share.map((value, i) => `${i + 1}\tA\t${value}`)
  const scan = value(parseScan(`position\tresidue\tresponse\nnative\t\t1\nnegative\t\t0\n${rows.join('\n')}\n`, 'EVDPIGHLY'))
  const motif = motifOfScan(scan, () => -1)
  const builder = new ProteomeBuilder()
  builder.add({ id: 'T', gene: 'TTN' }, `MKL${'ESDPIVAQY'}GGRKX`)
  builder.add({ id: 'U', gene: 'OTHER' }, 'MAAAAAAAAAAAA')
  const found = scanProteome('EVDPIGHLY', builder.finish(), pairs, { maxMismatches: 3, top: 5, motif })!
  expect(found.words.filter(word => word.motif).map(word => [word.word, word.genes])).toEqual([['ESDPIVAQY', ['TTN']]])
  expect(crossdome('EVDPIGHLY', 'ESDPIVAQY', pairs)!.score).toBeCloseTo(14.382, 3)
})

test('patterns and scans that cannot be read are refused by name', () => {
  expect(parsePattern('E.D(P)')).toMatchObject({ ok: false, issue: { code: 'motif-malformed' } })
  expect(parseScan('position\tresidue\tresponse\n12\tA\t1\n', 'EVDPIGHLY')).toMatchObject({
    ok: false,
    issue: { code: 'scan-malformed', line: 2 },
  })
  expect(parseScan('position\tresidue\tresponse\n1\tA\t\n', 'EVDPIGHLY')).toMatchObject({ ok: false })
  const twice = 'position\tresidue\tresponse\nnative\t\t1\n1\tA\t0.2\n1\ta\t0.9\n'
  expect(parseScan(twice, 'EVDPIGHLY')).toMatchObject({ ok: false, issue: { code: 'scan-malformed', line: 4 } })
  expect(scanProteome('EVDPXGHLY', new ProteomeBuilder().finish(), pairs, { maxMismatches: 1, top: 1 })).toBeUndefined()
})

test('a target that a human protein holds unchanged is listed before all but its wild type, red where the heart makes it', () => {
  const builder = new ProteomeBuilder()
  builder.add({ id: 'P1', gene: 'HEARTY' }, 'MGGGGYLASTTLSLGGGGS')
  builder.add({ id: 'P2', gene: 'WILD' }, 'MGGGGSLASTTLSLGGGGS')
  const peptide = 'YLASTTLSL'
  const scan = scanProteome(peptide, builder.finish(), pairs, { maxMismatches: 3, top: 5 })!
  const target = { receptorId: 'R', peptide, wildType: 'SLASTTLSL', hla: 'A*02:01' }
  const [wild, self] = assessTarget(target, scan, () => 0.1, undefined)
  expect([wild!.word.word, self!.word.word]).toEqual(['SLASTTLSL', peptide])
  expect(self).toMatchObject({ risk: 'red', word: { mismatches: 0, genes: ['HEARTY'] } })
})

test('tissues: a level that is none is refused by its line; a symbol of two genes has the higher levels; words without a gene of the table are told', () => {
  const table = (rows: string) => parseTissues(`gene\tdescription\tHeart\tSkin\n${rows}`)
  const read = value(table('A\tkinase\t3\t\nA\tother\t1\t7\nB\t\tNA\t0\n'))
  expect(read.tissues).toEqual(['Heart', 'Skin'])
  expect(expressionOf(['A'], read)).toMatchObject({ highest: { tissue: 'Skin', value: 7 }, essential: { tissue: 'Heart', value: 3 } })
  for (const level of ['high', '-2', '1e999'])
    expect(table(`A\tx\t3\t1\nB\tx\t${level}\t1\n`)).toMatchObject({ ok: false, issue: { line: 3 } })
  const given = { proteins: 20_000, motif: true, tissues: true, words: 9, unplaced: 4, nineMers: true }
  expect(coverageCaveats(given).map(one => one.code)).toContain('tissues-unmatched')
  expect(coverageCaveats({ ...given, unplaced: 0 }).map(one => one.code)).not.toContain('tissues-unmatched')
})
