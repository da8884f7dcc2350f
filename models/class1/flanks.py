"""Train and measure what the residues beside a peptide say of its being cut out: log-odds per position, a table that core keeps.

    python3 models/class1/flanks.py --protocol final            the weights that are shipped
    python3 models/class1/flanks.py --protocol development      their twin, which has not seen the peptides of the development samples

Ten seconds of one core, no randomness but a seeded draw. Data: hits of samples typed for six alleles and decoys of the same samples, 15 residues on either
side. Logistic regression of hit on the flanks; the peptide's own ends and length stand beside them as nuisance terms and are thrown away, for what a peptide says of
itself is the presentation model's. An intercept per position makes the mean of exp(log-odds) over windows of natural proteins 1, so that
a percentile divided by exp(log-odds) is a percentile still. Positions and penalty are chosen by cross-validation over samples (`--choose` prints the table).
"""
import argparse, json, os, sys
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
import numpy as np
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from data import DEV_SAMPLES, FLANKS
from network import is_usable
from optimise import sigmoid
from residues import INDEX, RESIDUES
from sources import PROTEINS, Sources, read_proteins

END = 20            # beyond the protein's end
LETTERS = RESIDUES + "-"
POSITIONS = 5       # on either side
PENALTY = 30.0      # half the squared weights' sum, times this, beside the summed log-loss
NUISANCE = (0, 1, 2, -3, -2, -1)
NATURAL = 200000    # windows that the normalisation is made on
# where weights and manifest go, by protocol
PLACES = {"final": ("packages/core/src/presentation/flank-weights.table.ts", "packages/node/models/class1-flanks.manifest.json"),
          "development": ("models/class1/flanks-development.json", "models/class1/flanks-development.manifest.json")}


def beside(before, after, positions):
    """Letters of the positions nearest the peptide, outermost first before it, innermost first behind it."""
    code = lambda r: INDEX.get(r, END)
    return [code(r) for r in before.rjust(positions, "-")[-positions:]] + [code(r) for r in after.ljust(positions, "-")[:positions]]


def one_hot(codes):
    width = len(LETTERS)
    x = np.zeros((codes.shape[0], codes.shape[1] * width), np.float32)
    for k in range(codes.shape[1]):
        x[np.arange(len(codes)), k * width + codes[:, k]] = 1
    return x


def nuisance(rows):
    """The peptide's ends and length, and whether its protein ends within the 15 residues: hits come from shorter proteins than decoys, whatever is cut."""
    ends = np.array([[INDEX[p[k]] for k in NUISANCE] for _, p, _, _, _ in rows])
    lengths = np.eye(15, dtype=np.float32)[[len(p) for _, p, _, _, _ in rows]]
    near = np.array([["X" in before, "X" in after, True] for _, _, before, after, _ in rows], np.float32)
    return np.concatenate([one_hot(ends), lengths, near], axis=1)


def ones_of(x):
    """Columns that are 1 in each row of ones and zeros [n, most]; rows with fewer end with a column more than there is."""
    row, column = np.nonzero(x)
    count = np.bincount(row, minlength=len(x))
    ones = np.full((len(x), count.max()), x.shape[1])
    ones[row, np.arange(len(row)) - (np.cumsum(count) - count)[row]] = column
    return ones


def regress(x, y, penalty, free):
    """Logistic regression on ones and zeros by Newton's steps; the last `free` columns, nuisance terms, are penalised hardly at all.

    Sums go over the ones alone: a product of whole matrices takes a minute where numpy has no fast BLAS.
    """
    ones, columns = ones_of(x), x.shape[1]
    weighted = lambda at, v, size: np.bincount(at, weights=v, minlength=size)
    ridge = np.full(columns, penalty)
    ridge[-free:] = 0.01
    w = np.zeros(columns)
    for _ in range(12):
        p = sigmoid(np.append(w, 0)[ones].sum(1))
        gradient = sum(weighted(at, y - p, columns + 1) for at in ones.T)[:-1] - ridge * w
        curve = np.zeros((columns + 1) ** 2)
        for a in ones.T:
            for b in ones.T:
                curve += weighted(a * (columns + 1) + b, p * (1 - p), len(curve))
        w += np.linalg.solve(curve.reshape(columns + 1, -1)[:-1, :-1] + np.diag(ridge), gradient)
    assert np.abs(gradient).max() < 1e-3, "the regression did not converge"
    return w


def log_loss(z, y):
    return float(np.mean(np.logaddexp(0, z) - y * z))


def read(sources, protocol):
    """Rows (sample, peptide, before, after, hit) that may be trained on."""
    dev = set(r["sample_id"] for r in sources.rows(DEV_SAMPLES, "\t")) if protocol == "development" else set()
    rows = list(sources.rows(FLANKS, ","))
    held = set(r["peptide"] for r in rows if r["sample_id"] in dev)
    kept = []
    for r in rows:
        reason = ("development_peptide" if r["peptide"] in held else "residue_or_length" if not is_usable(r["peptide"]) else
                  "listed_peptide" if sources.excluded(r["peptide"]) else None)
        sources.count(FLANKS, "kept" if reason is None else "dropped_" + reason)
        if reason is None:
            kept.append((r["sample_id"], r["peptide"], r["n_flank"], r["c_flank"], r["hit"] == "1"))
    return kept


def natural_windows(sources, rng, positions):
    """Letters beside random 9-mers of natural proteins, listed ones left out."""
    proteins = [p for p in read_proteins(sources) if len(p) >= 9]
    length = np.array([len(p) - 8 for p in proteins], float)
    out = []
    for i in rng.choice(len(proteins), NATURAL, p=length / length.sum()):
        at = int(rng.integers(len(proteins[i]) - 8))
        if sources.excluded(proteins[i][at:at + 9]):
            sources.count(PROTEINS, "skipped_listed_peptide")
            continue
        out.append(beside(proteins[i][max(0, at - positions):at], proteins[i][at + 9:at + 9 + positions], positions))
    return np.array(out)


def choose(rows):
    """Mean log-loss of left-out samples, eight parts, by positions and penalty; the first line is without flanks."""
    y, samples = np.array([r[4] for r in rows], float), sorted(set(r[0] for r in rows))
    part = np.array([samples.index(r[0]) % 8 for r in rows])
    other = nuisance(rows)
    for positions, penalties in ((0, (1.0,)), (2, (3.0,)), (3, (3.0,)), (5, (0.3, 3.0, 30.0)), (8, (3.0, 30.0)), (15, (3.0, 30.0))):
        x = np.concatenate([one_hot(np.array([beside(r[2], r[3], positions) for r in rows])), other], axis=1) if positions else other
        for penalty in penalties:
            losses = []
            for k in range(8):
                w = regress(x[part != k], y[part != k], penalty, other.shape[1])
                losses.append(log_loss(x[part == k] @ w, y[part == k]))
            print("| %d | %g | %.4f |" % (positions, penalty, np.mean(losses)), flush=True)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--data", default=os.environ.get("COGNATE_DATA", "../shared/data"))
    ap.add_argument("--protocol", choices=("final", "development"), default="final")
    ap.add_argument("--out", help="weights, as TypeScript where the name ends in .ts (default: where they are read)")
    ap.add_argument("--manifest", help="JSON with inputs, checksums and counts (default: beside the models)")
    ap.add_argument("--choose", action="store_true", help="print what other positions and penalties give, and write nothing")
    args = ap.parse_args()
    sources = Sources(args.data)
    rows = read(sources, args.protocol)
    if args.choose:
        return choose(rows)
    x = one_hot(np.array([beside(r[2], r[3], POSITIONS) for r in rows]))
    other = nuisance(rows)
    w = regress(np.concatenate([x, other], axis=1), np.array([r[4] for r in rows], float), PENALTY, other.shape[1])[:x.shape[1]]
    natural = one_hot(natural_windows(sources, np.random.default_rng(20241), POSITIONS))
    w -= np.log(np.mean(np.exp(natural @ w))) / (2 * POSITIONS)
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    out, told = (given or os.path.join(root, usual) for given, usual in zip((args.out, args.manifest), PLACES[args.protocol]))
    write(out, [[round(float(v), 3) + 0.0 for v in line] for line in w.reshape(2 * POSITIONS, len(LETTERS))])
    manifest = {"protocol": args.protocol, "trained_by": "models/class1/flanks.py --protocol " + args.protocol, "inputs": sources.files, "exclusion_list_peptides": len(sources.listed),
                "hits": sum(r[4] for r in rows), "decoys": sum(not r[4] for r in rows), "positions": POSITIONS, "penalty": PENALTY, "numpy": np.__version__}
    with open(told, "w") as handle:
        json.dump(manifest, handle, indent=1, sort_keys=True)
        handle.write("\n")


def write(path, weights):
    """JSON, or TypeScript where the name ends so: the same text within."""
    table = ['[\n%s,\n  ]' % ",\n".join("    [%s]" % ", ".join("%g" % v for v in line) for line in half) for half in (weights[:POSITIONS], weights[POSITIONS:])]
    with open(path, "w") as out:
        if path.endswith(".ts"):
            out.write("// Written by models/class1/flanks.py: log-odds of residues beside a ligand. A column a letter; before: outermost position first; after: innermost first.\n"
                      "export const FLANK_WEIGHTS = {\n  letters: '%s',\n  before: %s,\n  after: %s,\n} as const\n" % (LETTERS, *table))
        else:
            out.write('{\n  "letters": "%s",\n  "before": %s,\n  "after": %s\n}\n' % (LETTERS, *(t.replace(",\n  ]", "\n  ]") for t in table)))


if __name__ == "__main__":
    main()
