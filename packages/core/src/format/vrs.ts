// Computed identifiers of the GA4GH Variation Representation Specification 2.0 (https://vrs.ga4gh.org/en/2.0/conventions/computed_identifiers.html): one name for
// one variation wherever it is worked out. An object is written as canonical JSON of what defines it, and its digest is the name.
import { sha512 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import { canonicalJson, type Json, toBase64 } from '../base/index.ts'

/** Start or end of a location: 0-based between residues, or a range whose open side is null. */
export type VrsPosition = number | readonly [number | null, number | null]

export interface VrsSequenceLocation {
  readonly type: 'SequenceLocation'
  readonly sequenceReference?: { readonly type: 'SequenceReference'; readonly refgetAccession: string }
  readonly start: VrsPosition
  readonly end: VrsPosition
}

export type VrsState =
  | { readonly type: 'LiteralSequenceExpression'; readonly sequence: string }
  | { readonly type: 'ReferenceLengthExpression'; readonly length: number; readonly repeatSubunitLength: number }
  | { readonly type: 'LengthExpression'; readonly length: number }

export interface VrsAllele {
  readonly type: 'Allele'
  readonly location: VrsSequenceLocation
  readonly state: VrsState
}

/** What defines an object of each class beside its type, and the prefix of those that have an identifier. */
const CLASSES: Readonly<Record<string, { readonly prefix?: string; readonly defining: readonly string[]; readonly unordered?: string }>> = {
  SequenceReference: { defining: ['refgetAccession'] },
  LengthExpression: { defining: ['length'] },
  LiteralSequenceExpression: { defining: ['sequence'] },
  ReferenceLengthExpression: { defining: ['length', 'repeatSubunitLength'] },
  TraversalBlock: { defining: ['component', 'orientation'] },
  SequenceLocation: { prefix: 'SL', defining: ['end', 'sequenceReference', 'start'] },
  Allele: { prefix: 'VA', defining: ['location', 'state'] },
  CisPhasedBlock: { prefix: 'CPB', defining: ['members'], unordered: 'members' },
  Adjacency: { prefix: 'AJ', defining: ['adjoinedSequences', 'linker'] },
  Terminus: { prefix: 'TM', defining: ['location'] },
  DerivativeMolecule: { prefix: 'DM', defining: ['components'] },
  CopyNumberCount: { prefix: 'CN', defining: ['copies', 'location'] },
  CopyNumberChange: { prefix: 'CX', defining: ['copyChange', 'location'] },
}

type Held = Json | undefined
interface VrsObject {
  readonly type: string
  readonly [key: string]: Held
}

const isObject = (value: Held): value is VrsObject => typeof value === 'object' && value !== null && !Array.isArray(value)

function classOf({ type }: VrsObject) {
  const known = CLASSES[type]
  if (known === undefined) throw new Error(`VRS 2.0 has no class "${type}"`)
  return known
}

/** A held object as it is written inside another: its digest where it has an identifier, else what defines it. */
function inside(value: Held): Held {
  if (Array.isArray(value)) return value.map(held => inside(held) ?? null)
  if (!isObject(value)) return value
  return classOf(value).prefix === undefined ? defined(value) : vrsDigest(value)
}

function defined(value: VrsObject): { readonly [key: string]: Held } {
  const { defining, unordered } = classOf(value)
  const out: Record<string, Held> = { type: value.type }
  for (const key of defining) {
    const given = value[key]
    // what only one class can stand for may leave its class out
    const held = inside(key === 'sequenceReference' && isObject(given) ? { ...given, type: 'SequenceReference' } : given)
    // what is absent is written as null, as the suite's blocks of alleles without a sequence are
    out[key] = key === unordered && Array.isArray(held) ? held.toSorted() : (held ?? null)
  }
  return out
}

/** The first 24 bytes of SHA-512 as base64url: the digest of GA4GH, also of a sequence (refget). */
export const sha512t24u = (bytes: Uint8Array): string => truncatedDigest(sha512(bytes))

/** The same of a SHA-512 [64 bytes] that was made elsewhere. */
export const truncatedDigest = (digest: Uint8Array): string => toBase64(digest.subarray(0, 24)).replaceAll('+', '-').replaceAll('/', '_')

/** The text of which the digest is made. Throws on a type that VRS 2.0 does not have. */
export const vrsSerialize = (value: object): string => canonicalJson(defined(value as VrsObject))

/** Digest of an object that has an identifier. */
export const vrsDigest = (value: object): string => sha512t24u(utf8ToBytes(vrsSerialize(value)))

/** `ga4gh:VA.…`; undefined for a class that has no identifier of its own. */
export function vrsIdentifier(value: object): string | undefined {
  const { prefix } = classOf(value as VrsObject)
  return prefix === undefined ? undefined : `ga4gh:${prefix}.${vrsDigest(value)}`
}
