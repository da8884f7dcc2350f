// codons.tsv: each codon of an insert that is not the wanted one, and what the wanted one would have broken.
import { codonCost, residueOfCodon, type SequenceLimits, withSites } from '../bio/index.ts'
import type { Cell } from '../format/index.ts'
import type { Construct } from './construct.ts'

export const CODON_COLUMNS = [
  'construct_id',
  'receptor_id',
  'part',
  'position',
  'residue_number',
  'residue',
  'codon',
  'wanted',
  'limit',
  'detail',
] as const

/** Positions are 1-based in the insert, residues in the protein. `presets` hold the limits that the constructs name. */
export function codonRows(constructs: readonly Construct[], presets: ReadonlyMap<string, SequenceLimits>): readonly (readonly Cell[])[] {
  return constructs.flatMap(construct => {
    const { insert, parts, declaration, changedCodons } = construct
    const preset = presets.get(declaration.preset)
    if (preset === undefined) return []
    const limits = withSites(preset, declaration.vectorSites)
    return changedCodons.map(changed => {
      const { at, wanted } = changed
      const codon = insert.slice(at, at + 3)
      const cost = codonCost(insert, changed, limits, declaration.arms)
      const part = parts.find(({ start, end }) => start <= at && at < end)
      const number = (at - declaration.fivePrime.length) / 3 + 1
      return [construct.id, construct.receptorId, part?.label, at + 1, number, residueOfCodon(codon), codon, wanted, cost.limit, cost.text]
    })
  })
}
