// A receptor whose target somebody published: what every database of them is read into.

export interface KnownReceptor {
  readonly alphaJunction: string
  readonly alphaV: string
  readonly betaJunction: string
  readonly betaV: string
  readonly epitope: string
  /** Species and antigen as the source names them. */
  readonly source: string
  readonly kind: 'viral' | 'tumour' | 'other'
  readonly reference: string
}

const VIRUS = /virus|CMV|EBV|influenza|SARS|HIV|HCV|HBV|HSV|HTLV|YFV|DENV|vaccinia|\bflu\b/i
const TUMOUR = /homo ?sapiens|human$|neoantigen|cancer|melanoma/i

/** By the words of the source. */
export const kindOfSource = (source: string): KnownReceptor['kind'] =>
  VIRUS.test(source) ? 'viral' : TUMOUR.test(source) ? 'tumour' : 'other'

/** A loop with its anchors: some databases leave out C104 and F/W118. */
export const withAnchors = (loop: string): string => (loop === '' || /^C.*[FW]$/.test(loop) ? loop : `C${loop}F`)
