"""Residue codes and BLOSUM62."""
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


def codes_of(peptides, width):
    """Residue codes [n, width], left-aligned, UNKNOWN beyond the end; and lengths [n]."""
    text = "".join(p.ljust(width, "\0") for p in peptides).encode()
    codes = CODE[np.frombuffer(text, np.uint8)].reshape(len(peptides), width).copy()
    codes[codes == 255] = UNKNOWN
    return codes, np.array([len(p) for p in peptides], np.int64)
