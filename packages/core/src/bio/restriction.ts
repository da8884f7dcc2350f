// Where an enzyme cuts. Offsets are 0-based; a cut at k lies before base k. On a circle offsets are taken round.
import { fail, type Issue, issue, nearest, ok, type Result } from '../base/index.ts'
import { reverseComplement } from './nucleotide.ts'
import { RESTRICTION_SITES } from './restriction.table.ts'

export interface Enzyme {
  readonly name: string
  readonly site: string
  /** Cuts of the top and of the bottom strand, in bases from the site's start. */
  readonly top: number
  readonly bottom: number
  /** The site reads the same on both strands. */
  readonly palindrome: boolean
}

/** One place in a sequence where an enzyme binds, with its cuts in the sequence's own coordinates. */
export interface Cut {
  readonly enzyme: Enzyme
  /** First base of the recognition site, as it stands on the top strand. */
  readonly siteStart: number
  readonly strand: 1 | -1
  /** The single-stranded stretch: [first base, base behind the last) of the top strand; empty for a blunt cut. */
  readonly overhang: readonly [number, number]
  /** The overhang's bases on the top strand. */
  readonly bases: string
  /** Which end keeps its 5' strand long. */
  readonly end: "5'" | "3'" | 'blunt'
}

/** Errors: `enzyme-unknown` with the nearest names. */
export function enzymeOf(name: string): Result<Enzyme, Issue> {
  const known = Object.keys(RESTRICTION_SITES).find(key => key.toLowerCase() === name.trim().toLowerCase())
  if (known === undefined)
    return fail(
      issue(
        'enzyme-unknown',
        `the enzyme ${name} is not in the list`,
        `use ${nearest(name, Object.keys(RESTRICTION_SITES)).join(', ')}, or coordinates`,
      ),
    )
  const [site, top, bottom] = RESTRICTION_SITES[known]!
  return ok({ name: known, site, top, bottom, palindrome: reverseComplement(site) === site })
}

/** Every cut of an enzyme, both strands, across the origin of a circle too; in order of the site's start. */
export function findCuts(sequence: string, circular: boolean, enzyme: Enzyme): readonly Cut[] {
  const { site, top, bottom } = enzyme
  const n = sequence.length
  const around = circular ? sequence + sequence.slice(0, site.length - 1) : sequence
  const doubled = sequence + sequence
  const cuts: Cut[] = []
  const add = (siteStart: number, strand: 1 | -1) => {
    // on the other strand the site is read from its end
    const [a, b] = strand === 1 ? [siteStart + top, siteStart + bottom] : [siteStart + site.length - bottom, siteStart + site.length - top]
    const first = Math.min(a, b)
    const last = Math.max(a, b)
    if (!circular && (first < 0 || last > n)) return
    const from = ((first % n) + n) % n
    cuts.push({
      enzyme,
      siteStart,
      strand,
      overhang: [from, from + last - first],
      bases: doubled.slice(from, from + last - first),
      end: a === b ? 'blunt' : a < b ? "5'" : "3'",
    })
  }
  const scan = (word: string, strand: 1 | -1) => {
    for (let at = around.indexOf(word); at >= 0; at = around.indexOf(word, at + 1)) add(at, strand)
  }
  scan(site, 1)
  if (!enzyme.palindrome) scan(reverseComplement(site), -1)
  return cuts.toSorted((x, y) => x.siteStart - y.siteStart)
}
