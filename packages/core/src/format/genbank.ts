// GenBank flat file (NCBI-GenBank release 264 notes, section 3.4) ↔ records. Locations inside are 0-based half-open; written files are 1-based closed.
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'

export interface GenbankPart {
  readonly start: number
  readonly end: number
}

export interface GenbankFeature {
  readonly type: string
  /** In order of the location text; a feature over the origin of a circle has two. */
  readonly parts: readonly GenbankPart[]
  readonly strand: 1 | -1
  readonly qualifiers: readonly (readonly [string, string])[]
}

export interface GenbankRecord {
  /** At most 16 characters. */
  readonly name: string
  readonly topology: 'linear' | 'circular'
  readonly definition: string
  readonly sequence: string
  readonly features: readonly GenbankFeature[]
}

const WIDTH = 80

function wrapQualifier(text: string): string {
  const indent = ' '.repeat(21)
  const room = WIDTH - 21
  let out = ''
  let rest = text
  while (rest.length > room) {
    const space = rest.lastIndexOf(' ', room)
    const cut = space > room / 2 ? space : room
    out += `${indent}${rest.slice(0, cut)}\n`
    rest = space > room / 2 ? rest.slice(cut + 1) : rest.slice(cut)
  }
  return `${out}${indent}${rest}\n`
}

const locationText = (feature: GenbankFeature): string => {
  const spans = feature.parts.map(part => `${part.start + 1}..${part.end}`)
  const joined = spans.length === 1 ? spans[0]! : `join(${spans.join(',')})`
  return feature.strand === 1 ? joined : `complement(${joined})`
}

/** Flat-file text of one record; no dates, so that equal input gives equal bytes. */
export function formatGenbank(record: GenbankRecord): string {
  const name = record.name.replace(/[^A-Za-z0-9_.-]/g, '_').slice(0, 16)
  let out = `LOCUS       ${name.padEnd(16)} ${String(record.sequence.length).padStart(11)} bp    DNA     ${record.topology.padEnd(8)} SYN 01-JAN-1980\n`
  out += `DEFINITION  ${record.definition.replace(/\s+/g, ' ').slice(0, 65)}.\nACCESSION   ${name}\nVERSION     ${name}\nKEYWORDS    .\nSOURCE      synthetic DNA construct\n  ORGANISM  synthetic DNA construct\n            other sequences; artificial sequences.\nFEATURES             Location/Qualifiers\n`
  for (const feature of record.features) {
    out += `     ${feature.type.padEnd(16)}${locationText(feature)}\n`
    for (const [key, value] of feature.qualifiers) {
      out += wrapQualifier(/^\d+$/.test(value) && key === 'codon_start' ? `/${key}=${value}` : `/${key}="${value.replaceAll('"', '""')}"`)
    }
  }
  out += 'ORIGIN\n'
  const bases = record.sequence.toLowerCase()
  for (let i = 0; i < bases.length; i += 60) {
    const groups: string[] = []
    for (let j = i; j < Math.min(i + 60, bases.length); j += 10) groups.push(bases.slice(j, j + 10))
    out += `${String(i + 1).padStart(9)} ${groups.join(' ')}\n`
  }
  return `${out}//\n`
}

/** `circle`: length of a circular sequence, 0 for a linear one. */
function parseLocation(text: string, circle: number): { parts: GenbankPart[]; strand: 1 | -1 } | undefined {
  let inner = text.replace(/[<>]/g, '')
  let strand: 1 | -1 = 1
  const complement = /^complement\((.*)\)$/.exec(inner)
  if (complement !== null) {
    strand = -1
    inner = complement[1]!
  }
  inner = /^(?:join|order)\((.*)\)$/.exec(inner)?.[1] ?? inner
  const parts: GenbankPart[] = []
  for (const span of inner.split(',')) {
    const match = /^(?:complement\()?(\d+)(?:(?:\.\.|\^)(\d+))?\)?$/.exec(span)
    if (match === null) return undefined
    if (span.startsWith('complement(')) strand = -1
    const part = { start: Number(match[1]) - 1, end: Number(match[2] ?? match[1]) }
    if (part.start < part.end) parts.push(part)
    // a span that ends before it starts runs over the origin of a circle
    else if (circle > 0) parts.push({ start: part.start, end: circle }, { start: 0, end: part.end })
    else return undefined
  }
  return { parts, strand }
}

/**
 * All records of a flat file. A feature whose location is not plain, joined or complemented is left out. A missing `//` at the end is accepted.
 * Errors: `genbank-no-locus`, `genbank-length` (LOCUS promises another length than ORIGIN holds), `genbank-letter`.
 */
export function parseGenbank(text: string): Result<readonly GenbankRecord[], Issue> {
  const records: GenbankRecord[] = []
  let from = 1
  for (const chunk of text.split(/^\/\/[ \t]*\r?$/m)) {
    if (chunk.trim() !== '') {
      const record = parseRecord(chunk.replaceAll('\r', '').replace(/^\n+/, ''), from)
      if (!record.ok) return record
      records.push(record.value)
    }
    from += chunk.split('\n').length
  }
  return records.length === 0 ? fail(issue('genbank-no-locus', 'the file holds no record', 'give a GenBank flat file', 1)) : ok(records)
}

function parseRecord(chunk: string, line: number): Result<GenbankRecord, Issue> {
  const lines = chunk.split('\n')
  const locus = /^LOCUS\s+(\S+)/.exec(lines[0] ?? '')
  if (locus === null)
    return fail(
      issue('genbank-no-locus', `a record starts with "${(lines[0] ?? '').slice(0, 40)}", not LOCUS`, 'give a GenBank flat file', line),
    )
  const length = /\s(\d+)\s+(?:bp|aa)\b/.exec(lines[0]!)?.[1]
  const section = (name: string) => lines.findIndex(text => text.startsWith(name))
  const origin = section('ORIGIN')
  const bases = (origin < 0 ? [] : lines.slice(origin + 1))
    .join('')
    .replace(/[\d\s]/g, '')
    .toUpperCase()
  if (!/^[A-Z*-]*$/.test(bases))
    return fail(issue('genbank-letter', 'ORIGIN holds characters that are no bases', 'restore the file', line + origin))
  if (length !== undefined && bases.length > 0 && Number(length) !== bases.length) {
    return fail(issue('genbank-length', `LOCUS promises ${length} bases, ORIGIN holds ${bases.length}`, 'copy the file again', line))
  }
  const topology = /\bcircular\b/.test(lines[0]!) ? 'circular' : 'linear'
  const table = section('FEATURES')
  const end = origin < 0 ? lines.length : origin
  const features = table < 0 ? [] : parseFeatures(lines.slice(table + 1, end), topology === 'circular' ? bases.length : 0)
  const definition =
    lines
      .find(text => text.startsWith('DEFINITION'))
      ?.slice(12)
      .trim() ?? ''
  return ok({ name: locus[1]!, topology, definition, sequence: bases, features })
}

function parseFeatures(lines: readonly string[], circle: number): GenbankFeature[] {
  const features: GenbankFeature[] = []
  let type = ''
  let location = ''
  let qualifiers: [string, string][] = []
  let open = false
  const flush = () => {
    const placed = location === '' ? undefined : parseLocation(location, circle)
    if (type !== '' && placed !== undefined)
      features.push({ type, ...placed, qualifiers: qualifiers.map(([key, value]) => [key, unquote(key, value)] as const) })
    type = ''
    location = ''
    qualifiers = []
    open = false
  }
  for (const text of lines) {
    const key = /^ {5}(\S+)\s+(\S.*)$/.exec(text)
    const body = text.trim()
    if (key !== null && !open) {
      flush()
      type = key[1]!
      location = key[2]!.trim()
    } else if (/^[A-Z]/.test(text)) break
    else if (!open && /^\/\w/.test(body)) {
      const equals = body.indexOf('=')
      qualifiers.push(equals < 0 ? [body.slice(1), ''] : [body.slice(1, equals), body.slice(equals + 1)])
      open = isOpen(qualifiers.at(-1)![1])
    } else if (open && qualifiers.length > 0) {
      const last = qualifiers.at(-1)!
      last[1] += last[0] === 'translation' ? body : ` ${body}`
      open = isOpen(last[1])
    } else if (qualifiers.length === 0) location += body
  }
  flush()
  return features
}

const isOpen = (value: string): boolean => value.startsWith('"') && (value.match(/"/g) ?? []).length % 2 === 1

const unquote = (_key: string, value: string): string =>
  value.startsWith('"') ? value.slice(1).replace(/"$/, '').replaceAll('""', '"') : value
