// Receptors exactly as stitchr 1.3.1 builds them (JamieHeather/stitchr, MIT; doi:10.1093/nar/gkac190), for byte comparison with existing designs.
// Its faults are kept: germline synonyms replace given codons, an out-of-frame leader passes. For clinical inserts use `reconstruct.ts`.
import { type Issue, issue, ok, type Result, refuse } from '../base/index.ts'
import { type CodonUsage, codonsByUse, translate } from '../bio/index.ts'
import type { ThimbleChain, ThimbleRow } from '../format/index.ts'
import {
  type Chosen,
  type CTerminus,
  chooseAllele,
  defaultConstant,
  findJ,
  keepV,
  readJoinedConstant,
  type StitchrLocus,
} from './stitchr-ends.ts'
import type { StitchrReference, StitchrRegion } from './stitchr-reference.ts'

export interface StitchedChain {
  readonly nt: string
  readonly aa: string
  readonly v: string
  readonly j: string
  readonly c: string
  /** `GENE*NN(L)`. */
  readonly leader: string
}

/** One reconstruction of a V with its leader, translated once. */
interface NTerminus {
  readonly nt: string
  readonly aa: string
}

export interface Stitcher {
  readonly stitch: (row: ThimbleRow, loci: readonly [StitchrLocus, StitchrLocus]) => StitchedRow
}

export interface StitchedRow {
  readonly row: ThimbleRow
  readonly chains: readonly [Result<StitchedChain, Issue> | undefined, Result<StitchedChain, Issue> | undefined]
  readonly linkerName: string
  readonly linkOrder: string
  /** Undefined when a chain failed or is absent. */
  readonly linked: { readonly nt: string; readonly aa: string } | undefined
  readonly issues: readonly Issue[]
}

const isDnaCdr3 = (text: string) => /^[ACGTN]+$/.test(text)

/** `linkers`: name → DNA. Reconstructions are kept per allele, so that a batch pays for each once. */
export function makeStitcher(
  reference: StitchrReference,
  usage: CodonUsage,
  linkers: ReadonlyMap<string, string>,
  species: 'human' | 'mouse' = 'human',
): Stitcher {
  const bestCodon = new Map([...'ACDEFGHIKLMNPQRSTVWY*'].map(residue => [residue, codonsByUse(usage, residue)[0]!]))
  const nTermini = new Map<string, NTerminus>()
  const cTermini = new Map<string, Result<CTerminus, Issue>>()
  const chosenAlleles = new Map<string, Result<Chosen, Issue>>()

  function choose(region: StitchrRegion, written: string): Result<Chosen, Issue> {
    const key = `${region}${written}`
    const known = chosenAlleles.get(key)
    if (known !== undefined) return known
    const made = chooseAllele(reference, region, written)
    chosenAlleles.set(key, made)
    return made
  }

  function nTerminus(leader: Chosen, v: Chosen): NTerminus {
    const key = `${leader.name} ${v.name}`
    const known = nTermini.get(key)
    if (known !== undefined) return known
    const joined = leader.sequence + v.sequence
    const nt = joined.slice(0, joined.length - (joined.length % 3))
    const made = { nt, aa: translate(nt) }
    nTermini.set(key, made)
    return made
  }

  function cTerminus(j: Chosen, c: Chosen): Result<CTerminus, Issue> {
    const key = `${j.name} ${c.name}`
    const known = cTermini.get(key)
    if (known !== undefined) return known
    const made = readJoinedConstant(reference, j, c)
    cTermini.set(key, made)
    return made
  }

  function stitchChain(chain: ThimbleChain, locus: StitchrLocus): Result<StitchedChain, Issue> {
    const v = choose('VARIABLE', chain.v)
    if (!v.ok) return v
    const leader = choose('LEADER', chain.leader === '' ? (chain.v.includes('*') ? chain.v : v.value.name.split('*')[0]!) : chain.leader)
    if (!leader.ok) return leader
    const j = choose('JOINING', chain.j)
    if (!j.ok) return j
    const c = choose('CONSTANT', chain.c === '' ? defaultConstant(locus, j.value.name, species) : chain.c)
    if (!c.ok) return c
    const given = isDnaCdr3(chain.cdr3) ? chain.cdr3 : undefined
    const cdr3 = given === undefined ? chain.cdr3 : translate(given)
    const start = nTerminus(leader.value, v.value)
    const end = cTerminus(j.value, c.value)
    if (!end.ok) return end
    const kept = keepV(start.aa, cdr3)
    if (kept === undefined)
      return refuse('stitchr-no-v-match', `the start of ${cdr3} is not found at the end of ${v.value.name}`, 'check V gene and junction')
    const rest = cdr3.slice(kept.matched)
    const joined = findJ(rest, end.value)
    if (joined === undefined)
      return refuse('stitchr-no-j-match', `the end of ${cdr3} is not found in ${j.value.name}`, 'check J gene and junction')
    let middle = ''
    for (let i = 0; i < rest.length - joined.matched; i++) {
      const codon = given === undefined ? bestCodon.get(rest[i]!) : given.slice((kept.matched + i) * 3, (kept.matched + i) * 3 + 3)
      if (codon === undefined)
        return refuse('stitchr-residue', `"${rest[i]}" in ${cdr3} is no amino acid`, 'write the junction in the 20 residues')
      middle += codon
    }
    const nt = chain.fivePrime + start.nt.slice(0, kept.residues * 3) + middle + end.value.nt.slice(joined.at * 3) + chain.threePrime
    return ok({
      nt,
      aa: padded(nt, chain.fivePrime.length),
      v: v.value.name,
      j: j.value.name,
      c: c.value.name,
      leader: `${leader.value.name}(L)`,
    })
  }

  function stitch(row: ThimbleRow, loci: readonly [StitchrLocus, StitchrLocus]): StitchedRow {
    const chains = row.chains.map((chain, i) =>
      chain.v === '' && chain.j === '' && chain.cdr3 === '' ? undefined : stitchChain(chain, loci[i]!),
    )
    const issues: Issue[] = chains.flatMap(chain => (chain !== undefined && !chain.ok ? [chain.issue] : []))
    const result = { row, chains: [chains[0], chains[1]] as const, linkerName: row.linker, linkOrder: row.linkOrder }
    const [first, second] = chains
    if (row.linker === '' || first === undefined || second === undefined || !first.ok || !second.ok)
      return { ...result, linked: undefined, issues }
    const linker = linkers.get(row.linker) ?? (isDnaCdr3(row.linker) ? row.linker : undefined)
    if (linker === undefined)
      return {
        ...result,
        linked: undefined,
        issues: [
          ...issues,
          issue(
            'linker-unknown',
            `linker "${row.linker}" is neither a name nor DNA`,
            `use one of ${[...linkers.keys()].join(', ')}, or DNA`,
          ),
        ],
      }
    const letters = [loci[0][2]!, loci[1][2]!]
    const order = row.linkOrder === '' ? (letters[0] === 'A' ? 'BA' : 'DG') : row.linkOrder
    if (order !== letters.join('') && order !== letters.toReversed().join('')) {
      return {
        ...result,
        linked: undefined,
        issues: [
          ...issues,
          issue('link-order', `Link_order is "${row.linkOrder}"`, `use ${letters.join('')} or ${letters.toReversed().join('')}`),
        ],
      }
    }
    const ordered = order[0] === letters[0] ? [first.value, second.value] : [second.value, first.value]
    const nt = ordered[0]!.nt + linker + ordered[1]!.nt
    const lead = row.chains[order[0] === letters[0] ? 0 : 1]!.fivePrime.length
    return { ...result, linkOrder: order, linked: { nt, aa: padded(nt, lead) }, issues }
  }
  return { stitch }
}

/** Translation whose frame is set by what stands behind a 5' part of `lead` bases; a codon with N is `x`, a part codon at the end is dropped. */
function padded(nt: string, lead: number): string {
  const pad = (3 - (lead % 3)) % 3
  return translate('N'.repeat(pad) + nt).replaceAll('X', 'x')
}

/** Cells of the output row, in the order of `thimbleOutputColumns`; a failed chain leaves its sequences empty and its names as given. */
export function stitchedCells(stitched: StitchedRow): readonly string[] {
  const { row, linked } = stitched
  const value = (i: 0 | 1) => {
    const chain = stitched.chains[i]
    return chain?.ok === true ? chain.value : undefined
  }
  const names = ([0, 1] as const).map(i => {
    const made = value(i)
    const given = row.cells.slice(i === 0 ? 1 : 4, i === 0 ? 4 : 7)
    return {
      v: made?.v ?? given[0] ?? '',
      j: made?.j ?? given[1] ?? '',
      cdr3: given[2] ?? '',
      c: made?.c ?? row.cells[7 + i] ?? '',
      leader: made?.leader ?? row.cells[9 + i] ?? '',
    }
  })
  const [a, b] = [value(0), value(1)]
  return [
    row.name,
    a?.nt ?? '',
    b?.nt ?? '',
    a?.aa ?? '',
    b?.aa ?? '',
    names[0]!.v,
    names[0]!.j,
    names[0]!.cdr3,
    names[1]!.v,
    names[1]!.j,
    names[1]!.cdr3,
    names[0]!.c,
    names[1]!.c,
    names[0]!.leader,
    names[1]!.leader,
    row.linker,
    stitched.linkOrder,
    row.chains[0].fivePrime,
    row.chains[0].threePrime,
    row.chains[1].fivePrime,
    row.chains[1].threePrime,
    linked?.nt ?? '',
    linked?.aa ?? '',
    stitched.issues.map(problem => problem.what).join('; '),
  ]
}
