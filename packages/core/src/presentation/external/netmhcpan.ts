// Standard output of NetMHCpan 4.x and NetMHCIIpan 4.x → scores. Columns are found by their names, for their order changes between versions.
import { fail, type Issue, issue, ok, type Result, refuse } from '../../base/index.ts'
import { numberOf } from '../../format/index.ts'
import { alleleAt, type ExternalScore } from './external-score.ts'

/** Errors: `netmhcpan-error` (the tool's own message), `netmhcpan-no-table`, `netmhcpan-row`, `hla-unparsable`. */
export function parseNetMhcPan(text: string): Result<readonly ExternalScore[], Issue> {
  const scores: ExternalScore[] = []
  let columns: readonly string[] | undefined
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    const cells = line.trim().split(/\s+/)
    if (/^(#\s*)?error\b/i.test(line.trim()))
      return fail(issue('netmhcpan-error', line.trim(), 'mend what the tool names, and run it again', i + 1))
    if (cells[0] === 'Pos') columns = cells
    else if (columns !== undefined && /^-?\d+$/.test(cells[0]!)) {
      const of = (...names: readonly string[]): string | undefined => {
        const at = names.map(name => columns!.indexOf(name)).find(c => c >= 0)
        return at === undefined ? undefined : cells[at]
      }
      const peptide = of('Peptide')
      if (peptide === undefined || cells.length < columns.indexOf('Identity') + 2)
        return refuse(
          'netmhcpan-row',
          `a row of the table has ${cells.length} cells: ${line.trim().slice(0, 80)}`,
          'give the output unchanged',
        )
      const allele = alleleAt(of('MHC', 'HLA') ?? '', i + 1)
      if (!allele.ok) return allele
      const affinityPercentile = numberOf(of('%Rank_BA'))
      scores.push({
        peptide,
        allele: allele.value,
        score: numberOf(of('Score_EL', 'Score')),
        percentile: numberOf(of('%Rank_EL', '%Rank')),
        ic50NanoMolar: numberOf(of('Aff(nM)', 'Affinity(nM)')),
        affinityPercentile,
        core: of('Core'),
      })
    }
  }
  return columns === undefined
    ? refuse('netmhcpan-no-table', 'the text has no table that begins with Pos', 'give the standard output of netMHCpan or netMHCIIpan')
    : ok(scores)
}
