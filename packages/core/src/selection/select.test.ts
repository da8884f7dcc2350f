import { expect, test } from 'vitest'
import { canonicalJson } from '../base/index.ts'
import { type Candidate, evidenceLevel, failedGates, type ScreenEvidence, selectReceptors } from './index.ts'

const evidence = (over: Partial<ScreenEvidence> = {}): ScreenEvidence => ({
  neoantigenId: 'NEO-1',
  positivePlates: ['P1', 'P2'],
  positiveWells: 3,
  pooled: false,
  deconvolved: false,
  wildTypePositive: false,
  ec50: 4e-10,
  mutantOverWildType: 2500,
  hla: 'HLA-A*02:01',
  ambiguousHla: false,
  ...over,
})

const candidate = (id: string, over: Partial<Candidate> = {}): Candidate => ({
  receptorId: id,
  clonotypeId: `CT-${id}`,
  lineage: 'CD8',
  cells: 10,
  lesions: 1,
  flags: [],
  untestedPairs: 0,
  suspected: true,
  evidence: evidence(),
  mutation: 'KRAS G12D',
  hlaStatus: 'kept',
  isPatientsHla: true,
  expression: 20,
  ccf: 0.95,
  safety: { red: 0, untestedRed: 0 },
  constructStatus: 'ready',
  caveats: [],
  ...over,
})

test('levels of evidence', () => {
  expect(evidenceLevel(candidate('R'))).toBe(4)
  expect(evidenceLevel(candidate('R', { evidence: evidence({ ec50: undefined, mutantOverWildType: undefined }) }))).toBe(3)
  expect(
    evidenceLevel(candidate('R', { evidence: evidence({ ec50: undefined, mutantOverWildType: undefined, positivePlates: ['P1'] }) })),
  ).toBe(2)
  expect(
    evidenceLevel(candidate('R', { evidence: evidence({ ec50: undefined, mutantOverWildType: undefined, wildTypePositive: undefined }) })),
  ).toBe(2)
  expect(evidenceLevel(candidate('R', { evidence: evidence({ hla: '' }) }))).toBe(3)
  expect(evidenceLevel(candidate('R', { evidence: undefined }))).toBe(1)
  expect(evidenceLevel(candidate('R', { evidence: undefined, suspected: false }))).toBe(0)
})

test('every gate stops, and says why', () => {
  const cases: readonly [Partial<Candidate>, string][] = [
    [{ evidence: undefined }, 'evidence'],
    [{ evidence: evidence({ wildTypePositive: true, mutantOverWildType: 3 }) }, 'wild-type-reactive'],
    [{ safety: { red: 2, untestedRed: 1 } }, 'red-word'],
    [{ isPatientsHla: false }, 'hla-not-patients'],
    [{ hlaStatus: 'lost' }, 'hla-lost'],
    [{ expression: 0 }, 'not-expressed'],
    [{ flags: ['viral-match'] }, 'viral-match'],
    [{ constructStatus: 'refused' }, 'construct-impossible'],
    [{ untestedPairs: 1 }, 'pair-unproven'],
  ]
  for (const [over, gate] of cases) {
    expect(failedGates(candidate('R', over))).toContain(gate)
    expect(selectReceptors([candidate('R', over)], 5).rows[0]!.rank).toBeUndefined()
    expect(selectReceptors([candidate('R', over)], 5).rows[0]!.reason).toMatch(/^not chosen: /)
  }
  expect(failedGates(candidate('R'))).toEqual([])
})

test('a lost HLA is let through by a named person only, and the reason is kept', () => {
  const lost = candidate('R', { hlaStatus: 'lost' })
  const override = { receptorId: 'R', gate: 'hla-lost' as const, person: 'A. Physician', reason: 'one lesion of six' }
  const row = selectReceptors([lost], 5, [override]).rows[0]!
  expect(row.rank).toBe(1)
  expect(row.reason).toContain('let through by A. Physician: one lesion of six')
  expect(selectReceptors([lost], 5, [{ ...override, gate: 'evidence' }]).rows[0]!.rank).toBeUndefined()
})

test('the set covers most mutations, then spreads HLA and lineage, whatever the order of input', () => {
  const on = (hla: string) => evidence({ hla })
  const pool = [
    candidate('R1', { mutation: 'KRAS G12D', cells: 500 }),
    candidate('R2', { mutation: 'KRAS G12D', cells: 400 }),
    candidate('R3', { mutation: 'TP53 R175H', evidence: on('HLA-B*07:02') }),
    candidate('R4', { mutation: 'PIK3CA H1047L', evidence: on('HLA-A*03:01'), lineage: 'CD8' }),
    candidate('R5', { mutation: 'PIK3CA H1047L', evidence: on('HLA-DRB1*13:01'), lineage: 'CD4' }),
  ]
  const chosen = (list: readonly Candidate[]) =>
    selectReceptors(list, 3)
      .rows.filter(row => row.rank !== undefined)
      .map(row => row.candidate.receptorId)
      .sort()
  expect(chosen(pool)).toEqual(['R1', 'R3', 'R5'])
  expect(chosen(pool.toReversed())).toEqual(['R1', 'R3', 'R5'])
  expect(selectReceptors(pool, 3).method).toBe('exact')
  expect(selectReceptors(pool, 3).loses.get('R3')).toBe('the only receptor for TP53 R175H')
  const many = Array.from({ length: 60 }, (_, i) => candidate(`R${i}`, { mutation: `M${i % 7}` }))
  expect(selectReceptors(many, 8)).toMatchObject({ method: 'greedy' })
})

test('canonical JSON is RFC 8785: order of keys, numbers, strings', () => {
  expect(canonicalJson({ b: [1e21, 1, 0.1, -0], a: '€$\u000f\nA\'B"\\\\"/', '\u20ac': null, c: undefined })).toBe(
    '{"a":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/","b":[1e+21,1,0.1,0],"€":null}',
  )
  expect(() => canonicalJson(Number.NaN)).toThrow()
})
