"""Which rows a batch is made of, molecule by molecule; both classes train on such batches."""
import numpy as np


class Pool:
    """Rows of each molecule, drawn without replacement until all were seen; molecules drawn in proportion to rows ** power."""
    def __init__(self, molecule_of_row, power, rng):
        order = np.argsort(molecule_of_row, kind="stable")
        ids, first, count = np.unique(molecule_of_row[order], return_index=True, return_counts=True)
        self.rows = {int(i): order[f:f + c].copy() for i, f, c in zip(ids, first, count)}
        self.at = {int(i): 0 for i in ids}
        self.ids, self.share, self.rng = ids, count ** power / (count ** power).sum(), rng

    def draw(self, groups):
        return [int(m) for m in self.rng.choice(self.ids, groups, p=self.share)]

    def take(self, molecule, most):
        rows, at = self.rows[molecule], self.at[molecule]
        if at == 0 or at + most > len(rows):
            self.rng.shuffle(rows)
            at = 0
        self.at[molecule] = at + most
        return rows[at:at + most].copy()
