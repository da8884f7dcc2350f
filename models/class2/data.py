"""Rows the class II model is trained and measured on, and the names of class II molecules."""
import re
import numpy as np
from residues import codes_of
from sources import draw_peptides, read_proteins
from network import MAX_LENGTH, is_usable

PSEUDO = "mhc/pseudo/classII_pseudosequence.2016.all.X.dat.gz"
BD2016 = "mhc/train/classII_BD2016_affinity_with_deepseqpanii_lomo.tsv.gz"
BD2013 = "mhc/train/classII_BD2013_affinity.tsv.gz"
WEEKLY = "mhc/bench/classII_iedb_weekly_with_peers.tsv.gz"
CORES = "mhc/bench/classII_deepmhcii_binding_core.txt"


def molecule_name(text):
    """DRB1_0101, DRA01:01-DRB101:01, DRA*01:01/DRB1*01:01 -> HLA-DRB1*01:01; HLA-DPA10103-DPB10201 and its like -> HLA-DPA1*01:03/DPB1*02:01."""
    t = text.removeprefix("HLA-")
    if m := re.fullmatch(r"(?:DRA\*?01:?01[-/])?(DRB\d)[_*]?(\d\d):?(\d\d\d?)", t):
        return "HLA-%s*%s:%s" % m.groups()
    if m := re.fullmatch(r"(D[PQ]A1)\*?(\d\d):?(\d\d\d?)[-/](D[PQ]B1)\*?(\d\d):?(\d\d\d?)", t):
        return "HLA-%s*%s:%s/%s*%s:%s" % m.groups()
    return text


class Data:
    def __init__(self, sources):
        self.sources = sources
        self.pseudo = {molecule_name(n): s for n, s in (line.split("\t") for line in sources.lines(PSEUDO) if line)}
        rows = {}
        for file, names in ((BD2013, ("HLA", "sequence", "log_ic50")), (BD2016, ("allele", "peptide", "measured_1-log50k"))):
            for r in sources.rows(file, "\t"):
                allele, peptide = molecule_name(r[names[0]]), r[names[1]]
                reason = ("no_pseudo_sequence" if allele not in self.pseudo else "residue_or_length" if not is_usable(peptide) else
                          "listed_peptide" if sources.excluded(peptide) else None)
                sources.count(file, "kept" if reason is None else "dropped_" + reason)
                if reason is None:
                    rows[allele, peptide] = min(1.0, max(0.0, float(r[names[2]])))
        self.affinity = [(a, p, y) for (a, p), y in sorted(rows.items())]
        weekly = {}
        for r in sources.rows(WEEKLY, "\t"):
            weekly.setdefault((r["IEDB reference"], r["Allele"]), []).append(r)
        self.weekly = {}  # (reference, molecule) -> rows, sets of at least ten with binders and non-binders
        for key, rs in weekly.items():
            y = np.array([float(r["Measurement value"]) > 0 if r["Measurement type"] == "binary" else float(r["Measurement value"]) <= 1000 for r in rs])
            if len(rs) >= 10 and y.any() and not y.all():
                self.weekly[key] = ([r["Peptide seq"] for r in rs], y, rs)
        self.cores = [line.split() for line in sources.lines(CORES) if line.strip()]

    def natural(self, rng, counts):
        """Natural peptides, counts: {length: how many}."""
        proteins = read_proteins(self.sources)
        return [p for length, count in counts.items() for p in draw_peptides(self.sources, proteins, rng, count, length)]


def encode_codes(peptides):
    return codes_of(peptides, MAX_LENGTH)
