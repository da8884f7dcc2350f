// A base of V that the nearest allele has otherwise: in two clonotypes of a patient it is an allele that the reference has not, in one it may be an error of sequencing. Cells of one clone
// share their errors of PCR no more than their receptor; two clonotypes share a base only by descent.
import { segmentName, translate } from '../bio/index.ts'
import { type AlleleDifference, type AnnotatedContig, alleleDifferences } from './contig-annotator.ts'

export interface NovelBase {
  readonly kind: 'novel-allele' | 'possible-error'
  /** `TRAV12-1*01_C165G`: 1-based in V. */
  readonly name: string
  /** Clonotypes (V gene, junction bases, J gene) of this input that have it. */
  readonly clonotypes: number
  /** `R55T`, 1-based in V's residues; '' when the protein stays the same. */
  readonly residue: string
  /** Phred of the base; undefined without qualities. */
  readonly quality: number | undefined
}

/** Bases nearer to the end of the aligned V than this may be of the junction. */
const FROM_END = 6

function substitutionsOf({ v }: AnnotatedContig): readonly AlleleDifference[] {
  if (v?.segment.cys104 === undefined) return []
  const before = Math.min(v.segment.cys104, v.germlineEnd - FROM_END)
  return alleleDifferences(v, before).filter(({ germline, own }) => germline !== '-' && /[ACGT]/.test(own))
}

function clonotypeOf({ v, j, sequence, junctionStart, junctionEnd }: AnnotatedContig): string | undefined {
  if (v === undefined || j === undefined || junctionStart === undefined || junctionEnd === undefined) return undefined
  return `${v.segment.gene} ${sequence.slice(junctionStart, junctionEnd)} ${j.segment.gene}`
}

/** `contigs`: all of one patient. One list a contig, in their order. `qualities`: Phred+33 text as the contig was read, before any turning. */
export function novelBases(
  contigs: readonly AnnotatedContig[],
  qualities: readonly (string | undefined)[] = [],
): readonly (readonly NovelBase[])[] {
  const having = new Map<string, Set<string>>()
  const read = contigs.map(contig => {
    const clonotype = clonotypeOf(contig)
    return substitutionsOf(contig).map(found => {
      const name = `${segmentName(contig.v!.segment)}_${found.germline}${found.germlineAt + 1}${found.own}`
      if (clonotype !== undefined) having.set(name, (having.get(name) ?? new Set<string>()).add(clonotype))
      return { name, found }
    })
  })
  return read.map((bases, i) => {
    const contig = contigs[i]!
    return bases.map(({ name, found }): NovelBase => {
      const clonotypes = having.get(name)?.size ?? 0
      return {
        kind: clonotypes >= 2 ? 'novel-allele' : 'possible-error',
        name,
        clonotypes,
        residue: residueOf(contig, found, bases),
        quality: qualityAt(qualities[i], contig, found.contigAt),
      }
    })
  })
}

/** What the codon codes for with every base of the contig that differs in it. */
function residueOf(
  { v }: AnnotatedContig,
  { germlineAt }: AlleleDifference,
  bases: readonly { readonly found: AlleleDifference }[],
): string {
  const { sequence } = v!.segment
  const first = germlineAt - (germlineAt % 3)
  const codon = [...sequence.slice(first, first + 3)]
  if (codon.length < 3) return ''
  const before = translate(codon.join(''))
  for (const { found } of bases) if (found.germlineAt >= first && found.germlineAt < first + 3) codon[found.germlineAt - first] = found.own
  const after = translate(codon.join(''))
  return before === after ? '' : `${before}${first / 3 + 1}${after}`
}

function qualityAt(quality: string | undefined, { reversed }: AnnotatedContig, at: number): number | undefined {
  if (quality === undefined) return undefined
  const letter = quality.charCodeAt(reversed ? quality.length - 1 - at : at)
  return Number.isNaN(letter) ? undefined : letter - 33
}

/** `novel-allele TRAV12-1*01_C165G (4 clonotypes, R55T)`; `possible-error … (Q31)`. */
export function novelBaseText({ kind, name, clonotypes, residue, quality }: NovelBase): string {
  const told = [
    ...(kind === 'novel-allele' ? [`${clonotypes} clonotypes`] : []),
    residue === '' ? 'same protein' : residue,
    ...(quality === undefined ? [] : [`Q${quality}`]),
  ]
  return `${kind} ${name} (${told.join(', ')})`
}
