// The example case with plates on which its two best receptors answer: what a case needs to choose by.
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatCsv } from '@cognate/core/format'
import { expect } from 'vitest'
import { root } from '../packages/node/src/read/paths.ts'
import { readRows } from '../packages/node/src/read/rows.ts'
import { cognate, temporary } from './run-cli.ts'

/** Two plates a receptor: its minigene answers in three wells of each, another minigene and the wild type do not. */
function writePlates(folder: string, pairs: readonly (readonly [string, string])[], silent: string): void {
  const map: (string | number)[][] = []
  const values: (string | number)[][] = []
  for (const [i, [receptor, minigene]] of pairs.entries())
    for (const copy of [1, 2]) {
      const wells = [
        ...[minigene, silent, `${minigene}-wt`].flatMap(antigen => [1, 2, 3].map(() => ['test', antigen])),
        ...Array.from({ length: 6 }, () => ['negative', '']),
        ['positive', 'control'],
      ]
      for (const [w, [kind, antigen]] of wells.entries()) {
        const at = [`S${2 * i + copy}`, `${'AB'[Math.floor(w / 12)]}${(w % 12) + 1}`]
        map.push([...at, kind!, receptor, antigen!, 1])
        values.push([...at, antigen === minigene ? 240 + w : kind === 'positive' ? 400 : 6 + (w % 4)])
      }
    }
  writeFileSync(join(folder, 'map.csv'), formatCsv(['plate', 'well', 'kind', 'effector', 'antigen', 'replicate'], map))
  writeFileSync(join(folder, 'plate.csv'), formatCsv(['plate', 'well', 'value'], values))
}

/** Writes the case into `folder`; answers the receptors that will be chosen and the minigenes that they see. */
export function makeScreenedExample(folder: string): readonly (readonly [receptor: string, minigene: string])[] {
  cpSync(join(root, 'examples/crc-001'), folder, { recursive: true })
  const before = temporary()
  expect(cognate(['run', join(folder, 'CASE.yaml'), '--out', before, '--quiet']).code).toBe(0)
  const minigenes = readRows(join(before, 'minigenes.tsv'))
  const pairs = readRows(join(before, 'receptors.tsv'))
    .slice(0, 2)
    .map((row, i) => [row.receptor_id!, minigenes[i]!.minigene_id!] as const)
  writePlates(folder, pairs, minigenes[5]!.minigene_id!)
  const yaml = readFileSync(join(folder, 'CASE.yaml'), 'utf8')
  writeFileSync(join(folder, 'CASE.yaml'), `${yaml}screens: [{plate: plate.csv, map: map.csv}]\n`)
  return pairs
}
