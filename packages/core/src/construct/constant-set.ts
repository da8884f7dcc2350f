// Constant regions of a construct: wild-type germline records changed by named, numbered substitutions, each verified by residue, motif and length.
// Residue 1 is the J-C junction residue; residue k >= 2 is the codon at base 2 + 3(k - 2) of the record, which starts with the two bases that complete residue 1.
import { z } from 'zod'
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import { type CodonUsage, codonsByUse, findSegment, type Germline, residueOfCodon, translate } from '../bio/index.ts'
import { parseCheckedYaml } from '../format/index.ts'
import type { ChainLocusName } from './chain-locus.ts'

export interface Substitution {
  /** Residue number, residue 1 = J-C junction. */
  readonly number: number
  readonly from: string
  readonly to: string
  readonly codon: string
  /** Residues that must stand around it afterwards. */
  readonly motif: string
  readonly source: string
}

export interface ConstantChain {
  readonly gene: string
  readonly substitutions: readonly Substitution[]
  /** Last residues of the chain, before the stop. */
  readonly end: string
}

export interface ConstantSet {
  readonly name: string
  readonly species: 'human' | 'mouse'
  /** By locus; a set without a locus cannot carry its chains. Of two constant genes the one named here is the default. */
  readonly chains: Readonly<Partial<Record<ChainLocusName, ConstantChain>>>
}

const CYSTEINE = 'added disulphide: Kuball 2007 (Blood 109:2331), Cohen 2007 (Cancer Res 67:3898)'
const LVL = 'hydrophobic transmembrane residues: Haga-Friedman 2012 (J Immunol 188:5538), not read here'
const t48c: Substitution = { number: 48, from: 'T', to: 'C', codon: 'TGC', motif: 'ITDKCVLD', source: CYSTEINE }
const s57c: Substitution = { number: 57, from: 'S', to: 'C', codon: 'TGC', motif: 'HSGVCTDPQ', source: CYSTEINE }
const lvl: readonly Substitution[] = [
  { number: 112, from: 'S', to: 'L', codon: 'CTG', motif: 'FQNLLV', source: LVL },
  { number: 114, from: 'M', to: 'V', codon: 'GTG', motif: 'LLVVLL', source: LVL },
  { number: 115, from: 'G', to: 'L', codon: 'CTG', motif: 'FQNLLVVLLRILLL', source: LVL },
]

const human = (name: string, cys: boolean): ConstantSet => ({
  name,
  species: 'human',
  chains: {
    TRA: { gene: 'TRAC', substitutions: cys ? [t48c] : [], end: 'LRLWSS' },
    TRB: { gene: 'TRBC2', substitutions: cys ? [s57c] : [], end: 'VKRKDSRG' },
  },
})
const murine = (name: string, alpha: readonly Substitution[], cys: boolean): ConstantSet => ({
  name,
  species: 'mouse',
  chains: {
    TRA: { gene: 'TRAC', substitutions: alpha, end: 'LRLWSS' },
    TRB: { gene: 'TRBC2', substitutions: cys ? [s57c] : [], end: 'VKKKNS' },
  },
})
const natural = human('human', false)

export const CONSTANT_SETS: ReadonlyMap<string, ConstantSet> = new Map(
  [
    {
      ...natural,
      chains: {
        ...natural.chains,
        TRG: { gene: 'TRGC1', substitutions: [], end: 'FCCNGEKS' },
        TRD: { gene: 'TRDC', substitutions: [], end: 'LTAKLFFL' },
      },
    },
    human('human-cys', true),
    murine('murine', [], false),
    murine('murine-cys', [t48c], true),
    murine('murine-cys-lvl', [t48c, ...lvl], true),
  ].map(set => [set.name, set]),
)

export const DEFAULT_CONSTANT_SET = 'murine-cys-lvl'

export interface ConstantRegion {
  /** From the second base of the J-C codon to the last codon before the stop. */
  readonly nt: string
  /** Residues from residue 2 on. */
  readonly aa: string
  readonly origin: string
  readonly substitutions: readonly Substitution[]
}

/** 0-based base of a residue's codon in the record. */
export const constantCodonOffset = (number: number): number => 2 + 3 * (number - 2)

/** Errors: `gene-unknown`, `constant-residue` (five residues either side), `constant-motif`, `constant-end`, `constant-count`. */
export function buildConstant(germline: Germline, chain: ConstantChain, set: string): Result<ConstantRegion, Issue> {
  const found = findSegment(germline, 'C', chain.gene)
  if (!found.ok) return found
  let nt = found.value.segment.sequence
  const wild = translate(nt.slice(2))
  for (const s of chain.substitutions) {
    const at = constantCodonOffset(s.number)
    const residue = residueOfCodon(nt.slice(at, at + 3))
    if (residue !== s.from || residueOfCodon(s.codon) !== s.to) {
      const around = wild.slice(Math.max(0, s.number - 2 - 5), s.number - 2 + 6)
      return fail(
        issue(
          'constant-residue',
          `${chain.gene} has ${residue} at residue ${s.number} (…${around}…), ${set} expects ${s.from}`,
          'check the numbering: residue 1 is the J-C junction residue',
        ),
      )
    }
    nt = nt.slice(0, at) + s.codon + nt.slice(at + 3)
  }
  const aa = translate(nt.slice(2))
  const missing = chain.substitutions.find(s => !aa.includes(s.motif))
  if (missing !== undefined)
    return fail(issue('constant-motif', `${chain.gene} of ${set} lacks the motif ${missing.motif}`, 'check the substitutions of the set'))
  if (!aa.endsWith(chain.end) || aa.includes('*'))
    return fail(issue('constant-end', `${chain.gene} ends in ${aa.slice(-8)}, expected ${chain.end}`, 'check the germline record'))
  const changed = [...aa].filter((residue, i) => residue !== wild[i]).length
  if (changed !== chain.substitutions.length || aa.length !== wild.length)
    return fail(
      issue(
        'constant-count',
        `${set}: ${changed} residues changed by ${chain.substitutions.length} substitutions`,
        'name each residue once',
      ),
    )
  return ok({
    nt,
    aa,
    origin: `${germline.species} ${chain.gene}*${found.value.segment.allele} (${germline.release})`,
    substitutions: chain.substitutions,
  })
}

/** The chain of a locus, with its gene: human TRBJ1 goes with TRBC1 and TRGJ2, TRGJP2 with TRGC2, as in the genome; a murine set uses the gene it names. */
export function constantChainOf(set: ConstantSet, locus: ChainLocusName, jGene: string): ConstantChain | undefined {
  const chain = set.chains[locus]
  if (chain === undefined || set.species !== 'human') return chain
  if (chain.gene === 'TRBC2' && jGene.startsWith('TRBJ1')) return { ...chain, gene: 'TRBC1', end: 'VKRKDF' }
  if (chain.gene === 'TRGC1' && (jGene === 'TRGJ2' || jGene === 'TRGJP2')) return { ...chain, gene: 'TRGC2' }
  return chain
}

/** Errors: `constant-locus` when the set has no chain of the locus; those of `buildConstant`. */
export function constantFor(
  sets: ReadonlyMap<string, ConstantSet>,
  name: string,
  locus: ChainLocusName,
  jGene: string,
  germlines: Readonly<Record<'human' | 'mouse', Germline>>,
): Result<ConstantRegion, Issue> {
  const set = sets.get(name)
  const chain = set === undefined ? undefined : constantChainOf(set, locus, jGene)
  if (set === undefined || chain === undefined) {
    const fitting = [...sets.values()].filter(other => other.chains[locus] !== undefined).map(other => other.name)
    return fail(
      issue('constant-locus', `the constant set ${name} has no ${locus} chain`, `use ${fitting.join(', ')}, or a set of your own`),
    )
  }
  return buildConstant(germlines[set.species], chain, name)
}

const substitution = z.strictObject({
  number: z.int().min(2).max(250),
  from: z.string().regex(/^[A-Z]$/),
  to: z.string().regex(/^[A-Z]$/),
  codon: z
    .string()
    .regex(/^[ACGT]{3}$/)
    .optional(),
  motif: z.string().regex(/^[A-Z]{3,30}$/, 'residues that stand around it afterwards'),
  citation: z.string().min(1, 'where the substitution comes from'),
})
const chainFile = z.strictObject({
  gene: z.string().regex(/^TR[ABGD]C[12]?$/),
  end: z.string().regex(/^[A-Z]{4,20}$/, 'last residues of the chain'),
  substitutions: z.array(substitution).default([]),
})
const setFile = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9._-]+$/),
  species: z.enum(['human', 'mouse']),
  chains: z.strictObject({ TRA: chainFile.optional(), TRB: chainFile.optional(), TRG: chainFile.optional(), TRD: chainFile.optional() }),
})

/** A user's set from YAML. A codon that is not given is the residue's most frequent. Errors: `constant-yaml`, `constant-key`, `constant-value`, `constant-name`, `constant-cysteine`. */
export function parseConstantSet(text: string, usage: CodonUsage): Result<ConstantSet, Issue> {
  const parsed = parseCheckedYaml(text, { name: 'constant', schema: setFile })
  if (!parsed.ok) return parsed
  const { name, species, chains } = parsed.value
  if (CONSTANT_SETS.has(name))
    return fail(issue('constant-name', `${name} is the name of a shipped set`, 'give your set a name of its own'))
  const built = Object.entries(chains).flatMap(([locus, chain]) =>
    chain === undefined
      ? []
      : [
          [
            locus,
            {
              gene: chain.gene,
              end: chain.end,
              substitutions: chain.substitutions.map(s => ({ ...s, codon: s.codon ?? codonsByUse(usage, s.to)[0]!, source: s.citation })),
            },
          ] as const,
        ],
  )
  const cysteines = built.map(([, chain]) => chain.substitutions.some(s => s.to === 'C'))
  if (cysteines.some(has => has !== cysteines[0]))
    return fail(issue('constant-cysteine', `${name} adds a cysteine to one chain only`, 'add one to both chains, or to neither'))
  return ok({ name, species, chains: Object.fromEntries(built) })
}
