"""What teachers say of pairs of molecule and peptide that nobody measured; the networks that are shipped learn from it as from measurements.

Teachers are networks trained on the measurements and a kernel regression (string_kernel.py). They err differently, so their mean is better than either, and a
network taught with many such pairs needs no restraint: it comes close to all its teachers at once (distillation, Hinton et al. 2015, arXiv:1503.02531).
Molecules without data are taught as well, so that the gates learn from the teachers what to make of them.
"""
import numpy as np
from data import encode_codes
from ensemble import outputs
from network import encode

REGRESSION = 0.4                    # the regression's part of what is said
NATURAL = {15: 5000, **{length: 550 for length in range(12, 22) if length != 15}}   # natural peptides by length
MEASURED = 10000                    # measured peptides
OTHERS = 200                        # molecules without data
PAIRS, PAIRS_OF_OTHERS = 4, 400     # pairs taught for each that was measured; for each molecule without data
SETTINGS = [REGRESSION, NATURAL, MEASURED, OTHERS, PAIRS, PAIRS_OF_OTHERS]

_teachers = None


def _networks_say(molecule):
    networks, encoded = _teachers
    return outputs(networks, encoded, molecule)[0]


def what_teachers_say(networks, regression, peptides, molecules, context, processes):
    """Affinity outputs [molecules, peptides]."""
    global _teachers
    _teachers = networks, encode(*encode_codes(peptides))
    with context.Pool(processes) as pool:
        said = np.stack(pool.map(_networks_say, molecules, chunksize=4))
    return np.clip((1 - REGRESSION) * said + REGRESSION * regression.predict(peptides, molecules).T, 0, 1)


def lesson(said, peptides, molecules, measured, rng):
    """Rows (pseudo-sequence, peptide, affinity output) for one network, of pairs that were not measured."""
    have = {}
    for m, p, _ in measured: have.setdefault(m, set()).add(p)
    rows = []
    for m, values in zip(molecules, said):
        count = min(PAIRS * len(have[m]) if m in have else PAIRS_OF_OTHERS, len(peptides))
        rows += [(m, peptides[i], float(values[i])) for i in rng.choice(len(peptides), count, replace=False) if peptides[i] not in have.get(m, ())]
    return rows
