// An insert in its vector: the plasmid with its features shifted, and every check of it.
import { sha256Hex } from '../base/index.ts'
import { reverseComplement } from '../bio/index.ts'
import type { GenbankFeature, GenbankPart, GenbankRecord } from '../format/index.ts'
import type { GateResult } from './construct.ts'
import type { OpenVector } from './open-vector.ts'

export interface Plasmid {
  readonly record: GenbankRecord
  /** Hex, of the circle read from the insert's first base on its strand. */
  readonly sha256: string
  /** What is ordered: pads, arms and insert. */
  readonly ordered: string
  /** Every check of the insertion. */
  readonly checks: readonly GateResult[]
}

/** The plasmid of an insert that carries the vector's arms, and the checks of it. `features`: of the insert, in its own coordinates. */
export function insertInto(
  vector: OpenVector,
  insert: string,
  coding: readonly [number, number],
  name: string,
  features: readonly GenbankFeature[],
): Plasmid {
  const circle = insert + vector.backbone
  const moved = vector.record.features.flatMap(feature => placed(feature, vector, insert.length))
  const record: GenbankRecord = {
    name,
    topology: 'circular',
    definition: `${name} in ${vector.name} by ${vector.how}`,
    sequence: circle,
    features: [...features.filter(feature => feature.type !== 'source'), ...moved],
  }
  return {
    record,
    sha256: sha256Hex(circle),
    ordered: vector.pad5 + insert + vector.pad3,
    checks: judgePlasmid(vector, circle, insert, coding),
  }
}

/** A feature of the vector at its place in the plasmid; what the insertion cut is marked, what it removed is gone. */
function placed(feature: GenbankFeature, vector: OpenVector, insertLength: number): readonly GenbankFeature[] {
  if (feature.type === 'source') return []
  const n = vector.record.sequence.length
  // the arms are bases of the vector too: what stays runs from the arm behind the insert round to the arm before it
  const kept = vector.arm3.length + vector.backbone.length + vector.arm5.length
  const origin = vector.start - vector.arm3.length
  const shift = insertLength - vector.arm3.length
  const circle = insertLength + vector.backbone.length
  const parts: GenbankPart[] = []
  let lost = 0
  const keep = (from: number, to: number) => {
    if (from >= to) return
    const [start, end] = [shift + from, shift + to]
    if (start >= circle) parts.push({ start: start - circle, end: end - circle })
    else if (end <= circle) parts.push({ start, end })
    else parts.push({ start, end: circle }, { start: 0, end: end - circle })
  }
  for (const part of feature.parts) {
    const start = vector.strand === 1 ? part.start : n - part.end
    const from = (((start - origin) % n) + n) % n
    const to = from + part.end - part.start
    keep(from, Math.min(to, kept))
    // round the whole vector, back to where it starts
    keep(0, Math.min(to - n, kept))
    lost += Math.max(0, Math.min(to, n) - Math.max(from, kept)) + Math.max(0, to - n - kept)
  }
  if (parts.length === 0) return []
  const cut: readonly (readonly [string, string])[] = lost > 0 ? [['note', `cut by the insertion: ${lost} bases are gone`]] : []
  const strand = (feature.strand * vector.strand) as 1 | -1
  return [{ ...feature, parts: vector.strand === 1 ? parts : parts.toReversed(), strand, qualifiers: [...feature.qualifiers, ...cut] }]
}

/** From the finished circle alone: the vector's bases, the insert once, its reading open, no cloning site left over. */
function judgePlasmid(vector: OpenVector, circle: string, insert: string, coding: readonly [number, number]): readonly GateResult[] {
  const checks: GateResult[] = []
  const check = (name: string, holds: boolean, observed: string, expected: string) =>
    checks.push({ check: name, verdict: holds ? 'holds' : 'fails', observed, expected })
  const doubled = circle + circle
  const first = doubled.indexOf(insert)
  const again = doubled.indexOf(insert, first + 1)
  check(
    'vector-insert-once',
    first === 0 && (again < 0 || again === circle.length),
    first < 0 ? 'absent' : `at ${first + 1}`,
    'the insert once in the circle',
  )
  const reverse = reverseComplement(circle)
  check('vector-orientation', !(reverse + reverse).includes(insert), 'one strand', 'the insert on one strand only')
  const own = vector.strand === 1 ? vector.record.sequence.toUpperCase() : reverseComplement(vector.record.sequence.toUpperCase())
  const rest = circle.slice(insert.length)
  check(
    'vector-backbone',
    rest === vector.backbone && (own + own).includes(rest),
    `${rest.length} bases`,
    `the ${vector.backbone.length} bases of ${vector.name} that stay, unchanged`,
  )
  const arms = insert.startsWith(vector.arm5) && insert.endsWith(vector.arm3)
  check('vector-ends', arms, arms ? vector.how : 'another end', `${vector.arm5} … ${vector.arm3}`)
  const inner = insert.slice(vector.arm5.length, insert.length - vector.arm3.length)
  for (const [name, site] of Object.entries(vector.sites)) {
    const inside = inner.includes(site) || inner.includes(reverseComplement(site))
    check(`vector-site-${name}`, !inside, inside ? `${site} inside the insert` : 'absent', `no ${name} site inside the insert`)
  }
  const reading = (doubled.slice(coding[0], coding[1]).match(/.../g) ?? []) as readonly string[]
  const stops = reading.findIndex(codon => codon === 'TAA' || codon === 'TAG' || codon === 'TGA')
  check(
    'vector-reading',
    (coding[1] - coding[0]) % 3 === 0 && reading[0] === 'ATG' && stops < 0,
    stops < 0 ? `${reading.length} codons` : `stop at codon ${stops + 1}`,
    `${(coding[1] - coding[0]) / 3} codons from ATG to the stop, read on the circle`,
  )
  return checks
}
