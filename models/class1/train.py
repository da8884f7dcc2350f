"""Train, evaluate and write the class I presentation model shipped in packages/node/models.

One command, seeded, CPU only:  python3 models/class1/train.py --data ../shared/data --out packages/node/models
Needs numpy. Peptides on the exclusion list and the Kim 2013 blind pairs are never trained on; the manifest counts what was
left out. The figures it prints are copied into the manifest, which `docs/validation.md` quotes.

Network (one of an ensemble): peptide of 8-14 residues -> 5 residues from the N terminus, 5 from the C terminus, the mean of the
residues between, the length; each a row of one table, so that the first layer is a sum of table rows. The allele enters as a
vector added to the first layer, a linear function of its 34-residue pseudo-sequence.
    h1 = relu(sum of rows + allele vector); h2 = relu(h1 W2 + b2); y = sigmoid(h2 W3 + b3), y = (presentation, affinity).
Affinity is 1 - log(IC50 nM) / log(50,000).
"""
import argparse, csv, gzip, hashlib, json, os, re, struct, time
import numpy as np

RESIDUES = "ACDEFGHIKLMNPQRSTVWY"
INDEX = {r: i for i, r in enumerate(RESIDUES)}
MIN_LENGTH, MAX_LENGTH = 8, 14
END = 5
MIDDLE_ROW = 2 * END * 20
LENGTH_ROW = MIDDLE_ROW + 20
ROWS = LENGTH_ROW + (MAX_LENGTH - MIN_LENGTH + 1)
PSEUDO_LENGTH = 34
# BLOSUM62 (Henikoff & Henikoff 1992, doi:10.1073/pnas.89.22.10915), order ARNDCQEGHILKMFPSTWYV
BLOSUM_ORDER = "ARNDCQEGHILKMFPSTWYV"
BLOSUM = np.array([int(x) for x in """
4 -1 -2 -2 0 -1 -1 0 -2 -1 -1 -1 -1 -2 -1 1 0 -3 -2 0
-1 5 0 -2 -3 1 0 -2 0 -3 -2 2 -1 -3 -2 -1 -1 -3 -2 -3
-2 0 6 1 -3 0 0 0 1 -3 -3 0 -2 -3 -2 1 0 -4 -2 -3
-2 -2 1 6 -3 0 2 -1 -1 -3 -4 -1 -3 -3 -1 0 -1 -4 -3 -3
0 -3 -3 -3 9 -3 -4 -3 -3 -1 -1 -3 -1 -2 -3 -1 -1 -2 -2 -1
-1 1 0 0 -3 5 2 -2 0 -3 -2 1 0 -3 -1 0 -1 -2 -1 -2
-1 0 0 2 -4 2 5 -2 0 -3 -3 1 -2 -3 -1 0 -1 -3 -2 -2
0 -2 0 -1 -3 -2 -2 6 -2 -4 -4 -2 -3 -3 -2 0 -2 -2 -3 -3
-2 0 1 -1 -3 0 0 -2 8 -3 -3 -1 -2 -1 -2 -1 -2 -2 2 -3
-1 -3 -3 -3 -1 -3 -3 -4 -3 4 2 -3 1 0 -3 -2 -1 -3 -1 3
-1 -2 -3 -4 -1 -2 -3 -4 -3 2 4 -2 2 0 -3 -2 -1 -2 -1 1
-1 2 0 -1 -3 1 1 -2 -1 -3 -2 5 -1 -3 -1 0 -1 -3 -2 -2
-1 -1 -2 -3 -1 0 -2 -3 -2 1 2 -1 5 0 -2 -1 -1 -1 -1 1
-2 -3 -3 -3 -2 -3 -3 -3 -1 0 0 -3 0 6 -4 -2 -2 1 3 -1
-1 -2 -2 -1 -3 -1 -1 -2 -2 -3 -3 -1 -2 -4 7 -1 -1 -4 -3 -2
1 -1 1 0 -1 0 0 0 -1 -2 -2 0 -1 -2 -1 4 1 -3 -2 -2
0 -1 0 -1 -1 -1 -1 -2 -2 -1 -1 -1 -1 -2 -1 1 5 -2 -2 0
-3 -3 -4 -4 -2 -2 -3 -2 -2 -3 -2 -3 -1 1 -4 -3 -2 11 2 -3
-2 -2 -2 -3 -2 -1 -2 -3 2 -1 -1 -2 -1 3 -3 -2 -2 2 7 -1
0 -3 -3 -3 -1 -2 -2 -3 -3 3 1 -2 1 -1 -2 -2 0 -3 -1 4""".split()], dtype=np.float32).reshape(20, 20)
PERMUTATION = [BLOSUM_ORDER.index(r) for r in RESIDUES]
BLOSUM = BLOSUM[np.ix_(PERMUTATION, PERMUTATION)] / 5.0

RANKS = np.unique(np.concatenate([np.geomspace(0.005, 2, 110), np.linspace(2, 100, 91)]))  # per cent


def open_text(path):
    return gzip.open(path, "rt") if path.endswith(".gz") else open(path)


def sha256_of(path):
    digest = hashlib.sha256()
    with open(path, "rb") as handle:
        for block in iter(lambda: handle.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


class Sources:
    """Input files with checksums, and counts of rows kept and dropped with the reason."""
    def __init__(self, root):
        self.root, self.files = root, {}

    def rows(self, relative, delimiter):
        path = os.path.join(self.root, relative)
        self.files[relative] = {"sha256": sha256_of(path), "rows": 0}
        with open_text(path) as handle:
            for row in csv.DictReader(handle, delimiter=delimiter):
                self.files[relative]["rows"] += 1
                yield row

    def count(self, relative, what, by=1):
        self.files[relative][what] = self.files[relative].get(what, 0) + by


def allele_name(text):
    """HLA-A-0201, HLA-A02:01 and HLA-A*02:01 -> HLA-A*02:01; other names stay."""
    m = re.fullmatch(r"HLA-([ABCEFG])[-*]?(\d\d):?(\d{2,3}[A-Z]?)", text)
    return "HLA-%s*%s:%s" % m.groups() if m else text


def is_usable(peptide):
    return MIN_LENGTH <= len(peptide) <= MAX_LENGTH and all(r in INDEX for r in peptide)


def prefix12(peptide):
    return hashlib.sha1(peptide.encode()).hexdigest()[:12]


def encode(peptides):
    """Dense float32 rows [n, ROWS]: what the table lookup sums at inference."""
    x = np.zeros((len(peptides), ROWS), dtype=np.float32)
    for i, p in enumerate(peptides):
        length = len(p)
        row = x[i]
        for k in range(END):
            row[k * 20 + INDEX[p[k]]] = 1
            row[(END + k) * 20 + INDEX[p[length - END + k]]] = 1
        if length > 2 * END:
            share = 1.0 / (length - 2 * END)
            for r in p[END:length - END]:
                row[MIDDLE_ROW + INDEX[r]] += share
        row[LENGTH_ROW + length - MIN_LENGTH] = 1
    return x


def encode_allele(pseudo):
    return np.concatenate([BLOSUM[INDEX[r]] if r in INDEX else np.zeros(20, np.float32) for r in pseudo])


class Network:
    def __init__(self, rng, hidden, hidden2):
        s = lambda fan, shape: rng.normal(0, np.sqrt(2 / fan), shape).astype(np.float32)
        self.p = {
            "w1": s(24, (ROWS, hidden)), "wa": s(PSEUDO_LENGTH * 12, (PSEUDO_LENGTH * 20, hidden)), "b1": np.zeros(hidden, np.float32),
            "w2": s(hidden, (hidden, hidden2)), "b2": np.zeros(hidden2, np.float32),
            "w3": s(hidden2, (hidden2, 2)), "b3": np.array([-1.5, -0.5], np.float32),
        }
        self.m = {k: np.zeros_like(v) for k, v in self.p.items()}
        self.v = {k: np.zeros_like(v) for k, v in self.p.items()}
        self.t = 0

    def allele_vectors(self, alleles):
        return alleles @ self.p["wa"] + self.p["b1"]

    def logits(self, x, allele_rows):
        h1 = np.maximum(x @ self.p["w1"] + allele_rows, 0)
        h2 = np.maximum(h1 @ self.p["w2"] + self.p["b2"], 0)
        return h2 @ self.p["w3"] + self.p["b3"]

    def step(self, x, allele_index, alleles, target, weight, rate, rng, dropout, decay):
        """One Adam step on binary cross-entropy with soft targets; weight 0 leaves an output out of a row's loss."""
        p = self.p
        one_hot = np.zeros((len(x), len(alleles)), np.float32)
        one_hot[np.arange(len(x)), allele_index] = 1
        a = one_hot @ self.allele_vectors(alleles)
        z1 = x @ p["w1"] + a
        mask1 = ((rng.random(z1.shape, dtype=np.float32) >= dropout) / (1 - dropout)).astype(np.float32) * (z1 > 0)
        h1 = z1 * mask1
        z2 = h1 @ p["w2"] + p["b2"]
        mask2 = (z2 > 0).astype(np.float32)
        h2 = z2 * mask2
        z3 = h2 @ p["w3"] + p["b3"]
        y = 1 / (1 + np.exp(-z3))
        d3 = (y - target) * weight / len(x)
        d2 = (d3 @ p["w3"].T) * mask2
        d1 = (d2 @ p["w2"].T) * mask1
        grads = {
            "w3": h2.T @ d3, "b3": d3.sum(0), "w2": h1.T @ d2, "b2": d2.sum(0),
            "w1": x.T @ d1, "b1": d1.sum(0), "wa": alleles.T @ (one_hot.T @ d1),
        }
        self.t += 1
        c1, c2 = 1 - 0.9 ** self.t, 1 - 0.999 ** self.t
        for k, g in grads.items():
            self.m[k] += 0.1 * (g - self.m[k])
            self.v[k] += 0.001 * (g * g - self.v[k])
            p[k] -= rate * (self.m[k] / c1) / (np.sqrt(self.v[k] / c2) + 1e-7)
            if k[0] == "w":
                p[k] *= 1 - rate * decay
        return y


def logit16(tables):
    """Scores as logits in half precision: near 0 and 1 a half-precision score would lose its order."""
    y = np.clip(np.stack(tables).astype(np.float64), 1e-7, 1 - 1e-7)
    return np.log(y / (1 - y)).astype(np.float16)


def auc(score, positive):
    order = np.argsort(score, kind="mergesort")
    s = score[order]
    rank = np.empty(len(s))
    first = np.r_[True, s[1:] != s[:-1]]
    group = np.cumsum(first) - 1
    counts = np.bincount(group)
    ends = np.cumsum(counts)
    rank[order] = ((ends - counts + 1 + ends) / 2)[group]
    n1 = positive.sum(); n0 = len(positive) - n1
    return (rank[positive].sum() - n1 * (n1 + 1) / 2) / (n1 * n0)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--data", default=os.environ.get("COGNATE_DATA", "../shared/data"))
    ap.add_argument("--out", required=True)
    ap.add_argument("--networks", type=int, default=3)
    ap.add_argument("--hidden", type=int, default=128)
    ap.add_argument("--hidden2", type=int, default=32)
    ap.add_argument("--epochs", type=int, default=16, help="passes over the affinity table")
    ap.add_argument("--dropout", type=float, default=0.1)
    ap.add_argument("--decay", type=float, default=0.02)
    ap.add_argument("--share", type=float, default=1.0, help="share of the training rows used (smoke test: 0.01)")
    ap.add_argument("--no-calibration", action="store_true")
    ap.add_argument("--seed", type=int, default=20241)
    args = ap.parse_args()
    rng = np.random.default_rng(args.seed)
    sources = Sources(args.data)
    started = time.time()

    with gzip.open(os.path.join(args.data, "mhc/exclude_peptides.sha1_prefix.txt.gz"), "rt") as handle:
        listed = set(line.strip() for line in handle)
    excluded = lambda peptide: prefix12(peptide) in listed

    pseudo_file = "mhc/pseudo/mhcflurry_pseudosequences.netmhcpan.34aa.csv.gz"
    pseudo = {r["allele"]: r["pseudosequence"] for r in sources.rows(pseudo_file, ",")}
    canonical = {allele_name(name): sequence for name, sequence in pseudo.items()}

    dev_samples = set(r["sample_id"] for r in sources.rows("mhc/bench/mhcflurry_dev_samples.tsv", "\t"))
    flank_file = "mhc/bench/mhcflurry_multiallelic_with_flanks.csv.gz"
    development, dev_peptides = {}, set()
    for r in sources.rows(flank_file, ","):
        if r["sample_id"] in dev_samples:
            development.setdefault((r["sample_id"], r["hla"]), []).append((r["peptide"], r["hit"] == "1"))
            dev_peptides.add(r["peptide"])

    blind_file = "mhc/bench/kim2014_blind2013_with_peer_predictions.tsv.gz"
    blind = [dict(r, mhc=allele_name(r["mhc"])) for r in sources.rows(blind_file, "\t")]
    blind_pairs = set((r["mhc"], r["peptide"]) for r in blind)

    # affinity: BD2009 minus blind pairs, minus listed peptides
    bd_file = "mhc/bench/kim2014_bd2009_cv_with_peer_predictions.tsv.gz"
    affinity = []
    for r in sources.rows(bd_file, "\t"):
        a, p = allele_name(r["mhc"]), r["peptide"]
        if a not in canonical: sources.count(bd_file, "dropped_no_pseudo_sequence"); continue
        if not is_usable(p): sources.count(bd_file, "dropped_residue_or_length"); continue
        if (a, p) in blind_pairs: sources.count(bd_file, "dropped_blind_pair"); continue
        if excluded(p): sources.count(bd_file, "dropped_listed_peptide"); continue
        sources.count(bd_file, "kept")
        affinity.append((a, p, 1 - float(r["log10_ic50_measured"]) / np.log10(50000)))

    # ligands: mono-allelic, minus development peptides and blind pairs
    ligands = set()
    for file in ("mhc/train/anthem_training_positives.tsv.gz", "mhc/train/abelin2017_monoallelic_hits.tsv.gz"):
        for r in sources.rows(file, "\t"):
            a, p = r["allele"], r["peptide"]
            if a not in canonical: sources.count(file, "dropped_no_pseudo_sequence"); continue
            if not is_usable(p): sources.count(file, "dropped_residue_or_length"); continue
            if (a, p) in blind_pairs: sources.count(file, "dropped_blind_pair"); continue
            if p in dev_peptides: sources.count(file, "dropped_development_peptide"); continue
            if excluded(p): sources.count(file, "dropped_listed_peptide"); continue
            sources.count(file, "kept")
            ligands.add((a, p))
    ligands = sorted(ligands)
    if args.share < 1:
        affinity = affinity[::int(1 / args.share)]
        ligands = ligands[::int(1 / args.share)]
    print("affinity rows", len(affinity), "ligands", len(ligands), "%.0f s" % (time.time() - started), flush=True)

    # natural peptides for negatives (about 600k, lengths 8-12) and calibration (disjoint by construction of the draw)
    protein_file = "reference/hcc1395_vep105_wildtype_proteins.fasta.gz"
    sources.files[protein_file] = {"sha256": sha256_of(os.path.join(args.data, protein_file))}
    proteins = sorted(set(l.strip() for l in open_text(os.path.join(args.data, protein_file)) if l[0] != ">"))
    def draw(count, length):
        out, skipped = set(), 0
        while len(out) < count:
            s = proteins[rng.integers(len(proteins))]
            if len(s) < length: continue
            at = rng.integers(len(s) - length + 1)
            p = s[at:at + length]
            if not is_usable(p) or p in dev_peptides: continue
            if excluded(p): skipped += 1; continue
            out.add(p)
        sources.count(protein_file, "skipped_listed_peptide", skipped)
        return sorted(out)
    scale = args.share if args.share < 1 else 1
    calibration = [p for L in (8, 9, 10, 11) for p in draw(int(50000 * scale), L)]
    negatives = [p for L in (8, 9, 10, 11, 12, 13, 14) for p in draw(int((120000 if L < 13 else 30000) * scale), L)]
    negatives = [negatives[i] for i in rng.permutation(len(negatives))]
    print("natural peptides drawn, %.0f s" % (time.time() - started), flush=True)

    allele_names = sorted(set(a for a, _, _ in affinity) | set(a for a, _ in ligands))
    allele_id = {a: i for i, a in enumerate(allele_names)}
    alleles = np.stack([encode_allele(canonical[a]) for a in allele_names])
    xa = encode([p for _, p, _ in affinity]); ia = np.array([allele_id[a] for a, _, _ in affinity])
    ya = np.array([y for _, _, y in affinity], np.float32).clip(0, 1)
    xl = encode([p for _, p in ligands]); il = np.array([allele_id[a] for a, _ in ligands])
    xn = encode(negatives)
    print("encoded, %.0f s" % (time.time() - started), flush=True)

    batch_a, batch_p, ratio = 384, 96, 4
    networks = []
    for n in range(args.networks):
        r = np.random.default_rng(args.seed + 1000 * (n + 1))
        net = Network(r, args.hidden, args.hidden2)
        steps = args.epochs * (len(affinity) // batch_a)
        order_a, order_p, at_a, at_p = r.permutation(len(xa)), r.permutation(len(xl)), 0, 0
        loss = []
        for step in range(steps):
            if at_a + batch_a > len(xa): order_a, at_a = r.permutation(len(xa)), 0
            if at_p + batch_p > len(xl): order_p, at_p = r.permutation(len(xl)), 0
            sa = order_a[at_a:at_a + batch_a]; sp = order_p[at_p:at_p + batch_p]
            at_a += batch_a; at_p += batch_p
            sn = r.integers(len(xn), size=batch_p * ratio)
            x = np.concatenate([xa[sa], xl[sp], xn[sn]])
            who = np.concatenate([ia[sa], il[sp], np.repeat(il[sp], ratio)])
            target = np.zeros((len(x), 2), np.float32); weight = np.zeros((len(x), 2), np.float32)
            target[:batch_a, 1] = ya[sa]; weight[:batch_a, 1] = 2
            target[batch_a:batch_a + batch_p, 0] = 1; weight[batch_a:, 0] = 1
            # a random natural peptide is a non-binder with a light hand: it teaches rare alleles' affinity what the table leaves out
            target[batch_a + batch_p:, 1] = 0.08; weight[batch_a + batch_p:, 1] = 0.05
            progress = step / steps
            rate = 2e-5 + 0.5 * (1.5e-3 - 2e-5) * (1 + np.cos(np.pi * progress))
            y = net.step(x, who, alleles, target, weight, rate, r, args.dropout, args.decay)
            if step % 500 == 0:
                print("network %d step %d/%d rmse %.4f  %.0f s" % (n, step, steps, np.sqrt(np.mean((y[:batch_a, 1] - ya[sa]) ** 2)), time.time() - started), flush=True)
        networks.append(net)

    def predict(peptides, names):
        """Mean over the ensemble of both probabilities, [n, 2]; names: one allele per peptide."""
        x = encode(peptides)
        a = np.stack([encode_allele(canonical[k]) for k in sorted(set(names))]); where = {k: i for i, k in enumerate(sorted(set(names)))}
        w = np.array([where[k] for k in names])
        return np.mean([1 / (1 + np.exp(-net.logits(x, net.allele_vectors(a)[w]))) for net in networks], axis=0)

    figures = {}
    rows = [r for r in blind if r["mhc"].startswith("HLA-") and r["mhc"] in canonical and is_usable(r["peptide"])]
    measured = np.array([float(r["log10_ic50_measured"]) for r in rows]); positive = measured < np.log10(500)
    score = predict([r["peptide"] for r in rows], [r["mhc"] for r in rows])[:, 1]
    figures["kim2013_blind_hla_rows"] = len(rows)
    figures["kim2013_blind_pooled_auc"] = round(float(auc(score, positive)), 4)
    for peer in ("netmhcpan", "netmhc", "smmpmbec_cpp"):
        figures["kim2013_blind_pooled_auc_" + peer] = round(float(auc(-np.array([float(r["log10_ic50_" + peer]) for r in rows]), positive)), 4)
    sets = {}
    everyone = [r for r in blind if r["mhc"] in canonical and is_usable(r["peptide"])]
    for r in everyone: sets.setdefault((r["mhc"], r["length"]), []).append(r)
    per_set = []
    for (a, L), rs in sets.items():
        pos = np.array([float(r["log10_ic50_measured"]) < np.log10(500) for r in rs])
        if len(rs) >= 20 and pos.any() and not pos.all():
            per_set.append(auc(predict([r["peptide"] for r in rs], [a] * len(rs))[:, 1], pos))
    figures["kim2013_blind_sets"] = len(per_set)
    figures["kim2013_blind_mean_set_auc"] = round(float(np.mean(per_set)), 4)
    print(figures, flush=True)

    # calibration: score of the presentation and the affinity output at fixed ranks
    xc = encode(calibration)
    first = [xc @ net.p["w1"] for net in networks]
    def rank_tables(name):
        v = encode_allele(canonical[name])
        y = np.zeros((len(xc), 2), np.float32)
        for net, f in zip(networks, first):
            h = np.maximum(f + net.allele_vectors(v[None])[0], 0)
            z = np.maximum(h @ net.p["w2"] + net.p["b2"], 0) @ net.p["w3"] + net.p["b3"]
            y += 1 / (1 + np.exp(-z))
        y /= len(networks)
        at = np.maximum(np.ceil(RANKS / 100 * len(xc)).astype(int) - 1, 0)
        return np.sort(y, axis=0)[::-1][at]

    # development: 20 multi-allelic samples, best %rank over the sample's alleles
    tables = {}
    aucs, ppvs = [], []
    for (sample, hla), items in sorted(development.items()):
        names = [h for h in hla.split() if h in canonical]
        items = [i for i in items if is_usable(i[0])]
        best = np.full(len(items), 1e9)
        for name in names:
            if name not in tables: tables[name] = rank_tables(name)
            s = predict([p for p, _ in items], [name] * len(items))[:, 0]
            rank = np.interp(-s, -tables[name][:, 0], RANKS)
            best = np.minimum(best, rank - 1e-6 * s)
        hit = np.array([h for _, h in items])
        aucs.append(auc(-best, hit)); top = np.argsort(best, kind="mergesort")[:hit.sum()]; ppvs.append(hit[top].mean())
    figures["development_samples"] = len(aucs)
    figures["development_mean_auc"] = round(float(np.mean(aucs)), 4); figures["development_mean_ppv"] = round(float(np.mean(ppvs)), 4)
    print(figures, flush=True)

    # the artefact: alleles that share a pseudo-sequence share a vector
    support = {}
    for a, _, _ in affinity: support.setdefault(canonical[a], [0, 0])[1] += 1
    for a, _ in ligands: support.setdefault(canonical[a], [0, 0])[0] += 1
    wanted = sorted(n for n in canonical if n.startswith(("HLA-A*", "HLA-B*", "HLA-C*")) and not n.endswith("N")) + sorted(
        n for n in canonical if n.startswith(("HLA-E*", "HLA-G*", "H-2-", "H2-")))
    if args.share < 1: wanted = wanted[::200]
    unique = sorted(set(canonical[n] for n in wanted))
    vector_of = {s: i for i, s in enumerate(unique)}
    trained = sorted(support)
    trained_codes = np.array([[ord(c) for c in s] for s in trained])
    vectors, tables_p, tables_a, meta = [[] for _ in networks], [], [], []
    for i, s in enumerate(unique):
        name = next(n for n in wanted if canonical[n] == s)
        v = encode_allele(s)
        for k, net in enumerate(networks): vectors[k].append(net.allele_vectors(v[None])[0])
        t = rank_tables(name)
        tables_p.append(t[:, 0]); tables_a.append(t[:, 1])
        distance = (trained_codes != np.array([ord(c) for c in s])).sum(1)
        near = int(distance.argmin())
        near_name = next(n for n in sorted(canonical) if canonical[n] == trained[near])
        meta.append([support.get(s, [0, 0])[0], support.get(s, [0, 0])[1], int(distance[near]), near_name])
        if i % 200 == 0: print("calibrated %d/%d  %.0f s" % (i, len(unique), time.time() - started), flush=True)

    manifest = {
        "model": "cognate-class1", "version": "0.1.0", "trained_by": "models/class1/train.py", "seed": args.seed,
        "options": {k: v for k, v in vars(args).items() if k not in ("data", "out")}, "numpy": np.__version__,
        "inputs": sources.files, "exclusion_list_peptides": len(listed), "training": {"affinity": len(affinity), "ligands": len(ligands)},
        "figures": figures,
    }
    tensors = [("ranks", RANKS.astype(np.float32)), ("rank_presentation", logit16(tables_p)), ("rank_affinity", logit16(tables_a))]
    for k, net in enumerate(networks):
        tensors += [("%d.w1" % k, net.p["w1"]), ("%d.alleles" % k, np.stack(vectors[k]).astype(np.float16)), ("%d.w2" % k, net.p["w2"]),
                    ("%d.b2" % k, net.p["b2"]), ("%d.w3" % k, net.p["w3"]), ("%d.b3" % k, net.p["b3"])]
    header = {"model": manifest["model"], "version": manifest["version"], "residues": RESIDUES, "min_length": MIN_LENGTH, "max_length": MAX_LENGTH,
              "end": END, "hidden": args.hidden, "hidden2": args.hidden2, "networks": len(networks), "alleles": {n: vector_of[canonical[n]] for n in wanted},
              "allele_support": meta, "tensors": []}
    offset = 0
    for name, t in tensors:
        offset = (offset + 63) // 64 * 64
        header["tensors"].append({"name": name, "shape": list(t.shape), "type": {"float32": "f32", "float16": "f16"}[str(t.dtype)], "offset": offset})
        offset += t.nbytes
    text = json.dumps(header, separators=(",", ":"), sort_keys=True).encode()
    start = (16 + len(text) + 63) // 64 * 64
    os.makedirs(args.out, exist_ok=True)
    path = os.path.join(args.out, "class1.cogm")
    with open(path, "wb") as out:
        out.write(b"COGNATE1" + struct.pack("<II", 1, len(text)) + text)
        for (name, t), h in zip(tensors, header["tensors"]):
            out.write(b"\0" * (start + h["offset"] - out.tell()))
            out.write(np.ascontiguousarray(t).tobytes())
    manifest["weights_sha256"] = sha256_of(path)
    # scores of the trainer itself, for the equality test of the inference
    known = [n for n in ("HLA-A*02:01", "HLA-A*11:01", "HLA-B*07:02", "HLA-C*08:02", "HLA-B*82:02") if n in header["alleles"]]
    sample = calibration[:: max(1, len(calibration) // 50)][:50] + [p for p in negatives if len(p) > 11][:10]
    with open(os.path.join(args.out, "class1.reference-scores.tsv"), "w") as out:
        out.write("peptide\tallele\tpresentation\taffinity\n")
        for name in known:
            v = [np.float16(net.allele_vectors(encode_allele(canonical[name])[None])[0]).astype(np.float32) for net in networks]
            x = encode(sample)
            y = np.mean([1 / (1 + np.exp(-net.logits(x, vk).astype(np.float64))) for net, vk in zip(networks, v)], axis=0)
            for p, row in zip(sample, y): out.write("%s\t%s\t%.7f\t%.7f\n" % (p, name, row[0], row[1]))
    with open(os.path.join(args.out, "class1.manifest.json"), "w") as out:
        json.dump(manifest, out, indent=1, sort_keys=True); out.write("\n")
    print(json.dumps(figures), "%.1f MB" % (os.path.getsize(path) / 1e6), "%.0f s" % (time.time() - started), flush=True)


if __name__ == "__main__":
    main()
