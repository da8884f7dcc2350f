// The label of a container: a GS1 element string for DataMatrix (bag, vial) or GS1-128 (wristband), and the text beside it. `01` and `17` are of predefined length and need no separator.
// No GTIN without a company prefix: the default is a restricted-circulation number (its prefix range is not verified), and the label says so.
import { type Caveat, caveat, ok, type Result, refuse } from '../base/index.ts'
import { escapeHtml, gs1CheckDigit } from '../format/index.ts'
import { type Coi, showCoi } from './coi.ts'

/** Restricted circulation inside a company or region, prefix 02. Not verified. */
const RESTRICTED_BODY = '0200000000001'
export const RESTRICTED_GTIN = RESTRICTED_BODY + gs1CheckDigit(RESTRICTED_BODY)

export interface LabelInput {
  readonly gtin: string
  readonly lot: string
  readonly serial: string
  readonly coi: Coi
  /** RFC 3339 with the site's zone; the label shows that local time. */
  readonly expires: string
}

export interface ContainerLabel {
  /** FNC1 as `^`. */
  readonly elementString: string
  readonly lines: readonly string[]
  readonly caveats: readonly Caveat[]
}

/** GS1's character set 82, as far as ids use it. */
const VALUE = /^[A-Za-z0-9._:*+/-]{1,20}$/

/** Errors: `label`: a part that a GS1 code cannot hold. */
export function containerLabel({ gtin, lot, serial, coi, expires }: LabelInput, product: string): Result<ContainerLabel> {
  const wrong = (what: string) => refuse('label', what, 'ids on labels have at most 20 letters, digits and . _ : * + / -')
  if (!/^\d{14}$/.test(gtin) || gs1CheckDigit(gtin.slice(0, 13)) !== gtin[13])
    return wrong(`"${gtin}" is no GTIN-14 with a right check digit`)
  if (!VALUE.test(lot)) return wrong(`the lot "${lot}" does not fit on a label`)
  if (!VALUE.test(serial)) return wrong(`the serial "${serial}" does not fit on a label`)
  const time = /^20(\d\d)-(\d\d)-(\d\d)T(\d\d):(\d\d)/.exec(expires)
  if (time === null || Number.isNaN(Date.parse(expires))) return wrong(`"${expires}" is no time of expiry`)
  const [, year, month, day, hour, minute] = time
  if (day === '00') return wrong('cells have a day of expiry: day 00 is refused')
  return ok({
    elementString: `^01${gtin}17${year}${month}${day}7003${year}${month}${day}${hour}${minute}^10${lot}^21${serial}^91${coi}`,
    lines: [
      product,
      'FOR AUTOLOGOUS USE ONLY',
      `Identity ${showCoi(coi)}`,
      `Lot ${lot}`,
      `Container ${serial}`,
      `Expires ${expires.slice(0, 16).replace('T', ' ')}`,
      'Store in vapour of liquid nitrogen unless the order says otherwise',
      'For investigational use only',
    ],
    caveats:
      gtin === RESTRICTED_GTIN
        ? [caveat('gtin-restricted', 'the number (01) is for use inside the site only; set the company’s own GTIN')]
        : [],
  })
}

/** The wristband holds the identity alone. */
export const wristbandString = (coi: Coi): string => `^91${coi}`

/** A page that prints one label and nothing else; `barcode` is SVG. `openings`: when it was opened before, by whom: said on the screen, for two labels of one container would be one too many. */
export const labelHtml = (lines: readonly string[], barcode: string, openings: readonly string[] = []): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(lines.join(', '))}</title><style>${LABEL_STYLE}</style></head><body><div class="label">${barcode}<p>${lines.map(escapeHtml).join('<br>')}</p></div>${openings.length === 0 ? '' : `<p class="screen">Opened before: ${openings.map(escapeHtml).join('; ')}. If it was printed then, destroy that print or this one.</p>`}</body></html>
`
const LABEL_STYLE =
  'body{margin:0;font:11px/1.35 system-ui,sans-serif;color:#000}.label{display:flex;gap:4mm;padding:3mm;align-items:flex-start}.label svg{width:24mm;height:auto;flex:none}.label svg.wide{width:70mm}p{margin:0}.screen{margin:3mm;padding:2mm;border:2px solid #b42318;max-width:90mm}@media print{.screen{display:none}}@page{margin:4mm}'

/** What a scanner sends, in the form the labels are kept in: symbology prefix dropped, separators as `^`; one at the end separates nothing, and some readers take a check symbol for it. */
export function scannedString(raw: string): string {
  const body = raw
    .trim()
    .replace(/^\](d2|C1|Q3)/, '')
    .replaceAll('\u001d', '^')
    .replace(/\^+$/, '')
  return body.startsWith('^') ? body : `^${body}`
}
