// GFF3 and GTF lines → features as the file stores them; 1-based closed intervals. Sequence Ontology GFF3 1.26 (2020-08-18); GTF 2.2 (Ensembl).
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'

export interface GffFeature {
  readonly line: number
  readonly seqid: string
  readonly source: string
  readonly type: string
  readonly start: number
  readonly end: number
  readonly strand: '+' | '-' | '.'
  /** Bases to skip to the first whole codon; undefined where the file has `.`. */
  readonly phase: 0 | 1 | 2 | undefined
  /** A key that stands several times (GTF's `tag`) keeps all its values. */
  readonly attributes: ReadonlyMap<string, readonly string[]>
}

/** Coordinates are held as 32-bit numbers; no chromosome is longer. */
const LAST_BASE = 2 ** 31 - 1

/** Comment, directive or blank line: undefined. Errors: `gff-malformed` naming column and text. */
export function parseGffLine(text: string, line: number): Result<GffFeature | undefined, Issue> {
  if (text === '' || text.startsWith('#')) return ok(undefined)
  const cells = text.split('\t')
  const bad = (what: string) => fail(issue('gff-malformed', what, 'give GFF3 or GTF with nine tab-separated columns', line))
  if (cells.length < 9) return bad(`${cells.length} columns instead of nine`)
  const [seqid = '', source = '', type = '', from = '', to = '', , strand = '', phase = ''] = cells
  // tabs inside the attributes occur in real files
  const attributes = cells.slice(8).join('\t')
  if (!/^-?\d+$/.test(from) || !/^-?\d+$/.test(to)) return bad(`start and end are "${from}" and "${to}"`)
  if (Number(from) > Number(to)) return bad(`start ${from} lies behind end ${to}`)
  if (Number(to) > LAST_BASE) return bad(`end ${to} lies behind the end of any chromosome`)
  if (!/^[+\-.?]$/.test(strand)) return bad(`strand is "${strand}"`)
  if (!/^[012.]$/.test(phase)) return bad(`phase is "${phase}"`)
  return ok({
    line,
    seqid,
    source,
    type,
    start: Number(from),
    end: Number(to),
    strand: strand === '+' || strand === '-' ? strand : '.',
    phase: phase === '.' ? undefined : (Number(phase) as 0 | 1 | 2),
    attributes: attributes.includes('="') || !/^\s*\w+ /.test(attributes) ? gff3Attributes(attributes) : gtfAttributes(attributes),
  })
}

function push(map: Map<string, string[]>, key: string, value: string): void {
  const values = map.get(key)
  if (values === undefined) map.set(key, [value])
  else values.push(value)
}

function decode(text: string): string {
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

function gff3Attributes(text: string): Map<string, string[]> {
  const map = new Map<string, string[]>()
  for (const part of text.split(';')) {
    const equals = part.indexOf('=')
    if (equals > 0) for (const value of part.slice(equals + 1).split(',')) push(map, decode(part.slice(0, equals).trim()), decode(value))
  }
  return map
}

/** `gene_id "ENSG…"; tag "basic"; exon_number 2;` */
function gtfAttributes(text: string): Map<string, string[]> {
  const map = new Map<string, string[]>()
  const pattern = /([^\s;]+)\s+(?:"([^"]*)"|([^\s;]+))\s*;?/g
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) push(map, match[1]!, match[2] ?? match[3]!)
  return map
}
