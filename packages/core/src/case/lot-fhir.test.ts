// Results as FHIR values: every digit, the sign of what is below detection, and words.
import { expect, test } from 'vitest'
import { exactJsonText } from '../format/index.ts'
import type { LotFile } from '../lot/index.ts'
import { lotBundle } from './lot-fhir.ts'

function valuesOf(raws: readonly string[]): readonly string[] {
  const results = raws.map((raw, i) => ({
    id: `R-${i}`,
    data: {
      test: 't',
      raw,
      unit: 'EU/mL',
      verdict: 'pass',
      method: 'm',
      tested_at: '2026-03-02T08:00:00Z',
      analyst: 'a',
      reviewer: '',
      instrument: '',
      status: 'entered',
    },
  }))
  const lot = { subject: '', coi: '', product_type: 'VECTOR', disposition: 'undecided', holds: [], samples: {} }
  const file = {
    row: { id: 'L' },
    lot,
    template: { release: [], steps: [] },
    steps: new Map(),
    results,
    containers: [],
  } as unknown as LotFile
  const text = exactJsonText(
    lotBundle({ file, specimen: undefined, therapy: undefined, infusions: [], orders: [], followUps: [], signatures: [] }),
  )
  expect(JSON.parse(text).entry.length).toBe(raws.length)
  return text
    .split('"resourceType": "Observation"')
    .slice(1)
    .map(part => /"value(Quantity|String)": ("[^"]*"|\{[^}]*\})/.exec(part)![2]!.replace(/\s+/g, ' '))
}

test('a value keeps the digits it was typed with; `<` is a comparator; words stay words', () => {
  expect(valuesOf(['0.10', '<0.25', '>2000', '007', '+3', '1e8', '-0.5', 'growth, Gram-positive cocci', '1,5', '\u00000.3'])).toEqual([
    '{ "value": 0.10, "unit": "EU/mL" }',
    '{ "value": 0.25, "unit": "EU/mL", "comparator": "<" }',
    '{ "value": 2000, "unit": "EU/mL", "comparator": ">" }',
    '{ "value": 7, "unit": "EU/mL" }',
    '{ "value": 3, "unit": "EU/mL" }',
    '{ "value": 1e8, "unit": "EU/mL" }',
    '{ "value": -0.5, "unit": "EU/mL" }',
    '"growth, Gram-positive cocci"',
    '"1,5"',
    '"\ufffd0.3"',
  ])
})

test('a container of a released lot is not available while a vector in the lot is on hold', () => {
  const standing = (holds: readonly string[]) => {
    const container = {
      id: 'L-B1',
      parent: 'L',
      data: { coi: '', stage: 'stored', holds: [], volume_ml: '10', expires: '2027-01-01T00:00:00Z' },
    }
    const file = {
      row: { id: 'L' },
      lot: { subject: '', coi: '', product_type: 'VECTOR', disposition: 'released', holds: [], samples: {} },
      holds,
      template: { release: [], steps: [] },
      steps: new Map(),
      results: [],
      containers: [container],
    } as unknown as LotFile
    const input = { file, specimen: undefined, therapy: undefined, infusions: [], orders: [], followUps: [], signatures: [] }
    const [r4, r5] = (['R4', 'R5'] as const).map(release => exactJsonText(lotBundle(input, release)))
    return [/"status": "((?:un)?available)"/.exec(r4!)?.[1], /"valueBoolean": (true|false)/.exec(r5!)?.[1]]
  }
  expect(standing([])).toEqual(['available', 'false'])
  expect(standing(['vector lot V is on hold: a titre is repeated'])).toEqual(['unavailable', 'true'])
})
