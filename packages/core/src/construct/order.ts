// What leaves the house: GenBank with features, FASTA, order table. Only constructs that passed the gate are written as an order.
import { translate } from '../bio/index.ts'
import { type Cell, formatGenbank, type GenbankFeature } from '../format/index.ts'
import { CONSTANT_SETS, constantCodonOffset } from './constant-set.ts'
import type { Construct, ConstructPart } from './construct.ts'

const FEATURE_TYPE: Readonly<Record<ConstructPart['role'], string>> = {
  kozak: 'regulatory',
  leader: 'sig_peptide',
  'v-region': 'V_region',
  junction: 'misc_feature',
  'j-region': 'J_segment',
  constant: 'C_region',
  furin: 'misc_feature',
  spacer: 'misc_feature',
  '2a': 'misc_feature',
  stop: 'misc_feature',
}

const label = (part: ConstructPart): string =>
  part.chain === undefined ? part.role : `${part.chain === 'alpha' ? 'TRA' : 'TRB'} ${part.role}`

export function genbankOf(construct: Construct): string {
  const first = construct.parts[1]!.start
  const end = construct.insert.length
  const features: GenbankFeature[] = [
    {
      type: 'source',
      parts: [{ start: 0, end }],
      strand: 1,
      qualifiers: [
        ['organism', 'synthetic DNA construct'],
        ['mol_type', 'other DNA'],
      ],
    },
    {
      type: 'CDS',
      parts: [{ start: first, end }],
      strand: 1,
      qualifiers: [
        ['codon_start', '1'],
        ['label', construct.receptorId],
        ['translation', construct.protein],
      ],
    },
  ]
  for (const part of construct.parts) {
    const extra: [string, string][] = part.role === 'kozak' ? [['regulatory_class', 'ribosome_binding_site']] : []
    features.push({
      type: FEATURE_TYPE[part.role],
      parts: [{ start: part.start, end: part.end }],
      strand: 1,
      qualifiers: [...extra, ['label', label(part)], ['note', part.origin]],
    })
    if (part.role === 'constant' && part.chain !== undefined) {
      const set = CONSTANT_SETS[construct.declaration.constantSet]!
      for (const s of set[part.chain].substitutions) {
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
  return formatGenbank({
    name: construct.id,
    topology: 'linear',
    definition: `${construct.receptorId} ${construct.declaration.constantSet} ${construct.declaration.linker} ${construct.declaration.order}`,
    sequence: construct.insert,
    features,
  })
}

export const ORDER_COLUMNS = [
  'name',
  'sequence',
  'length',
  'format',
  'plate',
  'well',
  'sha256',
  'receptor_id',
  'preset',
  'caveats',
] as const

/** Order lines of the constructs that are ready; wells fill A1, B1 … H12. */
export function orderRows(constructs: readonly Construct[]): readonly (readonly Cell[])[] {
  return constructs
    .filter(construct => construct.status === 'ready')
    .map((construct, i) => {
      const well = i % 96
      return [
        construct.id,
        construct.insert,
        construct.insert.length,
        'double-stranded insert',
        Math.floor(i / 96) + 1,
        `${'ABCDEFGH'[well % 8]}${Math.floor(well / 8) + 1}`,
        construct.sha256,
        construct.receptorId,
        construct.declaration.preset,
        construct.caveats.map(c => c.code).join(';'),
      ]
    })
}

/** Coding bases of each part read in frame, for the sheet: `CASS…F`. */
export const partProtein = (construct: Construct, part: ConstructPart): string => {
  const start = construct.parts[1]!.start
  const from = part.start + ((3 - ((part.start - start) % 3)) % 3)
  return translate(construct.insert.slice(from, part.end))
}
