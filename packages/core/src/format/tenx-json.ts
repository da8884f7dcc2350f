// 10x `all_contig_annotations.json` (Cell Ranger 3 to 9) → contig rows, with their bases. `cdr3` is the junction, as in the CSV.
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import type { ContigRow } from './contig-row.ts'
import { isRecord } from './json.ts'

interface JsonContig {
  readonly barcode?: unknown
  readonly contig_name?: unknown
  readonly annotations?: unknown
  readonly cdr3?: unknown
  readonly cdr3_seq?: unknown
  readonly sequence?: unknown
  readonly productive?: unknown
  readonly is_cell?: unknown
  readonly high_confidence?: unknown
  readonly full_length?: unknown
  readonly umi_count?: unknown
  readonly read_count?: unknown
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** Gene and chain of the first annotation of a region. */
function geneOf(annotations: unknown, region: RegExp): { readonly gene: string; readonly chain: string } {
  for (const annotation of Array.isArray(annotations) ? annotations : []) {
    const feature: unknown = isRecord(annotation) ? annotation.feature : undefined
    if (isRecord(feature) && region.test(text(feature.region_type)))
      return { gene: text(feature.gene_name).replace(/^(TRAV.*)-DV/, '$1/DV'), chain: text(feature.chain) }
  }
  return { gene: '', chain: '' }
}

/** Chains that differ among V, J and C make the locus `Multi`. Errors: `json-malformed`, `contig-count`, naming the contig. */
export function parseTenxJson(json: string): Result<readonly ContigRow[], Issue> {
  let parsed: unknown
  try {
    parsed = JSON.parse(json)
  } catch (error) {
    return fail(issue('json-malformed', error instanceof Error ? error.message : 'no JSON', 'give all_contig_annotations.json whole', 1))
  }
  if (!Array.isArray(parsed)) return fail(issue('json-malformed', 'the file is no list of contigs', 'give all_contig_annotations.json', 1))
  const rows: ContigRow[] = []
  for (const [i, entry] of parsed.entries()) {
    if (!isRecord(entry) || text(entry.barcode) === '' || text(entry.contig_name) === '')
      return fail(issue('json-malformed', `contig ${i + 1} has no barcode or no contig_name`, 'give all_contig_annotations.json', 1))
    const contig: JsonContig = entry
    const umiCount = Number(contig.umi_count ?? 0)
    const consensusCount = Number(contig.read_count ?? 0)
    if (!Number.isInteger(umiCount) || !Number.isInteger(consensusCount))
      return fail(
        issue('contig-count', `umi_count of ${text(contig.contig_name)} is ${String(contig.umi_count)}`, 'counts are whole numbers', 1),
      )
    const [v, d, j, c] = [/V-REGION/, /D-REGION/, /J-REGION/, /C-REGION/].map(region => geneOf(contig.annotations, region)) as [
      ReturnType<typeof geneOf>,
      ReturnType<typeof geneOf>,
      ReturnType<typeof geneOf>,
      ReturnType<typeof geneOf>,
    ]
    const chains = new Set([v, j, c].map(({ chain }) => chain).filter(chain => chain !== ''))
    rows.push({
      line: i + 1,
      cellId: text(contig.barcode),
      sequenceId: text(contig.contig_name),
      locus: chains.size > 1 ? 'Multi' : ([...chains][0] ?? ''),
      vCall: v.gene,
      dCall: d.gene,
      jCall: j.gene,
      cCall: c.gene,
      productive: contig.productive === true,
      junction: text(contig.cdr3_seq).toUpperCase(),
      junctionAa: text(contig.cdr3).toUpperCase(),
      umiCount,
      consensusCount,
      isCell: contig.is_cell !== false,
      highConfidence: contig.high_confidence !== false,
      fullLength: contig.full_length === true,
      sequence: text(contig.sequence).toUpperCase(),
    })
  }
  return ok(rows)
}
