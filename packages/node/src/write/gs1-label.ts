// Element strings as barcodes: GS1 DataMatrix for bags and vials, GS1-128 for wristbands and tubes. `^` of the element string is FNC1; the first one marks the symbol as GS1.
import bwip from 'bwip-js/node'

/** BWIPP reads FNC1 as `^FNC1` under `parsefnc`. */
const withFnc1 = (elementString: string): string => elementString.replaceAll('^', '^FNC1')

/** The barcode as BWIPP takes it. */
export const gs1DataMatrixOptions = (elementString: string) =>
  ({ bcid: 'datamatrix', text: withFnc1(elementString), parsefnc: true, scale: 4 }) as const
export const gs1Code128Options = (elementString: string) =>
  ({ bcid: 'code128', text: withFnc1(elementString), parsefnc: true, scale: 3, height: 14 }) as const

export const gs1DataMatrix = (elementString: string): string => bwip.toSVG(gs1DataMatrixOptions(elementString))
export const gs1Code128 = (elementString: string): string => bwip.toSVG(gs1Code128Options(elementString))
