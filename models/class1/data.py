"""Rows the class I model is trained and measured on: filtered, counted, and split by what a run must not have seen."""
import re
import numpy as np
from residues import codes_of
from sources import draw_peptides, read_proteins
from network import MAX_LENGTH, is_usable

PSEUDO = "mhc/pseudo/mhcflurry_pseudosequences.netmhcpan.34aa.csv.gz"
DEV_SAMPLES = "mhc/bench/mhcflurry_dev_samples.tsv"
FLANKS = "mhc/bench/mhcflurry_multiallelic_with_flanks.csv.gz"
MULTI = "mhc/train/mhcflurry_multiallelic_hits_with_protein.csv.gz"
BLIND = "mhc/bench/kim2014_blind2013_with_peer_predictions.tsv.gz"
BD2009 = "mhc/bench/kim2014_bd2009_cv_with_peer_predictions.tsv.gz"
AFFINITY2018 = "mhc/train/mhcflurry2018_affinity.csv.gz"
MONO = ("mhc/train/anthem_training_positives.tsv.gz", "mhc/train/abelin2017_monoallelic_hits.tsv.gz")
TRANSPHLA = "mhc/bench/transphla_independent_set.tsv.gz"


def allele_name(text):
    """HLA-A-0201, HLA-A02:01 and HLA-A*02:01 -> HLA-A*02:01; other names stay."""
    m = re.fullmatch(r"HLA-([ABCEFG])[-*]?(\d\d):?(\d{2,3}[A-Z]?)", text)
    return "HLA-%s*%s:%s" % m.groups() if m else text


def affinity_output(nanomolar):
    return float(np.clip(1 - np.log(max(nanomolar, 1e-9)) / np.log(50000), 0, 1))


class Data:
    """
    protocol `development`: neither a peptide of the 20 development samples nor a Kim 2013 blind pair is trained on, affinities are BD2009.
    protocol `final`: everything the exclusion list leaves, the ligands of the TransPHLA set too, affinities of 2018 (bounds kept as bounds).
    """
    def __init__(self, sources, protocol):
        self.sources = sources
        self.pseudo = {allele_name(r["allele"]): r["pseudosequence"] for r in sources.rows(PSEUDO, ",")}
        dev = set(r["sample_id"] for r in sources.rows(DEV_SAMPLES, "\t"))
        self.development, self.dev_peptides = {}, set()
        flank_hits = []
        for r in sources.rows(FLANKS, ","):
            if r["sample_id"] in dev:
                if is_usable(r["peptide"]):
                    self.development.setdefault((r["sample_id"], r["hla"]), []).append((r["peptide"], r["hit"] == "1"))
                self.dev_peptides.add(r["peptide"])
            elif r["hit"] == "1":
                flank_hits.append(r)
        self.blind = [dict(r, mhc=allele_name(r["mhc"])) for r in sources.rows(BLIND, "\t")]
        held = protocol == "development"
        self.held_pairs = set((r["mhc"], r["peptide"]) for r in self.blind) if held else set()
        self.held_peptides = self.dev_peptides if held else set()

        self.affinity = []  # (allele, peptide, output, bound): bound -1 the measured value is at least this IC50, +1 at most
        if held:
            for r in sources.rows(BD2009, "\t"):
                pair = (allele_name(r["mhc"]), r["peptide"])
                if self.keep(BD2009, *pair):
                    self.affinity.append(pair + (affinity_output(10 ** float(r["log10_ic50_measured"])), 0))
        else:
            for r in sources.rows(AFFINITY2018, ","):
                pair = (allele_name(r["allele"]), r["peptide"])
                if self.keep(AFFINITY2018, *pair):
                    self.affinity.append(pair + (affinity_output(float(r["measurement_value"])), {"=": 0, ">": -1, "<": 1}[r["measurement_inequality"]]))

        ligands = set()
        for file in MONO:
            for r in sources.rows(file, "\t"):
                if self.keep(file, r["allele"], r["peptide"]):
                    ligands.add((r["allele"], r["peptide"]))
        if not held:
            for r in sources.rows(TRANSPHLA, "\t"):
                if r["label"] == "1" and self.keep(TRANSPHLA, allele_name(r["allele"]), r["peptide"]):
                    ligands.add((allele_name(r["allele"]), r["peptide"]))
        self.ligands = sorted(ligands)

        self.samples = {}  # alleles of a sample -> its hits
        for file, rows in ((MULTI, sources.rows(MULTI, ",")), (FLANKS, flank_hits)):
            for r in rows:
                names = tuple(h for h in r["hla"].split() if h in self.pseudo)
                if names and self.keep(file, names[0], r["peptide"]):
                    self.samples.setdefault(names, set()).add(r["peptide"])

    def keep(self, file, allele, peptide):
        reason = ("no_pseudo_sequence" if allele not in self.pseudo else
                  "residue_or_length" if not is_usable(peptide) else
                  "blind_pair" if (allele, peptide) in self.held_pairs else
                  "development_peptide" if peptide in self.held_peptides else
                  "listed_peptide" if self.sources.excluded(peptide) else None)
        self.sources.count(file, "kept" if reason is None else "dropped_" + reason)
        return reason is None

    def molecules(self):
        """Pseudo-sequences that have data, sorted."""
        names = set(a for a, _, _, _ in self.affinity) | set(a for a, _ in self.ligands) | set(a for s in self.samples for a in s)
        return sorted(set(self.pseudo[a] for a in names))

    def natural(self, rng, scale):
        """Calibration peptides (50,000 each of 8-11) and negatives (uniform over 8-12 and fewer of 13-14), as codes and lengths."""
        proteins = read_proteins(self.sources)
        draw = lambda count, length: draw_peptides(self.sources, proteins, rng, int(count * scale), length, self.held_peptides)
        calibration = [p for length in (8, 9, 10, 11) for p in draw(50000, length)]
        negatives = [p for length in (8, 9, 10, 11, 12, 13, 14) for p in draw(150000 if length < 13 else 30000, length)]
        return calibration, negatives


def encode_codes(peptides):
    return codes_of(peptides, MAX_LENGTH)
