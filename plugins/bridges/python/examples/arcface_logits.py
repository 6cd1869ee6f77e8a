"""ArcFace over all logits with numpy, its derivative by hand: for `python_logits`.

A margin needs no more than `python_margin`; this form sees the cosines of every class.

loss = { plugin = "python_logits", file = "arcface_logits.py", scale = 64.0, margin = 0.5 }
"""
import numpy as np


class Plugin:
    def __init__(self, dims, scale, margin):
        self.scale, self.m = scale, margin

    # z [B, C]: logits, scale included, from the cosines `dot` [B, C]; labels, weights [B, K].
    def logits(self, ctx, dot, norm, labels, weights, z):
        rows, slots = np.nonzero(weights > 0)
        classes = labels[rows, slots]
        m, cos = self.m * ctx.margin_scale, dot[rows, classes]
        floor = 1e-7 if dot.dtype == np.float32 else 1e-14
        sine = np.sqrt(np.maximum(1 - cos * cos, cos.dtype.type(floor)))
        beyond = cos <= np.cos(np.pi - m)
        phi = np.where(beyond, cos - m * np.sin(np.pi - m), cos * np.cos(m) - sine * np.sin(m))
        slope = np.where(beyond, 1, np.cos(m) + cos * np.sin(m) / sine)
        np.multiply(dot, self.scale, out=z)
        z[rows, classes] = self.scale * phi
        return rows, classes, self.scale * slope  # the tape: nothing of it is the host's memory

    def logits_backward(self, ctx, tape, d_z, d_dot, d_norm):
        rows, classes, slope = tape
        np.multiply(d_z, self.scale, out=d_dot)
        d_dot[rows, classes] = d_z[rows, classes] * slope
