// Where the conserved residues lie in a germline V or J: C23, W41 and C104 by framework boundaries, residue 118 by its place from the end. Never by motif search alone.
// Framework boundaries: IgBLAST 1.20.0 internal data (NCBI, public domain), 1-based inclusive from the first base of V-REGION.
import { residueOfCodon, translate } from './genetic-code.ts'

/** Start, and one past the end. */
export type Span = readonly [start: number, end: number]

export interface FrameworkRow {
  readonly fwr1Stop: number
  readonly fwr2Start: number
  /** 0-based, one past the end; undefined: not told. */
  readonly cdr2?: Span | undefined
  readonly fwr3Stop: number
}

/** Gene → rows of its alleles, from an `*.ndm.imgt` file. */
export function parseFrameworkRows(text: string): ReadonlyMap<string, readonly FrameworkRow[]> {
  const rows = new Map<string, FrameworkRow[]>()
  for (const line of text.split('\n')) {
    const cells = line.trim().split(/\s+/)
    if (cells[0]?.startsWith('TR') !== true) continue
    const gene = cells[0].split('*')[0]!
    rows.set(gene, [
      ...(rows.get(gene) ?? []),
      {
        fwr1Stop: Number(cells[2]),
        fwr2Start: Number(cells[5]),
        cdr2: [Number(cells[7]) - 1, Number(cells[8])],
        fwr3Stop: Number(cells[10]),
      },
    ])
  }
  return rows
}

/** Rows of a gene; where it has none, those of its subgroup (TRAV10N from TRAV10, TRAV10D): duplicated genes keep the spacing of their anchors. */
export function frameworkRowsOf(rows: ReadonlyMap<string, readonly FrameworkRow[]>, gene: string): readonly FrameworkRow[] {
  return rows.get(gene) ?? familyRowsOf(rows, gene)
}

/** Rows of all genes of the family: TRAV12N-2 is read by those of TRAV12-1, TRAV12-2 and their copies. */
export function familyRowsOf(rows: ReadonlyMap<string, readonly FrameworkRow[]>, gene: string): readonly FrameworkRow[] {
  const family = /^TR[ABGD]V\d+/.exec(gene)?.[0] ?? gene
  return [...rows].filter(([other]) => other.startsWith(family) && !/^\d/.test(other.slice(family.length))).flatMap(([, list]) => list)
}

/** 0-based codon offsets in V-REGION; `leader` bases stand before it. */
export interface VOffsets {
  readonly leader: number
  readonly cys23: number
  readonly trp41: number
  readonly cys104: number
  /** Undefined where no row tells it. */
  readonly cdr2: Span | undefined
}

/** Shortest in-frame leader (0 to `mostLeader` bases) under which the conserved codons read C, W, C by one of the gene's framework rows. */
export function vOffsets(sequence: string, rows: readonly FrameworkRow[], mostLeader = 150): VOffsets | undefined {
  for (let leader = 0; leader <= mostLeader; leader += 3) {
    for (const row of rows) {
      const offsets = { leader, cys23: row.fwr1Stop - 12, trp41: row.fwr2Start + 5, cys104: row.fwr3Stop - 3, cdr2: row.cdr2 }
      const residue = (at: number) => residueOfCodon(sequence.slice(leader + at, leader + at + 3))
      if (residue(offsets.cys23) === 'C' && residue(offsets.trp41) === 'W' && residue(offsets.cys104) === 'C') return offsets
    }
  }
  return undefined
}

/** Offset of the codon of residue 118 in a J whose last base belongs to the J-C codon; undefined without a trustworthy anchor. */
export function j118Offset(sequence: string, locus: string): number | undefined {
  const frame = (sequence.length - 1) % 3
  const protein = translate(sequence.slice(frame, sequence.length - 1))
  for (const fromEnd of locus === 'TRB' ? [10] : locus === 'TRG' ? [10, 12] : [11]) {
    const at = protein.length - fromEnd
    const context = protein.slice(at, at + 4)
    if (at >= 0 && (/^[FWCL]G.G/.test(context) || /^F..G/.test(context))) return frame + at * 3
  }
  return undefined
}

/** CDR1 and CDR2 of a V by IMGT's numbering, in its own bases: CDR1 (27-38) begins four codons behind Cys23 and ends two before Trp41. Undefined: an anchor is missing. */
export function vRegions({
  cys23,
  trp41,
  cdr2,
}: {
  readonly cys23?: number | undefined
  readonly trp41?: number | undefined
  readonly cdr2?: Span | undefined
}): { readonly cdr1: Span; readonly cdr2: Span | undefined } | undefined {
  return cys23 === undefined || trp41 === undefined ? undefined : { cdr1: [cys23 + 12, trp41 - 6], cdr2 }
}
