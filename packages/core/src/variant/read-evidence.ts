// Depth and allele fraction of one ALT from a sample's FORMAT values, whichever caller wrote them. Order: AF, AD with DP, caller-specific.
import { type Caveat, caveat } from '../base/index.ts'
import { sampleValue, type VcfRecord } from '../format/index.ts'
import { NO_READS, type ReadEvidence } from './somatic-variant.ts'

const numbers = (text: string | undefined): readonly (number | undefined)[] =>
  text === undefined
    ? []
    : text.split(',').map(part => (part === '.' || part === '' || Number.isNaN(Number(part)) ? undefined : Number(part)))

/** Value of ALT number `alt` (from 0) in a list whose length tells whether REF stands first. A single number is the ALT's own. */
function ofAlt(values: readonly (number | undefined)[], alt: number, alts: number): number | undefined {
  if (values.length === alts + 1) return values[alt + 1]
  return values[alt]
}

function fraction(text: string | undefined, alt: number): number | undefined {
  if (text === undefined) return undefined
  const part = text.split(',')[alt] ?? ''
  if (part === '' || part === '.') return undefined
  const value = part.endsWith('%') ? Number(part.slice(0, -1)) / 100 : Number(part)
  return Number.isNaN(value) ? undefined : value
}

export interface EvidenceKeys {
  readonly fraction: readonly string[]
  readonly alleleDepth: string
  readonly depth: string
}

export const DNA_KEYS: EvidenceKeys = { fraction: ['AF', 'FREQ'], alleleDepth: 'AD', depth: 'DP' }
export const RNA_KEYS: EvidenceKeys = { fraction: ['RAF'], alleleDepth: 'RAD', depth: 'RDP' }

/** Evidence of ALT number `alt` (from 0) in a sample; undefined sample gives none. */
export function readEvidence(
  record: VcfRecord,
  sample: number | undefined,
  alt: number,
  keys: EvidenceKeys,
  caveats: Caveat[],
): ReadEvidence {
  if (sample === undefined) return NO_READS
  const alts = record.alts.length
  const strelka = strelkaReads(record, sample, record.alts[alt]!)
  let depth = numbers(sampleValue(record, sample, keys.depth))[0]
  let altReads = ofAlt(numbers(sampleValue(record, sample, keys.alleleDepth)), alt, alts)
  if (keys === DNA_KEYS) altReads ??= numbers(sampleValue(record, sample, 'VD'))[0] ?? strelka?.alt
  if (keys === DNA_KEYS && sampleValue(record, sample, keys.alleleDepth) === undefined) depth ??= strelka?.depth
  const stated = keys.fraction.map(key => fraction(sampleValue(record, sample, key), alt)).find(value => value !== undefined)
  const vaf = stated ?? (altReads === undefined || depth === undefined ? undefined : depth === 0 ? 0 : altReads / depth)
  if (vaf !== undefined && vaf > 1) caveats.push(caveat('fraction-above-one', `an allele fraction of ${vaf} was given`))
  if (
    keys === DNA_KEYS &&
    vaf !== undefined &&
    strelka !== undefined &&
    strelka.depth > 0 &&
    Math.abs(strelka.alt / strelka.depth - vaf) > 0.2
  ) {
    caveats.push(caveat('fractions-disagree', `AF is ${vaf}, the caller's tier-1 reads give ${(strelka.alt / strelka.depth).toFixed(3)}`))
  }
  return { depth, vaf, altReads }
}

/** Tier-1 reads of Strelka2: `AU CU GU TU` for single bases, `TAR TIR` for indels. */
function strelkaReads(record: VcfRecord, sample: number, alt: string): { alt: number; depth: number } | undefined {
  const first = (key: string) => numbers(sampleValue(record, sample, key))[0]
  if (record.ref.length === 1 && alt.length === 1) {
    const altCount = first(`${alt}U`)
    const refCount = first(`${record.ref}U`)
    return altCount === undefined || refCount === undefined ? undefined : { alt: altCount, depth: altCount + refCount }
  }
  const indel = first('TIR')
  const reference = first('TAR')
  return indel === undefined || reference === undefined ? undefined : { alt: indel, depth: indel + reference }
}

/** `ENSG…|48.8,ENSG…|0` → TPM by id. Values that are no number are left out. */
export function expressionList(text: string | undefined): ReadonlyMap<string, number> {
  const map = new Map<string, number>()
  for (const entry of (text ?? '').split(',')) {
    const bar = entry.lastIndexOf('|')
    const value = bar < 0 ? Number.NaN : Number(entry.slice(bar + 1))
    if (bar > 0 && entry.slice(bar + 1) !== '' && !Number.isNaN(value)) map.set(entry.slice(0, bar), value)
  }
  return map
}
