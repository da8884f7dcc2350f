// Constant regions of a construct: wild-type germline records changed by named, numbered substitutions, each verified by residue, motif and length.
// Residue 1 is the J-C junction residue; residue k >= 2 is the codon at base 2 + 3(k - 2) of the record, which starts with the two bases that complete residue 1.
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import { findSegment, type Germline, residueOfCodon, translate } from '../bio/index.ts'

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
  readonly alpha: ConstantChain
  /** Undefined gene: TRBC1 for TRBJ1, TRBC2 for TRBJ2. */
  readonly beta: ConstantChain
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
  alpha: { gene: 'TRAC', substitutions: cys ? [t48c] : [], end: 'LRLWSS' },
  beta: { gene: 'TRBC2', substitutions: cys ? [s57c] : [], end: 'VKRKDSRG' },
})
const murine = (name: string, alpha: readonly Substitution[], cys: boolean): ConstantSet => ({
  name,
  species: 'mouse',
  alpha: { gene: 'TRAC', substitutions: alpha, end: 'LRLWSS' },
  beta: { gene: 'TRBC2', substitutions: cys ? [s57c] : [], end: 'VKKKNS' },
})

export const CONSTANT_SETS: Readonly<Record<string, ConstantSet>> = {
  human: human('human', false),
  'human-cys': human('human-cys', true),
  murine: murine('murine', [], false),
  'murine-cys': murine('murine-cys', [t48c], true),
  'murine-cys-lvl': murine('murine-cys-lvl', [t48c, ...lvl], true),
}

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

/** Errors: `constant-absent`, `constant-residue` (five residues either side), `constant-motif`, `constant-end`. */
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
    throw new Error(`${set}: ${changed} residues changed by ${chain.substitutions.length} substitutions`)
  return ok({
    nt,
    aa,
    origin: `${germline.species} ${chain.gene}*${found.value.segment.allele} (${germline.release})`,
    substitutions: chain.substitutions,
  })
}

/** The beta chain's gene: human TRBJ1 goes with TRBC1, as in the genome; murine sets use the one they name. */
export function betaChainOf(set: ConstantSet, jGene: string): ConstantChain {
  if (set.species !== 'human' || !jGene.startsWith('TRBJ1')) return set.beta
  return { ...set.beta, gene: 'TRBC1', end: 'VKRKDF' }
}
