// Germline T-cell receptor segments with the offsets that a construct needs. Offsets are 0-based, ends exclusive.
// Source of each record in docs/reference-data.md; built by scripts/derive-germline.ts, never typed in.
import { byText, fail, type Issue, issue, nearest, ok, type Result } from '../base/index.ts'
import type { Span } from './germline-offsets.ts'
import { splitGeneName } from './tcr-gene.ts'

export interface GermlineV {
  readonly region: 'V'
  readonly gene: string
  readonly allele: string
  /** Source record, for the audit line. */
  readonly record: string
  /** Signal peptide's bases, starting ATG; empty when the source gives none that can be used. */
  readonly leader: string
  /** V-REGION from its first base. */
  readonly sequence: string
  /** Codon offsets in `sequence`; undefined when one of the three conserved residues was not found. */
  readonly cys23: number | undefined
  readonly trp41: number | undefined
  readonly cys104: number | undefined
  /** Second loop, in `sequence`; undefined where it is not known. */
  readonly cdr2?: Span | undefined
}

export interface GermlineJ {
  readonly region: 'J'
  readonly gene: string
  readonly allele: string
  readonly record: string
  readonly sequence: string
  /** Offset of the codon of Phe118 or Trp118; undefined when no trustworthy anchor was found. */
  readonly j118: number | undefined
}

export interface GermlineC {
  readonly region: 'C'
  readonly gene: string
  readonly allele: string
  readonly record: string
  /** From the two bases that complete the J-C codon to the last codon before the stop. */
  readonly sequence: string
}

export type GermlineSegment = GermlineV | GermlineJ | GermlineC

/** `TRBV10-3*01`. */
export const segmentName = (segment: { readonly gene: string; readonly allele: string }): string => `${segment.gene}*${segment.allele}`

export interface Germline {
  readonly species: 'human' | 'mouse'
  /** Name and release, printed in every answer that used it. */
  readonly release: string
  /** All alleles of a gene, in file order. */
  readonly byGene: ReadonlyMap<string, readonly GermlineSegment[]>
}

export function makeGermline(species: 'human' | 'mouse', release: string, segments: readonly GermlineSegment[]): Germline {
  const byGene = new Map<string, GermlineSegment[]>()
  for (const segment of segments) {
    const alleles = byGene.get(segment.gene)
    if (alleles === undefined) byGene.set(segment.gene, [segment])
    else alleles.push(segment)
  }
  return { species, release, byGene }
}

export interface FoundSegment<S extends GermlineSegment> {
  readonly segment: S
  /** `named`: the name carries this allele; `only`: the gene has one; `assumed`: the first of several. */
  readonly basis: 'named' | 'only' | 'assumed'
  readonly others: readonly S[]
}

/**
 * The segment a name means. A named allele that is absent is refused; without an allele, label 01, else the first in order of id.
 * Errors: `gene-unknown` (nearest names), `allele-absent` (alleles there are).
 */
export function findSegment<R extends 'V' | 'J' | 'C'>(
  germline: Germline,
  region: R,
  name: string,
): Result<FoundSegment<Extract<GermlineSegment, { region: R }>>, Issue> {
  type S = Extract<GermlineSegment, { region: R }>
  const { gene, allele } = splitGeneName(name)
  const all = (germline.byGene.get(gene) ?? []).filter((segment): segment is S => segment.region === region)
  if (all.length === 0) {
    const names = [...germline.byGene].filter(([, segments]) => segments.some(s => s.region === region)).map(([known]) => known)
    return fail(
      issue(
        'gene-unknown',
        `${germline.species} germline ${germline.release} has no ${region} gene ${gene}`,
        `check the name; the nearest are ${nearest(gene, names).join(', ')}`,
      ),
    )
  }
  if (allele !== undefined) {
    const segment = all.find(s => s.allele === allele)
    if (segment === undefined) {
      return fail(
        issue(
          'allele-absent',
          `${germline.release} has no allele ${name}`,
          `use one of ${all.map(s => `${gene}*${s.allele || '?'}`).join(', ')}, or import a reference that holds it`,
        ),
      )
    }
    return ok({ segment, basis: 'named', others: all.filter(s => s !== segment) })
  }
  const segment = all.find(s => s.allele === '01') ?? all.toSorted((a, b) => byText(a.record, b.record))[0]!
  return ok({ segment, basis: all.length === 1 ? 'only' : 'assumed', others: all.filter(s => s !== segment) })
}

/** Tables of before CDR2 was told end here. */
const OLDER_HEADER = 'region\tgene\tallele\trecord\tleader\tsequence\tcys23\ttrp41\tcys104\tj118'
const HEADER = `${OLDER_HEADER}\tcdr2`
const number = (text: string): number | undefined => (text === '' ? undefined : Number(text))

/** `159..174` */
function span(text: string): Span | undefined {
  const [start, end] = text.split('..').map(Number)
  return end === undefined ? undefined : [start!, end]
}

/** Writes the shipped table; `parseGermline` reads it back. */
export function formatGermline(segments: readonly GermlineSegment[]): string {
  const rows = segments.map(s => {
    const v = s.region === 'V' ? s : undefined
    const j = s.region === 'J' ? s : undefined
    return [
      s.region,
      s.gene,
      s.allele,
      s.record,
      v?.leader ?? '',
      s.sequence,
      v?.cys23 ?? '',
      v?.trp41 ?? '',
      v?.cys104 ?? '',
      j?.j118 ?? '',
      v?.cdr2?.join('..') ?? '',
    ].join('\t')
  })
  return `${[HEADER, ...rows].join('\n')}\n`
}

export function parseGermline(text: string): Result<readonly GermlineSegment[], Issue> {
  const lines = text.split('\n')
  if (lines[0] !== HEADER && lines[0] !== OLDER_HEADER)
    return fail(
      issue('germline-header', 'the germline table has another header than this version reads', 'run `cognate reference verify`', 1),
    )
  const segments: GermlineSegment[] = []
  for (let i = 1; i < lines.length; i++) {
    if (lines[i] === '') continue
    const [region, gene = '', allele = '', record = '', leader = '', sequence = '', ...offsets] = lines[i]!.split('\t')
    const [cys23 = '', trp41 = '', cys104 = '', j118 = '', cdr2 = ''] = offsets
    if (region === 'V')
      segments.push({
        region,
        gene,
        allele,
        record,
        leader,
        sequence,
        cys23: number(cys23),
        trp41: number(trp41),
        cys104: number(cys104),
        cdr2: span(cdr2),
      })
    else if (region === 'J') segments.push({ region, gene, allele, record, sequence, j118: number(j118) })
    else if (region === 'C') segments.push({ region, gene, allele, record, sequence })
    else return fail(issue('germline-row', `region "${region}" is none of V, J, C`, 'run `cognate reference verify`', i + 1))
  }
  return ok(segments)
}
