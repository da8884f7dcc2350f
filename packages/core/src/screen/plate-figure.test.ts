// The picture of a plate map holds every well of the map, each effector in a tint of its own, and what comes from files is escaped.
import { expect, test } from 'vitest'
import type { MappedWell } from './plate.ts'
import { layoutFigure } from './plate-figure.ts'

const well = (name: string, more: Partial<MappedWell> = {}): MappedWell => ({
  plate: 'P1',
  well: name,
  kind: 'test',
  effector: 'R1',
  antigen: 'TMG-1',
  replicate: 1,
  doseMolar: undefined,
  presenterHla: '',
  cells: 20000,
  ...more,
})
const titles = (svg: string) => [...svg.matchAll(/<title>([^<]*)<\/title>/g)].map(match => match[1])
const tints = (svg: string) => [...svg.matchAll(/<circle [^>]*r="19" fill="(#[0-9a-f]{6})" stroke="#bbb"\/><text/g)].map(match => match[1])

test('every well of the map is drawn with what goes into it; wells that it does not name are grey', () => {
  const svg = layoutFigure([
    well('A1'),
    well('A2', { effector: 'R2', antigen: 'MG-7-wt' }),
    well('B1', { kind: 'negative', antigen: '' }),
    well('B2', { plate: 'P2', doseMolar: 1e-6, presenterHla: 'HLA-A*02:01', antigen: 'MG-7' }),
  ])
  expect(titles(svg)).toEqual(
    ['P1 A1 R1 TMG-1', 'P1 A2 R2 MG-7-wt', 'P1 B1 R1 negative', 'P2 B2 R1 MG-7 HLA-A*02:01 0.000001'].map(text =>
      text.replace('0.000001', '1e-6'),
    ),
  )
  const [one, two, three, four] = tints(svg)
  expect([one === two, one === three, one === four]).toEqual([false, true, true])
  // 95 and 93 wells of 96 are not named
  expect(svg.match(/fill="#f4f4f4"/g)).toHaveLength(93 + 95)
  expect(svg).toContain('>P2</text>')
})

test('a plate of 384 wells has them all, and names out of files are text', () => {
  const svg = layoutFigure([well('P24', { effector: '<script>', antigen: 'a&b' })])
  expect([svg.match(/fill="#f4f4f4"/g)?.length, svg.includes('<script>'), svg.includes('a&amp;b')]).toEqual([383, false, true])
})
