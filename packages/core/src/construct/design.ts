// The stage: a receptor's two chains + a product description → an insert, judged by the gate. A refused receptor comes back with its reasons.
import { type Caveat, caveat, fail, type Issue, issue, nearest, ok, type Result, sha256Hex } from '../base/index.ts'
import { type CodonUsage, codonAdaptationIndex, type DesignPart, gcShare, optimiseCodons, segmentName, translate } from '../bio/index.ts'
import { betaChainOf, buildConstant, CONSTANT_SETS, type ConstantRegion } from './constant-set.ts'
import { type Construct, type ConstructId, type ConstructPart, type Declaration, failedChecks, KOZAK, STOP } from './construct.ts'
import { type GateReferences, judge } from './gate.ts'
import { LINKERS, type Linker } from './linker.ts'
import { type ChainInput, type ReconstructedChain, reconstructChain } from './reconstruct.ts'

export interface ProductOptions {
  readonly constantSet: string
  readonly linker: string
  readonly order: 'beta-alpha' | 'alpha-beta'
  readonly preset: string
  /** Keep the junction's own bases through codon optimisation. */
  readonly lockJunction: boolean
}

export const DEFAULT_PRODUCT: ProductOptions = {
  constantSet: 'murine-cys-lvl',
  linker: 'furin-SGSG-P2A',
  order: 'beta-alpha',
  preset: 'generic-strict',
  lockJunction: false,
}

export interface ReceptorInput {
  readonly receptorId: string
  readonly alpha: ChainInput
  readonly beta: ChainInput
}

/** Errors: `product-option` naming the option, the value and what there is. */
export function checkProduct(options: ProductOptions, presets: readonly string[]): Result<undefined, Issue> {
  for (const [name, value, known] of [
    ['constant', options.constantSet, Object.keys(CONSTANT_SETS)],
    ['linker', options.linker, Object.keys(LINKERS)],
    ['preset', options.preset, presets],
    ['order', options.order, ['beta-alpha', 'alpha-beta']],
  ] as const) {
    if (!(known as readonly string[]).includes(value))
      return fail(
        issue(
          'product-option',
          `${name} "${value}" is not known`,
          `use one of ${known.join(', ')} (nearest: ${nearest(value, known, 1)[0]})`,
        ),
      )
  }
  return ok(undefined)
}

interface ChainDesign {
  readonly chain: ReconstructedChain
  readonly constant: ConstantRegion
  readonly name: 'alpha' | 'beta'
}

/** Issues when a chain cannot be built at all; a construct that fails the gate is a value with status `refused`. */
export function designConstruct(
  receptor: ReceptorInput,
  options: ProductOptions,
  references: GateReferences,
  usage: CodonUsage,
): Result<Construct, readonly Issue[]> {
  const set = CONSTANT_SETS[options.constantSet]!
  const linker = LINKERS[options.linker]!
  const alpha = reconstructChain(receptor.alpha, references.receptor, usage)
  const beta = reconstructChain(receptor.beta, references.receptor, usage)
  const issues: Issue[] = [alpha, beta].flatMap(chain => (chain.ok ? changedResidues(chain.value) : [chain.issue]))
  if (!alpha.ok || !beta.ok || issues.length > 0) return fail(issues)
  const constants = references.constants[set.species]
  const alphaC = buildConstant(constants, set.alpha, set.name)
  const betaC = buildConstant(constants, betaChainOf(set, beta.value.j.gene), set.name)
  if (!alphaC.ok || !betaC.ok) return fail([alphaC, betaC].flatMap(made => (made.ok ? [] : [made.issue])))
  const designs: readonly ChainDesign[] = [
    { name: 'alpha', chain: alpha.value, constant: alphaC.value },
    { name: 'beta', chain: beta.value, constant: betaC.value },
  ]
  const ordered = options.order === 'beta-alpha' ? designs.toReversed() : designs
  const native = tile(ordered, linker, references.receptor.release)
  const limits = references.presets.get(options.preset)!
  const stop = translate(native.nt.slice(KOZAK.length, -STOP.length)).search(/[^ACDEFGHIKLMNPQRSTVWY]/)
  if (stop >= 0)
    return fail([
      issue(
        'stop-inside',
        `the assembled protein has a stop at residue ${stop + 1} (${[alpha.value.v, alpha.value.j, beta.value.v, beta.value.j].map(segmentName).join(', ')})`,
        'check the V and J genes: a pseudogene, or a record that is out of frame',
      ),
    ])
  const made = limits.keepsNativeCodons
    ? ok({ nt: native.nt, cai: codonAdaptationIndex(usage, native.nt.slice(KOZAK.length, -STOP.length)), notBest: 0 })
    : optimiseCodons(designParts(native, options.lockJunction), usage, limits)
  if (!made.ok) return fail([made.issue])
  const insert = made.value.nt
  const locked = (chain: ReconstructedChain) =>
    chain.mode !== 'amino-acid' && (options.lockJunction || limits.keepsNativeCodons) ? chain.junctionNt : undefined
  const declaration: Declaration = {
    alpha: {
      vCall: segmentName(alpha.value.v),
      jCall: segmentName(alpha.value.j),
      junctionAa: alpha.value.junctionAa,
      junctionNtLocked: locked(alpha.value),
      leaderAa: ownLeader(alpha.value),
    },
    beta: {
      vCall: segmentName(beta.value.v),
      jCall: segmentName(beta.value.j),
      junctionAa: beta.value.junctionAa,
      junctionNtLocked: locked(beta.value),
      leaderAa: ownLeader(beta.value),
    },
    constantSet: options.constantSet,
    linker: options.linker,
    order: options.order,
    fivePrime: KOZAK,
    stop: STOP,
    preset: options.preset,
  }
  const gate = judge(insert, declaration, references)
  const caveats: Caveat[] = [...alpha.value.caveats, ...beta.value.caveats]
  for (const chain of [alpha.value, beta.value]) {
    const leader = ownLeader(chain)
    if (leader !== undefined)
      caveats.push(
        caveat(
          'leader-differs',
          `the contig's leader ${leader} differs from that of ${segmentName(chain.v)}, ${translate(chain.v.leader)}`,
        ),
      )
  }
  if (!limits.verified) caveats.push(caveat('preset-unverified', `the limits ${limits.name} were not confirmed by a vendor`))
  return ok({
    id: `TCR-${sha256Hex(JSON.stringify([receptor.receptorId, declaration])).slice(0, 10)}` as ConstructId,
    receptorId: receptor.receptorId,
    declaration,
    status: failedChecks(gate).length === 0 ? 'ready' : 'refused',
    insert,
    protein: translate(insert.slice(KOZAK.length, -STOP.length)),
    sha256: sha256Hex(insert),
    parts: limits.keepsNativeCodons ? native.parts : native.parts.map(part => withChosenCodons(part, options.lockJunction)),
    cai: made.value.cai,
    gc: gcShare(insert),
    notBestCodons: made.value.notBest,
    gate,
    caveats,
    leaderAlphaAa: translate(alpha.value.leaderNt),
    leaderBetaAa: translate(beta.value.leaderNt),
    junctionAlphaNt: alpha.value.junctionNt,
    junctionBetaNt: beta.value.junctionNt,
  })
}

/** A contig may change bases of its germline V and J, not residues: the gate knows the germline alone, so an allele it lacks has to be imported first. */
function changedResidues(chain: ReconstructedChain): readonly Issue[] {
  const { v, j } = chain
  const compared = [
    ['V', translate(chain.vNt), translate(v.sequence.slice(0, v.cys104)), segmentName(v)],
    ['J', translate(chain.jNt), translate(j.sequence.slice(j.j118! + 3)), segmentName(j)],
  ] as const
  return compared
    .filter(([, own, germline]) => own !== germline)
    .map(([part, own, germline, name]) =>
      issue(
        'contig-changes-protein',
        `the contig's ${part} is ${own}, that of ${name} is ${germline}`,
        'name the allele the cell has, import it, or build without the contig',
      ),
    )
}

/** The contig's leader, where it differs from the germline allele's. */
function ownLeader(chain: ReconstructedChain): string | undefined {
  const leader = translate(chain.leaderNt)
  return leader === translate(chain.v.leader) ? undefined : leader
}

/** After optimisation a part keeps its residues, not its bases. */
function withChosenCodons(part: ConstructPart, lockJunction: boolean): ConstructPart {
  if (part.role === 'kozak' || part.role === 'stop' || (part.role === 'junction' && lockJunction)) return part
  return { ...part, origin: part.role === 'junction' ? 'residues of the receptor, codons chosen' : `${part.origin}, codons chosen` }
}

interface Tiling {
  readonly nt: string
  readonly parts: readonly ConstructPart[]
}

/** Kozak, chain, linker, chain, stop; parts tile the bases without gap or overlap. */
function tile(ordered: readonly ChainDesign[], linker: Linker, release: string): Tiling {
  const parts: ConstructPart[] = []
  let nt = ''
  const add = (role: ConstructPart['role'], bases: string, origin: string, chain?: 'alpha' | 'beta') => {
    parts.push({ role, chain, start: nt.length, end: nt.length + bases.length, origin })
    nt += bases
  }
  add('kozak', KOZAK, 'Kozak 1987, doi:10.1093/nar/15.20.8125')
  ordered.forEach(({ chain, constant, name }, i) => {
    if (i > 0) {
      let at = 0
      for (const { label, aa } of linker.features) {
        add(
          label === 'furin' ? 'furin' : label.endsWith('2A') ? '2a' : 'spacer',
          linker.nt.slice(at, at + aa.length * 3),
          `${label} of ${linker.name}`,
        )
        at += aa.length * 3
      }
    }
    const from = chain.mode === 'contig' ? 'contig of the cell, as ' : ''
    const v = `${from}${segmentName(chain.v)} (${release}, ${chain.v.record})`
    add('leader', chain.leaderNt, v, name)
    add('v-region', chain.vNt, v, name)
    add(
      'junction',
      chain.junctionNt,
      chain.mode !== 'amino-acid' ? 'bases of the cell' : 'residues given, germline codons where they agree',
      name,
    )
    add('j-region', chain.jNt, `${from}${segmentName(chain.j)} (${release}, ${chain.j.record})`, name)
    add('constant', constant.nt, constant.origin + constant.substitutions.map(s => ` ${s.from}${s.number}${s.to}`).join(''), name)
  })
  add('stop', STOP, 'stop codon')
  return { nt, parts }
}

function designParts({ nt, parts }: Tiling, lockJunction: boolean): readonly DesignPart[] {
  const design: DesignPart[] = [{ kind: 'locked', nt: KOZAK }]
  let at = KOZAK.length
  const free = (to: number) => {
    if (to > at) design.push({ kind: 'free', aa: translate(nt.slice(at, to)) })
    at = to
  }
  for (const part of parts) {
    if (part.role !== 'junction' || !lockJunction) continue
    free(part.start)
    design.push({ kind: 'locked', nt: nt.slice(part.start, part.end) })
    at = part.end
  }
  free(nt.length - STOP.length)
  design.push({ kind: 'locked', nt: STOP })
  return design
}
