"""ArcFace (Deng et al., CVPR 2019, equation 3) with numpy: for `python_margin`.

loss = { plugin = "python_margin", file = "arcface.py", scale = 64.0, margin = 0.5 }
"""
import numpy as np


class Plugin:
    def __init__(self, dims, scale, margin):
        if not 0 <= margin <= 1.5:
            raise ValueError(f"margin = {margin}: ArcFace's lies in 0 .. 1.5 radian")
        self.scale, self.m = scale, margin

    def info(self):
        return {"scale": self.scale, "margin": self.m, "margin_unit": "radian"}

    # The target's logit z(c) before the scale and its derivative, for cosines c [B, K]. z and
    # dz_dcos are the host's memory: written by [...] or by out=.
    def margin(self, ctx, cos, norm, weights, z, dz_dcos, dz_dnorm):
        m = self.m * ctx.margin_scale
        floor = 1e-7 if cos.dtype == np.float32 else 1e-14  # the slope has no bound at c = 1
        sine = np.sqrt(np.maximum(1 - cos * cos, cos.dtype.type(floor)))
        beyond = cos <= np.cos(np.pi - m)  # theta + m would pass pi: a line from there on
        z[...] = np.where(beyond, cos - m * np.sin(np.pi - m), cos * np.cos(m) - sine * np.sin(m))
        dz_dcos[...] = np.where(beyond, 1, np.cos(m) + cos * np.sin(m) / sine)
