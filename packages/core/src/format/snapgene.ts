// SnapGene `.dna` → the record of a GenBank file. Packets: one byte of type, four of length (big-endian), data. Read: 0x09 cookie, 0x00 bases and topology,
// 0x0A features and 0x05 primers (XML). Other packets (history, notes, traces) are passed over. Layout as Biopython's SnapGene reader documents it.
import { XMLParser } from 'fast-xml-parser'
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import { latin1, utf8 } from './bytes.ts'
import type { GenbankFeature, GenbankPart, GenbankRecord } from './genbank.ts'

const COOKIE = 9
const BASES = 0
const FEATURES = 10
const PRIMERS = 5

type Node = Readonly<Record<string, unknown>>

const LISTS = new Set(['Feature', 'Segment', 'Q', 'V', 'Primer', 'BindingSite'])
const xml = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseAttributeValue: false,
  isArray: name => LISTS.has(name),
})

const text = (node: Node, key: string): string => (typeof node[key] === 'string' ? node[key] : '')
const nodes = (node: unknown, key: string): readonly Node[] => ((node as Node | undefined)?.[key] as readonly Node[] | undefined) ?? []

/** Plasmid with its features. Errors: `snapgene-cookie` (another file), `snapgene-cut` (a packet runs past the end), `snapgene-bases`, `snapgene-xml`. */
export function parseSnapgene(bytes: Uint8Array, name: string): Result<GenbankRecord, Issue> {
  const packets = new Map<number, Uint8Array>()
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 0; at < bytes.length; ) {
    const length = at + 5 <= bytes.length ? view.getUint32(at + 1) : Number.POSITIVE_INFINITY
    if (at === 0 && (bytes[0] !== COOKIE || latin1(bytes.subarray(5, 13)) !== 'SnapGene'))
      return fail(issue('snapgene-cookie', 'the file does not start as a SnapGene file does', 'give a .dna file, or export GenBank'))
    if (at + 5 + length > bytes.length)
      return fail(issue('snapgene-cut', `the packet at byte ${at} runs past the end of the file`, 'copy the file again'))
    if (!packets.has(bytes[at]!)) packets.set(bytes[at]!, bytes.subarray(at + 5, at + 5 + length))
    at += 5 + length
  }
  const dna = packets.get(BASES)
  const sequence = latin1(dna?.subarray(1) ?? new Uint8Array()).toUpperCase()
  if (dna === undefined || !/^[A-Z]+$/.test(sequence))
    return fail(issue('snapgene-bases', 'the file holds no DNA sequence', 'save it as a DNA file'))
  const circular = (dna[0]! & 1) === 1
  try {
    const features = [
      ...nodes(read(packets.get(FEATURES)).Features, 'Feature').map(node => featureOf(node, sequence.length, circular)),
      ...nodes(read(packets.get(PRIMERS)).Primers, 'Primer').flatMap(node => primerSites(node, sequence.length, circular)),
    ]
    return ok({ name, topology: circular ? 'circular' : 'linear', definition: name, sequence, features })
  } catch (fault) {
    return fail(
      issue(
        'snapgene-xml',
        `the list of features cannot be read: ${(fault as Error).message}`,
        'export GenBank from the program that wrote it',
      ),
    )
  }
}

const read = (packet: Uint8Array | undefined): Node => (packet === undefined ? {} : (xml.parse(utf8(packet)) as Node))

/** `first-last`, 1-based; over the origin of a circle `last` is smaller. */
function span(range: string, base: number, length: number, circular: boolean): readonly GenbankPart[] {
  const match = /^(\d+)-(\d+)$/.exec(range)
  if (match === null) throw new Error(`range "${range}"`)
  const part = { start: Number(match[1]) - base, end: Number(match[2]) - base + 1 }
  if (part.start < part.end) return [part]
  if (!circular) throw new Error(`range "${range}" of a linear sequence`)
  return [
    { start: part.start, end: length },
    { start: 0, end: part.end },
  ]
}

function featureOf(node: Node, length: number, circular: boolean): GenbankFeature {
  const qualifiers = nodes(node, 'Q').flatMap(q =>
    nodes(q, 'V').map(v => [text(q, 'name'), plain(text(v, 'text') || text(v, 'int') || text(v, 'predef'))] as const),
  )
  return {
    type: text(node, 'type'),
    parts: nodes(node, 'Segment').flatMap(segment => span(text(segment, 'range'), 1, length, circular)),
    strand: text(node, 'directionality') === '2' ? -1 : 1,
    qualifiers: [['label', text(node, 'name')], ...qualifiers.filter(([key]) => key !== 'label')],
  }
}

/** Binding sites count from 0; the simplified ones repeat the others. */
function primerSites(node: Node, length: number, circular: boolean): readonly GenbankFeature[] {
  return nodes(node, 'BindingSite')
    .filter(site => text(site, 'simplified') !== '1')
    .map(site => ({
      type: 'primer_bind',
      parts: span(text(site, 'location'), 0, length, circular),
      strand: text(site, 'boundStrand') === '1' ? (-1 as const) : (1 as const),
      qualifiers: [['label', text(node, 'name')] as const],
    }))
}

/** Notes are kept as HTML by that program. */
const plain = (html: string): string =>
  html
    .replace(/<[^>]*>/g, '')
    .replace(/\s+/g, ' ')
    .trim()
