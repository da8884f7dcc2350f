"""Training one class II network: batches grouped by molecule."""
import time
import numpy as np
from data import encode_codes
from network import ANCHOR_RESIDUES, AdditiveNetwork, Network, encode
from pool import Pool


class Rows:
    def __init__(self, measured, taught=()):
        """(pseudo-sequence, peptide, affinity output) of what was measured and of what teachers say; molecules with measurements come first."""
        known = sorted(set(m for m, _, _ in measured))
        self.measured = len(known)
        self.molecules = known + sorted(set(m for m, _, _ in taught) - set(known))
        number = {m: i for i, m in enumerate(self.molecules)}
        rows = [*measured, *taught]
        self.codes, self.lengths = encode_codes([p for _, p, _ in rows])
        self.output = np.array([y for _, _, y in rows], np.float32)
        self.molecule = np.array([number[m] for m, _, _ in rows])


def fit(rows, o, seed, report=print):
    rng, started = np.random.default_rng(seed), time.time()
    network = (Network(rng, rows.molecules, rows.measured, o["hidden"], o["gates"], o["gate_hidden"], o["temperature"]) if o["kind"] == "gated"
               else AdditiveNetwork(rng, rows.molecules, o["hidden"], o["temperature"]))
    pool = Pool(rows.molecule, o["power"], rng)
    for step in range(o["steps"]):
        parts, groups, top = [], [], 0
        for m in pool.draw(o["groups"]):
            own = pool.take(m, o["peptides"])
            parts.append(own)
            groups.append((m, top, top + len(own)))
            top += len(own)
        own = np.concatenate(parts)
        x, who, first = encode(rows.codes[own], rows.lengths[own])
        allowed = np.ones(len(x), bool)
        if step < o["anchored"] * o["steps"]:
            allowed = x[:, ANCHOR_RESIDUES].any(1)
            allowed |= ~np.logical_or.reduceat(allowed, first[:-1])[who]
        rate = 1e-5 + 0.5 * (o["rate"] - 1e-5) * (1 + np.cos(np.pi * step / o["steps"]))
        network.step(groups, x, first, allowed, rows.output[own], rate, rng, o["dropout"], o["offset_dropout"], o["decay"])
        if step % 2000 == 0:
            report("  step %d of %d, %.0f s" % (step, o["steps"], time.time() - started))
    return network
