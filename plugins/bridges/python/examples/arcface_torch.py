"""The same margin by torch's autograd, over all logits: for `python_logits`.

Only the formula is written; the derivative comes from torch. It needs the very build of torch that
synface uses (platform/sdk/docs/python.md).

loss = { plugin = "python_logits", file = "arcface_torch.py", scale = 64.0, margin = 0.5 }
"""
import math

import torch


class Plugin:
    def __init__(self, dims, scale, margin):
        self.scale, self.m = scale, margin
        # At its first derivative torch loads the rest of itself: here rather than in a call.
        x = torch.zeros(1, requires_grad=True)
        torch.autograd.grad(self.phi(x, 1.0), x, torch.ones(1))

    # z [B, C]: logits, scale included, from the cosines `dot` [B, C] and labels, weights [B, K].
    def logits(self, ctx, dot, norm, labels, weights, z):
        cos = torch.tensor(dot, requires_grad=True)  # a copy: the graph outlives the call
        used = torch.from_numpy(weights) > 0
        targets = torch.zeros_like(cos, dtype=torch.bool)
        targets[torch.nonzero(used)[:, 0], torch.from_numpy(labels)[used]] = True
        with torch.enable_grad():
            logits = self.scale * torch.where(targets, self.phi(cos, ctx.margin_scale), cos)
        z[...] = logits.detach().numpy()
        return cos, logits  # the tape

    def phi(self, cos, ramp):
        m = self.m * ramp
        floor = 1e-7 if cos.dtype == torch.float32 else 1e-14
        sine = torch.sqrt(torch.clamp(1 - cos * cos, min=floor))
        line = cos - m * math.sin(math.pi - m)
        return torch.where(cos > math.cos(math.pi - m), cos * math.cos(m) - sine * math.sin(m), line)

    def logits_backward(self, ctx, tape, d_z, d_dot, d_norm):
        cos, logits = tape
        d_dot[...] = torch.autograd.grad(logits, cos, torch.from_numpy(d_z))[0].numpy()
