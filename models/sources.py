"""Input files with checksums and counts, the exclusion list, and natural peptides."""
import csv, gzip, hashlib, os
from residues import INDEX


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
