// What is to be built: the options of a product, and the inserts that a batch of receptors becomes.
import { fail, type Issue, issue, nearest, ok, type Result } from '../base/index.ts'
import { CODON_OBJECTIVES, type CodonObjective } from '../bio/index.ts'
import { type AlleleChoice, NO_CHOICE } from './allele-choice.ts'
import type { ChainInput } from './chain-input.ts'
import { DEFAULT_CONSTANT_SET } from './constant-set.ts'
import { KOZAK, type Layout, STOP, type Tag } from './construct.ts'
import type { GateReferences } from './gate.ts'
import { DEFAULT_LINKER } from './linker.ts'
import type { OpenVector } from './open-vector.ts'
import type { UserChain } from './user-parts.ts'

export interface ProductOptions {
  readonly constantSet: string
  readonly linker: string
  readonly order: 'beta-alpha' | 'alpha-beta'
  /** Both chains in one insert; a vector each; or two receptors in one insert. */
  readonly layout: 'together' | 'separate' | 'multi'
  readonly preset: string
  /** Keep the junction's own bases through codon optimisation. */
  readonly lockJunction: boolean
  /** Which synonyms are wanted where no limit stands against them. */
  readonly codons: CodonObjective
  /** Bases before the start codon, such as `GCCGCCACC`. */
  readonly kozak: string
  readonly stop: 'TAA' | 'TGA' | 'TAG' | 'TAATGA'
  readonly tags: readonly Tag[]
  /** Bases of a barcode behind the stop codon; 0: none. */
  readonly barcodeLength: number
  /** Made behind the last chain, after another 2A peptide. */
  readonly payload: UserChain | undefined
  readonly vector: OpenVector | undefined
  readonly alleles: AlleleChoice
}

export const DEFAULT_PRODUCT: ProductOptions = {
  constantSet: DEFAULT_CONSTANT_SET,
  linker: DEFAULT_LINKER,
  order: 'beta-alpha',
  layout: 'together',
  preset: 'generic-strict',
  lockJunction: false,
  codons: 'best',
  kozak: KOZAK,
  stop: STOP,
  tags: [],
  barcodeLength: 0,
  payload: undefined,
  vector: undefined,
  alleles: NO_CHOICE,
}

export interface ReceptorInput {
  readonly receptorId: string
  /** Alpha, or gamma. */
  readonly alpha: ChainInput
  /** Beta, or delta. */
  readonly beta: ChainInput
}

/** What one insert carries. */
export interface InsertPlan {
  readonly name: string
  readonly layout: Layout
  /** 5' to 3'. */
  readonly chains: readonly ChainInput[]
  /** Of the user, alone or behind the chains. */
  readonly userChain: UserChain | undefined
  /** Behind the stop codon; empty for none. */
  readonly barcode: string
}

/** Errors: `product-option` naming the option, the value and what there is. */
export function checkProduct(options: ProductOptions, references: GateReferences): Result<undefined, Issue> {
  for (const [name, value, known] of [
    ['constant', options.constantSet, [...references.constantSets.keys()]],
    ['linker', options.linker, [...references.linkers.keys()]],
    ['preset', options.preset, [...references.presets.keys()]],
    ['order', options.order, ['beta-alpha', 'alpha-beta']],
    ['layout', options.layout, ['together', 'separate', 'multi']],
    ['codons', options.codons, CODON_OBJECTIVES],
    ['stop', options.stop, ['TAA', 'TGA', 'TAG', 'TAATGA']],
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
  if (!/^[ACGT]*$/.test(options.kozak))
    return fail(issue('product-option', `kozak "${options.kozak}" is not DNA`, 'give bases of A C G T, or none'))
  if (options.barcodeLength !== 0 && (options.barcodeLength < 8 || options.barcodeLength > 24))
    return fail(issue('product-option', `a barcode of ${options.barcodeLength} bases`, 'use 8 to 24, or 0 for none'))
  return ok(undefined)
}

const inOrder = (receptor: ReceptorInput, order: ProductOptions['order']): readonly ChainInput[] =>
  order === 'beta-alpha' ? [receptor.beta, receptor.alpha] : [receptor.alpha, receptor.beta]

/** The inserts of a batch of receptors. Errors: `multi-needs-two` when the layout joins two receptors and their number is odd. */
export function planInserts(
  receptors: readonly ReceptorInput[],
  options: ProductOptions,
  barcodes: readonly string[] = [],
): Result<readonly InsertPlan[], Issue> {
  const { order, payload } = options
  const plans: Omit<InsertPlan, 'barcode'>[] = []
  if (options.layout === 'multi' && receptors.length % 2 === 1)
    return fail(
      issue(
        'multi-needs-two',
        `${receptors.length} receptors cannot be joined two by two`,
        'give an even number, or build the last one apart',
      ),
    )
  receptors.forEach((receptor, i) => {
    const name = receptor.receptorId
    if (options.layout === 'together') plans.push({ name, layout: order, chains: inOrder(receptor, order), userChain: payload })
    else if (options.layout === 'separate')
      plans.push(
        { name, layout: 'separate-beta', chains: [receptor.beta], userChain: payload },
        { name, layout: 'separate-alpha', chains: [receptor.alpha], userChain: payload },
      )
    else if (i % 2 === 0) {
      const second = receptors[i + 1]!
      plans.push({
        name: `${name}+${second.receptorId}`,
        layout: 'multi',
        chains: [...inOrder(receptor, order), ...inOrder(second, order)],
        userChain: payload,
      })
    }
  })
  return ok(plans.map((plan, i) => ({ ...plan, barcode: barcodes[i] ?? '' })))
}
