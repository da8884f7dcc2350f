"""The class I network and its training step.

Peptide of 8-14 residues -> 5 residues from the N terminus, 5 from the C terminus, the mean of the residues between, the length:
each a row of one table, so that the first layer is a sum of table rows. The allele's 34-residue pseudo-sequence opens K gates,
and the table of an allele is a mixture: W(a) = W0 + sum_k g_k(a) W_k. For one allele the network is therefore
    h1 = relu(sum of rows of W(a)); h2 = relu(h1 W2 + b2); y = sigmoid(h2 W3 + b3), y = (presentation, affinity)
with affinity = 1 - log(IC50 nM) / log(50,000). Molecules with data have a learned gate offset of their own, dropped in part of the
steps so that the gates alone stay good for molecules without data.
"""
import numpy as np
from gates import DECAYED, OpenGates, encode_allele, gate_of, gate_parameters, normal, PSEUDO_LENGTH
from optimise import Adam, sigmoid
from residues import INDEX

MIN_LENGTH, MAX_LENGTH = 8, 14
END = 5
MIDDLE_ROW = 2 * END * 20
LENGTH_ROW = MIDDLE_ROW + 20
ROWS = LENGTH_ROW + (MAX_LENGTH - MIN_LENGTH + 1)


def is_usable(peptide):
    return MIN_LENGTH <= len(peptide) <= MAX_LENGTH and all(r in INDEX for r in peptide)


def encode(codes, lengths):
    """Dense float32 rows [n, ROWS] of residue codes [n, 14]: what the table lookup sums at inference."""
    n = len(codes)
    x = np.zeros((n, ROWS + 1), np.float32)  # one spare column takes what is not there
    row = np.arange(n)
    for k in range(END):
        x[row, k * 20 + codes[:, k]] = 1
        x[row, (END + k) * 20 + codes[row, lengths - END + k]] = 1
    inner = np.maximum(lengths - 2 * END, 0)
    for k in range(MAX_LENGTH - 2 * END):
        there = np.flatnonzero(inner > k)
        x[there, MIDDLE_ROW + codes[there, END + k]] += (1 / inner[there]).astype(np.float32)
    x[row, LENGTH_ROW + lengths - MIN_LENGTH] = 1
    return x[:, :ROWS]


class Upper:
    """The two layers above the table, which both kinds share."""
    def parameters(self, rng, hidden, hidden2):
        self.hidden, self.hidden2 = hidden, hidden2
        return {"w2": normal(rng, hidden, (hidden, hidden2)), "b2": np.zeros(hidden2, np.float32),
                "w3": normal(rng, hidden2, (hidden2, 2)), "b3": np.array([-1.5, -0.5], np.float32)}

    def logits(self, x, table):
        p = self.p
        h1 = np.maximum(x @ table, 0)
        h2 = np.maximum(h1 @ p["w2"] + p["b2"], 0)
        return h2 @ p["w3"] + p["b3"]

    def through(self, z1, target, weight, bound, rng, dropout):
        """Binary cross-entropy with soft targets: from the first layer's sums to their gradient and those of the upper layers.

        target, weight [n, 2]: weight 0 leaves an output out of a row's loss. bound [n]: -1 the affinity target is an upper bound and only pulls
        down, +1 a lower bound, 0 a value.
        """
        p = self.p
        mask1 = (z1 > 0).astype(np.float32)
        if dropout > 0:
            mask1 *= (rng.random(z1.shape, dtype=np.float32) >= dropout) * np.float32(1 / (1 - dropout))
        h1 = z1 * mask1
        z2 = h1 @ p["w2"] + p["b2"]
        mask2 = (z2 > 0).astype(np.float32)
        h2 = z2 * mask2
        error = sigmoid(h2 @ p["w3"] + p["b3"]) - target
        error[error[:, 1] * bound > 0, 1] = 0
        d3 = (error * weight / len(z1)).astype(np.float32)
        d2 = (d3 @ p["w3"].T) * mask2
        return (d2 @ p["w2"].T) * mask1, {"w3": h2.T @ d3, "b3": d3.sum(0), "w2": h1.T @ d2, "b2": d2.sum(0)}


class Network(Upper):
    def __init__(self, rng, molecules, hidden, hidden2, gates, gate_hidden):
        """molecules: pseudo-sequences with data, in the order of the gate offsets."""
        self.gates = gates
        self.molecules = {m: i for i, m in enumerate(molecules)}
        self.codes = np.stack([encode_allele(m) for m in molecules])
        self.p = {
            **gate_parameters(rng, len(molecules), gates, gate_hidden),
            "w0": normal(rng, 24, (ROWS, hidden)), "wk": (normal(rng, 24, (gates, ROWS * hidden)) / np.sqrt(gates)).astype(np.float32),
            **self.parameters(rng, hidden, hidden2),
        }
        self.adam = Adam(self.p, DECAYED + ("w0", "wk", "w2", "w3"))

    def gate(self, pseudo):
        return gate_of(self.p, self.molecules, pseudo)[0]

    def table(self, gate):
        """First-layer table of one molecule [ROWS, hidden]."""
        return self.p["w0"] + (gate @ self.p["wk"]).reshape(ROWS, self.hidden)

    def step(self, groups, x, target, weight, bound, rate, rng, dropout, offset_dropout, decay):
        """One Adam step. groups: (molecule number, first row, end row) of rows of x [n, ROWS] that share a molecule."""
        p = self.p
        gates = OpenGates(p, self.codes, np.array([g[0] for g in groups]), rng, offset_dropout)
        gate = gates.gate[:, 0]
        tables = (gate @ p["wk"]).reshape(len(groups), ROWS, self.hidden) + p["w0"]
        z1 = np.empty((len(x), self.hidden), np.float32)
        for k, (_, lo, hi) in enumerate(groups):
            np.matmul(x[lo:hi], tables[k], out=z1[lo:hi])
        d1, upper = self.through(z1, target, weight, bound, rng, dropout)
        dtables = np.empty((len(groups), ROWS * self.hidden), np.float32)
        for k, (_, lo, hi) in enumerate(groups):
            dtables[k] = (x[lo:hi].T @ d1[lo:hi]).ravel()
        self.adam.step({**upper, "w0": dtables.sum(0).reshape(ROWS, self.hidden), "wk": gate.T @ dtables,
                        **gates.gradients((dtables @ p["wk"].T)[:, None])}, rate, decay)


class AdditiveNetwork(Upper):
    """The same network with one table for all molecules; the allele enters as a vector added to the first layer, linear in its pseudo-sequence."""
    def __init__(self, rng, molecules, hidden, hidden2):
        self.codes = np.stack([encode_allele(m) for m in molecules])
        self.p = {
            "w1": normal(rng, 24, (ROWS, hidden)), "wa": normal(rng, PSEUDO_LENGTH * 12, (PSEUDO_LENGTH * 20, hidden)), "b1": np.zeros(hidden, np.float32),
            **self.parameters(rng, hidden, hidden2),
        }
        self.adam = Adam(self.p, ("w1", "wa", "w2", "w3"))

    def gate(self, pseudo):
        return encode_allele(pseudo) @ self.p["wa"] + self.p["b1"]

    def table(self, gate):
        """The vector goes into the length rows: every peptide has exactly one."""
        table = self.p["w1"].copy()
        table[LENGTH_ROW:] += gate
        return table

    def step(self, groups, x, target, weight, bound, rate, rng, dropout, offset_dropout, decay):
        p = self.p
        a = self.codes[np.array([g[0] for g in groups])]
        vectors = a @ p["wa"] + p["b1"]
        z1 = x @ p["w1"]
        for k, (_, lo, hi) in enumerate(groups):
            z1[lo:hi] += vectors[k]
        d1, upper = self.through(z1, target, weight, bound, rng, dropout)
        dv = np.stack([d1[lo:hi].sum(0) for _, lo, hi in groups])
        self.adam.step({**upper, "w1": x.T @ d1, "wa": a.T @ dv, "b1": dv.sum(0)}, rate, decay)
