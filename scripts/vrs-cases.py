"""Small variants on a made sequence with repeats, and the VRS identifiers that GA4GH's reference implementation gives them.

    pip install ga4gh.vrs==2.3.3
    python3 scripts/vrs-cases.py 60 > packages/core/src/variant/vrs-allele.cases.tsv

The first line holds the sequence and its refget accession; each other line start (0-based), removed and inserted bases, identifier.
"""
import random
import sys
from ga4gh.core import ga4gh_identify, sha512t24u
from ga4gh.vrs import models, normalize

rng = random.Random(7)
word = lambda most: "".join(rng.choice("ACGT") for _ in range(rng.randint(1, most)))
sequence = "".join(word(4) * rng.randint(1, 6) for _ in range(40))
accession = "SQ." + sha512t24u(sequence.encode())


class OneSequence:
    """What the implementation asks of a store of sequences."""
    def get_sequence(self, identifier, start=None, end=None):
        return sequence[start:end]

    def get_metadata(self, identifier):
        return {"length": len(sequence), "alphabet": "ACGT", "aliases": []}


print("%s\t%s" % (sequence, accession))
for _ in range(int(sys.argv[1])):
    start = rng.randint(12, len(sequence) - 24)
    removed = sequence[start:start + rng.choice([0, 0, 1, 1, 2, 3, 4, 6])]
    # half of what is inserted is a copy of what stands there
    copied = sequence[start:start + rng.randint(1, 6)] * rng.randint(1, 2)
    inserted = rng.choice([copied, copied, word(5), ""]) if removed == "" else rng.choice(["", "", removed + copied, word(3)])
    if removed == inserted:
        continue
    location = models.SequenceLocation(sequenceReference=models.SequenceReference(refgetAccession=accession), start=start, end=start + len(removed))
    allele = models.Allele(location=location, state=models.LiteralSequenceExpression(sequence=inserted))
    print("%d\t%s\t%s\t%s" % (start, removed, inserted, ga4gh_identify(normalize(allele, OneSequence()))))
