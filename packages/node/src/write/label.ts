// Barcode label of a construct: DataMatrix of its id and the first 12 hex digits of the insert's SHA-256, as SVG.
import { toSVG } from 'bwip-js/node'

/** What the label says: `TCR-0123456789 0123456789ab`. */
export const labelText = (id: string, sha256: string): string => `${id} ${sha256.slice(0, 12)}`

export const labelSvg = (id: string, sha256: string): string => toSVG({ bcid: 'datamatrix', text: labelText(id, sha256), scale: 3 })
