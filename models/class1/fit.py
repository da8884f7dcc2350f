"""Training one class I network: batches grouped by molecule, random natural peptides as negatives, hits of multi-allelic samples given to their best molecule."""
import time
import numpy as np
from data import encode_codes
from network import AdditiveNetwork, Network, encode
from pool import Pool


class Rows:
    """Everything a network is trained on, as residue codes; molecules are numbered by their pseudo-sequence."""
    def __init__(self, data, negatives, calibration):
        self.molecules = data.molecules()
        number = {m: i for i, m in enumerate(self.molecules)}
        of = lambda allele: number[data.pseudo[allele]]
        self.affinity_codes, self.affinity_lengths = encode_codes([p for _, p, _, _ in data.affinity])
        self.affinity_molecule = np.array([of(a) for a, _, _, _ in data.affinity])
        self.affinity_output = np.array([y for _, _, y, _ in data.affinity], np.float32)
        self.affinity_bound = np.array([b for _, _, _, b in data.affinity])
        self.ligand_codes, self.ligand_lengths = encode_codes([p for _, p in data.ligands])
        self.ligand_molecule = np.array([of(a) for a, _ in data.ligands])
        self.negative_codes, self.negative_lengths = encode_codes(negatives)
        # sample hits: one row per hit and sample, with the sample's molecules
        hits = [(sample, p) for sample in sorted(data.samples) for p in sorted(data.samples[sample])]
        self.hit_codes, self.hit_lengths = encode_codes([p for _, p in hits])
        self.sample_rows = {}
        for i, (sample, _) in enumerate(hits):
            self.sample_rows.setdefault(tuple(sorted(set(of(a) for a in sample))), []).append(i)
        codes, lengths = encode_codes(calibration[::7])
        self.background = encode(codes, lengths)


def assign_hits(network, rows, most):
    """Molecule of each sample hit: the sample's one of lowest percentile among background peptides; -1 where that is not below `most` per cent."""
    x = encode(rows.hit_codes, rows.hit_lengths)
    known, chosen = {}, np.full(len(x), -1)
    for molecules, at in sorted(rows.sample_rows.items()):
        at = np.array(at)
        ranks = []
        for m in molecules:
            table = network.table(network.gate(rows.molecules[m]))
            if m not in known:
                known[m] = np.sort(network.logits(rows.background, table)[:, 0])
            ranks.append(100 * (1 - np.searchsorted(known[m], network.logits(x[at], table)[:, 0]) / len(rows.background)))
        ranks = np.array(ranks)
        kept = ranks.min(0) < most
        chosen[at[kept]] = np.array(molecules)[ranks.argmin(0)[kept]]
    return chosen


def fit(rows, options, seed, report=print):
    """options: kind (gated or additive), steps, hidden, hidden2, gates, gate_hidden, ligand_groups, ligands, negatives (per ligand), affinity_groups,
    affinities, affinity_weight, power, dropout, offset_dropout, decay, rate, assign (per cent at a third and at two thirds of the steps)."""
    o, rng, started = options, np.random.default_rng(seed), time.time()
    network = (Network(rng, rows.molecules, o["hidden"], o["hidden2"], o["gates"], o["gate_hidden"]) if o["kind"] == "gated"
               else AdditiveNetwork(rng, rows.molecules, o["hidden"], o["hidden2"]))
    codes, lengths, molecule = rows.ligand_codes, rows.ligand_lengths, rows.ligand_molecule
    ligands, affinities = Pool(molecule, o["power"], rng), Pool(rows.affinity_molecule, 1.0, rng)
    for step in range(o["steps"]):
        if len(rows.hit_codes) and step in (o["steps"] // 3, 2 * o["steps"] // 3):
            chosen = assign_hits(network, rows, o["assign"][0 if step == o["steps"] // 3 else 1])
            kept = chosen >= 0
            codes, lengths = np.concatenate([rows.ligand_codes, rows.hit_codes[kept]]), np.concatenate([rows.ligand_lengths, rows.hit_lengths[kept]])
            molecule = np.concatenate([rows.ligand_molecule, chosen[kept]])
            ligands = Pool(molecule, o["power"], rng)
            report("  step %d: %d of %d sample hits have a molecule, %.0f s" % (step, kept.sum(), len(kept), time.time() - started))
        parts, groups, at = [], [], 0

        def add(m, c, l, target, weight, bound):
            nonlocal at
            parts.append((c, l, target, weight, bound))
            groups.append((m, at, at + len(c)))
            at += len(c)

        for m in ligands.draw(o["ligand_groups"]):
            own = ligands.take(m, o["ligands"])
            other = rng.integers(len(rows.negative_codes), size=len(own) * o["negatives"])
            target, weight = np.zeros((len(own) + len(other), 2), np.float32), np.zeros((len(own) + len(other), 2), np.float32)
            target[:len(own), 0] = 1
            weight[:, 0] = 1
            # a random natural peptide is a non-binder with a light hand: it teaches rare molecules' affinity what the table leaves out
            target[len(own):, 1], weight[len(own):, 1] = 0.08, 0.05
            add(m, np.concatenate([codes[own], rows.negative_codes[other]]), np.concatenate([lengths[own], rows.negative_lengths[other]]),
                target, weight, np.zeros(len(target)))
        for m in affinities.draw(o["affinity_groups"]):
            own = affinities.take(m, o["affinities"])
            target, weight = np.zeros((len(own), 2), np.float32), np.zeros((len(own), 2), np.float32)
            target[:, 1], weight[:, 1] = rows.affinity_output[own], o["affinity_weight"]
            add(m, rows.affinity_codes[own], rows.affinity_lengths[own], target, weight, rows.affinity_bound[own])
        x = encode(np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts]))
        rate = 1e-5 + 0.5 * (o["rate"] - 1e-5) * (1 + np.cos(np.pi * step / o["steps"]))
        network.step(groups, x, *(np.concatenate([p[i] for p in parts]) for i in (2, 3, 4)), rate, rng, o["dropout"], o["offset_dropout"], o["decay"])
        if step % 5000 == 0:
            report("  step %d of %d, %.0f s" % (step, o["steps"], time.time() - started))
    return network
