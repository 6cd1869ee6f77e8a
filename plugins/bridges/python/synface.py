"""`import synface` in a .py file of the Python bridge: random numbers as every plugin draws them.

The numbers are those of <synface/philox.h>, so that a .py file can be compared with its form in C++
bit by bit. Arrays throughout.
"""
import collections
import ctypes

import numpy as np

STREAM_IDENTITY, STREAM_SAMPLE, STREAM_MIXUP = 2, 3, 4  # <synface/philox.h>; own ones from 256 on

# <synface/generator.h> and <synface/mixup.h> as numpy sees them.
KEY = np.dtype(
    [("data_seed", "u8"), ("identity", "u4"), ("sample", "u4"), ("set", "u4"), ("reserved", "u4")]
)
SOURCE = np.dtype([("key", KEY), ("coefficient", "f4"), ("label_weight", "f4")])

# Sizes known when an object is made; 0 where a size has no meaning for the kind.
Dims = collections.namedtuple("Dims", "classes embedding max_batch identities samples")
# A set of images: `samples` [identities] uint32.
Set = collections.namedtuple("Set", "index data_seed identities samples")

_MASK = np.uint64(0xFFFFFFFF)


class Cancelled(Exception):
    """Raised by ctx.check() when the run is to end."""


class Context:
    """What every compute call receives (<synface/context.h>); valid until it returns."""

    __slots__ = (
        "train key counter step total_steps epoch threads deterministic margin_scale _cancel".split()
    )

    def __init__(self, train, key0, key1, counter, step, total, epoch, threads, exact, ramp, cancel):
        self.train = train == 1
        self.key, self.counter = (key0, key1), counter
        self.step, self.total_steps, self.epoch = step, total, epoch
        self.threads, self.deterministic = threads, exact == 1
        self.margin_scale = ramp
        self._cancel = cancel

    @property
    def cancelled(self):
        return bool(self._cancel and ctypes.c_uint32.from_address(self._cancel).value)

    def check(self):
        """Ends the call where the run is to end: for loops that take long."""
        if self.cancelled:
            raise Cancelled("cancelled")

    def stream(self, number=256):
        """The call's stream of this number: single draws, those of a plugin in C++."""
        return Stream(self.key, self.counter, number)

    def generator(self, number=256):
        """A numpy Generator: another one for each call, the same in a rerun."""
        return np.random.Generator(np.random.Philox([*self.key, self.counter, number]))

    def _end(self):
        self._cancel = 0


def philox(counter, key):
    """Philox4x32-10: counter [..., 4] and key [..., 2] of 32-bit words to words [..., 4] uint32."""
    c = [np.asarray(counter[..., i], np.uint64) for i in range(4)]
    k0, k1 = (np.asarray(key[..., i], np.uint64) for i in range(2))
    shift = np.uint64(32)
    for _ in range(10):
        p0 = np.uint64(0xD2511F53) * c[0]
        p1 = np.uint64(0xCD9E8D57) * c[2]
        c = [(p1 >> shift) ^ c[1] ^ k0, p1 & _MASK, (p0 >> shift) ^ c[3] ^ k1, p0 & _MASK]
        k0 = (k0 + np.uint64(0x9E3779B9)) & _MASK
        k1 = (k1 + np.uint64(0xBB67AE85)) & _MASK
    return np.stack(c, -1).astype(np.uint32)


def _words(*parts):
    return np.stack(np.broadcast_arrays(*(np.asarray(p, np.uint64) for p in parts)), -1)


class Stream:
    """Random numbers of a compute call, one after the other."""

    def __init__(self, key, counter, number):
        self._key = np.array([key], np.uint64)
        self._place = number, counter & 0xFFFFFFFF, counter >> 32
        self._index, self._words = 0, []

    def word(self):
        """32 bits."""
        if not self._words:
            index = np.arange(self._index, self._index + 64, dtype=np.uint64)
            self._index += 64
            self._words = philox(_words(index, *self._place), self._key).ravel().tolist()[::-1]
        return self._words.pop()

    def uniform(self):
        """float32 in [0, 1)."""
        return np.float32(self.word() >> 8) * np.float32(2.0**-24)

    def uniform_double(self):
        """float64 in [0, 1)."""
        high, low = self.word() >> 5, self.word() >> 6
        return (high * 67108864 + low) * 2.0**-53

    def below(self, n):
        """In 0 .. n - 1, without bias."""
        threshold = (2**32 - n) % n
        product = self.word() * n
        while (product & 0xFFFFFFFF) < threshold:
            product = self.word() * n
        return product >> 32


class rows:
    """A random stream for each row of `keys`, which depends on nothing but its key: for latent mixups.

    Each draw gives an array of one number a row.
    """

    def __init__(self, keys, stream):
        seed = keys["data_seed"].astype(np.uint64)
        self._key = _words(seed & _MASK, seed >> np.uint64(32))
        self._place = _words(keys["identity"], keys["sample"])
        self._stream = stream
        self._index = np.zeros(len(keys), np.uint64)
        self._block = np.zeros((len(keys), 4), np.uint32)
        self._used = np.full(len(keys), 4)

    def word(self, at=None):
        """A 32-bit word for the rows with numbers `at` (all), as uint64."""
        at = np.arange(len(self._used)) if at is None else at
        dry = at[self._used[at] == 4]
        counter = _words(self._index[dry], self._stream, self._place[dry, 0], self._place[dry, 1])
        self._block[dry] = philox(counter, self._key[dry])
        self._index[dry] += np.uint64(1)
        self._used[dry] = 0
        words = self._block[at, self._used[at]].astype(np.uint64)
        self._used[at] += 1
        return words

    def uniform(self):
        """float32 in [0, 1)."""
        return (self.word() >> np.uint64(8)).astype(np.float32) * np.float32(2.0**-24)

    def uniform_double(self):
        """float64 in [0, 1)."""
        high, low = self.word() >> np.uint64(5), self.word() >> np.uint64(6)
        return (high * np.uint64(67108864) + low).astype(np.float64) * 2.0**-53

    def below(self, n):
        """In 0 .. n - 1, without bias."""
        threshold = np.uint64((2**32 - n) % n)
        product = self.word() * np.uint64(n)
        again = np.flatnonzero((product & _MASK) < threshold)
        while again.size:
            product[again] = self.word(again) * np.uint64(n)
            again = again[(product[again] & _MASK) < threshold]
        return product >> np.uint64(32)


def permute(index, n, key, tweak):
    """Where keyed permutations of 0 .. n - 1 send `index`: as synface::sdk::permute, for arrays."""
    half = 1
    while half < 16 and (1 << (2 * half)) < n:
        half += 1
    mask, half = np.uint64((1 << half) - 1), np.uint64(half)
    index, key, tweak = np.broadcast_arrays(
        *(np.asarray(a, np.uint64) for a in (index, key, tweak))
    )
    x = index.copy()
    todo = np.arange(x.size)
    while todo.size:
        left, right = x[todo] >> half, x[todo] & mask
        keys = _words(key[todo] & _MASK, key[todo] >> np.uint64(32))
        for turn in range(8):
            mixed = philox(_words(right, turn, tweak[todo], 0x70657266), keys)[:, 0]
            left, right = right, left ^ (mixed & mask)
        x[todo] = (left << half) | right
        todo = todo[x[todo] >= n]
    return x
