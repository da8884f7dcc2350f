// A backbone opened for inserts: by two enzymes, by Golden Gate (one enzyme that cuts outside its site), or by flanks (Gibson); and what every ordered DNA must carry at its ends.
// Offsets are 0-based half-open on the vector's own strand; a circle may be crossed.
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import { type Cut, type Enzyme, enzymeOf, findCuts, reverseComplement } from '../bio/index.ts'
import type { GenbankRecord } from '../format/index.ts'

/** As the user writes it: `EcoRI/NotI`, `BsmBI`, or `1201-1260` (1-based bases that are replaced; `1201^1202`: between two bases). */
export interface Insertion {
  readonly cut: string
  /** Bases of the vector repeated at each end of the ordered DNA, for coordinates. */
  readonly overlap: number
}

export const DEFAULT_OVERLAP = 30
/** Bases in front of a recognition site at the end of a linear DNA, so that the enzyme binds; lost with the digest. */
const PAD = 'GCTGCA'

/** A vector prepared for inserts: what it keeps and what every ordered DNA must carry. */
export interface OpenVector {
  readonly name: string
  readonly record: GenbankRecord
  readonly how: string
  readonly strand: 1 | -1
  /** Of the backbone that stays, read on the insert's strand, from behind the insert round to before it. */
  readonly backbone: string
  /** Where the backbone starts on the vector's own strand (strand 1), or on its reverse complement (strand -1). */
  readonly start: number
  /** Bases that stand in the plasmid at the insert's ends and belong to the ordered DNA. */
  readonly arm5: string
  readonly arm3: string
  /** Bases of the ordered DNA outside the arms, lost with the digest; empty for flanks. */
  readonly pad5: string
  readonly pad3: string
  /** Sites that the insert may not hold outside its arms. */
  readonly sites: Readonly<Record<string, string>>
  readonly removed: number
}

/**
 * Errors: `vector-letters`, `vector-cut` (not understood), `enzyme-unknown`, `vector-site` (absent, or more than once), `vector-ends` (both ends the same: either way round),
 * `vector-atg` (a site that would start a reading before the insert), `vector-range`.
 */
export function openVector(record: GenbankRecord, insertion: Insertion): Result<OpenVector, Issue> {
  const sequence = record.sequence.toUpperCase()
  const odd = /[^ACGT]/.exec(sequence)
  if (odd !== null)
    return fail(
      issue(
        'vector-letters',
        `base ${odd.index + 1} of ${record.name} is ${odd[0]}`,
        'give a backbone of A C G T only, sequenced to the end',
      ),
    )
  const range = /^(\d+)(?:(-|\.\.|\^)(\d+))$/.exec(insertion.cut.trim())
  if (range !== null) return byFlanks(record, sequence, Number(range[1]), Number(range[3]), range[2] === '^', insertion.overlap)
  const names = insertion.cut.split(/[/+,]/).map(name => name.trim())
  if (names.length > 2 || names[0] === '')
    return fail(issue('vector-cut', `"${insertion.cut}" is no place in a vector`, 'write EcoRI/NotI, BsmBI, or bases such as 1201-1260'))
  const enzymes: Enzyme[] = []
  for (const name of names) {
    const enzyme = enzymeOf(name)
    if (!enzyme.ok) return enzyme
    enzymes.push(enzyme.value)
  }
  return enzymes.length === 1 && !enzymes[0]!.palindrome
    ? byGoldenGate(record, sequence, enzymes[0]!)
    : byEnzymePair(record, sequence, enzymes[0]!, enzymes[1] ?? enzymes[0]!)
}

const around = (sequence: string, from: number, to: number): string => {
  const n = sequence.length
  const start = ((from % n) + n) % n
  return (sequence + sequence).slice(start, start + ((((to - from) % n) + n) % n))
}

function byEnzymePair(record: GenbankRecord, sequence: string, five: Enzyme, three: Enzyme): Result<OpenVector, Issue> {
  if (five.name === three.name)
    return fail(
      issue(
        'vector-ends',
        `${five.name} alone leaves two equal ends: the insert would go in either way round`,
        'use two enzymes, or bases for flanks',
      ),
    )
  const type2s = [five, three].find(enzyme => !enzyme.palindrome)
  if (type2s !== undefined)
    return fail(
      issue(
        'vector-cut',
        `${type2s.name} cuts outside its site`,
        `use ${type2s.name} alone for Golden Gate, or two enzymes that cut inside`,
      ),
    )
  const places: Cut[] = []
  for (const enzyme of [five, three]) {
    const cuts = findCuts(sequence, true, enzyme)
    if (cuts.length !== 1)
      return fail(
        issue(
          'vector-site',
          `${enzyme.name} (${enzyme.site}) cuts ${record.name} ${cuts.length} times`,
          'choose an enzyme that cuts once, or bases for flanks',
        ),
      )
    places.push(cuts[0]!)
  }
  const [a, b] = places as [Cut, Cut]
  if (a.end === b.end && a.bases === b.bases)
    return fail(
      issue(
        'vector-ends',
        `${five.name} and ${three.name} leave equal ends (${a.bases === '' ? 'blunt' : a.bases})`,
        'use two enzymes with different ends',
      ),
    )
  if (five.site.includes('ATG'))
    return fail(
      issue(
        'vector-atg',
        `${five.name} (${five.site}) would put a start codon before the Kozak sequence`,
        'insert by bases (flanks) so that the start is your own',
      ),
    )
  // the shorter way from one site to the other is what is removed; the insert reads from the first enzyme to the second
  const n = sequence.length
  const forward = (b.siteStart - a.siteStart + n) % n
  const strand = forward <= n - forward ? 1 : -1
  const read = strand === 1 ? sequence : reverseComplement(sequence)
  const siteStart = (cut: Cut) => (strand === 1 ? cut.siteStart : (2 * n - cut.siteStart - cut.enzyme.site.length) % n)
  const start = (siteStart(b) + three.site.length) % n
  return ok({
    name: record.name,
    record,
    how: `${five.name} and ${three.name}`,
    strand,
    backbone: around(read, start, siteStart(a)),
    start,
    arm5: five.site,
    arm3: three.site,
    pad5: PAD,
    pad3: reverseComplement(PAD),
    sites: { [five.name]: five.site, [three.name]: three.site },
    removed: (siteStart(b) - siteStart(a) - five.site.length + n) % n,
  })
}

function byGoldenGate(record: GenbankRecord, sequence: string, enzyme: Enzyme): Result<OpenVector, Issue> {
  const cuts = findCuts(sequence, true, enzyme)
  // the stuffer holds both sites: the left one reads back, the right one reads on, or the other way for sites that point outwards
  const left = cuts.find(cut => cut.strand === -1)
  const right = cuts.find(cut => cut.strand === 1)
  if (cuts.length !== 2 || left === undefined || right === undefined)
    return fail(
      issue(
        'vector-site',
        `${enzyme.name} cuts ${record.name} ${cuts.length} times`,
        'Golden Gate needs two sites that point away from each other around the stuffer',
      ),
    )
  if (left.bases === right.bases || left.bases === reverseComplement(left.bases) || right.bases === reverseComplement(right.bases))
    return fail(
      issue(
        'vector-ends',
        `the overhangs are ${left.bases} and ${right.bases}`,
        'choose overhangs that differ and are not their own reverse complement',
      ),
    )
  const n = sequence.length
  const spacer = 'A'.repeat(enzyme.top - enzyme.site.length)
  return ok({
    name: record.name,
    record,
    how: `Golden Gate with ${enzyme.name}`,
    strand: 1,
    backbone: around(sequence, right.overhang[1], left.overhang[0]),
    start: right.overhang[1] % n,
    arm5: left.bases,
    arm3: right.bases,
    pad5: PAD + enzyme.site + spacer,
    pad3: reverseComplement(PAD + enzyme.site + spacer),
    sites: { [enzyme.name]: enzyme.site },
    removed: (right.overhang[0] - left.overhang[1] + 2 * n) % n,
  })
}

function byFlanks(
  record: GenbankRecord,
  sequence: string,
  first: number,
  last: number,
  between: boolean,
  overlap: number,
): Result<OpenVector, Issue> {
  const n = sequence.length
  if (overlap < 15 || overlap > 60)
    return fail(issue('vector-range', `an overlap of ${overlap} bases`, 'flanks are 15 to 60 bases, usually 20 to 40'))
  if (first < 1 || last < 1 || first > n || last > n || (between && last !== (first % n) + 1))
    return fail(
      issue(
        'vector-range',
        `bases ${first}${between ? '^' : '-'}${last} of a vector of ${n}`,
        `write first-last within 1-${n}, or k^k+1 to insert between two bases`,
      ),
    )
  const from = between ? first : first - 1
  const to = between ? first : last
  const removed = between ? 0 : (to - from + n) % n
  if (removed > n - 2 * overlap) return fail(issue('vector-range', `bases ${first}-${last} are nearly the whole vector`, 'replace less'))
  return ok({
    name: record.name,
    record,
    how: `flanks of ${overlap} bases around ${first}${between ? '^' : '-'}${last}`,
    strand: 1,
    backbone: around(sequence, to + overlap, from - overlap),
    start: (to + overlap) % n,
    arm5: around(sequence, from - overlap, from),
    arm3: around(sequence, to, to + overlap),
    pad5: '',
    pad3: '',
    sites: {},
    removed,
  })
}
