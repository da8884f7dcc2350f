// The class I trainer measures itself; the weights of flanks are what their trainer gives.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { FLANK_WEIGHTS, type FlankWeights } from '@cognate/core/presentation'
import { expect } from 'vitest'
import { oracle } from './oracle.ts'
import { folder, root } from './oracle-data.ts'
import { temporary } from './run-cli.ts'
import { hasTrainer, python, train } from './trainer.ts'

oracle(
  'the class I trainer measures itself, and its manifest counts what was left out',
  () => {
    const [, manifest] = train('class1')
    expect(manifest.figures.development_samples).toBe(20)
    expect(manifest.figures.kim2013_blind_hla_rows).toBe(25_667)
    const anthem = manifest.inputs['mhc/train/anthem_training_positives.tsv.gz']!
    expect(anthem.rows).toBe(285_068)
    expect([anthem.dropped_blind_pair, anthem.dropped_development_peptide]).toEqual([9125, 7883])
  },
  hasTrainer,
)

oracle(
  'the weights of flanks that are shipped, and those of the twin, are what their trainer gives',
  () => {
    for (const [protocol, kept, shipped] of [
      ['final', 81_014, FLANK_WEIGHTS],
      ['development', 46_195, JSON.parse(readFileSync(join(root, 'models/class1/flanks-development.json'), 'utf8'))],
    ] as const) {
      const out = join(temporary(), 'flanks.json')
      const flags = ['--protocol', protocol, '--out', out, '--manifest', `${out}.manifest`, '--data', folder]
      const run = spawnSync(python!, [join(root, 'models/class1/flanks.py'), ...flags], { encoding: 'utf8' })
      expect([run.status, run.stderr]).toEqual([0, ''])
      const again: FlankWeights = JSON.parse(readFileSync(out, 'utf8'))
      expect(again.letters).toBe(shipped.letters)
      const all = (weights: FlankWeights) => [...weights.before, ...weights.after].flat()
      expect(all(again).length).toBe(210)
      expect(Math.max(...all(again).map((weight, i) => Math.abs(weight - all(shipped)[i]!)))).toBeLessThan(0.002)
      const manifest = JSON.parse(readFileSync(`${out}.manifest`, 'utf8'))
      expect(manifest.hits + manifest.decoys).toBe(kept)
    }
  },
  hasTrainer,
)
