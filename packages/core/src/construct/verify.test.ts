import { expect, test } from 'vitest'
import { oracle, readData, tableOf, value } from '../../../../test/oracle.ts'
import { seededRandom } from '../base/index.ts'
import { reverseComplement } from '../bio/index.ts'
import { parseFasta, parseFastq } from '../format/index.ts'
import { type DesignToVerify, type Read, verifyDesign } from './index.ts'

function designs(): readonly DesignToVerify[] {
  const flanks = new Map(value(parseFasta(readData('tcr/verification/flanks.fasta'))).map(record => [record.id, record.sequence]))
  return value(parseFasta(readData('tcr/verification/designs.fasta'))).map(record => ({
    name: record.id,
    insert: record.sequence,
    left: flanks.get('left')!,
    right: flanks.get('right')!,
    fivePrime: 9,
    codingEnd: Number.POSITIVE_INFINITY,
  }))
}

function compare(reads: readonly Read[], nameOf: (read: Read) => string): void {
  const batch = designs()
  const expected = Map.groupBy(tableOf('tcr/verification/expected.tsv'), row => row.design!)
  expect(expected.size).toBe(16)
  let planted = 0
  for (const [name, rows] of expected) {
    const verdict = verifyDesign(
      batch.find(design => design.name === name)!,
      reads.filter(read => nameOf(read) === name),
      batch,
    )
    // the design that was not sequenced to the end: a consensus file has no sequence of it at all
    const wanted = rows[0]!.verdict
    expect([name, verdict.verdict === 'no-reads' ? 'incomplete' : verdict.verdict]).toEqual([name, wanted])
    if (wanted !== 'differs') continue
    const found = verdict.differences.map(d => `${d.position} ${d.ref}>${d.alt} ${d.effect}`)
    expect([name, found]).toEqual([name, rows.map(row => `${row.position_1based} ${row.ref}>${row.alt} ${row.effect}`)])
    planted += rows.length
  }
  expect(planted).toBe(12)
}

oracle('consensus sequences: 16 verdicts, 12 planted differences at their place', () => {
  compare(
    value(parseFasta(readData('tcr/verification/consensus.fasta'))).map(record => ({
      name: record.id,
      bases: record.sequence,
      qualities: undefined,
    })),
    read => read.name,
  )
})

oracle('Sanger reads with qualities: 16 verdicts, 12 planted differences at their place', () => {
  const reads = value(parseFastq(readData('tcr/verification/sanger.fastq.gz')))
  expect(reads.length).toBe(63)
  compare(
    reads.map(record => ({
      name: record.id,
      bases: record.sequence,
      qualities: Uint8Array.from(record.quality!, letter => letter.charCodeAt(0) - 33),
    })),
    read => read.name.split('_')[0]!,
  )
})

test('a whole plasmid read from another origin and strand still matches', () => {
  const random = seededRandom('plasmid')
  const bases = (n: number) => Array.from({ length: n }, () => 'ACGT'[random.below(4)]).join('')
  const [left, right, rest] = [bases(120), bases(120), bases(900)]
  const insert = `GCCGCCACCATG${bases(600)}`
  const circle = left + insert + right + rest
  const rotated = reverseComplement(circle.slice(300) + circle.slice(0, 300))
  const design = { name: 'D', insert, left, right, fivePrime: 9, codingEnd: Number.POSITIVE_INFINITY }
  expect(verifyDesign(design, [{ name: 'r', bases: rotated, qualities: undefined }]).verdict).toBe('match')
})

test('without reads nothing is proven', () => {
  expect(
    verifyDesign({ name: 'D', insert: 'ATGAAATAA', left: '', right: '', fivePrime: 0, codingEnd: Number.POSITIVE_INFINITY }, []).verdict,
  ).toBe('no-reads')
})
