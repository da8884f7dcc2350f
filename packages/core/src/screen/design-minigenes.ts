// Ranked neoantigens → tandem minigenes in constructs: long frameshift tails are tiled, variants of one gene go to different constructs, the order keeps new junction
// peptides from binding the patient's HLA, and codons are chosen with the same optimiser as the product's.
import { type Caveat, caveat, type Issue, ok, type Result, sha256Hex } from '../base/index.ts'
import { type CodonUsage, optimiseCodons, type SequenceLimits } from '../bio/index.ts'
import { minigeneId } from '../peptide/index.ts'
import { orderMinigenes } from './minigene-order.ts'

export interface ScreenedNeoantigen {
  readonly neoantigenId: string
  readonly gene: string
  readonly change: string
  readonly mutant: string
  readonly wildType: string
  /** 1-based first changed residue in `mutant`. */
  readonly changeOffset: number
}

export interface Minigene extends ScreenedNeoantigen {
  readonly id: string
  /** 1-based start of a tile in the whole stretch. */
  readonly windowStart: number
}

export interface MinigeneConstruct {
  readonly id: string
  readonly minigenes: readonly Minigene[]
  readonly protein: string
  readonly nt: string
  /** Bases of each minigene, in order. */
  readonly parts: readonly string[]
  readonly junctionCost: number
  readonly exactOrder: boolean
  /** The wild-type stretches in the same order, `ID-wt`; left out where none was asked for, or no minigene has one. */
  readonly twin?: { readonly id: string; readonly protein: string; readonly nt: string }
}

const TILE = 25
const OVERLAP = 14

/** A stretch of at most 25 residues is one minigene; a longer one is tiled so that every 15-mer is whole in one tile. */
export function tileMinigenes(neoantigens: readonly ScreenedNeoantigen[]): readonly Minigene[] {
  const out: Minigene[] = []
  for (const row of neoantigens) {
    const starts = [0]
    while (row.mutant.length - starts.at(-1)! > TILE && row.mutant.length > TILE + 0) starts.push(starts.at(-1)! + TILE - OVERLAP)
    for (const [tile, start] of starts.entries()) {
      const mutant = row.mutant.slice(start, start + TILE)
      const before = starts[tile - 1]
      // a last tile that the one before holds wholly adds nothing
      if (before !== undefined && before + TILE >= row.mutant.length) break
      out.push({
        ...row,
        mutant,
        wildType: row.wildType.slice(start, start + TILE),
        changeOffset: Math.max(1, row.changeOffset - start),
        id: minigeneId(row.neoantigenId, mutant),
        windowStart: start + 1,
      })
    }
  }
  return out
}

/** Variants of one gene go to different constructs as far as there are constructs. */
function deal(minigenes: readonly Minigene[], perConstruct: number): readonly (readonly Minigene[])[] {
  const count = Math.max(1, Math.ceil(minigenes.length / perConstruct))
  const groups: Minigene[][] = Array.from({ length: count }, () => [])
  for (const minigene of minigenes) {
    const open = groups.filter(group => group.length < perConstruct)
    const without = open.filter(group => group.every(other => other.gene !== minigene.gene || other.neoantigenId === minigene.neoantigenId))
    const from = without.length > 0 ? without : open
    // by rank: the first construct is filled first, so that the best candidates are screened together
    from[0]!.push(minigene)
  }
  return groups.filter(group => group.length > 0)
}

export interface MinigeneOptions {
  readonly perConstruct: number
  readonly usage: CodonUsage
  readonly limits: SequenceLimits
  /** Peptides across a join that an HLA of the patient presents at 2 % or better: how many of these 8-11-mers. */
  readonly presented: (peptides: readonly string[]) => number
  readonly seed: string
  /** Also a twin of each construct with the wild-type stretches. */
  readonly wildTypes?: boolean
}

/** A reading frame from ATG to stop. */
const coded = (residues: string, { usage, limits }: MinigeneOptions) =>
  optimiseCodons(
    [
      { kind: 'locked', nt: 'ATG' },
      { kind: 'free', aa: residues },
      { kind: 'locked', nt: 'TGA' },
    ],
    usage,
    limits,
  )

/** No choice of codons makes such a stretch, whatever stands beside it. */
const cannotBeCoded = ({ mutant }: Minigene, options: MinigeneOptions): boolean =>
  !coded(mutant, { ...options, limits: { ...options.limits, gcWhole: [0, 1], gcEnds: undefined } }).ok

export interface MinigeneDesign {
  readonly constructs: readonly MinigeneConstruct[]
  /** Minigenes that no choice of codons makes within the limits: they stand in no construct. */
  readonly uncoded: readonly Minigene[]
  readonly caveats: readonly Caveat[]
}

/** Errors: `codons-impossible` with the construct's place, where it is none of its minigenes alone. */
export function designMinigenes(minigenes: readonly Minigene[], options: MinigeneOptions): Result<MinigeneDesign, Issue> {
  const caveats: Caveat[] = []
  const constructs: MinigeneConstruct[] = []
  const uncoded: Minigene[] = []
  const groups = deal(minigenes, options.perConstruct).map((group, at) => ({ at, group }))
  for (let next = groups.shift(); next !== undefined; next = groups.shift()) {
    const { at, group } = next
    const cost = group.map(left =>
      group.map(right => (left === right ? 0 : options.presented(junctionPeptides(left.mutant, right.mutant)))),
    )
    const { order, cost: junctionCost, exact } = orderMinigenes(cost, options.seed)
    const ordered = order.map(i => group[i]!)
    const protein = `M${ordered.map(minigene => minigene.mutant).join('')}*`
    const chosen = coded(ordered.map(minigene => minigene.mutant).join(''), options)
    if (!chosen.ok) {
      const left = group.filter(minigene => cannotBeCoded(minigene, options))
      if (left.length === 0) return chosen
      uncoded.push(...left)
      const others = group.filter(minigene => !left.includes(minigene))
      if (others.length > 0) groups.unshift({ at, group: others })
      continue
    }
    // the number is for people, the rest says which construct of this number: another design has others
    const id = `TMG-${at + 1}-${sha256Hex(protein).slice(0, 6)}`
    let offset = 3
    const parts = ordered.map(minigene => {
      const part = chosen.value.nt.slice(offset, offset + 3 * minigene.mutant.length)
      offset += part.length
      return part
    })
    if (junctionCost > 0)
      caveats.push(
        caveat('junction-peptides', `${id}: ${junctionCost} peptides across joins are presented at 2 % or better, whatever the order`),
      )
    const shared = ordered.find(a => ordered.some(b => b.gene === a.gene && b.neoantigenId !== a.neoantigenId))?.gene
    if (shared !== undefined)
      caveats.push(
        caveat('gene-shared-in-construct', `${id} holds more than one variant of ${shared}: a positive construct does not tell them apart`),
      )
    const wild = options.wildTypes === true ? ordered.map(minigene => minigene.wildType).join('') : ''
    const twin = wild === '' ? undefined : coded(wild, options)
    if (twin !== undefined && !twin.ok) return twin
    constructs.push({
      ...(twin === undefined ? {} : { twin: { id: `${id}-wt`, protein: `M${wild}*`, nt: twin.value.nt } }),
      id,
      minigenes: ordered,
      protein,
      nt: chosen.value.nt,
      parts,
      junctionCost,
      exactOrder: exact,
    })
  }
  for (const { id, gene, change, mutant } of uncoded)
    caveats.push(
      caveat(
        'minigene-uncoded',
        `${gene} ${change}: no choice of codons makes ${mutant} (${id}) within ${options.limits.name}: test it as a peptide`,
      ),
    )
  return ok({ constructs, uncoded, caveats })
}

/** 8- to 11-mers with residues of both. */
export function junctionPeptides(left: string, right: string): readonly string[] {
  const peptides: string[] = []
  for (let length = 8; length <= 11; length++) {
    const before = left.slice(-(length - 1))
    const joined = before + right.slice(0, length - 1)
    for (let i = 0; i + length <= joined.length; i++)
      if (i < before.length && i + length > before.length) peptides.push(joined.slice(i, i + length))
  }
  return peptides
}
