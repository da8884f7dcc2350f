// MiXCR's clone tables (`exportClones`, 3 and 4) → contig rows: bulk, or single-cell where a cell's tag has a column. MiXCR's CDR3 is the junction, C104 to F/W118.
// Hits are written `TRBV20-1*00(1234.5),…`: best first; allele 00 means that none was told.
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import { type ContigRow, contigRow, countIn, isJunctionAa } from './contig-row.ts'
import { columnReader, parseDelimited } from './delimited.ts'

export const isMixcrHeader = (header: string): boolean => /(^|\t)(nSeqCDR3|N\. Seq\. CDR3)(\t|$)/.test(header)

const hitOf = (cell: string): string =>
  cell
    .split(',')[0]!
    .replace(/\([\d.]+\)$/, '')
    .replace(/\*00$/, '')
    .trim()

/** Molecules where the table counts them, else reads. Errors: `mixcr-columns` with the header seen, `contig-count`, and those of a table. */
export function parseMixcrClones(text: string): Result<readonly ContigRow[], Issue> {
  const table = parseDelimited(text, { delimiter: '\t' })
  if (!table.ok) return table
  const { columns, rows: lines } = table.value
  const get = columnReader(columns)
  const among = (...names: readonly string[]) => names.find(name => columns.includes(name))
  const bases = among('nSeqCDR3', 'N. Seq. CDR3')
  const residues = among('aaSeqCDR3', 'AA. Seq. CDR3')
  const [v, d, j, c] = ['V', 'D', 'J', 'C'].map(x =>
    among(`all${x}HitsWithScore`, `all${x}Hits`, `best${x}Hit`, `best${x}Gene`, `All ${x} hits`),
  )
  const molecules = among('uniqueMoleculeCount', 'uniqueTagCountUMI', 'uniqueUMICount')
  const reads = among('readCount', 'cloneCount', 'Clone count')
  const cloneId = among('cloneId', 'Clone ID') ?? ''
  const cellTags = columns.filter(name => /^tagValueCELL/i.test(name))
  if (bases === undefined || residues === undefined || v === undefined || j === undefined)
    return fail(
      issue(
        'mixcr-columns',
        `the header has ${columns.slice(0, 12).join(', ')}`,
        'export with -nFeature CDR3, -aaFeature CDR3, -vHitsWithScore and -jHitsWithScore (the default of exportClones)',
        1,
      ),
    )
  const rows: ContigRow[] = []
  for (const [i, row] of lines.entries()) {
    const read = countIn(reads === undefined ? '' : get(row, reads), reads ?? '', row.line)
    const molecule = countIn(molecules === undefined ? '' : get(row, molecules), molecules ?? '', row.line)
    if (!read.ok) return read
    if (!molecule.ok) return molecule
    const aa = get(row, residues)
    const optional = (name: string | undefined) => (name === undefined ? '' : hitOf(get(row, name)))
    rows.push(
      contigRow({
        line: row.line,
        cellId: cellTags.map(name => get(row, name)).join('-'),
        sequenceId: `clone-${get(row, cloneId) || i}-${row.line}`,
        vCall: hitOf(get(row, v)),
        dCall: optional(d),
        jCall: hitOf(get(row, j)),
        cCall: optional(c),
        productive: isJunctionAa(aa),
        junction: get(row, bases).toUpperCase(),
        junctionAa: isJunctionAa(aa) ? aa : '',
        umiCount: molecules === undefined ? read.value : molecule.value,
        consensusCount: read.value,
      }),
    )
  }
  return ok(rows)
}
