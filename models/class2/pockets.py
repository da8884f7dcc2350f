"""Which residues of a class II molecule hold which residue of the core.

The pseudo-sequence has 15 residues of the alpha chain and 19 of the beta chain (Karosiene et al. 2013, doi:10.1007/s00251-013-0720-y), here by
their numbers in HLA-DR; DP and DQ are taken at the same places. Pockets after the crystals of HLA-DR1 (Stern et al. 1994, doi:10.1038/368215a0) and
the pocket profiles of Sturniolo et al. 1999 (doi:10.1038/9858), of which the pseudo-sequence has not every residue.
"""
import numpy as np

ALPHA = (9, 11, 22, 24, 31, 52, 53, 58, 59, 61, 65, 66, 68, 72, 73)
BETA = (9, 11, 13, 26, 28, 30, 47, 57, 67, 70, 71, 74, 77, 78, 81, 85, 86, 89, 90)
# alpha and beta residues around core positions 1 to 9
POCKETS = (
    ((24, 31, 52, 53), (85, 86, 89, 90)),
    ((24, 53), (77, 78, 81)),
    ((22, 58), (74, 78)),
    ((9, 61), (13, 26, 28, 70, 71, 74, 78)),
    ((61, 65), (13, 70, 71)),
    ((11, 61, 65, 66), (9, 11, 13, 28, 30, 71)),
    ((65, 66), (28, 30, 47, 67, 71)),
    ((65, 68), (57, 67)),
    ((68, 72, 73), (9, 30, 57)),
)


def _mask(alpha, beta):
    seen = [n in alpha for n in ALPHA] + [n in beta for n in BETA]
    return np.repeat(np.array(seen, np.float32), 20)


# per block of table rows, which inputs of the gates it sees: one block for each core position; flanks and lengths see the whole molecule
MASKS = np.stack([_mask(a, b) for a, b in POCKETS] + [_mask(ALPHA, BETA)])


def residues_of(pseudo):
    """{"α9": "Q", ...}: the residues of a pseudo-sequence by name."""
    return dict(zip(["α%d" % n for n in ALPHA] + ["β%d" % n for n in BETA], pseudo))
