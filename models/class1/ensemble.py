"""The ensemble that is shipped: gated networks give the presentation output, additive ones the affinity output. Figures and artefact."""
import numpy as np
from data import encode_codes
from model_file import RANKS, allele_support, from_bytes, in_bytes
from network import END, MAX_LENGTH, MIN_LENGTH, ROWS, encode, is_usable
from optimise import auc, sigmoid
from residues import RESIDUES


class Ensemble:
    def __init__(self, gated, additive):
        self.gated, self.additive = gated, additive

    def outputs(self, x, pseudo):
        """Rows [n, ROWS] of one molecule -> presentation and affinity [n, 2]."""
        one = lambda nets, column: [n.logits(x, n.table(n.gate(pseudo)))[:, column] for n in nets]
        return np.stack([sigmoid(np.mean(one(self.gated, 0), axis=0)), np.mean([sigmoid(z) for z in one(self.additive, 1)], axis=0)], axis=1)


def figures(ensemble, data, calibration):
    """Kim 2013 blind and the 20 development samples; every figure fails when it compared nothing."""
    out = {}
    by_allele = {}
    for r in data.blind:
        if r["mhc"] in data.pseudo and is_usable(r["peptide"]):
            by_allele.setdefault(r["mhc"], []).append(r)
    pooled, sets = [], []
    for allele, rows in sorted(by_allele.items()):
        score = ensemble.outputs(encode(*encode_codes([r["peptide"] for r in rows])), data.pseudo[allele])[:, 1]
        binder = np.array([float(r["log10_ic50_measured"]) < np.log10(500) for r in rows])
        length = np.array([r["length"] for r in rows])
        if allele.startswith("HLA-"):
            pooled.append((score, binder, rows))
        for one in sorted(set(length)):
            k = length == one
            if k.sum() >= 20 and 0 < binder[k].sum() < k.sum():
                sets.append(auc(score[k], binder[k]))
    binder = np.concatenate([b for _, b, _ in pooled])
    assert len(binder) > 20000 and len(sets) > 50, "the Kim 2013 blind set was not compared"
    out["kim2013_blind_hla_rows"] = int(len(binder))
    out["kim2013_blind_pooled_auc"] = round(auc(np.concatenate([s for s, _, _ in pooled]), binder), 4)
    for peer in ("netmhcpan", "netmhc", "smmpmbec_cpp"):
        theirs = -np.array([float(r["log10_ic50_" + peer]) for _, _, rows in pooled for r in rows])
        out["kim2013_blind_pooled_auc_" + peer] = round(auc(theirs, binder), 4)
    out["kim2013_blind_sets"] = len(sets)
    out["kim2013_blind_mean_set_auc"] = round(float(np.mean(sets)), 4)

    background = encode(*encode_codes(calibration))
    known, aucs, ppvs, per_length = {}, [], [], {}
    for (sample, hla), items in sorted(data.development.items()):
        x, best = encode(*encode_codes([p for p, _ in items])), np.full(len(items), 1e9)
        for name in hla.split():
            pseudo = data.pseudo.get(name)
            if pseudo is None:
                continue
            if pseudo not in known:
                known[pseudo] = np.sort(ensemble.outputs(background, pseudo)[:, 0])
            score = ensemble.outputs(x, pseudo)[:, 0]
            rank = 100 * (1 - np.searchsorted(known[pseudo], score) / len(background))
            best = np.minimum(best, rank - 1e-6 * score)
        hit = np.array([h for _, h in items])
        aucs.append(auc(-best, hit))
        ppvs.append(hit[np.argsort(best, kind="mergesort")[:hit.sum()]].mean())
        for length in (8, 9, 10, 11):
            k = np.array([len(p) == length for p, _ in items])
            if 0 < hit[k].sum() < k.sum():
                per_length.setdefault(length, []).append(auc(-best[k], hit[k]))
    assert len(aucs) == 20, "the development samples were not compared"
    rng = np.random.default_rng(20)
    spread = lambda values: [round(float(v), 4) for v in np.percentile([np.mean(rng.choice(values, len(values))) for _ in range(2000)], [2.5, 97.5])]
    out["development_samples"] = len(aucs)
    out["development_mean_auc"], out["development_mean_auc_95"] = round(float(np.mean(aucs)), 4), spread(aucs)
    out["development_mean_ppv"], out["development_mean_ppv_95"] = round(float(np.mean(ppvs)), 4), spread(ppvs)
    out["development_auc_by_length"] = {str(k): round(float(np.mean(v)), 4) for k, v in sorted(per_length.items())}
    return out


def artefact(ensemble, data, wanted):
    """Header and tensors of the file for the wanted allele names; the rank tables are still empty."""
    gated, additive = ensemble.gated, ensemble.additive
    unique = sorted(set(data.pseudo[n] for n in wanted))
    row_of = {s: i for i, s in enumerate(unique)}
    support = {}
    for a, _, _, _ in data.affinity: support.setdefault(data.pseudo[a], [0, 0])[1] += 1
    for a, _ in data.ligands: support.setdefault(data.pseudo[a], [0, 0])[0] += 1
    mixed = [in_bytes(n.p["wk"].reshape(n.gates, ROWS, n.hidden)) for n in gated]
    stack = lambda nets, key, dtype: np.stack([n.p[key] for n in nets]).astype(dtype)
    tensors = [("ranks", RANKS.astype(np.float32)),
               ("rank_presentation", np.zeros((len(unique), len(RANKS)), np.float16)), ("rank_affinity", np.zeros((len(unique), len(RANKS)), np.float16)),
               ("gates", np.stack([np.concatenate([n.gate(s) for n in gated]) for s in unique]).astype(np.float16)),
               ("w0", stack(gated, "w0", np.float32)), ("wk", np.stack([q for q, _ in mixed])), ("wk_scale", np.stack([scale for _, scale in mixed])),
               ("vectors", np.stack([np.concatenate([n.gate(s) for n in additive]) for s in unique]).astype(np.float16)),
               ("w1", stack(additive, "w1", np.float32)),
               ("w2", stack(gated + additive, "w2", np.float32)), ("b2", stack(gated + additive, "b2", np.float32)),
               # of the two outputs each network gives one: presentation the gated, affinity the additive
               ("w3", np.stack([n.p["w3"][:, 0] for n in gated] + [n.p["w3"][:, 1] for n in additive])),
               ("b3", np.array([n.p["b3"][0] for n in gated] + [n.p["b3"][1] for n in additive], np.float32))]
    header = {"residues": RESIDUES, "min_length": MIN_LENGTH, "max_length": MAX_LENGTH, "end": END, "hidden": gated[0].hidden, "hidden2": gated[0].hidden2,
              "rows": ROWS, "gated": len(gated), "additive": len(additive), "gates": gated[0].gates,
              "alleles": {n: row_of[data.pseudo[n]] for n in wanted}, "allele_support": allele_support(unique, support, data.pseudo)}
    return header, tensors


def as_stored(ensemble):
    """Rounds the parameters that the file keeps in bytes or half precision, so that figures and reference scores are those of the file."""
    for n in ensemble.gated:
        n.p["wk"] = from_bytes(*in_bytes(n.p["wk"].reshape(n.gates, ROWS, n.hidden))).reshape(n.gates, -1)
    for n in ensemble.gated + ensemble.additive:
        exact = n.gate
        n.gate = lambda pseudo, exact=exact: exact(pseudo).astype(np.float16).astype(np.float32)
