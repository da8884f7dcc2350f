"""The ensemble that is shipped: its networks as the file keeps them, its figures and its artefact."""
import numpy as np
from data import encode_codes, molecule_name
from model_file import RANKS, allele_support, from_bytes, in_bytes
from network import BLOCKS, MAX_LENGTH, MIN_LENGTH, ROWS, encode, is_usable
from optimise import auc, sigmoid
from residues import RESIDUES


class Stored:
    """A gated network as the file keeps it: out of the similarity basis, the mixed tables in bytes, the gates in half precision."""
    def __init__(self, network):
        self.network, self.p, self.hidden, self.logits, self.temperature = network, network.p, network.hidden, network.logits, network.temperature
        self.w0 = network.table(np.zeros((len(BLOCKS), network.gates), np.float32))
        opened = np.repeat(np.eye(network.gates, dtype=np.float32)[:, None], len(BLOCKS), axis=1)
        self.mixed = in_bytes(network.tables(opened) - self.w0)
        self.wk = from_bytes(*self.mixed)

    def gate(self, pseudo):
        return self.network.gate(pseudo).astype(np.float16).astype(np.float32)

    def table(self, gate):
        return self.w0 + np.concatenate([np.einsum("k,krh->rh", gate[b], self.wk[:, rows]) for b, rows in enumerate(BLOCKS)])


def pool(z, first, t):
    """Registers to peptides: t * log(sum(exp(z / t)))."""
    top = np.maximum.reduceat(z, first[:-1])
    return top + t * np.log(np.add.reduceat(np.exp((z - np.repeat(top, np.diff(first))) / t), first[:-1]))


def outputs(networks, encoded, pseudo):
    """Affinity output [n] and core offset [n] of encoded peptides on one molecule."""
    x, _, first = encoded
    z = [n.logits(x, n.table(n.gate(pseudo))) for n in networks]
    y = np.mean([sigmoid(pool(one, first, n.temperature)) for one, n in zip(z, networks)], axis=0)
    mean = np.mean([sigmoid(one) for one in z], axis=0)
    return y, np.array([int(mean[a:b].argmax()) for a, b in zip(first[:-1], first[1:])])


def figures(networks, data):
    """IEDB weekly sets and crystal cores; fails when it compared nothing."""
    ours, rivals, without, seen = [], {"NetMHCIIpan-3.1": [], "NN-align": [], "SMM-align": []}, [], set()
    for _, p, _ in data.affinity:
        seen.update(p[i:i + 9] for i in range(len(p) - 8))
    for (_, allele), (peptides, binder, rows) in sorted(data.weekly.items()):
        name = "H-2-IAb" if allele.startswith("H2") else molecule_name(allele)
        assert name in data.pseudo and all(is_usable(p) for p in peptides), allele
        y, _ = outputs(networks, encode(*encode_codes(peptides)), data.pseudo[name])
        ours.append(auc(y, binder))
        fresh = np.array([not any(p[i:i + 9] in seen for i in range(len(p) - 8)) for p in peptides])
        if fresh.sum() >= 10 and 0 < binder[fresh].sum() < fresh.sum():
            without.append(auc(y[fresh], binder[fresh]))
        for rival, values in rivals.items():
            if all(r[rival] not in ("", "-") for r in rows):
                values.append(auc(-np.array([float(r[rival]) for r in rows]), binder))
    assert len(ours) == 42, "the weekly sets were not compared"
    wrong, total, plain, plain_right = [], 0, 0, 0
    for pdb, allele, pseudo, peptide, core in data.cores:
        if not allele.startswith(("DRB", "HLA-")):
            continue
        total += 1
        _, offset = outputs(networks, encode(*encode_codes([peptide])), pseudo)
        found = peptide[offset[0]:offset[0] + 9]
        if found != core:
            wrong.append("%s %s %s: %s, ours %s" % (pdb, allele, peptide, core, found))
        # those of standard residues whose molecule has the pseudo-sequence of the table the model is trained with
        if is_usable(peptide) and data.pseudo.get(molecule_name(allele)) == pseudo:
            plain += 1
            plain_right += found == core
    assert (total, plain) == (47, 43), "the crystal cores were not compared"
    rng = np.random.default_rng(20)
    spread = np.percentile([np.mean(rng.choice(ours, len(ours))) for _ in range(2000)], [2.5, 97.5])
    return {"weekly_sets": len(ours), "weekly_mean_auc": round(float(np.mean(ours)), 4), "weekly_mean_auc_95": [round(float(v), 4) for v in spread],
            "weekly_sets_without_shared_9mers": len(without), "weekly_mean_auc_without_shared_9mers": round(float(np.mean(without)), 4),
            "weekly_rivals": {k: {"sets": len(v), "mean_auc": round(float(np.mean(v)), 4)} for k, v in rivals.items()},
            "crystals": total, "crystal_cores_right": total - len(wrong), "crystals_with_pseudo_sequence": plain, "crystal_cores_right_of_those": plain_right, "crystal_cores_wrong": wrong}


def artefact(networks, data, wanted):
    """Header and tensors of the file for the wanted molecules; the rank tables are still empty. All networks are gated ones."""
    unique = sorted(set(data.pseudo[n] for n in wanted))
    support, alphas = {}, {}
    for a, _, _ in data.affinity:
        support.setdefault(data.pseudo[a], [0, 0])[1] += 1
        if "/" in a:
            alpha, beta = a[4:].split("/")
            alphas.setdefault(beta, {}).setdefault(alpha, 0)
            alphas[beta][alpha] += 1
    row_of = {s: i for i, s in enumerate(unique)}
    tensors = [("ranks", RANKS.astype(np.float32)), ("rank_affinity", np.zeros((len(unique), len(RANKS)), np.float16)),
               ("gates", np.stack([np.stack([n.gate(s) for n in networks]) for s in unique]).astype(np.float16)),
               ("w0", np.stack([n.w0 for n in networks])), ("wk", np.stack([n.mixed[0] for n in networks])), ("wk_scale", np.stack([n.mixed[1] for n in networks])),
               ("w2", np.stack([n.p["w2"] for n in networks])), ("b2", np.concatenate([n.p["b2"] for n in networks])),
               ("temperatures", np.array([n.temperature for n in networks], np.float32))]
    header = {"residues": RESIDUES, "min_length": MIN_LENGTH, "max_length": MAX_LENGTH, "rows": ROWS, "blocks": [rows.start for rows in BLOCKS] + [ROWS],
              "hidden": networks[0].hidden, "gated": len(networks), "additive": 0, "gates": networks[0].network.gates,
              "alleles": {n: row_of[data.pseudo[n]] for n in wanted},
              "allele_support": allele_support(unique, support, data.pseudo), "usual_alpha": {b: max(sorted(c), key=lambda a: c[a]) for b, c in sorted(alphas.items())}}
    return header, tensors
