"""The file that inference reads."""
import json, os, pickle, struct, subprocess, tempfile
import numpy as np

# ranks at which scores are kept, in per cent: dense where binders are
RANKS = np.unique(np.concatenate([np.geomspace(0.005, 2, 110), np.linspace(2, 100, 91)]))


FORMAT = 2  # packages/node/src/model/model-file.ts reads this one


def in_bytes(weights):
    """Weights [..., hidden] as signed bytes and one scale a row [...]: what the file keeps of the mixed tables, half the size of half precision."""
    scale = np.maximum(np.abs(weights).max(-1), 1e-12).astype(np.float32) / np.float32(127)
    return np.round(weights / scale[..., None]).astype(np.int8), scale


def from_bytes(q, scale):
    return q.astype(np.float32) * scale[..., None]


def allele_support(unique, counts, pseudo):
    """Per pseudo-sequence: its counts (ligands, affinities) in training, residues that differ from the nearest trained one, that one's first name."""
    letters = lambda s: np.frombuffer(s.encode(), np.uint8)
    trained, name_of = sorted(counts), {}
    trained_letters = np.stack([letters(s) for s in trained])
    for n in sorted(pseudo): name_of.setdefault(pseudo[n], n)
    support = []
    for s in unique:
        distance = (trained_letters != letters(s)).sum(1)
        near = int(distance.argmin())
        support.append([*counts.get(s, [0, 0]), int(distance[near]), name_of[trained[near]]])
    return support


def finished(path, make):
    """The network an earlier run left at `path`, else the one that `make` gives, left there for the next."""
    if not os.path.exists(path):
        with open(path + ".part", "wb") as out:
            pickle.dump(make(), out)
        os.replace(path + ".part", path)
    with open(path, "rb") as handle:
        return pickle.load(handle)


def write_model(path, header, tensors):
    """Magic, version, JSON header, 64-byte aligned tensors, little-endian: read by packages/node/src/model/model-file.ts."""
    header = dict(header, tensors=[])
    offset = 0
    for name, t in tensors:
        offset = (offset + 63) // 64 * 64
        header["tensors"].append({"name": name, "shape": list(t.shape), "type": {"float32": "f32", "float16": "f16", "int8": "i8"}[str(t.dtype)], "offset": offset})
        offset += t.nbytes
    text = json.dumps(header, separators=(",", ":"), sort_keys=True).encode()
    start = (16 + len(text) + 63) // 64 * 64
    with open(path, "wb") as out:
        out.write(b"COGNATE1" + struct.pack("<II", FORMAT, len(text)) + text)
        for (name, t), h in zip(tensors, header["tensors"]):
            out.write(b"\0" * (start + h["offset"] - out.tell()))
            out.write(np.ascontiguousarray(t).tobytes())


def calibrate(path, peptides, args):
    """Fills the rank tables of a written file: the kernel that will use them scores the peptides on every molecule (models/calibrate.ts)."""
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as out:
        out.write("\n".join(peptides) + "\n")
        out.flush()
        parts = [subprocess.Popen(["sh", "scripts/with-runtime.sh", "models/calibrate.ts", os.path.abspath(path), out.name, "%d/%d" % (i, args.processes)], cwd=root)
                 for i in range(args.processes)]
        assert all(part.wait() == 0 for part in parts), "the percentiles could not be made"
