// What every FHIR R4 bundle of ours is made of.
export const FHIR_SYSTEM = 'https://cognate.example/fhir'

export type Resource = Readonly<Record<string, unknown>> & { readonly resourceType: string; readonly id: string }

/** FHIR ids hold letters, digits, - and dots, at most 64. */
export const idOf = (...parts: readonly (string | number)[]): string =>
  parts
    .join('-')
    .replace(/[^A-Za-z0-9.-]/g, '-')
    .slice(0, 64)

export const coded = (system: string, code: string) => ({ coding: [{ system: `${FHIR_SYSTEM}/${system}`, code }], text: code })

export const identified = (system: string, value: string) => ({ system: `${FHIR_SYSTEM}/${system}`, value })

export const bundleOf = (resources: readonly Resource[]) => ({
  resourceType: 'Bundle',
  type: 'collection',
  entry: resources.map(resource => ({ fullUrl: `${FHIR_SYSTEM}/${resource.resourceType}/${resource.id}`, resource })),
})

/** A decimal as it was typed: a JSON number keeps 0.10 only as text. */
export class Exact {
  readonly text: string
  constructor(text: string) {
    // JSON has no plus and no leading zeros
    this.text = text.replace(/^\+/, '').replace(/^(-?)0+(?=\d)/, '$1')
  }
}

/** JSON of a bundle; exact decimals are written digit for digit. A NUL marks them on the way: FHIR's texts have none, and one that comes in is replaced. */
export const fhirText = (bundle: unknown): string =>
  JSON.stringify(
    bundle,
    (_name, value: unknown) =>
      value instanceof Exact ? `\u0000${value.text}` : typeof value === 'string' ? value.replaceAll('\u0000', '\ufffd') : value,
    1,
  ).replace(/"\\u0000([-+0-9.eE]+)"/g, '$1')
