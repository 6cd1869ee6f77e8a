"""A margin that grows with the target's angle: z(c) = c - m (1 - c) / 2.

It is taken whole off the cosine of an opposite target and not at all off a perfect one.
"""


class Plugin:
    # dims.classes, dims.embedding, dims.max_batch; scale and margin as the experiment gives them;
    # further parameters come from its `args`.
    def __init__(self, dims, scale, margin):
        if not 0 <= margin <= 1:
            raise ValueError(f"margin = {margin}, must lie in 0 .. 1")
        self.scale, self.m = scale, margin

    # What `plan` warns by: the largest margin, in units of the cosine.
    def info(self):
        return {"scale": self.scale, "margin": self.m, "margin_unit": "cosine"}

    # cos [B, K]: the targets' cosines. Write z [B, K], the targets' logits before the scale, and
    # dz_dcos [B, K], their derivative: into the arrays, which are the host's memory.
    def margin(self, ctx, cos, norm, weights, z, dz_dcos, dz_dnorm):
        m = cos.dtype.type(self.m * ctx.margin_scale)  # the host ramps margins up
        z[...] = cos - m * (1 - cos) / 2
        dz_dcos[...] = 1 + m / 2
