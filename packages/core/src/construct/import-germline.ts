// An imported germline folder (stitchr's layout) → a germline with offsets, so that every mode and the gate can use it. V offsets by framework rows, J by its end, C by its motifs.
import {
  type FrameworkRow,
  frameworkRowsOf,
  type Germline,
  type GermlineSegment,
  j118Offset,
  makeGermline,
  translate,
  vOffsets,
} from '../bio/index.ts'
import type { StitchrReference } from './stitchr-reference.ts'

export interface ImportReport {
  readonly germline: Germline
  /** Records without usable offsets: they cannot be built from. */
  readonly unplaced: readonly string[]
}

export function importGermline(
  reference: StitchrReference,
  frameworks: ReadonlyMap<string, readonly FrameworkRow[]>,
  species: 'human' | 'mouse',
  release: string,
  jMotifs = '',
): ImportReport {
  const anchors = anchorsByMotif(jMotifs)
  const segments: GermlineSegment[] = []
  const unplaced: string[] = []
  const { VARIABLE, LEADER, JOINING, CONSTANT } = reference.regions
  for (const [gene, alleles] of VARIABLE) {
    const leaders = LEADER.get(gene) ?? []
    for (const { allele, sequence } of alleles) {
      const offsets = vOffsets(sequence, frameworkRowsOf(frameworks, gene), 0)
      const leader = (leaders.find(l => l.allele === allele) ?? leaders[0])?.sequence ?? ''
      const usable = leader.length % 3 === 0 && leader.startsWith('ATG') && !translate(leader).includes('*')
      if (offsets === undefined || !usable) unplaced.push(`${gene}*${allele}`)
      segments.push({
        region: 'V',
        gene,
        allele,
        record: release,
        leader: usable ? leader : '',
        sequence,
        cys23: offsets?.cys23,
        trp41: offsets?.trp41,
        cys104: offsets?.cys104,
        cdr2: offsets?.cdr2,
      })
    }
  }
  for (const [gene, alleles] of JOINING) {
    for (const { allele, sequence } of alleles) {
      const j118 = j118Offset(sequence, gene.slice(0, 3)) ?? anchorOf(sequence, anchors.get(`${gene}*${allele}`))
      if (j118 === undefined) unplaced.push(`${gene}*${allele}`)
      segments.push({ region: 'J', gene, allele, record: release, sequence, j118 })
    }
  }
  for (const [gene, alleles] of CONSTANT)
    for (const { allele, sequence } of alleles)
      segments.push({
        region: 'C',
        gene,
        allele,
        record: release,
        sequence: cutAtStop(sequence, reference.constantMotifs.get(`${gene}*${allele}`)?.stop),
      })
  return { germline: makeGermline(species, release, segments), unplaced }
}

/** `GENE*NN` → residue and its codon from the end, of stitchr's J-region-motifs.tsv; where the rule of the J's end finds none. */
function anchorsByMotif(text: string): ReadonlyMap<string, { readonly residue: string; readonly fromEnd: number }> {
  const rows = text
    .split(/\r?\n/)
    .slice(1)
    .map(line => line.split('\t'))
  return new Map(rows.filter(cells => cells.length >= 5).map(cells => [cells[0]!, { residue: cells[1]!, fromEnd: -Number(cells[4]) }]))
}

function anchorOf(sequence: string, anchor: { readonly residue: string; readonly fromEnd: number } | undefined): number | undefined {
  if (anchor === undefined || !(anchor.fromEnd > 0)) return undefined
  const frame = (sequence.length - 1) % 3
  const protein = translate(sequence.slice(frame, sequence.length - 1))
  const at = protein.length - anchor.fromEnd
  return protein[at] === anchor.residue && 'FW'.includes(anchor.residue) ? frame + 3 * at : undefined
}

/** From the second base of the J-C codon to the last codon before the stop. */
function cutAtStop(sequence: string, stop: string | undefined): string {
  const protein = translate(sequence.slice(2))
  const at = stop === undefined ? -1 : protein.indexOf(stop)
  return at < 0 ? sequence : sequence.slice(0, 2 + 3 * at)
}
