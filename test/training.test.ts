import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { FLANK_WEIGHTS, type FlankWeights } from '@cognate/core/presentation'
import { expect } from 'vitest'
import { oracle } from './oracle.ts'
import { folder, isThere, root } from './oracle-data.ts'
import { temporary } from './run-cli.ts'

/** A Python of one's own may stand before the system's, which is the one that the system's numpy is for. */
const python = ['python3', '/usr/bin/python3'].find(program => spawnSync(program, ['-c', 'import numpy']).status === 0)
const hasTrainer = isThere && python !== undefined

/** A model of a five-hundredth of the steps, with its manifest. */
function train(
  script: string,
): readonly [Buffer, { readonly figures: Record<string, unknown>; readonly inputs: Record<string, Record<string, number>> }] {
  const out = temporary()
  const flags = ['--share', '0.002', '--processes', '1', '--out', out, '--work', join(out, 'work'), '--data', folder]
  const run = spawnSync(
    python!,
    [join(root, 'models', script, 'train.py'), ...flags, ...(script === 'class1' ? ['--protocol', 'development'] : [])],
    {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, OPENBLAS_NUM_THREADS: '1' },
    },
  )
  expect([run.status, run.stderr.includes('Traceback')]).toEqual([0, false])
  const stem = join(out, script === 'class1' ? 'development' : 'class2')
  return [readFileSync(`${stem}.cogm`), JSON.parse(readFileSync(`${stem}.manifest.json`, 'utf8'))]
}

oracle(
  'training is seeded: two runs of the class II trainer write the same bytes',
  () => {
    const [first] = train('class2')
    const [second] = train('class2')
    expect(first.length).toBeGreaterThan(1_000_000)
    expect(first.equals(second)).toBe(true)
  },
  hasTrainer,
)

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

oracle(
  'the likeness of two peptides is the sum over their common substrings, counted one by one',
  () => {
    const counted = `
import sys
sys.path[:0] = ["models/class2", "models"]
import numpy as np
from data import encode_codes
from string_kernel import EXPONENT, _LIKE, peptide_kernel
rng = np.random.default_rng(1)
peptides = ["".join(rng.choice(list("ACDEFGHIKLMNPQRSTVWY"), 9 + k % 22)) for k in range(30)]
def common(p, q):
    a, b = (encode_codes([x])[0][0] for x in (p, q))
    return sum(np.prod([_LIKE[a[i + k], b[j + k]] for k in range(size)]) for size in range(1, 31) for i in range(len(p) - size + 1) for j in range(len(q) - size + 1))
kernel = peptide_kernel(peptides, peptides[10:])
pairs = [(i, j) for i in range(0, 30, 7) for j in range(0, 20, 6)]
print(len(pairs), max(abs(kernel[i, j] - (common(peptides[i], peptides[10 + j]) / np.sqrt(common(peptides[i], peptides[i]) * common(peptides[10 + j], peptides[10 + j]))) ** EXPONENT) for i, j in pairs))
`
    const run = spawnSync(python!, ['-c', counted], { cwd: root, encoding: 'utf8' })
    const [pairs, difference] = run.stdout.trim().split(' ').map(Number)
    expect(pairs).toBe(20)
    expect(difference).toBeLessThan(1e-4)
  },
  hasTrainer,
)
