"""Train, measure and write the class II affinity model.

    python3 models/class2/train.py --out packages/node/models

Networks and a kernel regression are trained on the measurements, and what they say together teaches the networks that are shipped (teach.py). Needs numpy,
no GPU; about 35 minutes of one core. Seeded as models/class1/train.py is. Peptides on the exclusion list are never trained on, taught or used for
percentiles; all peptides of the IEDB weekly sets are on that list, so the shipped weights are measured on them directly. Registers are free except in
the first part of the training, where P1 must be one of ILVMFYW: without a start rule they drift.
"""
import os
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
import argparse, hashlib, json, multiprocessing, sys, tempfile, time
import numpy as np
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from data import Data, encode_codes
from ensemble import Stored, artefact, figures, outputs
from fit import Rows, fit
from model_file import calibrate, finished, write_model
from network import encode
from pockets import residues_of
from sources import Sources, sha256_of
from string_kernel import LANDMARKS, KernelRegression
from teach import MEASURED, NATURAL, OTHERS, SETTINGS, lesson, what_teachers_say

VERSION = "0.4.0"
SHARED = dict(steps=6000, hidden=48, groups=8, peptides=48, power=0.7, rate=5e-3, anchored=0.12, temperature=0.5)
GATED = dict(SHARED, kind="gated", gates=12, gate_hidden=32, dropout=0.2, offset_dropout=0.3, decay=1.0)
SHARP, LOOSE = dict(GATED, temperature=0.2), dict(GATED, decay=0.5)
ADDITIVE = dict(SHARED, kind="additive", dropout=0.0, offset_dropout=0.0, decay=0.05)
# the more they differ the better they do together, on molecules and peptide clusters left out (models/README.md)
TEACHERS = [GATED, GATED, SHARP, SHARP, LOOSE, ADDITIVE, ADDITIVE]
# what is taught is plenty, so that those who learn need little restraint
LEARNER = dict(GATED, steps=8000, dropout=0.0, decay=0.1)
NETWORKS = [LEARNER] * 7
REFERENCE = ("HLA-DRB1*01:01", "HLA-DRB1*15:01", "HLA-DPA1*01:03/DPB1*04:01", "HLA-DQA1*05:01/DQB1*02:01", "HLA-DRB1*16:04")

# what every process of a pool sees
_measured, _lessons = None, None


def train_one(job):
    """One network, from the work folder when an earlier run left it there; a learner hears of the pairs it is taught."""
    options, seed, path, is_taught = job

    def make():
        print("%s of seed %d" % ("learner" if is_taught else "teacher", seed), flush=True)
        taught = lesson(*_lessons, _measured, np.random.default_rng(seed + 1)) if is_taught else ()
        return fit(Rows(_measured, taught), options, seed, report=lambda text: print(text, flush=True))
    return finished(path, make)


def main():
    global _measured, _lessons
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--data", default=os.environ.get("COGNATE_DATA", "../shared/data"))
    ap.add_argument("--out", required=True)
    ap.add_argument("--work", default=os.path.join(tempfile.gettempdir(), "cognate-train"), help="networks finished so far: an interrupted run goes on from there")
    ap.add_argument("--processes", type=int, default=max(1, os.cpu_count() or 1))
    ap.add_argument("--seed", type=int, default=20242)
    ap.add_argument("--share", type=float, default=1.0, help="share of the steps, peptides and molecules, with a third of the networks (smoke test: 0.01)")
    args = ap.parse_args()
    started = time.time()
    sources = Sources(args.data)
    data = Data(sources)
    _measured = [(data.pseudo[a], p, y) for a, p, y in data.affinity]
    # the pseudo-sequences are in the order that pockets.py takes them to be: four known residues of DR3
    assert {k: v for k, v in residues_of(data.pseudo["HLA-DRB1*03:01"]).items() if k in ("β11", "β71", "β74", "β86")} == {"β11": "S", "β71": "K", "β74": "R", "β86": "V"}
    share, rng = min(1.0, args.share), np.random.default_rng(args.seed)
    calibration = data.natural(rng, {15: int(100000 * share)})
    natural = data.natural(rng, {length: max(5, int(count * share)) for length, count in NATURAL.items()})
    wanted = sorted(n for n in data.pseudo if n.startswith(("HLA-D", "H-2-")))
    if args.share < 1:
        wanted = sorted(set(wanted[::500]) | set(REFERENCE))
    known = sorted(set(m for m, _, _ in _measured))
    print("%d affinities, %d molecules; %.0f s" % (len(_measured), len(known), time.time() - started), flush=True)

    os.makedirs(args.work, exist_ok=True)
    context = multiprocessing.get_context("fork")

    def train(networks, seed, is_taught):
        jobs = []
        for n, options in enumerate(networks if args.share == 1 else networks[::3]):
            options = dict(options, steps=max(50, int(options["steps"] * args.share)))
            told = [args.seed, args.share, options, sources.files, is_taught and [TEACHERS, SETTINGS]]
            key = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:12]
            jobs.append((options, seed + 1000 * (n + 1), os.path.join(args.work, "%s-%d.class2" % (key, n)), is_taught))
        with context.Pool(args.processes) as pool:
            return pool.map(train_one, jobs, chunksize=1)

    teachers = train(TEACHERS, args.seed, False)
    all_peptides = sorted(set(p for _, p, _ in _measured))
    # a smoke test's regression hears of a part of the peptides alone
    heard = set(all_peptides if share == 1 else rng.choice(all_peptides, max(300, int(len(all_peptides) * share)), replace=False).tolist())
    regression = KernelRegression([r for r in _measured if r[1] in heard], rng, max(100, int(LANDMARKS * share)))
    print("kernel regression; %.0f s" % (time.time() - started), flush=True)
    peptides = natural + sorted(rng.choice(all_peptides, max(50, int(MEASURED * share)), replace=False).tolist())
    others = sorted(set(data.pseudo[n] for n in wanted) - set(known))
    molecules = known + sorted(rng.choice(others, min(OTHERS, len(others)), replace=False).tolist())
    _lessons = what_teachers_say(teachers, regression, peptides, molecules, context, args.processes), peptides, molecules
    print("%d molecules and %d peptides to teach; %.0f s" % (len(molecules), len(peptides), time.time() - started), flush=True)
    networks = [Stored(n) for n in train(NETWORKS, args.seed + 100000, True)]
    measured = figures(networks, data)
    print(json.dumps(measured), flush=True)

    header, tensors = artefact(networks, data, wanted)
    header.update(model="cognate-class2", version=VERSION)
    os.makedirs(args.out, exist_ok=True)
    stem = os.path.join(args.out, "class2")
    write_model(stem + ".cogm", header, tensors)
    calibrate(stem + ".cogm", calibration, args)
    manifest = {"model": header["model"], "version": VERSION, "trained_by": "models/class2/train.py", "seed": args.seed, "share": args.share, "teachers": TEACHERS, "taught": SETTINGS, "networks": NETWORKS,
                "numpy": np.__version__, "inputs": sources.files, "exclusion_list_peptides": len(sources.listed),
                "training": {"affinities": len(_measured), "molecules": len(known)}, "figures": measured, "weights_sha256": sha256_of(stem + ".cogm")}
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
