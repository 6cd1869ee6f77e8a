"""CosFace (Wang et al., CVPR 2018, equation 4) with numpy: for `python_margin`.

loss = { plugin = "python_margin", file = "cosface.py", scale = 64.0, margin = 0.35 }
"""


class Plugin:
    def __init__(self, dims, scale, margin):
        self.scale, self.m = scale, margin

    def info(self):
        return {"scale": self.scale, "margin": self.m, "margin_unit": "cosine"}

    def margin(self, ctx, cos, norm, weights, z, dz_dcos, dz_dnorm):
        z[...] = cos - cos.dtype.type(self.m * ctx.margin_scale)
        dz_dcos[...] = 1
