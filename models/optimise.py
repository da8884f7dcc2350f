"""Adam, and the two functions every network needs."""
import numpy as np


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
