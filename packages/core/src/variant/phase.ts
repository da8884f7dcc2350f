// Which haplotype carries an allele: `|` with PS, Mutect2's PGT with PID, GATK's HP (VCF 4.3, section 1.6.2; GATK ReadBackedPhasing).
import { sampleValue, type VcfRecord } from '../format/index.ts'

export interface Phase {
  /** Both chromosomes carry it: in cis with everything. */
  readonly homozygous: boolean
  /** Alleles of one set are phased with one another; undefined: not phased. */
  readonly set: string | undefined
  readonly side: number
}

export const UNPHASED: Phase = { homozygous: false, set: undefined, side: 0 }

/** Phase of ALT number `alt` (from 0) in a sample. */
export function phaseOf(record: VcfRecord, sample: number, alt: number): Phase {
  const genotype = sampleValue(record, sample, 'GT') ?? ''
  const alleles = genotype.split(/[/|]/).map(text => Number(text) - 1)
  if (alleles.length > 1 && alleles.every(allele => allele === alt)) return { homozygous: true, set: undefined, side: 0 }
  const own = (text: string) => text.split(/[/|]/).indexOf(String(alt + 1))
  const physical = sampleValue(record, sample, 'PGT')
  const physicalSet = sampleValue(record, sample, 'PID')
  if (physical?.includes('|') && physicalSet !== undefined && own(physical) >= 0)
    return { homozygous: false, set: `PID ${record.chromosome} ${physicalSet}`, side: own(physical) }
  if (genotype.includes('|') && alleles.includes(alt)) {
    const set = sampleValue(record, sample, 'PS') ?? physicalSet ?? ''
    return { homozygous: false, set: `PS ${record.chromosome} ${set}`, side: alleles.indexOf(alt) }
  }
  const haplotypes = sampleValue(record, sample, 'HP')?.split(',')
  const mine = haplotypes?.[alleles.indexOf(alt)]?.match(/^(.+)-(\d+)$/)
  return mine === null || mine === undefined
    ? UNPHASED
    : { homozygous: false, set: `HP ${record.chromosome} ${mine[1]}`, side: Number(mine[2]) }
}

/** Whether two alleles stand on one chromosome. */
export function cis(a: Phase, b: Phase): boolean | 'unknown' {
  if (a.homozygous || b.homozygous) return true
  if (a.set !== undefined && a.set === b.set) return a.side === b.side
  return 'unknown'
}

/** What becomes of a neighbour whose phase is unknown: left, applied, or both haplotypes are candidates. */
export type UnknownPhase = 'apart' | 'cis' | 'both'
