"""What both networks' tables are mixed by: gates that a molecule's 34-residue pseudo-sequence opens, W(a) = W0 + sum_k g_k(a) W_k.

g(a) = relu(blosum(a) wg + bg) vg + cg, plus a learned offset for molecules with data, dropped in part of the steps. A table may have several
blocks of rows; each has gates of its own, which see the residues that its mask lets through, with the same wg and vg. Gates are [blocks, K].
"""
import numpy as np
from residues import BLOSUM, INDEX, UNKNOWN

PSEUDO_LENGTH = 34
DECAYED = ("wg", "vg", "offset")
WHOLE = np.ones((1, PSEUDO_LENGTH * 20), np.float32)  # one block that sees every residue


def normal(rng, fan, shape):
    return rng.normal(0, np.sqrt(2 / fan), shape).astype(np.float32)


def encode_allele(pseudo):
    return np.concatenate([BLOSUM[INDEX.get(r, UNKNOWN)] for r in pseudo])


def gate_parameters(rng, molecules, gates, hidden, blocks=1):
    return {
        "wg": normal(rng, PSEUDO_LENGTH * 12, (PSEUDO_LENGTH * 20, hidden)), "bg": np.zeros(hidden, np.float32),
        "vg": normal(rng, hidden * 2, (hidden, gates)), "cg": np.zeros(gates, np.float32),
        "offset": np.zeros((molecules, blocks, gates), np.float32),
    }


def gate_of(p, numbers, pseudo, masks=WHOLE):
    """Gates of any molecule [blocks, gates]; one with data, numbered in `numbers`, has its offset."""
    g = np.maximum((encode_allele(pseudo) * masks) @ p["wg"] + p["bg"], 0) @ p["vg"] + p["cg"]
    return g + p["offset"][numbers[pseudo]] if pseudo in numbers else g


class OpenGates:
    """Gates [molecules, blocks, gates] of the molecules `who` of one batch, and the way back from their gradient."""
    def __init__(self, p, codes, who, rng, offset_dropout, masks=WHOLE):
        self.p = p
        # molecules beyond those with an offset have no data of their own
        measured = who < len(p["offset"])
        self.who = np.where(measured, who, 0)
        self.a = (codes[who][:, None] * masks).reshape(-1, masks.shape[1])
        self.z = self.a @ p["wg"] + p["bg"]
        self.h = np.maximum(self.z, 0)
        self.kept = ((rng.random(len(who)) >= offset_dropout) & measured).astype(np.float32)[:, None, None]
        self.gate = (self.h @ p["vg"] + p["cg"]).reshape(len(who), len(masks), -1) + self.kept * p["offset"][self.who]

    def gradients(self, dgate):
        offset = np.zeros_like(self.p["offset"])
        np.add.at(offset, self.who, dgate * self.kept)
        dg = dgate.reshape(len(self.a), -1)
        dh = (dg @ self.p["vg"].T) * (self.z > 0)
        return {"vg": self.h.T @ dg, "cg": dg.sum(0), "wg": self.a.T @ dh, "bg": dh.sum(0), "offset": offset}
