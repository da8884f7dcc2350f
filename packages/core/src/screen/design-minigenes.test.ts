// A name on a tube stands for one stretch of residues, whatever is ranked, tiled or designed anew: a plate that is read by a newer table is never read as another mutation.
import { expect, test } from 'vitest'
import { value } from '../../../../test/oracle.ts'
import { type CodonUsage, PRESETS } from '../bio/index.ts'
import { minigeneId } from '../peptide/index.ts'
import { designMinigenes, type ScreenedNeoantigen, tileMinigenes } from './design-minigenes.ts'

const missense = (n: number, aa: string): ScreenedNeoantigen => ({
  neoantigenId: `NEO-${n}`,
  gene: `G${n}`,
  change: `A${n}V`,
  mutant: aa,
  wildType: aa.replace('V', 'A'),
  changeOffset: 13,
})
const KRAS = missense(1, 'MTEYKLVVVGADGVGKSALTIQLI')
const TP53 = missense(2, 'YQGSYGFRLGFLHSGTAKSVTCTYS')
const TAIL: ScreenedNeoantigen = { ...missense(3, 'HRPSTSSSLDPEVYHNINGWHMTCGGPYGRLAIYPNNVQ'), change: 'FS494' }

const named = (list: readonly ScreenedNeoantigen[]) =>
  new Map(tileMinigenes(list).map(one => [one.id, `${one.neoantigenId} ${one.mutant}`]))

test('another order, and a long tail before them, change no name', () => {
  const [plain, turned, behind] = [named([KRAS, TP53]), named([TP53, KRAS]), named([TAIL, KRAS, TP53])]
  for (const [id, held] of plain) expect([turned.get(id), behind.get(id)]).toEqual([held, held])
  expect([plain.size, behind.size]).toEqual([2, 5])
})

test('a stretch of at most 25 residues has the name that minigenes.tsv of a run gives it; every tile of a tail has one of its own', () => {
  expect([...named([KRAS]).keys()]).toEqual([minigeneId(KRAS.neoantigenId, KRAS.mutant)])
  const tiles = [...named([TAIL]).keys()]
  expect(new Set([...tiles, minigeneId(TAIL.neoantigenId, TAIL.mutant)]).size).toBe(tiles.length + 1)
})

test('the same residues of two neoantigens, and other residues of one, have different names', () => {
  const ids = [minigeneId('NEO-1', 'AAAAAAAA'), minigeneId('NEO-2', 'AAAAAAAA'), minigeneId('NEO-1', 'AAAAAAAV')]
  expect([new Set(ids).size, ids.every(id => /^MG-[0-9a-f]{8}$/.test(id))]).toEqual([3, true])
})

test('a minigene that no choice of codons makes is told and left out; the others are made', () => {
  const usage: CodonUsage = { species: 'human', count: new Map() }
  const options = { perConstruct: 12, usage, limits: PRESETS.get('generic-strict')!, presented: () => 0, seed: 's' }
  const minigenes = tileMinigenes([KRAS, missense(4, 'WWWWWWWWWWWWWWWWWWWW'), TP53])
  const { constructs, uncoded, caveats } = value(designMinigenes(minigenes, options))
  expect(uncoded.map(({ gene }) => gene)).toEqual(['G4'])
  expect(constructs.map(one => one.minigenes.map(({ gene }) => gene).toSorted())).toEqual([['G1', 'G2']])
  expect(caveats.map(({ code }) => code)).toEqual(['minigene-uncoded'])
})
