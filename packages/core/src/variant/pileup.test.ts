import { expect, test } from 'vitest'
import { type AlignedRead, alleleOfRead, pileup } from './pileup.ts'

const read = (start: number, cigar: string, bases: string, name = 'r', quality = 30): AlignedRead => ({
  name,
  start,
  cigar: [...cigar.matchAll(/(\d+)([MIDNSHP=X])/g)].map(part => [Number(part[1]), part[2]!] as const),
  bases,
  qualities: new Uint8Array(bases.length).fill(quality),
})

const snv = { position: 5, ref: 'G', alt: 'T' }
const insertion = { position: 5, ref: 'G', alt: 'GCC' }
const deletion = { position: 5, ref: 'GTA', alt: 'G' }

test('reads over a substitution, an insertion, a deletion and a block', () => {
  const cases = [
    [snv, read(0, '8M', 'AAAATAAA'), 'alt'],
    [snv, read(0, '8M', 'AAAAGAAA'), 'ref'],
    [snv, read(0, '8M', 'AAAACAAA'), 'other'],
    [snv, read(0, '2S6M', 'CCAAAATA'), 'alt'],
    [snv, read(0, '4M', 'AAAA'), undefined],
    [snv, read(0, '3M10N5M', 'AAAGGGGG'), undefined],
    [snv, read(0, '3M3D5M', 'AAAGGGGG'), 'other'],
    // an insertion behind a substitution does not hide it
    [snv, read(0, '5M2I3M', 'AAAATCCAAA'), 'alt'],
    [insertion, read(0, '5M2I3M', 'AAAAGCCAAA'), 'alt'],
    [insertion, read(0, '8M', 'AAAAGAAA'), 'ref'],
    [insertion, read(0, '5M1I3M', 'AAAAGCAAA'), 'other'],
    // at the read's end nobody knows what follows
    [insertion, read(0, '5M', 'AAAAG'), undefined],
    [insertion, read(0, '5M2I', 'AAAAGCC'), undefined],
    [deletion, read(0, '5M2D3M', 'AAAAGCCC'), 'alt'],
    [deletion, read(0, '9M', 'AAAAGTACC'), 'ref'],
    [deletion, read(0, '5M4D3M', 'AAAAGCCC'), 'other'],
    [deletion, read(0, '5M1D3M', 'AAAAGACC'), 'other'],
    [{ position: 5, ref: 'GT', alt: 'CA' }, read(0, '8M', 'AAAACAAA'), 'alt'],
  ] as const
  for (const [variant, one, seen] of cases)
    expect([variant.alt, one.cigar.join(' '), one.bases, alleleOfRead(one, variant)]).toEqual([
      variant.alt,
      one.cigar.join(' '),
      one.bases,
      seen,
    ])
})

test('a pair of reads is one fragment, poor bases count in neither, and no reads are a depth of 0', () => {
  const reads = [
    read(0, '8M', 'AAAATAAA', 'a'),
    read(2, '8M', 'AATAAAAA', 'a'),
    read(0, '8M', 'AAAAGAAA', 'b'),
    read(0, '8M', 'AAAATAAA', 'c', 5),
    read(0, '8M', 'AAAATAAA', 'd'),
    read(0, '8M', 'AAAAGAAA', 'd'),
  ]
  expect(pileup(reads, snv)).toEqual({ depth: 3, altReads: 1, vaf: 1 / 3 })
  expect(pileup([], snv)).toEqual({ depth: 0, altReads: 0, vaf: 0 })
})
