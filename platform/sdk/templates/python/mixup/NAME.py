"""Input mixup (Zhang et al., "mixup: Beyond empirical risk minimization", ICLR 2018).

Every image of a batch is blended with another one of the batch, and so are their labels, with a
share that is drawn uniformly.
"""
import numpy as np
import synface


class Plugin:
    # Keyword arguments come from the experiment's `args`: args = '{"lowest": 0.5}'.
    def __init__(self, dims, lowest=0.5):
        if not 0 <= lowest <= 1:
            raise ValueError(f"lowest = {lowest}, must lie in 0 .. 1")
        self.lowest = np.float32(lowest)

    # "batch": on decoded images; "latent": before rendering. The first source of a row is its own.
    def info(self):
        return {"stage": "batch", "sources": 2, "sets": 1}

    # Which images, and with which shares; the host blends. keys [n] and sources [n, 2] are arrays
    # of structs; the key of sources[:, 0] is the row's own already. Random numbers come from the
    # call alone, so that a rerun draws the same.
    def pick(self, ctx, keys, sets, sources):
        random = ctx.stream(synface.STREAM_MIXUP)
        share = np.empty(len(keys), np.float32)
        partner = np.empty(len(keys), np.int64)
        for row in range(len(keys)):
            share[row] = self.lowest + (1 - self.lowest) * random.uniform()
            partner[row] = random.below(len(keys))
        sources["key"][:, 1] = keys[partner]
        for column, part in enumerate((share, 1 - share)):
            sources["coefficient"][:, column] = part
            sources["label_weight"][:, column] = part
