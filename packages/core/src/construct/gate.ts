// The hard gate: judges finished bases from the declaration alone. It shares with the assembler only the genetic code and the germline tables.
// One failed check refuses the construct; there is no way around it. Whole because it is read from top to bottom by whoever signs for it.
import {
  breaches,
  findSegment,
  type Germline,
  type GermlineJ,
  type GermlineV,
  LIMIT_CHECKS,
  normaliseGeneName,
  residueOfCodon,
  type SequenceLimits,
  translate,
  withSites,
} from '../bio/index.ts'
import { CHAIN_NAME, JUNCTION_RESIDUES } from './chain-locus.ts'
import { type ConstantSet, constantFor } from './constant-set.ts'
import { type Declaration, type DeclaredChain, type DeclaredUserChain, type GateResult, receptorChains } from './construct.ts'
import type { Linker } from './linker.ts'
import { rolesFault, userChainProtein } from './user-parts.ts'

export interface GateReferences {
  /** Of the receptor's species. */
  readonly receptor: Germline
  /** Of each species a constant set may name. */
  readonly constants: Readonly<Record<'human' | 'mouse', Germline>>
  /** Constant sets by name: those that ship, and a user's. */
  readonly constantSets: ReadonlyMap<string, ConstantSet>
  /** Linkers by name: those that ship, and a user's. */
  readonly linkers: ReadonlyMap<string, Linker>
  /** Sequence limits by name. */
  readonly presets: ReadonlyMap<string, SequenceLimits>
}

interface ExpectedChain {
  /** `alpha`; with two receptors in one insert `alpha-1`, `alpha-2`. */
  readonly name: string
  readonly protein: string
  /** Set for receptor chains. */
  readonly junction?: string
  readonly constant?: string
  readonly tagC?: string
  readonly set?: string
}

/** Gathers checks in order. */
export const gateResults = () => {
  const list: GateResult[] = []
  return {
    list,
    check(check: string, holds: boolean, observed: string, expected: string) {
      list.push({ check, verdict: holds ? 'holds' : 'fails', observed, expected })
    },
  }
}
type Gate = ReturnType<typeof gateResults>

/** Every check with what was observed and expected. */
export function judge(insert: string, declaration: Declaration, references: GateReferences): readonly GateResult[] {
  const gate = gateResults()
  const { cistrons, linkers, fivePrime, stop, threePrime } = declaration
  const chains = receptorChains(declaration)
  gate.check('alphabet', /^[ACGT]+$/.test(insert), /[^ACGT]/.exec(insert)?.[0] ?? 'A C G T', 'A C G T only')
  const junctions = chains.map(chain => chain.junctionAa)
  if (chains.length > 1)
    gate.check('junctions-differ', new Set(junctions).size === junctions.length, junctions.join(', '), 'different junctions')
  gate.check('kozak', insert.startsWith(fivePrime), insert.slice(0, fivePrime.length), fivePrime)
  const start = insert.slice(fivePrime.length, fivePrime.length + 3)
  gate.check('start', start === 'ATG', start, 'ATG')
  gate.check('no-upstream-atg', !inFrameAtg(fivePrime), fivePrime, 'no ATG in frame before the start')
  gate.check(
    'three-prime',
    insert.endsWith(threePrime),
    threePrime === '' ? 'nothing' : insert.slice(-threePrime.length),
    threePrime || 'nothing',
  )
  const coding = insert.slice(fivePrime.length, insert.length - threePrime.length)
  gate.check('frame', coding.length % 3 === 0, `${coding.length} bases from the start`, 'a multiple of three')
  gate.check('stop-missing', coding.endsWith(stop), coding.slice(coding.length - stop.length), stop)
  const protein = translate(coding.endsWith(stop) ? coding.slice(0, coding.length - stop.length) : coding)
  const inside = protein.indexOf('*')
  gate.check('stop-inside', inside < 0, inside < 0 ? 'none' : `residue ${inside + 1}`, 'no stop before the end')
  const joints = linkers.map(name => references.linkers.get(name))
  gate.check(
    'linker-known',
    joints.every(linker => linker !== undefined),
    linkers.join(', ') || 'none',
    [...references.linkers.keys()].join(', '),
  )
  const names = chainNames(chains)
  const expected = cistrons.map(cistron =>
    cistron.kind === 'user' ? expectUserChain(cistron, gate) : expectChain(names.get(cistron)!, cistron, references, gate),
  )
  gate.check(
    'linker-count',
    linkers.length === cistrons.length - 1,
    String(linkers.length),
    `${cistrons.length - 1}, between ${cistrons.length} chains`,
  )
  if (
    expected.every(chain => chain !== undefined) &&
    joints.every(linker => linker !== undefined) &&
    linkers.length === cistrons.length - 1
  )
    judgeProtein(
      protein,
      expected,
      joints.map(linker => linker.aa),
      gate,
    )
  for (const chain of chains) {
    if (chain.junctionNtLocked === undefined) continue
    const at = insert.indexOf(chain.junctionNtLocked)
    gate.check(
      `junction-${names.get(chain)}-nt`,
      at >= 0 && (at - fivePrime.length) % 3 === 0,
      at < 0 ? 'absent' : `at ${at + 1}`,
      chain.junctionNtLocked,
    )
  }
  judgeLimits(insert, declaration, references, gate)
  return gate.list
}

/** `alpha`, `beta`; with two receptors in one insert `alpha-1`, `alpha-2`. */
function chainNames(chains: readonly DeclaredChain[]): ReadonlyMap<DeclaredChain, string> {
  return new Map(
    chains.map((chain, i) => {
      const same = chains.filter(other => other.locus === chain.locus)
      const nth = chains.slice(0, i).filter(other => other.locus === chain.locus).length + 1
      return [chain, `${CHAIN_NAME[chain.locus]}${same.length > 1 ? `-${nth}` : ''}`]
    }),
  )
}

const inFrameAtg = (fivePrime: string): boolean => {
  for (let i = fivePrime.length % 3; i + 3 <= fivePrime.length; i += 3) if (fivePrime.slice(i, i + 3) === 'ATG') return true
  return false
}

/** Cloning sites may stand in the arms, nowhere else. */
function judgeLimits(insert: string, declaration: Declaration, references: GateReferences, gate: Gate): void {
  const preset = references.presets.get(declaration.preset)
  gate.check('preset-known', preset !== undefined, declaration.preset, [...references.presets.keys()].join(', '))
  if (preset === undefined || !/^[ACGT]+$/.test(insert)) return
  const found = breaches(insert, withSites(preset, declaration.vectorSites), declaration.arms)
  for (const check of LIMIT_CHECKS) {
    const here = found.filter(breach => breach.check === check)
    gate.check(
      check,
      here.length === 0,
      here.length === 0
        ? 'none'
        : here
            .slice(0, 3)
            .map(breach => `${breach.text} at ${breach.at + 1}`)
            .join('; '),
      `within ${preset.name}`,
    )
  }
}

function expectUserChain(cistron: DeclaredUserChain, gate: Gate): ExpectedChain | undefined {
  const fault = rolesFault(cistron.parts)
  gate.check(
    `${cistron.name}-parts`,
    fault === '',
    fault || cistron.parts.map(part => part.role).join(', '),
    'a leader first, roles in order',
  )
  const cited = cistron.parts.filter(part => part.citation.trim() === '').map(part => part.name)
  gate.check(`${cistron.name}-cited`, cited.length === 0, cited.join(', ') || 'every part', 'a citation for every part')
  const differs = cistron.parts.find(part => part.nt !== undefined && translate(part.nt) !== part.aa)
  gate.check(`${cistron.name}-bases`, differs === undefined, differs?.name ?? 'as their residues', 'given bases translate to the residues')
  return { name: cistron.name, protein: userChainProtein(cistron) }
}

/** Protein of one declared chain, from germline residues; failures are written to the gate. */
function expectChain(name: string, declared: DeclaredChain, references: GateReferences, gate: Gate): ExpectedChain | undefined {
  const { locus } = declared
  const sets = references.constantSets
  gate.check(`${name}-constant-set`, sets.has(declared.constantSet), declared.constantSet, [...sets.keys()].join(', '))
  const v = segment<GermlineV>('V', declared.vCall, references.receptor)
  const j = segment<GermlineJ>('J', declared.jCall, references.receptor)
  gate.check(
    `${name}-genes`,
    v !== undefined && j !== undefined,
    `${declared.vCall}, ${declared.jCall}`,
    `genes of ${references.receptor.release}`,
  )
  if (!sets.has(declared.constantSet) || v === undefined || j === undefined) return undefined
  // TRAV…/DV… genes serve both loci
  const ofLocus = v.gene.startsWith(locus) || (locus === 'TRD' && /^TRAV.*DV/.test(v.gene))
  gate.check(`${name}-locus`, ofLocus && j.gene.startsWith(locus), `${v.gene}, ${j.gene}`, `two ${locus} genes`)
  const constant = constantFor(sets, declared.constantSet, locus, j.gene, references.constants)
  gate.check(
    `${name}-constant-built`,
    constant.ok,
    constant.ok ? constant.value.origin : constant.issue.what,
    `${declared.constantSet} from the germline`,
  )
  const anchored = v.cys104 !== undefined && v.cys23 !== undefined && v.trp41 !== undefined && j.j118 !== undefined
  gate.check(
    `${name}-v-domain`,
    anchored,
    anchored ? 'C23, W41, C104, J118' : 'an anchor is missing',
    'C23, W41, C104 and J118 in the germline',
  )
  if (!constant.ok || !anchored) return undefined
  const mature = translate(v.sequence.slice(0, v.cys104))
  gate.check(`${name}-v-open`, !mature.includes('*'), mature.includes('*') ? 'stop in V' : 'open', 'no stop in V: not a pseudogene')
  const leader = declared.leaderAa ?? translate(v.leader)
  gate.check(`${name}-leader`, /^M[^*]{13,44}$/.test(leader), leader, 'M first, 14 to 45 residues, no stop')
  const length = declared.junctionAa.length
  const j118 = residueOfCodon(j.sequence.slice(j.j118, j.j118! + 3))
  gate.check(
    `${name}-junction`,
    length >= 5 && length <= 35 && declared.junctionAa[0] === 'C' && declared.junctionAa.at(-1) === j118,
    declared.junctionAa,
    `C … ${j118}, 5 to 35 residues`,
  )
  const rest = j.sequence.slice(j.j118! + 3)
  const jAa = translate(rest)
  gate.check(`${name}-j-motif`, /^(G.G|..G)/.test(jAa), j118 + jAa.slice(0, 3), 'residue 118 followed by GxG or xxG')
  const jc = residueOfCodon(rest.slice(jAa.length * 3) + constant.value.nt.slice(0, 2))
  const usual = JUNCTION_RESIDUES[locus]
  gate.check(`${name}-jc-residue`, usual.includes(jc), jc, [...usual].join(' or '))
  const { tagN, tagC, junctionAa: junction } = declared
  gate.check(`${name}-tags`, /^[ACDEFGHIKLMNPQRSTVWY]*$/.test(tagN + tagC), tagN + tagC || 'none', 'residues, no stop')
  return {
    name,
    protein: leader + tagN + mature + junction + jAa + jc + constant.value.aa + tagC,
    junction,
    constant: constant.value.aa,
    tagC,
    set: declared.constantSet,
  }
}

function segment<S extends GermlineV | GermlineJ>(region: S['region'], call: string, germline: Germline): S | undefined {
  const name = normaliseGeneName(call)
  if (!name.ok) return undefined
  const found = findSegment(germline, region, name.value)
  return found.ok ? (found.value.segment as S) : undefined
}

function judgeProtein(protein: string, chains: readonly ExpectedChain[], linkers: readonly string[], gate: Gate): void {
  const expected = chains.map((chain, i) => chain.protein + (linkers[i] ?? '')).join('')
  const differs = firstDifference(protein, expected)
  gate.check(
    'protein-differs',
    differs < 0,
    differs < 0 ? `${protein.length} residues` : `residue ${differs + 1}: ${protein.slice(Math.max(0, differs - 3), differs + 4)}`,
    differs < 0 ? 'as declared' : expected.slice(Math.max(0, differs - 3), differs + 4),
  )
  // the protein, cut where each linker stands
  const pieces: string[] = []
  let rest = protein
  linkers.forEach((linker, i) => {
    const at = rest.indexOf(linker)
    const name = linkers.length > 1 ? `linker-${i + 1}` : 'linker'
    gate.check(
      name,
      at > 0 && linker.endsWith('NPGP') && rest[at + linker.length] === 'M',
      at > 0 ? rest.slice(at, at + linker.length + 1) : 'absent',
      `${linker}M`,
    )
    pieces.push(at > 0 ? rest.slice(0, at) : rest)
    if (at > 0) rest = rest.slice(at + linker.length)
  })
  pieces.push(rest)
  gate.check(
    'order',
    chains.every((chain, i) => pieces[i]!.includes(chain.junction ?? chain.protein)),
    differs < 0 ? chains.map(chain => chain.name).join(', ') : 'see protein-differs',
    chains.map(chain => chain.name).join(' before '),
  )
  chains.forEach((chain, i) => {
    const { junction, constant } = chain
    if (junction === undefined || constant === undefined) return
    const part = pieces[i]!
    const at = part.indexOf(junction)
    gate.check(
      `junction-${chain.name}`,
      at >= 0 && part.indexOf(junction, at + 1) < 0,
      at < 0 ? 'absent' : `residue ${at + 1}`,
      `${junction} once`,
    )
    gate.check(
      `${chain.name}-constant-variant`,
      part.includes(constant),
      part.includes(constant) ? 'present' : 'another constant region',
      `${chain.set} in full`,
    )
    const end = constant.slice(-6) + chain.tagC
    gate.check(`${chain.name}-constant-end`, part.endsWith(end), part.slice(-end.length), end)
  })
}

function firstDifference(a: string, b: string): number {
  const n = Math.min(a.length, b.length)
  for (let i = 0; i < n; i++) if (a[i] !== b[i]) return i
  return a.length === b.length ? -1 : n
}
