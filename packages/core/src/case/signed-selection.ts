// The payload of a choice, which two people sign, read back: who was chosen, and that what is built are those receptors and no others.
import { fail, type Issue, issue, ok, type Result, sha256Hex } from '../base/index.ts'
import type { ChainInput, ReceptorInput } from '../construct/index.ts'

interface PayloadChain {
  readonly v_call: string
  readonly j_call: string
  /** Bases; empty where only residues are known. */
  readonly junction: string
  readonly junction_aa: string
}

export interface PayloadReceptor {
  readonly receptor_id: string
  readonly mutation: string
  readonly reason: string
  readonly alpha: PayloadChain
  readonly beta: PayloadChain
  readonly evidence: { readonly neoantigenId?: string } | null
}

export interface SelectionPayload {
  readonly case: string
  /** Of the text, in lower-case hexadecimal digits: what is signed. */
  readonly sha256: string
  readonly chosen: readonly PayloadReceptor[]
}

/** Errors: `selection-payload`: the text is none of `cognate select`. */
export function readSelectionPayload(text: string): Result<SelectionPayload, Issue> {
  try {
    const value = JSON.parse(text) as { readonly schema?: string; readonly case: string; readonly chosen: readonly PayloadReceptor[] }
    if (value.schema === 'cognate/selection/1') return ok({ case: value.case, sha256: sha256Hex(text), chosen: value.chosen })
  } catch {
    // told below, as any other file
  }
  return fail(issue('selection-payload', 'this is no payload of `cognate select`', 'give selection.payload.json as it was written'))
}

/**
 * The chosen receptors in the order of the payload. Errors: `selection-receptor`: one has no row; `selection-differs`: a row has another gene or
 * junction than was chosen.
 */
export function receptorsOfSelection(
  receptors: readonly ReceptorInput[],
  { chosen }: SelectionPayload,
): Result<readonly ReceptorInput[], Issue> {
  const byId = new Map(receptors.map(receptor => [receptor.receptorId, receptor]))
  const built: ReceptorInput[] = []
  for (const one of chosen) {
    const receptor = byId.get(one.receptor_id)
    if (receptor === undefined)
      return fail(
        issue(
          'selection-receptor',
          `${one.receptor_id} was chosen and has no row here`,
          'give the receptors.tsv that the choice was made from',
        ),
      )
    for (const side of ['alpha', 'beta'] as const) {
      const other = difference(receptor[side], one[side])
      if (other !== undefined)
        return fail(
          issue(
            'selection-differs',
            `${one.receptor_id}: ${other} of the ${side} chain`,
            'build what was chosen, or choose again and sign that',
          ),
        )
    }
    built.push(receptor)
  }
  return ok(built)
}

function difference(chain: ChainInput, chosen: PayloadChain): string | undefined {
  for (const [what, here, signed] of [
    ['V gene', chain.vCall, chosen.v_call],
    ['J gene', chain.jCall, chosen.j_call],
    ['junction', chain.junctionAa, chosen.junction_aa],
    ['bases of the junction', chain.junctionNt, chosen.junction],
  ] as const)
    if (here.toUpperCase() !== signed.toUpperCase()) return `${here || 'nothing'}, not ${signed || 'nothing'} as chosen, is the ${what}`
  return undefined
}
