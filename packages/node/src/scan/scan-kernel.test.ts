import { seededRandom } from '@cognate/core/base'
import { STANDARD_RESIDUES } from '@cognate/core/bio'
import { type Proteome, ProteomeBuilder, type ScanOptions, scanProteome } from '@cognate/core/safety'
import { expect, test } from 'vitest'
import { data, oracle, value } from '../../../../test/oracle.ts'
import { eachProtein } from '../read/proteome.ts'
import { shippedResiduePairs } from '../read/shipped.ts'
import { openSieve } from './scan-kernel.ts'

const pairs = shippedResiduePairs()
const random = seededRandom('scan-kernel')
const residues = (length: number) => Array.from({ length }, () => STANDARD_RESIDUES[random.below(20)]!).join('')

function bothWays(query: string, proteome: Proteome, options: ScanOptions): number {
  const plain = scanProteome(query, proteome, pairs, options)
  expect(scanProteome(query, proteome, pairs, { ...options, sieve: value(openSieve(proteome)) })).toEqual(plain)
  return plain!.words.length
}

test('the kernel finds what the plain scan finds, whatever is asked, between letters that end words', () => {
  const builder = new ProteomeBuilder()
  for (let i = 0; i < 80; i++)
    builder.add({ id: `P${i}`, gene: `G${i % 40}` }, `${residues(random.below(200))}${i % 3 === 0 ? 'X' : 'U'}${residues(40)}`)
  const proteome = builder.finish()
  let words = 0
  for (let i = 0; i < 4; i++)
    for (const options of [
      { maxMismatches: 3, top: 50 },
      { maxMismatches: 0, top: 5 },
      { maxMismatches: 6, top: 0 },
      { maxMismatches: 9, top: 3 },
      { maxMismatches: 2, top: 1_000_000 },
    ])
      words += bothWays(residues(9), proteome, options)
  words += bothWays(residues(8), proteome, { maxMismatches: 4, top: 10 })
  expect(words).toBeGreaterThan(500)
  expect(bothWays('EVDPIGHLY', new ProteomeBuilder().finish(), { maxMismatches: 3, top: 5 })).toBe(0)
})

oracle('and over 6,742 human proteins, with their isoforms', async () => {
  const builder = new ProteomeBuilder()
  value(
    await eachProtein(data('reference/hcc1395_vep105_wildtype_proteins.fasta.gz'), ({ id, gene, sequence }) =>
      builder.add({ id, gene }, sequence),
    ),
  )
  const proteome = builder.finish()
  for (const query of ['EVDPIGHLY', 'SLLMWITQC', 'AAAAAAAAA', 'HMTEVVRHC'])
    expect(bothWays(query, proteome, { maxMismatches: 3, top: 1000 })).toBeGreaterThan(900)
})
