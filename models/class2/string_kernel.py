"""Ridge regression with string kernels: a second opinion on the affinities, which knows neither cores nor pockets.

Peptides are alike by the substrings they share, over all lengths and places: k(p, q) = sum over substrings of equal length of the product of their residues'
likeness, 2 ** (0.11 * BLOSUM62 / 2), normalised to k(p, p) = 1 (Shen et al. 2012, arXiv:1205.6031). Molecules are alike by their pseudo-sequences, and a pair
of peptide and molecule is like another by the product of both. Peptides are taken through their likeness to some of them (Nyström), the equations
solved by conjugate gradients.
"""
import numpy as np
from data import encode_codes
from gates import encode_allele
from residues import BLOSUM, UNKNOWN

EXPONENT, RESIDUE_POWER, WIDTH = 4, 0.11, 0.05
LANDMARKS, RIDGE, ITERATIONS = 3000, 0.1, 60
# likeness of residues; what is beyond a peptide's end is like nothing
_LIKE = np.zeros((UNKNOWN + 1, UNKNOWN + 1), np.float32)
_LIKE[:UNKNOWN, :UNKNOWN] = 2.0 ** (np.round(BLOSUM[:UNKNOWN] * 5) / 2 * RESIDUE_POWER)


def _common(a, b):
    """Sum over pairs of equally long substrings [n, m] of residue codes a [n, la] and b [m, lb]."""
    like = [np.ascontiguousarray(_LIKE[:, b[:, v]]) for v in range(b.shape[1])]
    return _substrings(a.shape[1], b.shape[1], lambda u, v: like[v][a[:, u]])


def _own(a):
    """The same of each peptide with itself [n]."""
    return _substrings(a.shape[1], a.shape[1], lambda u, v: _LIKE[a[:, u], a[:, v]])


def _substrings(rows, columns, likeness):
    """Substrings that start at (u, v) are that pair of residues, alone or before those that start at (u + 1, v + 1)."""
    total, below = 0, [0.0] * (columns + 1)
    for u in reversed(range(rows)):
        for v in range(columns):
            below[v] = likeness(u, v) * (1 + below[v + 1])
            total = total + below[v]
    return total


def _by_length(peptides):
    """(numbers, codes) of the peptides of each length."""
    codes, lengths = encode_codes(peptides)
    return [(at, codes[at, :length]) for length in np.unique(lengths) for at in [np.flatnonzero(lengths == length)]]


def _norm(peptides):
    """Square root of each peptide's likeness to itself [n]."""
    out = np.empty(len(peptides), np.float32)
    for at, codes in _by_length(peptides):
        out[at] = np.sqrt(_own(codes))
    return out


def _blocks(peptides, size):
    """(numbers, codes) of at most `size` peptides of one length."""
    return [(at[i:i + size], codes[i:i + size]) for at, codes in _by_length(peptides) for i in range(0, len(at), size)]


def peptide_kernel(a, b):
    """Likeness [len(a), len(b)] of peptides, in blocks that stay in the near cache."""
    out, columns = np.empty((len(a), len(b)), np.float32), _blocks(b, 256)
    for at, codes in _blocks(a, 64):
        for bt, other in columns:
            out[np.ix_(at, bt)] = _common(codes, other)
    out /= _norm(a)[:, None]
    out /= _norm(b)
    return out ** EXPONENT


def _factor(kernel):
    """What turns likenesses to the landmarks into features whose products are the kernel."""
    values, vectors = np.linalg.eigh(kernel.astype(np.float64))
    kept = values > values[-1] * 1e-6
    return (vectors[:, kept] / np.sqrt(values[kept])).astype(np.float32)


class KernelRegression:
    def __init__(self, rows, rng, landmarks=LANDMARKS):
        """rows: (pseudo-sequence, peptide, affinity output)."""
        peptides, molecules = sorted(set(p for _, p, _ in rows)), sorted(set(m for m, _, _ in rows))
        self.landmarks = sorted(rng.choice(peptides, min(landmarks, len(peptides)), replace=False).tolist())
        self.codes = self._unit(molecules)
        row_of, column_of = ({k: i for i, k in enumerate(keys)} for keys in (peptides, molecules))
        likeness = peptide_kernel(peptides, self.landmarks)
        self.peptide_basis = _factor(likeness[[row_of[p] for p in self.landmarks]])
        self.molecule_basis = _factor(self._molecule_kernel(molecules))
        x, z = likeness @ self.peptide_basis, self._molecule_features(molecules)
        there, value = np.zeros((2, len(peptides), len(molecules)), np.float32)
        self.mean = float(np.mean([y for _, _, y in rows]))
        for m, p, y in rows:
            there[row_of[p], column_of[m]] += 1
            value[row_of[p], column_of[m]] += y - self.mean
        normal = lambda v: x.T @ ((there * (x @ v @ z.T)) @ z) + RIDGE * v
        left = x.T @ (value @ z)
        self.weights, direction, size = np.zeros_like(left), left.copy(), float((left * left).sum())
        # conjugate gradients: `left` is what the weights so far leave unexplained
        for _ in range(ITERATIONS):
            along = normal(direction)
            step = size / float((direction * along).sum())
            self.weights += step * direction
            left -= step * along
            before, size = size, float((left * left).sum())
            direction = left + size / before * direction

    @staticmethod
    def _unit(molecules):
        codes = np.stack([encode_allele(m) for m in molecules])
        return codes / np.linalg.norm(codes, axis=1, keepdims=True)

    def _molecule_kernel(self, molecules):
        return np.exp((self._unit(molecules) @ self.codes.T - 1) / WIDTH) + 0.05

    def _molecule_features(self, molecules):
        return (self._molecule_kernel(molecules) @ self.molecule_basis).astype(np.float32)

    def predict(self, peptides, molecules):
        """Affinity outputs [peptides, molecules]."""
        return peptide_kernel(peptides, self.landmarks) @ self.peptide_basis @ self.weights @ self._molecule_features(molecules).T + self.mean
