"""Batch-hard triplets (Hermans et al., 2017) with numpy: for `python_embedding`.

loss = { plugin = "python_embedding", file = "triplet.py", margin = 0.2 }
"""
import numpy as np


class Plugin:
    def __init__(self, dims, margin):
        self.margin = margin

    # value [B]: how much nearer each embedding's nearest stranger is than its farthest relative,
    # plus the margin, where that is positive. Squared distances of unit vectors.
    def loss(self, ctx, embeddings, labels, weights, value):
        length = np.maximum(np.linalg.norm(embeddings, axis=1, keepdims=True), 1e-12)
        unit = embeddings / length
        who = labels[np.arange(len(labels)), weights.argmax(axis=1)]  # the label of most weight
        far, near = np.zeros_like(who), np.zeros_like(who)
        for first in range(0, len(who), 256):
            ctx.check()  # ends here where the run is interrupted
            rows = np.arange(first, min(first + 256, len(who)))
            distance = 2 - 2 * unit[rows] @ unit.T
            same = who[rows, None] == who
            strangers = ~same
            same[rows - first, rows] = False
            far[rows] = np.where(same, distance, -np.inf).argmax(axis=1)
            near[rows] = np.where(strangers, distance, np.inf).argmin(axis=1)
            gap = np.take_along_axis(distance, far[rows, None], 1)
            gap = (gap - np.take_along_axis(distance, near[rows, None], 1))[:, 0] + self.margin
            both = same.any(axis=1) & strangers.any(axis=1)
            value[rows] = np.where(both & (gap > 0), gap, 0)
        return unit, length, far, near, value > 0  # the tape: copies, nothing of the host's

    def loss_backward(self, ctx, tape, d_value, d_embeddings):
        unit, length, far, near, active = tape
        weight = (d_value * active)[:, None]
        d_unit = 2 * weight * (unit[near] - unit[far])  # by the row itself, then by the two others
        np.add.at(d_unit, far, -2 * weight * unit)
        np.add.at(d_unit, near, 2 * weight * unit)
        along = (d_unit * unit).sum(axis=1, keepdims=True)
        d_embeddings[...] = (d_unit - along * unit) / length
