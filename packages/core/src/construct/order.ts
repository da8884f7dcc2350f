// What leaves the house: GenBank with features, FASTA, order table. Only constructs that passed the gate are written as an order.
import { fail, type Issue, issue, nearest, ok, type Result } from '../base/index.ts'
import { translate } from '../bio/index.ts'
import { type Cell, formatGenbank, type GenbankFeature } from '../format/index.ts'
import { type ConstantSet, constantCodonOffset } from './constant-set.ts'
import { type BuiltChain, type Construct, type ConstructPart, type PartRole, receptorChains } from './construct.ts'

const FEATURE_TYPE: Readonly<Record<PartRole, string>> = {
  arm: 'misc_feature',
  kozak: 'regulatory',
  leader: 'sig_peptide',
  'v-region': 'V_region',
  junction: 'misc_feature',
  'j-region': 'J_segment',
  constant: 'C_region',
  tag: 'misc_feature',
  furin: 'misc_feature',
  spacer: 'misc_feature',
  '2a': 'misc_feature',
  user: 'misc_feature',
  stop: 'misc_feature',
  barcode: 'misc_feature',
}

/** First base behind the Kozak sequence. */
const firstCodon = ({ declaration }: Pick<Construct, 'declaration'>): number => declaration.fivePrime.length

/** Features of an insert in its own coordinates. */
export function insertFeatures(
  construct: Pick<Construct, 'receptorId' | 'insert' | 'protein' | 'parts' | 'declaration' | 'chains'>,
  sets: ReadonlyMap<string, ConstantSet>,
): readonly GenbankFeature[] {
  const { insert, declaration } = construct
  const features: GenbankFeature[] = [
    {
      type: 'source',
      parts: [{ start: 0, end: insert.length }],
      strand: 1,
      qualifiers: [
        ['organism', 'synthetic DNA construct'],
        ['mol_type', 'other DNA'],
      ],
    },
    {
      type: 'CDS',
      parts: [{ start: firstCodon(construct), end: insert.length - declaration.threePrime.length }],
      strand: 1,
      qualifiers: [
        ['codon_start', '1'],
        ['label', construct.receptorId],
        ['translation', construct.protein],
      ],
    },
  ]
  const [first] = receptorChains(declaration)
  const chains = [...construct.chains]
  for (const part of construct.parts) {
    const extra: [string, string][] = part.role === 'kozak' ? [['regulatory_class', 'ribosome_binding_site']] : []
    features.push({
      type: FEATURE_TYPE[part.role],
      parts: [{ start: part.start, end: part.end }],
      strand: 1,
      qualifiers: [...extra, ['label', part.label], ['note', part.origin]],
    })
    // the V parts stand in the order of the chains; a codon is three bases whichever was chosen
    const loops =
      part.role === 'v-region'
        ? loopsOf(chains.shift(), part)
        : part.role === 'junction'
          ? [['CDR3', part.start + 3, part.end - 3] as const]
          : []
    for (const [name, start, end] of loops)
      features.push({
        type: 'misc_feature',
        parts: [{ start, end }],
        strand: 1,
        qualifiers: [
          ['label', `${part.chain} ${name}`],
          ['note', "IMGT's numbering"],
        ],
      })
    if (part.role === 'constant' && part.chain !== undefined && first !== undefined) {
      for (const s of sets.get(first.constantSet)?.chains[part.chain]?.substitutions ?? []) {
        const start = part.start + constantCodonOffset(s.number)
        features.push({
          type: 'misc_feature',
          parts: [{ start, end: start + 3 }],
          strand: 1,
          qualifiers: [
            ['label', `${s.from}${s.number}${s.to}`],
            ['note', s.source],
          ],
        })
      }
    }
  }
  return features
}

/** CDR1 and CDR2 in the insert, where the germline tells them. */
function loopsOf(
  chain: BuiltChain | undefined,
  { start }: ConstructPart,
): readonly (readonly [name: string, start: number, end: number])[] {
  const { cdr1, cdr2 } = chain?.regions ?? {}
  return [
    ...(cdr1 === undefined ? [] : [['CDR1', start + cdr1[0], start + cdr1[1]] as const]),
    ...(cdr2 === undefined ? [] : [['CDR2', start + cdr2[0], start + cdr2[1]] as const]),
  ]
}

export function genbankOf(construct: Construct, sets: ReadonlyMap<string, ConstantSet>): string {
  const constantSet = receptorChains(construct.declaration)[0]?.constantSet ?? ''
  return formatGenbank({
    name: construct.id,
    topology: 'linear',
    definition: [construct.receptorId, constantSet, ...construct.declaration.linkers, construct.layout]
      .filter(word => word !== '')
      .join(' '),
    sequence: construct.insert,
    features: insertFeatures(construct, sets),
  })
}

/** What is neither a chain nor the user's: it ends one chain and begins the next. */
const BETWEEN: ReadonlySet<ConstructPart['role']> = new Set(['arm', 'kozak', 'furin', 'spacer', '2a', 'stop', 'barcode'])

/** Each chain of an insert without linkers and ends, from its start codon on, as bases: a receptor's by its locus, the user's as `user`. */
export function chainsOf({ id, insert, parts }: Construct): readonly { readonly id: string; readonly name: string; readonly nt: string }[] {
  const stretches: { name: string; start: number; end: number }[] = []
  let open = false
  for (const part of parts) {
    const last = stretches.at(-1)
    if (BETWEEN.has(part.role)) open = false
    else if (open && last !== undefined) last.end = part.end
    else {
      open = true
      stretches.push({ name: part.chain ?? 'user', start: part.start, end: part.end })
    }
  }
  return stretches.map(({ name, start, end }, i) => {
    const nth = stretches.slice(0, i).filter(other => other.name === name).length + 1
    const several = stretches.filter(other => other.name === name).length > 1
    return { id: `${id}-${name}${several ? `-${nth}` : ''}`, name, nt: insert.slice(start, end) }
  })
}

/** The insert in its vector; empty when none was given. */
export const plasmidGenbankOf = (construct: Construct): string =>
  construct.plasmid === undefined ? '' : formatGenbank(construct.plasmid.record)

export const ORDER_COLUMNS = [
  'name',
  'sequence',
  'length',
  'format',
  'plate',
  'well',
  'quantity',
  'vector',
  'sites',
  'sha256',
  'receptor_id',
  'preset',
  'caveats',
] as const
type OrderColumn = (typeof ORDER_COLUMNS)[number]

/** The columns of a vendor's form: heading → our column. Errors: `order-column`. */
export function orderColumns(
  form: Readonly<Record<string, string>> | undefined,
): Result<readonly (readonly [string, OrderColumn])[], Issue> {
  if (form === undefined) return ok(ORDER_COLUMNS.map(column => [column, column] as const))
  const wrong = Object.values(form).find(column => !(ORDER_COLUMNS as readonly string[]).includes(column))
  if (wrong !== undefined)
    return fail(
      issue(
        'order-column',
        `orderColumns names ${wrong}`,
        `use ${ORDER_COLUMNS.join(', ')} (nearest: ${nearest(wrong, ORDER_COLUMNS, 1)[0]})`,
      ),
    )
  return ok(Object.entries(form) as readonly (readonly [string, OrderColumn])[])
}

/** Order lines of the constructs that are ready; wells fill A1, B1 … H12. With a vector the sequence carries its arms and what the digest takes off. */
export function orderRows(
  constructs: readonly Construct[],
  columns: readonly (readonly [string, OrderColumn])[] = ORDER_COLUMNS.map(column => [column, column] as const),
): readonly (readonly Cell[])[] {
  return constructs
    .filter(construct => construct.status === 'ready')
    .map((construct, i) => {
      const well = i % 96
      const sequence = construct.plasmid?.ordered ?? construct.insert
      const cells: Readonly<Record<OrderColumn, Cell>> = {
        name: construct.id,
        sequence,
        length: sequence.length,
        format: 'double-stranded insert',
        plate: Math.floor(i / 96) + 1,
        well: `${'ABCDEFGH'[well % 8]}${Math.floor(well / 8) + 1}`,
        quantity: 1,
        vector: construct.plasmid?.record.definition.split(' in ')[1] ?? '',
        sites: Object.keys(construct.declaration.vectorSites).join(' '),
        sha256: construct.sha256,
        receptor_id: construct.receptorId,
        preset: construct.declaration.preset,
        caveats: construct.caveats.map(c => c.code).join(';'),
      }
      return columns.map(([, column]) => cells[column])
    })
}

/** Coding bases of each part read in frame, for the sheet: `CASS…F`. */
export const partProtein = (construct: Construct, part: ConstructPart): string => {
  const start = firstCodon(construct)
  const from = part.start + ((3 - ((part.start - start) % 3)) % 3)
  return translate(construct.insert.slice(from, part.end))
}
