// VCF 4.x text (hts-specs VCFv4.3, 2022-11-27) → header and records as the file stores them; positions are 1-based as written.
// Percent escapes (`%2C`) are decoded in text values. Own reader because a refused line must name its line, column and remedy: decision 0004.
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'

export interface VcfHeader {
  /** Samples in column order. */
  readonly samples: readonly string[]
  /** Lines that start with `##`, whole. */
  readonly meta: readonly string[]
  /** Fields of VEP's CSQ in order, lower-cased; empty without CSQ. */
  readonly csqFields: readonly string[]
  /** The `#CHROM` line is separated by spaces: seen in real files. */
  readonly separatedBySpaces: boolean
  /** Lines read, `#CHROM` included. */
  readonly lines: number
}

export interface VcfRecord {
  readonly line: number
  readonly chromosome: string
  /** 1-based POS. */
  readonly position: number
  readonly id: string
  readonly ref: string
  readonly alts: readonly string[]
  /** `PASS`, `.` or names. */
  readonly filter: readonly string[]
  /** Raw `KEY=value` text; read with `infoValue`. */
  readonly info: string
  readonly format: readonly string[]
  /** Raw text per sample; read with `sampleValue`. */
  readonly samples: readonly string[]
}

const COLUMNS = ['CHROM', 'POS', 'ID', 'REF', 'ALT', 'QUAL', 'FILTER', 'INFO']

/** Errors: `vcf-header` (no #CHROM line, first column names wrong, sample named twice). */
export function parseVcfHeader(lines: readonly string[]): Result<VcfHeader, Issue> {
  const meta: string[] = []
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!
    if (line.startsWith('##')) {
      meta.push(line)
      continue
    }
    if (!/^#CHROM\s/.test(line)) {
      return fail(
        issue('vcf-header', `expected ## or #CHROM, found "${line.slice(0, 60)}"`, 'give a VCF file, plain, gzip or bgzip', i + 1),
      )
    }
    const separatedBySpaces = !line.includes('\t')
    const cells = line
      .slice(1)
      .trimEnd()
      .split(separatedBySpaces ? /\s+/ : '\t')
    const wrong = COLUMNS.findIndex((name, c) => cells[c] !== name)
    if (wrong >= 0)
      return fail(
        issue(
          'vcf-header',
          `column ${wrong + 1} of #CHROM is "${cells[wrong] ?? ''}", expected ${COLUMNS[wrong]}`,
          'restore the header line',
          i + 1,
        ),
      )
    const samples = cells.slice(9)
    const twice = samples.find((name, s) => samples.indexOf(name) !== s)
    if (twice !== undefined) return fail(issue('vcf-header', `sample ${twice} is named twice`, 'rename one of the two', i + 1))
    return ok({ samples, meta, csqFields: csqFields(meta), separatedBySpaces, lines: i + 1 })
  }
  return fail(issue('vcf-header', 'the file ends before a #CHROM line', 'give a complete VCF file', Math.max(1, lines.length)))
}

function csqFields(meta: readonly string[]): readonly string[] {
  const line = meta.find(text => text.startsWith('##INFO=<ID=CSQ,'))
  const match = line === undefined ? null : /Format: ([^">]+)/.exec(line)
  return match === null
    ? []
    : match[1]!
        .trim()
        .split('|')
        .map(name => name.trim().toLowerCase())
}

/** Errors: `vcf-malformed` naming the column and the text found; `vcf-truncated` when the line has too few columns. */
export function parseVcfRecord(text: string, line: number, header: VcfHeader): Result<VcfRecord, Issue> {
  const cells = text.split(header.separatedBySpaces && !text.includes('\t') ? /\s+/ : '\t')
  const bad = (column: string, found: string, remedy: string) =>
    fail(issue('vcf-malformed', `${column} is "${found.slice(0, 40)}"`, remedy, line))
  const wanted = header.samples.length > 0 ? 9 + header.samples.length : 8
  if (cells.length < wanted) {
    return fail(
      issue(
        'vcf-truncated',
        `${cells.length} columns where the header promises ${wanted}; the file may have been cut here`,
        'copy the file again, or repair this line',
        line,
      ),
    )
  }
  const position = Number(cells[1])
  if (!/^\d+$/.test(cells[1]!) || !Number.isSafeInteger(position)) return bad('POS', cells[1]!, 'POS is a whole number from 0')
  const ref = cells[3]!.toUpperCase()
  if (!/^[ACGTN]+$/.test(ref)) return bad('REF', cells[3]!, 'REF holds only A, C, G, T and N')
  const alts = cells[4] === '.' ? [] : cells[4]!.split(',').map(alt => (/^[acgtnACGTN]+$/.test(alt) ? alt.toUpperCase() : alt))
  for (const alt of alts) {
    if (!/^([ACGTN]+|\*|\.|<[^<>]+>|.*[[\]].*|\.[ACGTN]+|[ACGTN]+\.)$/.test(alt))
      return bad('ALT', alt, 'ALT is bases, *, <SYMBOL> or a breakend')
  }
  return ok({
    line,
    chromosome: cells[0]!,
    position,
    id: cells[2]!,
    ref,
    alts,
    filter: cells[6]!.split(';'),
    info: cells[7]!,
    format: cells[8] === undefined ? [] : cells[8].split(':'),
    samples: cells.slice(9, 9 + header.samples.length),
  })
}

/** Decodes VCF 4.3's percent escapes; other percent signs stay. */
export const decodePercent = (text: string): string =>
  text.includes('%') ? text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))) : text

/** Value of an INFO key; empty text for a flag; undefined when absent. Not yet percent-decoded: split lists first. */
export function infoValue(record: VcfRecord, key: string): string | undefined {
  const info = record.info
  let from = 0
  for (;;) {
    const at = info.indexOf(key, from)
    if (at < 0) return undefined
    const before = at === 0 || info[at - 1] === ';'
    const after = info[at + key.length]
    if (before && (after === '=' || after === ';' || after === undefined)) {
      if (after !== '=') return ''
      const end = info.indexOf(';', at)
      return info.slice(at + key.length + 1, end < 0 ? undefined : end)
    }
    from = at + key.length
  }
}

/** Value of a FORMAT key for a sample; undefined when absent, empty or `.`. */
export function sampleValue(record: VcfRecord, sample: number, key: string): string | undefined {
  const at = record.format.indexOf(key)
  if (at < 0) return undefined
  const value = record.samples[sample]?.split(':')[at]
  return value === undefined || value === '' || value === '.' ? undefined : decodePercent(value)
}
