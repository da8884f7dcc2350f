"""Train, measure and write the class II affinity model.

    python3 models/class2/train.py --out packages/node/models

Needs numpy, no GPU; about 16 minutes of one core. Seeded as models/class1/train.py is. Peptides on the exclusion list are never trained on or used for
percentiles; all peptides of the IEDB weekly sets are on that list, so the shipped weights are measured on them directly. Registers are free except in
the first part of the training, where P1 must be one of ILVMFYW: without a start rule they drift.
"""
import os
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
import argparse, hashlib, json, multiprocessing, sys, tempfile, time
import numpy as np
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from data import Data, encode_codes, molecule_name
from model_file import RANKS, allele_support, calibrate, finished, from_bytes, in_bytes, write_model
from network import ANCHOR_RESIDUES, BLOCKS, MAX_LENGTH, MIN_LENGTH, ROWS, AdditiveNetwork, Network, encode, is_usable
from optimise import auc, sigmoid
from pockets import residues_of
from residues import RESIDUES
from sources import Sources, sha256_of

VERSION = "0.3.0"
SHARED = dict(steps=6000, hidden=48, groups=8, peptides=48, power=0.7, rate=5e-3, anchored=0.12, temperature=0.5)
GATED = dict(SHARED, kind="gated", gates=12, gate_hidden=32, dropout=0.2, offset_dropout=0.3, decay=1.0)
SHARP, LOOSE = dict(GATED, temperature=0.2), dict(GATED, decay=0.5)
ADDITIVE = dict(SHARED, kind="additive", dropout=0.0, offset_dropout=0.0, decay=0.05)
# the more they differ the better they do together, on molecules and peptide clusters left out (models/README.md)
NETWORKS = [GATED, GATED, SHARP, SHARP, LOOSE, ADDITIVE, ADDITIVE]
REFERENCE = ("HLA-DRB1*01:01", "HLA-DRB1*15:01", "HLA-DPA1*01:03/DPB1*04:01", "HLA-DQA1*05:01/DQB1*02:01", "HLA-DRB1*16:04")


class Rows:
    def __init__(self, data):
        self.molecules = sorted(set(data.pseudo[a] for a, _, _ in data.affinity))
        number = {m: i for i, m in enumerate(self.molecules)}
        self.codes, self.lengths = encode_codes([p for _, p, _ in data.affinity])
        self.output = np.array([y for _, _, y in data.affinity], np.float32)
        molecule = np.array([number[data.pseudo[a]] for a, _, _ in data.affinity])
        order = np.argsort(molecule, kind="stable")
        self.ids, first, count = np.unique(molecule[order], return_index=True, return_counts=True)
        self.of = {int(i): order[f:f + c] for i, f, c in zip(self.ids, first, count)}
        self.count = count


def fit(rows, o, seed, report=print):
    rng, started = np.random.default_rng(seed), time.time()
    network = (Network(rng, rows.molecules, o["hidden"], o["gates"], o["gate_hidden"], o["temperature"]) if o["kind"] == "gated"
               else AdditiveNetwork(rng, rows.molecules, o["hidden"], o["temperature"]))
    share = rows.count ** o["power"] / (rows.count ** o["power"]).sum()
    pools, at = {m: r.copy() for m, r in rows.of.items()}, {m: 0 for m in rows.of}
    for step in range(o["steps"]):
        parts, groups, top = [], [], 0
        for m in (int(m) for m in rng.choice(rows.ids, o["groups"], p=share)):
            pool = pools[m]
            if at[m] == 0 or at[m] + o["peptides"] > len(pool):
                rng.shuffle(pool)
                at[m] = 0
            own = pool[at[m]:at[m] + o["peptides"]].copy()
            at[m] += o["peptides"]
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


class Stored:
    """A network as the file keeps it: out of the similarity basis; of a gated one the mixed tables in bytes, of both what a molecule adds in half precision."""
    def __init__(self, network):
        self.network, self.p, self.hidden, self.logits = network, network.p, network.hidden, network.logits
        self.temperature = network.temperature
        self.is_gated = isinstance(network, Network)
        shut = np.zeros((len(BLOCKS), network.gates) if self.is_gated else network.hidden, np.float32)
        self.w0 = network.table(shut)
        if self.is_gated:
            opened = np.repeat(np.eye(network.gates, dtype=np.float32)[:, None], len(BLOCKS), axis=1)
            self.mixed = in_bytes(network.tables(opened) - self.w0)
            self.wk = from_bytes(*self.mixed)

    def gate(self, pseudo):
        return self.network.gate(pseudo).astype(np.float16).astype(np.float32)

    def table(self, gate):
        if not self.is_gated:
            return self.network.table(gate)
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


def train_one(job):
    rows, options, seed, path = job
    def make():
        print("network of seed %d" % seed, flush=True)
        return fit(rows, options, seed, report=lambda text: print(text, flush=True))
    return finished(path, make)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--data", default=os.environ.get("COGNATE_DATA", "../shared/data"))
    ap.add_argument("--out", required=True)
    ap.add_argument("--work", default=os.path.join(tempfile.gettempdir(), "cognate-train"), help="networks finished so far: an interrupted run goes on from there")
    ap.add_argument("--processes", type=int, default=max(1, os.cpu_count() or 1))
    ap.add_argument("--seed", type=int, default=20242)
    ap.add_argument("--share", type=float, default=1.0, help="share of the steps, peptides and molecules (smoke test: 0.01)")
    args = ap.parse_args()
    started = time.time()
    sources = Sources(args.data)
    data = Data(sources)
    rows = Rows(data)
    # the pseudo-sequences are in the order that pockets.py takes them to be: four known residues of DR3
    assert {k: v for k, v in residues_of(data.pseudo["HLA-DRB1*03:01"]).items() if k in ("β11", "β71", "β74", "β86")} == {"β11": "S", "β71": "K", "β74": "R", "β86": "V"}
    calibration = data.natural(np.random.default_rng(args.seed), min(1.0, args.share))
    options = [dict(o, steps=max(50, int(o["steps"] * args.share))) for o in NETWORKS]
    key = lambda o: hashlib.sha256(json.dumps([args.seed, o, sources.files], sort_keys=True).encode()).hexdigest()[:12]
    os.makedirs(args.work, exist_ok=True)
    print("%d affinities, %d molecules; %.0f s" % (len(data.affinity), len(rows.molecules), time.time() - started), flush=True)
    jobs = [(rows, o, args.seed + 1000 * (n + 1), os.path.join(args.work, "%s-%d.class2" % (key(o), n))) for n, o in enumerate(options)]
    with multiprocessing.get_context("fork").Pool(args.processes) as pool:
        networks = pool.map(train_one, jobs, chunksize=1)
    networks = [Stored(n) for n in networks]
    gated, additive = [n for n in networks if n.is_gated], [n for n in networks if not n.is_gated]
    measured = figures(networks, data)
    print(json.dumps(measured), flush=True)

    wanted = sorted(n for n in data.pseudo if n.startswith(("HLA-D", "H-2-")))
    if args.share < 1:
        wanted = sorted(set(wanted[::500]) | set(REFERENCE))
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
               ("gates", np.stack([np.stack([n.gate(s) for n in gated]) for s in unique]).astype(np.float16)),
               ("w0", np.stack([n.w0 for n in gated])), ("wk", np.stack([n.mixed[0] for n in gated])), ("wk_scale", np.stack([n.mixed[1] for n in gated])),
               ("vectors", np.stack([np.stack([n.gate(s) for n in additive]) for s in unique]).astype(np.float16)), ("w1", np.stack([n.w0 for n in additive])),
               ("w2", np.stack([n.p["w2"] for n in networks])), ("b2", np.concatenate([n.p["b2"] for n in networks])),
               ("temperatures", np.array([n.temperature for n in networks], np.float32))]
    header = {"model": "cognate-class2", "version": VERSION, "residues": RESIDUES, "min_length": MIN_LENGTH, "max_length": MAX_LENGTH, "rows": ROWS, "blocks": [rows.start for rows in BLOCKS] + [ROWS],
              "hidden": SHARED["hidden"], "gated": len(gated), "additive": len(additive), "gates": GATED["gates"],
              "alleles": {n: row_of[data.pseudo[n]] for n in wanted},
              "allele_support": allele_support(unique, support, data.pseudo), "usual_alpha": {b: max(sorted(c), key=lambda a: c[a]) for b, c in sorted(alphas.items())}}
    os.makedirs(args.out, exist_ok=True)
    stem = os.path.join(args.out, "class2")
    write_model(stem + ".cogm", header, tensors)
    calibrate(stem + ".cogm", calibration, args)
    manifest = {"model": header["model"], "version": VERSION, "trained_by": "models/class2/train.py", "seed": args.seed, "share": args.share, "networks": options,
                "numpy": np.__version__, "inputs": sources.files, "exclusion_list_peptides": len(sources.listed),
                "training": {"affinities": len(data.affinity), "molecules": len(rows.molecules)}, "figures": measured, "weights_sha256": sha256_of(stem + ".cogm")}
    with open(stem + ".manifest.json", "w") as out:
        json.dump(manifest, out, indent=1, sort_keys=True)
        out.write("\n")
    sample = calibration[::max(1, len(calibration) // 40)][:40] + [p for _, peptides in sorted(data.weekly.items())[:1] for p in peptides[0][:10]]
    with open(stem + ".reference-scores.tsv", "w") as out:
        out.write("peptide\tallele\taffinity\tcore_offset\n")
        for n in REFERENCE:
            for p, y, c in zip(sample, *outputs(networks, encode(*encode_codes(sample)), data.pseudo[n])):
                out.write("%s\t%s\t%.7f\t%d\n" % (p, n, y, c))
    print("%s.cogm: %.1f MB, %.0f s" % (stem, os.path.getsize(stem + ".cogm") / 1e6, time.time() - started), flush=True)


if __name__ == "__main__":
    main()
