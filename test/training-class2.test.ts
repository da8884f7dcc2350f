// The class II trainer: the same seed gives the same bytes; its string kernel counts what it says.
import { spawnSync } from 'node:child_process'
import { expect } from 'vitest'
import { oracle } from './oracle.ts'
import { root } from './oracle-data.ts'
import { hasTrainer, python, train } from './trainer.ts'

oracle(
  'training is seeded: two runs of the class II trainer write the same bytes',
  () => {
    const [first] = train('class2')
    const [second] = train('class2')
    expect(first.length).toBeGreaterThan(500_000)
    expect(first.equals(second)).toBe(true)
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
