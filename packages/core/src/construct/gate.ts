// The hard gate: judges finished bases from the declaration alone. It shares with the assembler only the genetic code and the germline tables.
// One failed check refuses the construct; there is no way around it.
import {
  breaches,
  findSegment,
  type Germline,
  type GermlineJ,
  type GermlineV,
  normaliseGeneName,
  residueOfCodon,
  type SequenceLimits,
  translate,
} from '../bio/index.ts'
import { betaChainOf, buildConstant, CONSTANT_SETS, type ConstantChain } from './constant-set.ts'
import type { Declaration, DeclaredChain, GateResult } from './construct.ts'
import { LINKERS } from './linker.ts'

export interface GateReferences {
  /** Of the receptor's species. */
  readonly receptor: Germline
  /** Of each species a constant set may name. */
  readonly constants: Readonly<Record<'human' | 'mouse', Germline>>
  /** Sequence limits by name. */
  readonly presets: ReadonlyMap<string, SequenceLimits>
}

interface ExpectedChain {
  readonly name: 'alpha' | 'beta'
  readonly leader: string
  readonly v: string
  readonly junction: string
  readonly j: string
  readonly jc: string
  readonly constant: string
}

const results = () => {
  const list: GateResult[] = []
  return {
    list,
    check(check: string, holds: boolean, observed: string, expected: string) {
      list.push({ check, verdict: holds ? 'holds' : 'fails', observed, expected })
    },
  }
}

/** Every check with what was observed and expected. */
export function judge(insert: string, declaration: Declaration, references: GateReferences): readonly GateResult[] {
  const gate = results()
  const { alpha, beta } = declaration
  gate.check('alphabet', /^[ACGT]+$/.test(insert), /[^ACGT]/.exec(insert)?.[0] ?? 'A C G T', 'A C G T only')
  gate.check('junctions-differ', alpha.junctionAa !== beta.junctionAa, `${alpha.junctionAa}, ${beta.junctionAa}`, 'two different junctions')
  const { fivePrime, stop } = declaration
  gate.check('kozak', insert.startsWith(fivePrime), insert.slice(0, fivePrime.length), fivePrime)
  gate.check(
    'start',
    insert.slice(fivePrime.length, fivePrime.length + 3) === 'ATG',
    insert.slice(fivePrime.length, fivePrime.length + 3),
    'ATG',
  )
  gate.check('no-upstream-atg', !inFrameAtg(fivePrime), fivePrime, 'no ATG in frame before the start')
  const coding = insert.slice(fivePrime.length)
  gate.check('frame', coding.length % 3 === 0, `${coding.length} bases from the start`, 'a multiple of three')
  gate.check('stop-missing', coding.endsWith(stop), coding.slice(coding.length - stop.length), stop)
  const protein = translate(coding.endsWith(stop) ? coding.slice(0, coding.length - stop.length) : coding)
  const inside = protein.indexOf('*')
  gate.check('stop-inside', inside < 0, inside < 0 ? 'none' : `residue ${inside + 1}`, 'no stop before the end')
  const linker = LINKERS[declaration.linker]
  gate.check('linker-known', linker !== undefined, declaration.linker, Object.keys(LINKERS).join(', '))
  const expected = (['alpha', 'beta'] as const).map(name => expectChain(name, declaration, references, gate))
  const [a, b] = expected
  if (a !== undefined && b !== undefined && linker !== undefined) judgeProtein(protein, a, b, linker.aa, declaration, gate)
  for (const [name, chain] of [
    ['alpha', alpha],
    ['beta', beta],
  ] as const) {
    if (chain.junctionNtLocked !== undefined) {
      const at = insert.indexOf(chain.junctionNtLocked)
      gate.check(
        `junction-${name}-nt`,
        at >= 0 && (at - fivePrime.length) % 3 === 0,
        at < 0 ? 'absent' : `at ${at + 1}`,
        chain.junctionNtLocked,
      )
    }
  }
  const preset = references.presets.get(declaration.preset)
  gate.check('preset-known', preset !== undefined, declaration.preset, [...references.presets.keys()].join(', '))
  if (preset !== undefined && /^[ACGT]+$/.test(insert)) {
    const found = breaches(insert, preset)
    for (const check of ['sites', 'motifs', 'splice', 'homopolymer', 'gc', 'repeats', 'hairpin'] as const) {
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
  return gate.list
}

const inFrameAtg = (fivePrime: string): boolean => {
  for (let i = fivePrime.length % 3; i + 3 <= fivePrime.length; i += 3) if (fivePrime.slice(i, i + 3) === 'ATG') return true
  return false
}

type Gate = ReturnType<typeof results>

/** Protein parts of one declared chain, from germline residues; failures are written to the gate. */
function expectChain(name: 'alpha' | 'beta', declaration: Declaration, references: GateReferences, gate: Gate): ExpectedChain | undefined {
  const declared: DeclaredChain = declaration[name]
  const set = CONSTANT_SETS[declaration.constantSet]
  gate.check(`${name}-constant-set`, set !== undefined, declaration.constantSet, Object.keys(CONSTANT_SETS).join(', '))
  const v = segment<GermlineV>('V', declared.vCall, references.receptor)
  const j = segment<GermlineJ>('J', declared.jCall, references.receptor)
  gate.check(
    `${name}-genes`,
    v !== undefined && j !== undefined,
    `${declared.vCall}, ${declared.jCall}`,
    `genes of ${references.receptor.release}`,
  )
  if (set === undefined || v === undefined || j === undefined) return undefined
  const locus = name === 'alpha' ? 'TRA' : 'TRB'
  gate.check(`${name}-locus`, v.gene.startsWith(locus) && j.gene.startsWith(locus), `${v.gene}, ${j.gene}`, `two ${locus} genes`)
  const chain: ConstantChain = name === 'alpha' ? set.alpha : betaChainOf(set, j.gene)
  const constant = buildConstant(references.constants[set.species], chain, set.name)
  gate.check(
    `${name}-constant-built`,
    constant.ok,
    constant.ok ? constant.value.origin : constant.issue.what,
    `${set.name} from the germline`,
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
  gate.check(`${name}-jc-residue`, name === 'beta' ? jc === 'E' : 'NDHY'.includes(jc), jc, name === 'beta' ? 'E' : 'N, D, H or Y')
  return { name, leader, v: mature, junction: declared.junctionAa, j: jAa, jc, constant: constant.value.aa }
}

function segment<S extends GermlineV | GermlineJ>(region: S['region'], call: string, germline: Germline): S | undefined {
  const name = normaliseGeneName(call)
  if (!name.ok) return undefined
  const found = findSegment(germline, region, name.value)
  return found.ok ? (found.value.segment as S) : undefined
}

const whole = (chain: ExpectedChain): string => chain.leader + chain.v + chain.junction + chain.j + chain.jc + chain.constant

function judgeProtein(
  protein: string,
  alpha: ExpectedChain,
  beta: ExpectedChain,
  linker: string,
  declaration: Declaration,
  gate: Gate,
): void {
  const [first, second] = declaration.order === 'beta-alpha' ? [beta, alpha] : [alpha, beta]
  const expected = whole(first) + linker + whole(second)
  const differs = firstDifference(protein, expected)
  gate.check(
    'protein-differs',
    differs < 0,
    differs < 0 ? `${protein.length} residues` : `residue ${differs + 1}: ${protein.slice(Math.max(0, differs - 3), differs + 4)}`,
    differs < 0 ? 'as declared' : expected.slice(Math.max(0, differs - 3), differs + 4),
  )
  const atLinker = protein.indexOf(linker)
  gate.check(
    'linker',
    atLinker > 0 && linker.endsWith('NPGP') && protein[atLinker + linker.length] === 'M',
    atLinker > 0 ? protein.slice(atLinker, atLinker + linker.length + 1) : 'absent',
    `${linker}M`,
  )
  const [head, tail] = atLinker > 0 ? [protein.slice(0, atLinker), protein.slice(atLinker + linker.length)] : [protein, protein]
  gate.check(
    'order',
    head.includes(first.junction) && tail.includes(second.junction),
    declaration.order,
    `${first.name} before ${second.name}`,
  )
  for (const [chain, part] of [
    [first, head],
    [second, tail],
  ] as const) {
    const at = part.indexOf(chain.junction)
    gate.check(
      `junction-${chain.name}`,
      at >= 0 && part.indexOf(chain.junction, at + 1) < 0,
      at < 0 ? 'absent' : `residue ${at + 1}`,
      `${chain.junction} once`,
    )
    gate.check(
      `${chain.name}-constant-variant`,
      part.includes(chain.constant),
      part.includes(chain.constant) ? 'present' : 'another constant region',
      `${declaration.constantSet} in full`,
    )
    gate.check(`${chain.name}-constant-end`, part.endsWith(chain.constant.slice(-6)), part.slice(-6), chain.constant.slice(-6))
  }
}

function firstDifference(a: string, b: string): number {
  const n = Math.min(a.length, b.length)
  for (let i = 0; i < n; i++) if (a[i] !== b[i]) return i
  return a.length === b.length ? -1 : n
}
