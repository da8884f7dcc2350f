// Which allele stitchr takes, how it reads J and C in frame, and where it finds the ends of a junction in V and J.
import { type Issue, ok, type Result, refuse } from '../base/index.ts'
import { translate } from '../bio/index.ts'
import type { StitchrAllele, StitchrReference, StitchrRegion } from './stitchr-reference.ts'

export type StitchrLocus = 'TRA' | 'TRB' | 'TRG' | 'TRD'

export interface Chosen extends StitchrAllele {
  readonly name: string
}

export interface CTerminus {
  readonly nt: string
  readonly aa: string
  readonly jResidues: number
}

export function chooseAllele(reference: StitchrReference, region: StitchrRegion, written: string): Result<Chosen, Issue> {
  const [gene = '', allele] = written.split('*')
  const alleles = reference.regions[region].get(gene)
  if (alleles === undefined)
    return refuse(
      'gene-unknown',
      `the reference has no ${region.toLowerCase()} region of ${gene}`,
      'check the gene name, or import a reference that holds it',
    )
  const found = allele === undefined ? undefined : alleles.find(a => a.allele === allele)
  const chosen = found ?? alleles.find(a => a.allele === '01') ?? alleles[0]!
  return ok({ ...chosen, name: `${gene}*${chosen.allele}` })
}

export function defaultConstant(locus: StitchrLocus, j: string, species: 'human' | 'mouse'): string {
  if (locus === 'TRA') return 'TRAC*01'
  if (locus === 'TRB') return j.startsWith('TRBJ1') ? 'TRBC1*01' : 'TRBC2*01'
  if (locus === 'TRD') return 'TRDC*01'
  return species === 'human' && /^TRGJ(2|P2)\*/.test(j) ? 'TRGC2*02' : 'TRGC1*01'
}

/** J and C joined in the frame that shows the constant region's first residues, cut at its stop. */
export function readJoinedConstant(reference: StitchrReference, j: Chosen, c: Chosen): Result<CTerminus, Issue> {
  const joined = j.sequence + c.sequence
  const frames = [0, 1, 2].map(offset => ({ offset, aa: translate(joined.slice(offset)) }))
  const motif = reference.constantMotifs.get(c.name)
  const starts = motif === undefined ? [...reference.constantMotifs.values()].map(m => m.start) : [motif.start]
  let chosen = frames.filter(frame => starts.some(start => frame.aa.includes(start)))
  if (motif === undefined && chosen.length !== 1) {
    chosen = frames.filter(frame => !frame.aa.includes('*'))
    if (chosen.length !== 1)
      chosen = frames.filter(frame => frame.aa.indexOf('*') === frame.aa.lastIndexOf('*') && frame.aa.indexOf('*') < 3)
    if (chosen.length !== 1) chosen = [frames.toSorted((a, b) => beforeStop(b.aa) - beforeStop(a.aa))[0]!]
  }
  const frame = chosen[0]
  if (frame === undefined)
    return refuse(
      'stitchr-frame',
      `no reading frame of ${j.name} and ${c.name} shows the constant region`,
      'check that the constant region starts with the second base of the J-C codon',
    )
  const stop = motif?.stop === undefined ? -1 : frame.aa.indexOf(motif.stop)
  const aa = stop < 0 ? frame.aa : frame.aa.slice(0, stop)
  const nt = stop < 0 ? joined.slice(frame.offset) : joined.slice(frame.offset, frame.offset + stop * 3)
  return ok({ nt, aa, jResidues: Math.floor(j.sequence.length / 3) })
}

const beforeStop = (aa: string): number => (aa.includes('*') ? aa.indexOf('*') : aa.length)

/** Longest start of the junction (4 to 1 residues) that stands at most nine residues before the end of V. */
export function keepV(v: string, cdr3: string): { residues: number; matched: number } | undefined {
  for (let k = 4; k >= 1; k--) {
    const start = cdr3.slice(0, k)
    if (start.length < k) continue
    for (let d = 0; d <= 9; d++) if (v.slice(v.length - d - k, v.length - d) === start) return { residues: v.length - d, matched: k }
  }
  return undefined
}

/** Longest end of the junction that stands in J before a G, directly or one residue on (FG, F.G). */
export function findJ(rest: string, end: CTerminus): { at: number; matched: number } | undefined {
  const region = end.aa.slice(0, end.jResidues)
  for (let m = rest.length - 1; m >= 1; m--) {
    const tail = rest.slice(rest.length - m)
    const hits: number[] = []
    for (let at = region.indexOf(tail); at >= 0; at = region.indexOf(tail, at + 1))
      if (end.aa[at + m] === 'G' || end.aa[at + m + 2] === 'G') hits.push(at)
    if (hits.length === 1) return { at: hits[0]!, matched: m }
    if (hits.length > 1) {
      const both = m === 1 ? hits.filter(at => end.aa[at + 1] === 'G' && end.aa[at + 3] === 'G') : []
      return both.length === 1 ? { at: both[0]!, matched: m } : undefined
    }
  }
  return undefined
}
