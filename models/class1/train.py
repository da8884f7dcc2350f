"""Train, measure and write the class I presentation model.

    python3 models/class1/train.py --protocol final --out packages/node/models        the shipped model
    python3 models/class1/train.py --protocol development --out models/class1          its twin that has not seen the evaluation peptides

Needs numpy and this checkout's own runtime, no GPU; about 35 minutes of one core for the networks and 20 for the percentiles, which the kernel
that will use them works out (models/calibrate.ts); --processes shares both out. Seeded: the same seed on the same machine with one thread a
process gives the same bytes. Peptides on the exclusion list are never trained on, drawn as negatives
or used for percentiles; the manifest counts what was left out. `development` also leaves out the peptides of the 20 development samples and the
Kim 2013 blind pairs, and takes affinities from BD2009 alone: its figures are the ones that docs/validation.md quotes. Both are trained the same way.
"""
import os
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
import argparse, hashlib, json, multiprocessing, sys, tempfile, time
import numpy as np
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from data import Data, encode_codes
from ensemble import Ensemble, artefact, as_stored, figures
from fit import Rows, fit
from model_file import calibrate, finished, write_model
from network import encode
from sources import Sources, sha256_of

VERSION = "0.2.0"
SHARED = dict(hidden=128, hidden2=32, ligand_groups=6, ligands=48, negatives=4, affinity_groups=5, affinities=64, affinity_weight=2.0,
              offset_dropout=0.3, decay=0.02)
GATED = dict(SHARED, kind="gated", steps=20000, gates=20, gate_hidden=64, power=0.6, dropout=0.2, rate=1e-3, assign=(5, 101))
ADDITIVE = dict(SHARED, kind="additive", steps=20000, power=1.0, dropout=0.1, rate=1.5e-3, assign=(3, 5))
# rare molecules are seen more often than their rows would have them: by rows ** 0.6 in two networks, ** 0.4 in three
RARE = dict(GATED, power=0.4)
NETWORKS = [GATED, GATED, RARE, ADDITIVE, ADDITIVE, RARE, RARE]
# molecules of the reference scores
REFERENCE = ("HLA-A*02:01", "HLA-A*11:01", "HLA-B*07:02", "HLA-C*08:02", "HLA-B*82:02")

_rows = None


def train_one(job):
    """One network, from the work folder when an earlier run left it there."""
    options, seed, path = job
    def make():
        print("network %s, seed %d" % (options["kind"], seed), flush=True)
        return fit(_rows, options, seed, report=lambda text: print(text, flush=True))
    return finished(path, make)


def main():
    global _rows
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--data", default=os.environ.get("COGNATE_DATA", "../shared/data"))
    ap.add_argument("--protocol", choices=("final", "development"), default="final")
    ap.add_argument("--out", required=True)
    ap.add_argument("--work", default=os.path.join(tempfile.gettempdir(), "cognate-train"), help="networks finished so far: an interrupted run goes on from there")
    ap.add_argument("--processes", type=int, default=max(1, os.cpu_count() or 1))
    ap.add_argument("--seed", type=int, default=20241)
    ap.add_argument("--share", type=float, default=1.0, help="share of the steps, peptides and molecules, with a third of the networks (smoke test: 0.01)")
    args = ap.parse_args()
    started = time.time()
    rng = np.random.default_rng(args.seed)
    sources = Sources(args.data)
    data = Data(sources, args.protocol)
    calibration, negatives = data.natural(rng, min(1.0, args.share))
    _rows = Rows(data, negatives, calibration)
    options = [dict(o, steps=max(30, int(o["steps"] * args.share))) for o in (NETWORKS if args.share == 1 else NETWORKS[::3])]
    key = lambda o: hashlib.sha256(json.dumps([args.seed, args.share, args.protocol, o, sources.files], sort_keys=True).encode()).hexdigest()[:12]
    os.makedirs(args.work, exist_ok=True)
    jobs = [(o, args.seed + 1000 * (n + 1), os.path.join(args.work, "%s-%d.network" % (key(o), n))) for n, o in enumerate(options)]
    print("%d ligands, %d sample hits, %d affinities, %d molecules; %.0f s" % (
        len(data.ligands), len(_rows.hit_codes), len(data.affinity), len(_rows.molecules), time.time() - started), flush=True)
    with multiprocessing.get_context("fork").Pool(args.processes) as pool:
        networks = pool.map(train_one, jobs, chunksize=1)
    of_kind = lambda kind: [n for n, o in zip(networks, options) if o["kind"] == kind]
    ensemble = Ensemble(of_kind("gated"), of_kind("additive"))
    as_stored(ensemble)

    measured = figures(ensemble, data, calibration) if args.protocol == "development" else {}
    print(json.dumps(measured), flush=True)

    human = sorted(n for n in data.pseudo if n.startswith(("HLA-A*", "HLA-B*", "HLA-C*")) and not n.endswith("N"))
    wanted = human + sorted(n for n in data.pseudo if n.startswith(("HLA-E*", "HLA-G*", "H-2-", "H2-")))
    if args.protocol == "development":
        used = set(h for _, hla in data.development for h in hla.split()) | set(r["mhc"] for r in data.blind)
        wanted = sorted(n for n in used if n in data.pseudo)
    elif args.share < 1:
        wanted = sorted(set(wanted[::200]) | set(REFERENCE))
    name = "cognate-class1" if args.protocol == "final" else "cognate-class1-development"
    header, tensors = artefact(ensemble, data, wanted)
    header.update(model=name, version=VERSION)
    os.makedirs(args.out, exist_ok=True)
    stem = os.path.join(args.out, "class1" if args.protocol == "final" else "development")
    write_model(stem + ".cogm", header, tensors)
    calibrate(stem + ".cogm", calibration, args)
    print("percentiles of %d molecules, %.0f s" % (len(header["allele_support"]), time.time() - started), flush=True)
    manifest = {
        "model": name, "version": VERSION, "trained_by": "models/class1/train.py --protocol " + args.protocol, "seed": args.seed, "share": args.share,
        "networks": options, "numpy": np.__version__, "inputs": sources.files, "exclusion_list_peptides": len(sources.listed),
        "training": {"affinities": len(data.affinity), "ligands": len(data.ligands), "sample_hits": int(len(_rows.hit_codes))},
        "figures": measured, "weights_sha256": sha256_of(stem + ".cogm"),
    }
    with open(stem + ".manifest.json", "w") as out:
        json.dump(manifest, out, indent=1, sort_keys=True)
        out.write("\n")
    # scores of the trainer itself, for the equality test of the inference
    molecules = [n for n in REFERENCE if n in header["alleles"]]
    sample = calibration[::max(1, len(calibration) // 50)][:50] + [p for p in negatives if len(p) > 11][:10]
    with open(stem + ".reference-scores.tsv", "w") as out:
        out.write("peptide\tallele\tpresentation\taffinity\n")
        for n in molecules:
            for p, y in zip(sample, ensemble.outputs(encode(*encode_codes(sample)), data.pseudo[n])):
                out.write("%s\t%s\t%.7f\t%.7f\n" % (p, n, y[0], y[1]))
    print("%s.cogm: %.1f MB, %.0f s" % (stem, os.path.getsize(stem + ".cogm") / 1e6, time.time() - started), flush=True)


if __name__ == "__main__":
    main()
