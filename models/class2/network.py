"""The class II network and its training step.

A peptide of 9-30 residues binds with a core of nine; every register is scored and the best one counts (NN-align family, Nielsen & Lund
2009, doi:10.1186/1471-2105-10-296). Per register, rows of one table: the nine core residues, the means of up to three flanking
residues on either side, the flanks' lengths, the peptide's length. The allele's 34-residue pseudo-sequence opens K gates, and the
table of an allele is a mixture: W(a) = W0 + sum_k g_k(a) W_k. For one allele
    h = relu(sum of rows of W(a)); z = h w2 + b2; y = sigmoid(max over registers of z)
with y = 1 - log(IC50 nM) / log(50,000).
"""
import numpy as np
from gates import DECAYED, OpenGates, encode_allele, gate_of, gate_parameters, normal
from optimise import Adam, sigmoid
from residues import BLOSUM, INDEX

MIN_LENGTH, MAX_LENGTH = 9, 30
CORE = 9
FLANK = 3
LEFT_ROW = CORE * 20
RIGHT_ROW = LEFT_ROW + 20
LEFT_LENGTH_ROW = RIGHT_ROW + 20          # 0, 1, 2, 3, 4, 5, 6 or more residues before the core
RIGHT_LENGTH_ROW = LEFT_LENGTH_ROW + 7
LENGTH_ROW = RIGHT_LENGTH_ROW + 7         # 9-11, 12, ..., 19, 20 or more
ROWS = LENGTH_ROW + 10
# the table is learned in the basis of BLOSUM62: similar residues start, and are shrunk, together
BASIS = np.eye(ROWS, dtype=np.float32)
for _k in range(CORE + 2):
    BASIS[_k * 20:(_k + 1) * 20, _k * 20:(_k + 1) * 20] = BLOSUM[:20]
ANCHOR_RESIDUES = [INDEX[r] for r in "ILVMFYW"]


def is_usable(peptide):
    return MIN_LENGTH <= len(peptide) <= MAX_LENGTH and all(r in INDEX for r in peptide)


def encode(codes, lengths):
    """All registers of peptides, residue codes [n, 30] -> dense float32 rows [m, ROWS], peptide of each row [m], first row of each peptide [n + 1]."""
    registers = lengths - CORE + 1
    first = np.concatenate([[0], np.cumsum(registers)])
    m = first[-1]
    who = np.repeat(np.arange(len(codes)), registers)
    at = np.arange(m) - first[who]
    row = np.arange(m)
    x = np.zeros((m, ROWS), np.float32)
    for k in range(CORE):
        x[row, k * 20 + codes[who, at + k]] = 1
    left, right = at, lengths[who] - CORE - at
    for base, count, place in ((LEFT_ROW, left, lambda k: at - 1 - k), (RIGHT_ROW, right, lambda k: at + CORE + k)):
        seen = np.minimum(count, FLANK)
        for k in range(FLANK):
            there = np.flatnonzero(seen > k)
            x[there, base + codes[who[there], place(k)[there]]] += (1 / seen[there]).astype(np.float32)
    x[row, LEFT_LENGTH_ROW + np.minimum(left, 6)] = 1
    x[row, RIGHT_LENGTH_ROW + np.minimum(right, 6)] = 1
    x[row, LENGTH_ROW + np.clip(lengths[who] - 11, 0, 9)] = 1
    return x, who, first


class Network:
    def __init__(self, rng, molecules, hidden, gates, gate_hidden):
        """molecules: pseudo-sequences with data, in the order of the gate offsets."""
        self.hidden, self.gates = hidden, gates
        self.molecules = {m: i for i, m in enumerate(molecules)}
        self.codes = np.stack([encode_allele(m) for m in molecules])
        self.p = {
            **gate_parameters(rng, len(molecules), gates, gate_hidden),
            "w0": normal(rng, 28, (ROWS, hidden)), "wk": (normal(rng, 28, (gates, ROWS * hidden)) / np.sqrt(gates)).astype(np.float32),
            "w2": normal(rng, hidden, (hidden,)), "b2": np.full(1, -0.5, np.float32),
        }
        self.adam = Adam(self.p, DECAYED + ("w0", "wk", "w2"))

    def gate(self, pseudo):
        return gate_of(self.p, self.molecules, pseudo)

    def table(self, gate):
        return BASIS @ (self.p["w0"] + (gate @ self.p["wk"]).reshape(ROWS, self.hidden))

    def logits(self, x, table):
        return np.maximum(x @ table, 0) @ self.p["w2"] + self.p["b2"][0]

    def step(self, groups, x, first, allowed, target, rate, rng, dropout, offset_dropout, decay, temperature):
        """One Adam step. groups: (molecule, first peptide, end peptide); first [n + 1]: first row of each peptide; allowed [m]: registers in play."""
        p = self.p
        gates = OpenGates(p, self.codes, np.array([g[0] for g in groups]), rng, offset_dropout)
        tables = BASIS @ ((gates.gate @ p["wk"]).reshape(len(groups), ROWS, self.hidden) + p["w0"])
        z1 = np.empty((len(x), self.hidden), np.float32)
        for k, (_, lo, hi) in enumerate(groups):
            np.matmul(x[first[lo]:first[hi]], tables[k], out=z1[first[lo]:first[hi]])
        mask = (z1 > 0).astype(np.float32)
        if dropout > 0:
            drop = (rng.random((len(target), self.hidden), dtype=np.float32) >= dropout) * np.float32(1 / (1 - dropout))
            mask *= np.repeat(drop, np.diff(first), axis=0)
        h = z1 * mask
        z = h @ p["w2"] + p["b2"][0]
        z = np.where(allowed, z, -1e9)
        starts = first[:-1]
        top = np.maximum.reduceat(z, starts)
        rep = np.repeat(np.arange(len(target)), np.diff(first))
        # every register adds to the peptide's score, the best one most: temperature * log(sum(exp(z / temperature)))
        e = np.exp((z - top[rep]) / temperature)
        total = np.add.reduceat(e, starts)
        share = (e / total[rep]).astype(np.float32)
        pooled = top + temperature * np.log(total)
        y = sigmoid(pooled)
        # squared error, scaled to the size of a cross-entropy's gradient
        d = ((y - target) * y * (1 - y) * (6 / len(target))).astype(np.float32)
        dz = d[rep] * share
        use = np.flatnonzero(np.abs(dz) > 1e-9)
        dh = dz[use, None] * p["w2"] * mask[use]
        xu = x[use]
        edges = np.searchsorted(use, [first[lo] for _, lo, _ in groups] + [len(x)])
        dt = np.empty((len(groups), ROWS * self.hidden), np.float32)
        for k in range(len(groups)):
            s = slice(edges[k], edges[k + 1])
            dt[k] = (BASIS.T @ (xu[s].T @ dh[s])).ravel()
        self.adam.step({"w2": h[use].T @ dz[use], "b2": np.array([d.sum()], np.float32), "w0": dt.sum(0).reshape(ROWS, self.hidden),
                        "wk": gates.gate.T @ dt, **gates.gradients(dt @ p["wk"].T)}, rate, decay)
