"""The class II network and its training step.

A peptide of 9-30 residues binds with a core of nine; every register is scored and the best one counts (NN-align family, Nielsen & Lund
2009, doi:10.1186/1471-2105-10-296). Per register, rows of one table: the nine core residues, the means of up to three flanking
residues on either side, the flanks' lengths, the peptide's length. The allele's 34-residue pseudo-sequence opens K gates, and the
table of an allele is a mixture: W(a) = W0 + sum_k g_k(a) W_k. The rows of a core position have gates of their own, which see the residues of
the pocket that holds it (pockets.py); the other rows' gates see all. For one allele
    h = relu(sum of rows of W(a)); z = h w2 + b2; y = sigmoid(temperature * log(sum over registers of exp(z / temperature)))
with y = 1 - log(IC50 nM) / log(50,000). A second kind has one table for all molecules, to which the allele adds a vector, and sigmoid units.
"""
import numpy as np
from gates import DECAYED, OpenGates, PSEUDO_LENGTH, encode_allele, gate_of, gate_parameters, normal
from optimise import Adam, sigmoid
from pockets import MASKS
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
# rows that share gates: one block for each core position, one for the rest
BLOCKS = [slice(k * 20, (k + 1) * 20) for k in range(CORE)] + [slice(LEFT_ROW, ROWS)]
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


class Registers:
    """What both kinds share: from the sums of table rows to the score of a peptide, and back."""
    def upper(self, rng, hidden, temperature):
        self.hidden, self.temperature = hidden, temperature
        return {"w2": normal(rng, hidden, (hidden,)), "b2": np.full(1, -0.5, np.float32)}

    def table(self, gate):
        return self.tables(gate[None])[0]

    def logits(self, x, table):
        return self.units(x @ table) @ self.p["w2"] + self.p["b2"][0]

    def step(self, groups, x, first, allowed, target, rate, rng, dropout, offset_dropout, decay):
        """One Adam step. groups: (molecule, first peptide, end peptide); first [n + 1]: first row of each peptide; allowed [m]: registers in play."""
        p, temperature = self.p, self.temperature
        tables, gradients = self.opened(np.array([g[0] for g in groups]), rng, offset_dropout)
        h = np.empty((len(x), self.hidden), np.float32)
        for k, (_, lo, hi) in enumerate(groups):
            np.matmul(x[first[lo]:first[hi]], tables[k], out=h[first[lo]:first[hi]])
        h = self.units(h)
        slope = self.slope(h)
        if dropout > 0:
            drop = (rng.random((len(target), self.hidden), dtype=np.float32) >= dropout) * np.float32(1 / (1 - dropout))
            drop = np.repeat(drop, np.diff(first), axis=0)
            h *= drop
            slope *= drop
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
        dh = dz[use, None] * p["w2"] * slope[use]
        xu = x[use]
        edges = np.searchsorted(use, [first[lo] for _, lo, _ in groups] + [len(x)])
        dt = np.empty((len(groups), ROWS, self.hidden), np.float32)
        for k in range(len(groups)):
            s = slice(edges[k], edges[k + 1])
            dt[k] = BASIS.T @ (xu[s].T @ dh[s])
        self.adam.step({"w2": h[use].T @ dz[use], "b2": np.array([d.sum()], np.float32), "w0": dt.sum(0), **gradients(dt)}, rate, decay)


class Network(Registers):
    """Gated tables, rectified units."""
    units = staticmethod(lambda z: np.maximum(z, 0))
    slope = staticmethod(lambda h: (h > 0).astype(np.float32))

    def __init__(self, rng, molecules, measured, hidden, gates, gate_hidden, temperature):
        """molecules: pseudo-sequences to train on, of which the first `measured` have data and so an offset of their gates."""
        self.gates = gates
        self.molecules = {m: i for i, m in enumerate(molecules[:measured])}
        self.codes = np.stack([encode_allele(m) for m in molecules])
        self.p = {
            **gate_parameters(rng, measured, gates, gate_hidden, len(BLOCKS)),
            "w0": normal(rng, 28, (ROWS, hidden)), "wk": (normal(rng, 28, (gates, ROWS, hidden)) / np.sqrt(gates)).astype(np.float32),
            **self.upper(rng, hidden, temperature),
        }
        self.adam = Adam(self.p, DECAYED + ("w0", "wk", "w2"))

    def gate(self, pseudo):
        return gate_of(self.p, self.molecules, pseudo, MASKS)

    def tables(self, gate):
        """Tables [n, ROWS, hidden] that gates [n, blocks, gates] open."""
        wk = self.p["wk"]
        mixed = [(gate[:, b] @ wk[:, rows].reshape(self.gates, -1)).reshape(len(gate), -1, self.hidden) for b, rows in enumerate(BLOCKS)]
        return BASIS @ (np.concatenate(mixed, axis=1) + self.p["w0"])

    def opened(self, who, rng, offset_dropout):
        """Tables of the molecules `who`, and the way from their gradient to that of the parameters."""
        open_gates, wk = OpenGates(self.p, self.codes, who, rng, offset_dropout, MASKS), self.p["wk"]
        gate = open_gates.gate

        def gradients(dt):
            dgate, dwk = np.empty_like(gate), np.empty_like(wk)
            for b, rows in enumerate(BLOCKS):
                own = dt[:, rows].reshape(len(who), -1)
                dgate[:, b] = own @ wk[:, rows].reshape(self.gates, -1).T
                dwk[:, rows] = (gate[:, b].T @ own).reshape(self.gates, -1, self.hidden)
            return {"wk": dwk, **open_gates.gradients(dgate)}
        return self.tables(gate), gradients


class AdditiveNetwork(Registers):
    """One table for all molecules, to whose length rows the molecule adds a vector, linear in its pseudo-sequence; sigmoid units, which such a vector shifts."""
    units = staticmethod(sigmoid)
    slope = staticmethod(lambda h: h * (1 - h))

    def __init__(self, rng, molecules, hidden, temperature):
        self.codes = np.stack([encode_allele(m) for m in molecules])
        self.p = {"w0": normal(rng, 28, (ROWS, hidden)), "wa": normal(rng, PSEUDO_LENGTH * 12, (PSEUDO_LENGTH * 20, hidden)), "ba": np.zeros(hidden, np.float32),
                  **self.upper(rng, hidden, temperature)}
        self.adam = Adam(self.p, ("w0", "wa", "w2"))

    def gate(self, pseudo):
        return encode_allele(pseudo) @ self.p["wa"] + self.p["ba"]

    def tables(self, gate):
        """Tables [n, ROWS, hidden] of molecules with vectors [n, hidden]."""
        tables = np.repeat((BASIS @ self.p["w0"])[None], len(gate), axis=0)
        tables[:, LENGTH_ROW:] += gate[:, None]
        return tables

    def opened(self, who, rng, offset_dropout):
        a = self.codes[who]

        def gradients(dt):
            dv = dt[:, LENGTH_ROW:].sum(1)
            return {"wa": a.T @ dv, "ba": dv.sum(0)}
        return self.tables(a @ self.p["wa"] + self.p["ba"]), gradients
