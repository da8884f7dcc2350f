"""Rank tables and the file that inference reads."""
import json, struct
import numpy as np

# ranks at which scores are kept, in per cent: dense where binders are
RANKS = np.unique(np.concatenate([np.geomspace(0.005, 2, 110), np.linspace(2, 100, 91)]))


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
