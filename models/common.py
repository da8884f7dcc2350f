"""What both trainers share: input files with checksums and counts, the exclusion list, natural peptides, Adam, rank tables, the model file."""
import csv, gzip, hashlib, json, os, struct
import numpy as np

RESIDUES = "ACDEFGHIKLMNPQRSTVWY"
INDEX = {r: i for i, r in enumerate(RESIDUES)}
CODE = np.full(256, 255, np.uint8)
for _r, _i in INDEX.items():
    CODE[ord(_r)] = _i
UNKNOWN = 20  # code of a position that is not there

# BLOSUM62 (Henikoff & Henikoff 1992, doi:10.1073/pnas.89.22.10915), order ARNDCQEGHILKMFPSTWYV
_BLOSUM_ORDER = "ARNDCQEGHILKMFPSTWYV"
_BLOSUM = np.array([int(x) for x in """
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
_ORDER = [_BLOSUM_ORDER.index(r) for r in RESIDUES]
BLOSUM = np.concatenate([_BLOSUM[np.ix_(_ORDER, _ORDER)] / 5.0, np.zeros((1, 20), np.float32)])  # row 20: nothing there

# ranks at which scores are kept, in per cent: dense where binders are
RANKS = np.unique(np.concatenate([np.geomspace(0.005, 2, 110), np.linspace(2, 100, 91)]))


def open_text(path):
    return gzip.open(path, "rt") if path.endswith(".gz") else open(path)


def sha256_of(path):
    digest = hashlib.sha256()
    with open(path, "rb") as handle:
        for block in iter(lambda: handle.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


class Sources:
    """Input files with checksums, and counts of rows kept and dropped with the reason. `excluded` answers for the exclusion list."""
    def __init__(self, root):
        self.root, self.files = root, {}
        with open_text(self.path("mhc/exclude_peptides.sha1_prefix.txt.gz")) as handle:
            self.listed = set(line.strip() for line in handle)
        self._known = {}

    def path(self, relative):
        full = os.path.join(self.root, relative)
        if relative not in self.files:
            self.files[relative] = {"sha256": sha256_of(full)}
        return full

    def rows(self, relative, delimiter):
        with open_text(self.path(relative)) as handle:
            for row in csv.DictReader(handle, delimiter=delimiter):
                self.count(relative, "rows")
                yield row

    def lines(self, relative):
        with open_text(self.path(relative)) as handle:
            for line in handle:
                self.count(relative, "rows")
                yield line.rstrip("\n")

    def count(self, relative, what, by=1):
        self.files[relative][what] = self.files[relative].get(what, 0) + by

    def excluded(self, peptide):
        known = self._known.get(peptide)
        if known is None:
            known = self._known[peptide] = hashlib.sha1(peptide.encode()).hexdigest()[:12] in self.listed
        return known


def codes_of(peptides, width):
    """Residue codes [n, width], left-aligned, UNKNOWN beyond the end; and lengths [n]."""
    text = "".join(p.ljust(width, "\0") for p in peptides).encode()
    codes = CODE[np.frombuffer(text, np.uint8)].reshape(len(peptides), width).copy()
    codes[codes == 255] = UNKNOWN
    return codes, np.array([len(p) for p in peptides], np.int64)


PROTEINS = "reference/hcc1395_vep105_wildtype_proteins.fasta.gz"


def read_proteins(sources):
    return sorted(set(line for line in sources.lines(PROTEINS) if line[:1] != ">"))


def draw_peptides(sources, proteins, rng, count, length, forbidden=()):
    """`count` different natural peptides of one length, none of them listed or forbidden, sorted."""
    out, skipped = set(), 0
    while len(out) < count:
        s = proteins[rng.integers(len(proteins))]
        if len(s) < length:
            continue
        at = rng.integers(len(s) - length + 1)
        p = s[at:at + length]
        if not all(r in INDEX for r in p) or p in forbidden or p in out:
            continue
        if sources.excluded(p):
            skipped += 1
            continue
        out.add(p)
    sources.count(PROTEINS, "skipped_listed_peptide", skipped)
    return sorted(out)


class Adam:
    """Adam (Kingma & Ba 2015, arXiv:1412.6980) with decoupled weight decay; updates the arrays of `parameters` in place."""
    def __init__(self, parameters, decayed):
        self.p, self.decayed, self.t = parameters, decayed, 0
        self.m = {k: np.zeros_like(v) for k, v in parameters.items()}
        self.v = {k: np.zeros_like(v) for k, v in parameters.items()}

    def step(self, grads, rate, decay):
        self.t += 1
        c1, c2 = 1 - 0.9 ** self.t, 1 - 0.999 ** self.t
        for k, g in grads.items():
            m, v, p = self.m[k], self.v[k], self.p[k]
            m *= 0.9; m += 0.1 * g
            g *= g; g *= 0.001
            v *= 0.999; v += g
            np.multiply(v, 1 / c2, out=g); np.sqrt(g, out=g); g += 1e-7
            np.divide(m, g, out=g); g *= rate / c1
            p -= g
            if k in self.decayed:
                p *= 1 - rate * decay


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def auc(score, positive):
    """Area under the ROC curve by ranks, ties shared."""
    order = np.argsort(score, kind="mergesort")
    s = score[order]
    rank = np.empty(len(s))
    first = np.r_[True, s[1:] != s[:-1]]
    group = np.cumsum(first) - 1
    counts = np.bincount(group)
    ends = np.cumsum(counts)
    rank[order] = ((ends - counts + 1 + ends) / 2)[group]
    n1 = positive.sum(); n0 = len(positive) - n1
    return float((rank[positive].sum() - n1 * (n1 + 1) / 2) / (n1 * n0))


def scores_at_ranks(scores):
    """Scores [n, outputs] -> score at each rank of RANKS, descending [ranks, outputs]."""
    at = np.maximum(np.ceil(RANKS / 100 * len(scores)).astype(int) - 1, 0)
    return np.sort(scores, axis=0)[::-1][at]


def logit16(tables):
    """Scores as logits in half precision: near 0 and 1 a half-precision score would lose its order."""
    y = np.clip(np.stack(tables).astype(np.float64), 1e-7, 1 - 1e-7)
    return np.log(y / (1 - y)).astype(np.float16)


def write_model(path, header, tensors):
    """Magic, version, JSON header, 64-byte aligned tensors, little-endian: read by packages/node/src/model/model-file.ts."""
    header = dict(header, tensors=[])
    offset = 0
    for name, t in tensors:
        offset = (offset + 63) // 64 * 64
        header["tensors"].append({"name": name, "shape": list(t.shape), "type": {"float32": "f32", "float16": "f16"}[str(t.dtype)], "offset": offset})
        offset += t.nbytes
    text = json.dumps(header, separators=(",", ":"), sort_keys=True).encode()
    start = (16 + len(text) + 63) // 64 * 64
    with open(path, "wb") as out:
        out.write(b"COGNATE1" + struct.pack("<II", 1, len(text)) + text)
        for (name, t), h in zip(tensors, header["tensors"]):
            out.write(b"\0" * (start + h["offset"] - out.tell()))
            out.write(np.ascontiguousarray(t).tobytes())
