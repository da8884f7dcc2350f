// The germline of a 10x V(D)J reference (`regions.fa`: header `>id|GENE TRANSCRIPT|GENE|REGION|TR|LOCUS|…`) → segments with offsets.
import { byText, fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import { type FrameworkRow, familyRowsOf, type GermlineSegment, j118Offset, translate, vOffsets } from '../bio/index.ts'
import { parseFasta } from './fasta.ts'

/** Records whose leader starts too early: bases to cut. Ensembl's TRAV6 opens at an ATG 57 nt before the one of the expressed leader. */
const LEADER_OVERRIDES: Readonly<Record<string, { cut: number; reason: string }>> = {
  TRAV6: { cut: 57, reason: 'the transcript opens at an earlier ATG; the expressed leader starts 57 nt on' },
}

/** Read-through transcripts that are no gene. */
const DROPPED = new Set(['TRBV12-2+TRBV13-2'])

/**
 * Segments of `fasta/regions.fa`. `labels`: record id → IMGT allele label (names only); without one an allele is called E and the record's id.
 * Errors: those of FASTA; `tenx-regions` when no record is of a T-cell receptor.
 */
export function tenxGermline(
  regions: string,
  ndm: ReadonlyMap<string, readonly FrameworkRow[]>,
  labels: ReadonlyMap<string, string>,
  release: string,
): Result<readonly GermlineSegment[], Issue> {
  const records = parseFasta(regions)
  if (!records.ok) return records
  const segments: GermlineSegment[] = []
  for (const record of records.value) {
    const [id = '', , geneAs10x = '', region = '', chain = '', locus = ''] = `${record.id} ${record.description}`.split('|')
    if (chain !== 'TR' || DROPPED.has(geneAs10x)) continue
    const gene = geneAs10x.replace('-DV', '/DV')
    const allele = labels.get(id) || `E${id}`
    const source = `${release} ${id} ${record.description.split('|')[0]}`.trim()
    const sequence = record.sequence.toUpperCase()
    if (region === 'C-REGION') segments.push({ region: 'C', gene, allele, record: source, sequence })
    else if (region === 'J-REGION')
      segments.push({ region: 'J', gene, allele, record: source, sequence, j118: j118Offset(sequence, locus) })
    else if (region === 'L-REGION+V-REGION') {
      const cut = LEADER_OVERRIDES[gene]?.cut ?? 0
      const whole = sequence.slice(cut)
      const found = vOffsets(whole, ndm.get(gene) ?? []) ?? vOffsets(whole, familyRowsOf(ndm, gene))
      const leader = found === undefined ? '' : whole.slice(0, found.leader)
      const usable = leader.startsWith('ATG') && !translate(leader).includes('*')
      segments.push({
        region: 'V',
        gene,
        allele,
        record: source,
        leader: usable ? leader : '',
        sequence: found === undefined ? whole : whole.slice(found.leader),
        cys23: found?.cys23,
        trp41: found?.trp41,
        cys104: found?.cys104,
        cdr2: found?.cdr2,
      })
    }
  }
  if (segments.length === 0)
    return fail(issue('tenx-regions', 'no record is a T-cell receptor region of a 10x V(D)J reference', 'give its fasta/regions.fa'))
  return ok(segments.sort((a, b) => byText(a.region, b.region) || byText(a.gene, b.gene) || byText(a.allele, b.allele)))
}
