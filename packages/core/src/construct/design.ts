// The stage: a receptor's chains + a product description → an insert, judged by the gate. A refused receptor comes back with its reasons.
import { type Caveat, caveat, fail, type Issue, issue, ok, type Result, sha256Hex } from '../base/index.ts'
import {
  type CodonUsage,
  codonAdaptationIndex,
  type DesignPart,
  gcShare,
  optimiseCodons,
  segmentName,
  translate,
  vRegions,
  withSites,
} from '../bio/index.ts'
import { type AssembledChain, assemble, type Cistron, designParts, withChosenCodons } from './assemble.ts'
import { CHAIN_NAME, isBetaLike } from './chain-locus.ts'
import { constantFor } from './constant-set.ts'
import {
  type Construct,
  type ConstructId,
  type ConstructPart,
  type Declaration,
  type DeclaredCistron,
  failedChecks,
  type Tag,
} from './construct.ts'
import { type GateReferences, judge } from './gate.ts'
import { insertInto } from './insert-into-vector.ts'
import { linkersFor } from './linker.ts'
import { insertFeatures } from './order.ts'
import { type InsertPlan, type ProductOptions, planInserts, type ReceptorInput } from './product.ts'
import { type ReconstructedChain, reconstructChain } from './reconstruct.ts'
import { isCar } from './user-parts.ts'

/** One receptor, both chains in one insert. Issues when a chain cannot be built at all; a construct that fails the gate is a value with status `refused`. */
export function designConstruct(
  receptor: ReceptorInput,
  options: ProductOptions,
  references: GateReferences,
  usage: CodonUsage,
): Result<Construct, readonly Issue[]> {
  const plan = planInserts([receptor], { ...options, layout: 'together' })
  if (!plan.ok) return fail([plan.issue])
  return designInsert(plan.value[0]!, options, references, usage)
}

export function designInsert(
  plan: InsertPlan,
  options: ProductOptions,
  references: GateReferences,
  usage: CodonUsage,
): Result<Construct, readonly Issue[]> {
  const built = buildChains(plan, options, references, usage)
  if (!built.ok) return built
  const chains = built.value
  const cistrons: readonly Cistron[] = [...chains, ...(plan.userChain === undefined ? [] : [{ kind: 'user' as const, ...plan.userChain }])]
  const linkers = linkersFor(options.linker, cistrons.length - 1, references.linkers)
  const { vector } = options
  const [arm5, arm3] = [vector?.arm5 ?? '', vector?.arm3 ?? '']
  const core = assemble(cistrons, linkers, options.kozak, options.stop, plan.barcode, references.receptor.release)
  const limits = references.presets.get(options.preset)!
  const codingEnd = core.nt.length - options.stop.length - plan.barcode.length
  const native = core.nt.slice(options.kozak.length, codingEnd)
  const stop = translate(native).search(/[^ACDEFGHIKLMNPQRSTVWY]/)
  if (stop >= 0)
    return fail([
      issue(
        'stop-inside',
        `the assembled protein has a stop at residue ${stop + 1} (${chains
          .flatMap(({ chain }) => [chain.v, chain.j])
          .map(segmentName)
          .join(', ')})`,
        'check the V and J genes: a pseudogene, or a record that is out of frame',
      ),
    ])
  const made = limits.keepsNativeCodons
    ? ok({ nt: arm5 + core.nt + arm3, cai: codonAdaptationIndex(usage, native), changed: [] })
    : optimiseCodons(
        [...lockedArm(arm5), ...designParts(core, options.lockJunction), ...lockedArm(arm3)],
        usage,
        withSites(limits, vector?.sites),
        [arm5.length, arm3.length],
        options.codons,
      )
  if (!made.ok) return fail([made.issue])
  const insert = made.value.nt
  const keepsBases = options.lockJunction || limits.keepsNativeCodons
  const declaration: Declaration = {
    cistrons: cistrons.map(cistron => declared(cistron, options.constantSet, keepsBases)),
    linkers: linkers.map(linker => linker.name),
    fivePrime: arm5 + options.kozak,
    stop: options.stop,
    threePrime: plan.barcode + arm3,
    arms: [arm5.length, arm3.length],
    preset: options.preset,
    vectorSites: vector?.sites ?? {},
  }
  const id =
    `TCR-${sha256Hex(JSON.stringify([plan.name, declaration, ...(options.codons === 'best' ? [] : [options.codons])])).slice(0, 10)}` as ConstructId
  const arm = (label: string, start: number, end: number): readonly ConstructPart[] =>
    start === end ? [] : [{ role: 'arm', chain: undefined, label, start, end, locked: true, origin: `${vector!.name}, ${vector!.how}` }]
  const parts = [
    ...arm("arm 5'", 0, arm5.length),
    ...core.parts
      .map(part => (limits.keepsNativeCodons ? part : withChosenCodons(part, options.lockJunction)))
      .map(part => ({ ...part, start: part.start + arm5.length, end: part.end + arm5.length })),
    ...arm("arm 3'", insert.length - arm3.length, insert.length),
  ]
  const reading = [declaration.fivePrime.length, insert.length - declaration.threePrime.length - options.stop.length] as const
  const protein = translate(insert.slice(...reading))
  const productType =
    chains.length === 0 ? (isCar(plan.userChain!.parts) ? 'car' : 'tcr+payload') : plan.userChain === undefined ? 'tcr' : 'tcr+payload'
  const receptorParts = chains.map(({ chain }) => ({
    locus: chain.locus,
    leaderAa: translate(chain.leaderNt),
    junctionNt: chain.junctionNt,
    regions: vRegions(chain.v),
  }))
  const features = insertFeatures(
    { receptorId: plan.name, insert, protein, parts, declaration, chains: receptorParts },
    references.constantSets,
  )
  const plasmid = vector === undefined ? undefined : insertInto(vector, insert, reading, id, features)
  const gate = [...judge(insert, declaration, references), ...(plasmid?.checks ?? [])]
  return ok({
    id,
    receptorId: plan.name,
    productType,
    layout: plan.layout,
    declaration,
    status: failedChecks(gate).length === 0 ? 'ready' : 'refused',
    insert,
    protein,
    sha256: sha256Hex(insert),
    parts,
    cai: made.value.cai,
    gc: gcShare(insert),
    codons: limits.keepsNativeCodons ? 'native' : options.codons,
    changedCodons: made.value.changed,
    gate,
    caveats: caveatsOf(plan, chains, limits),
    chains: receptorParts,
    plasmid,
  })
}

const lockedArm = (nt: string): readonly DesignPart[] => (nt === '' ? [] : [{ kind: 'locked', nt }])

function buildChains(
  plan: InsertPlan,
  options: ProductOptions,
  references: GateReferences,
  usage: CodonUsage,
): Result<readonly AssembledChain[], readonly Issue[]> {
  const issues: Issue[] = []
  const chains: AssembledChain[] = []
  for (const input of plan.chains) {
    const chain = reconstructChain(input, references.receptor, usage, options.alleles)
    if (!chain.ok) {
      issues.push(chain.issue)
      continue
    }
    issues.push(...changedResidues(chain.value))
    const constant = constantFor(references.constantSets, options.constantSet, chain.value.locus, chain.value.j.gene, references.constants)
    if (!constant.ok) {
      issues.push(constant.issue)
      continue
    }
    const tag = (place: Tag['place']) => options.tags.find(t => t.place === place && (t.chain === 'beta') === isBetaLike(chain.value.locus))
    chains.push({ kind: 'tcr', chain: chain.value, constant: constant.value, tagN: tag('N'), tagC: tag('C') })
  }
  return issues.length > 0 ? fail(issues) : ok(chains)
}

function declared(cistron: Cistron, constantSet: string, keepsBases: boolean): DeclaredCistron {
  if (cistron.kind === 'user') return { kind: 'user', name: cistron.name, parts: cistron.parts }
  const { chain, tagN, tagC } = cistron
  return {
    kind: 'tcr',
    locus: chain.locus,
    vCall: segmentName(chain.v),
    jCall: segmentName(chain.j),
    junctionAa: chain.junctionAa,
    junctionNtLocked: chain.mode !== 'amino-acid' && keepsBases ? chain.junctionNt : undefined,
    leaderAa: ownLeader(chain),
    constantSet,
    tagN: tagN?.aa ?? '',
    tagC: tagC?.aa ?? '',
  }
}

function caveatsOf(
  plan: InsertPlan,
  chains: readonly AssembledChain[],
  limits: { readonly name: string; readonly verified: boolean },
): readonly Caveat[] {
  const caveats: Caveat[] = chains.flatMap(({ chain }) => chain.caveats)
  for (const { chain } of chains) {
    const leader = ownLeader(chain)
    if (leader !== undefined)
      caveats.push(
        caveat(
          'leader-differs',
          `the contig's leader ${leader} differs from that of ${segmentName(chain.v)}, ${translate(chain.v.leader)}`,
        ),
      )
  }
  if (plan.layout === 'multi')
    caveats.push(
      caveat(
        'mispairing',
        `two receptors in one cell may pair ${CHAIN_NAME[chains[0]!.chain.locus]} and ${CHAIN_NAME[chains[1]!.chain.locus]} chains of different receptors`,
      ),
    )
  if (plan.layout === 'separate-alpha' || plan.layout === 'separate-beta')
    caveats.push(caveat('other-chain-apart', `the other chain of ${plan.name} stands in an insert of its own: both vectors are needed`))
  if (!limits.verified) caveats.push(caveat('preset-unverified', `the limits ${limits.name} were not confirmed by a vendor`))
  return caveats
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
        'name the allele the cell has, import it, take single bases back to germline (germline bases), or build without the contig',
      ),
    )
}

/** The contig's leader, where it differs from the germline allele's. */
function ownLeader(chain: ReconstructedChain): string | undefined {
  const leader = translate(chain.leaderNt)
  return leader === translate(chain.v.leader) ? undefined : leader
}
