// HLA typing results → allele names: OptiType TSV, arcasHLA JSON, HLA-HD text (no header: its first line is a locus), xHLA JSON, seq2HLA text, a genotype list string.
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'

export type TypingFormat = 'optitype' | 'arcashla' | 'hlahd' | 'xhla' | 'seq2hla' | 'glstring'

/** Names as written. Errors: `typing-malformed` with the line. */
export function parseTyping(format: TypingFormat, text: string): Result<readonly string[], Issue> {
  const bad = (what: string, line: number) => fail(issue('typing-malformed', what, `give the result file of ${format} unchanged`, line))
  if (format === 'arcashla' || format === 'xhla') {
    try {
      const parsed: unknown = JSON.parse(text)
      if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return bad('the file is no JSON object of loci', 1)
      // xHLA nests one list: {"hla": {"alleles": [...]}}; arcasHLA has a list a locus
      const names: unknown[] =
        format === 'xhla' ? ((parsed as { hla?: { alleles?: unknown[] } }).hla?.alleles ?? []) : Object.values(parsed).flat()
      if (names.length === 0) return bad('the file names no allele', 1)
      return names.every(name => typeof name === 'string') ? ok(names as string[]) : bad('a locus does not hold a list of names', 1)
    } catch {
      return bad('the file is not JSON', 1)
    }
  }
  const lines = text.split(/\r?\n/).filter(line => line.trim() !== '')
  if (format === 'glstring') return lines.length === 0 ? bad('the file is empty', 1) : ok(lines.map(line => line.trim()))
  if (format === 'optitype') {
    const header = (lines[0] ?? '').split('\t')
    const values = (lines[1] ?? '').split('\t')
    const columns = ['A1', 'A2', 'B1', 'B2', 'C1', 'C2'].map(name => header.indexOf(name))
    if (columns.some(c => c < 0) || values.length < 7) return bad('the header has no A1 A2 B1 B2 C1 C2, or the second line is short', 1)
    return ok(columns.map(c => values[c] ?? '').filter(name => name !== ''))
  }
  const names: string[] = []
  if (format === 'seq2hla') {
    // `#Locus  Allele 1  Confidence  Allele 2  Confidence`; an apostrophe marks an ambiguous call
    for (const [i, line] of lines.entries()) {
      if (line.startsWith('#')) continue
      const cells = line.split('\t')
      if (cells.length < 4 || !/^[A-Z]+\d?$/.test(cells[0]!)) return bad(`line starts with "${line.slice(0, 20)}", not with a locus`, i + 1)
      for (const name of [cells[1]!, cells[3]!].map(cell => cell.replace(/'$/, ''))) if (name.includes('*')) names.push(name)
    }
    return ok(names)
  }
  for (const [i, line] of lines.entries()) {
    const [locus = '', ...alleles] = line.split('\t')
    if (!/^[A-Z]+\d?$/.test(locus)) return bad(`line starts with "${locus.slice(0, 20)}", not with a locus`, i + 1)
    for (const allele of alleles) if (allele !== '-' && allele !== '' && !/not typed/i.test(allele)) names.push(allele)
  }
  return ok(names)
}
