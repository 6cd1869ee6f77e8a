"""Identity Mixup (SynFace: Qiu et al., ICCV 2021, section 3.2) with numpy: for `python_mixup`.

mixup = [{ plugin = "python_mixup", file = "identity.py" }]

It draws what the plugin `identity` draws, so that both give the same trial to the bit.
"""
import numpy as np
import synface


class Plugin:
    def __init__(self, dims, steps=20):
        self.steps = steps

    def info(self):
        return {"stage": "latent", "sources": 2, "sets": 1}

    # keys [n] and sources [n, 2] are arrays of structs. sources[:, 0] holds the row's own key
    # already; its shares, and the partner, are to be chosen. Latent: by the row's key alone.
    def pick(self, ctx, keys, sets, sources):
        people = sets[0].identities
        if people < 2:
            raise ValueError("Identity Mixup needs at least two identities in the training set")
        random = synface.rows(keys, synface.STREAM_MIXUP)
        random.uniform_double()  # by which the plugin `identity` decides whether to mix at all
        share = random.below(self.steps + 1).astype(np.float32) / np.float32(self.steps)
        own = keys["identity"].astype(np.uint64)
        turn = keys["sample"].astype(np.uint64) % np.uint64(people - 1)
        place = synface.permute(turn, people - 1, keys["data_seed"], own)
        sources["key"]["identity"][:, 1] = place + (place >= own)  # skips the row's own
        for column, part in enumerate((share, 1 - share)):
            sources["coefficient"][:, column] = part
            sources["label_weight"][:, column] = part
