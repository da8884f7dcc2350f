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
