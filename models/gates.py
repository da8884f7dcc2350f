"""What both networks' tables are mixed by: gates that a molecule's 34-residue pseudo-sequence opens, W(a) = W0 + sum_k g_k(a) W_k.

g(a) = relu(blosum(a) wg + bg) vg + cg, plus a learned offset for molecules with data, dropped in part of the steps.
"""
import numpy as np
from residues import BLOSUM, INDEX, UNKNOWN

PSEUDO_LENGTH = 34
DECAYED = ("wg", "vg", "offset")


def normal(rng, fan, shape):
    return rng.normal(0, np.sqrt(2 / fan), shape).astype(np.float32)


def encode_allele(pseudo):
    return np.concatenate([BLOSUM[INDEX.get(r, UNKNOWN)] for r in pseudo])


def gate_parameters(rng, molecules, gates, hidden):
    return {
        "wg": normal(rng, PSEUDO_LENGTH * 12, (PSEUDO_LENGTH * 20, hidden)), "bg": np.zeros(hidden, np.float32),
        "vg": normal(rng, hidden * 2, (hidden, gates)), "cg": np.zeros(gates, np.float32),
        "offset": np.zeros((molecules, gates), np.float32),
    }


def gate_of(p, numbers, pseudo):
    """Gates of any molecule [gates]; one with data, numbered in `numbers`, has its offset."""
    g = np.maximum(encode_allele(pseudo) @ p["wg"] + p["bg"], 0) @ p["vg"] + p["cg"]
    return g + p["offset"][numbers[pseudo]] if pseudo in numbers else g


class OpenGates:
    """Gates of the molecules `who` of one batch, and the way back from their gradient."""
    def __init__(self, p, codes, who, rng, offset_dropout):
        self.p, self.who, self.a = p, who, codes[who]
        self.z = self.a @ p["wg"] + p["bg"]
        self.h = np.maximum(self.z, 0)
        self.kept = (rng.random(len(who)) >= offset_dropout).astype(np.float32)[:, None]
        self.gate = self.h @ p["vg"] + p["cg"] + self.kept * p["offset"][who]

    def gradients(self, dgate):
        dh = (dgate @ self.p["vg"].T) * (self.z > 0)
        offset = np.zeros_like(self.p["offset"])
        np.add.at(offset, self.who, dgate * self.kept)
        return {"vg": self.h.T @ dgate, "cg": dgate.sum(0), "wg": self.a.T @ dh, "bg": dh.sum(0), "offset": offset}
