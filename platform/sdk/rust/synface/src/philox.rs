//! Philox4x32-10; the algorithm, its streams and its known answers are in `<synface/philox.h>`.
use crate::context::Context;

/// One block of four words (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2,
/// 3", SC 2011).
pub const fn philox(mut c: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
    let mut round = 0;
    while round < 10 {
        let p0 = 0xD251_1F53_u64 * c[0] as u64;
        let p1 = 0xCD9E_8D57_u64 * c[2] as u64;
        c = [
            (p1 >> 32) as u32 ^ c[1] ^ key[0],
            p1 as u32,
            (p0 >> 32) as u32 ^ c[3] ^ key[1],
            p0 as u32,
        ];
        key = [key[0].wrapping_add(0x9E37_79B9), key[1].wrapping_add(0xBB67_AE85)];
        round += 1;
    }
    c
}

/// A stream of words: counter = (index, stream, word 2, word 3), `index` counting blocks of four.
/// The numbers are those of the C++ layer.
#[derive(Clone, Debug)]
pub struct PhiloxStream {
    key: [u32; 2],
    counter: [u32; 4],
    block: [u32; 4],
    used: usize,
}

impl PhiloxStream {
    /// Of a compute call. `stream` is one of `sys::SYNFACE_STREAM_*`, or the plugin's own from 256.
    pub fn of_call(ctx: &Context, stream: u32) -> PhiloxStream {
        let counter = ctx.counter();
        PhiloxStream::new(ctx.key(), [0, stream, counter as u32, (counter >> 32) as u32])
    }
    /// Of one row of a latent mixup.
    pub fn of_row(data_seed: u64, stream: u32, identity: u32, sample: u32) -> PhiloxStream {
        let key = [data_seed as u32, (data_seed >> 32) as u32];
        PhiloxStream::new(key, [0, stream, identity, sample])
    }
    fn new(key: [u32; 2], counter: [u32; 4]) -> PhiloxStream {
        PhiloxStream { key, counter, block: [0; 4], used: 4 }
    }

    pub fn word(&mut self) -> u32 {
        if self.used == 4 {
            self.block = philox(self.counter, self.key);
            self.counter[0] = self.counter[0].wrapping_add(1);
            self.used = 0;
        }
        self.used += 1;
        self.block[self.used - 1]
    }
    /// In [0, 1), a multiple of 2^-24.
    pub fn uniform(&mut self) -> f32 {
        (self.word() >> 8) as f32 / 16_777_216.0
    }
    /// In [0, 1), a multiple of 2^-53.
    pub fn uniform_double(&mut self) -> f64 {
        let high = u64::from(self.word() >> 5);
        let low = u64::from(self.word() >> 6);
        (high * 67_108_864 + low) as f64 / 9_007_199_254_740_992.0
    }
    /// In 0 .. n, n >= 1, without bias (Lemire 2019, multiply and reject).
    pub fn below(&mut self, n: u32) -> u32 {
        assert!(n >= 1, "below(0) has no value to give");
        let mut product = u64::from(self.word()) * u64::from(n);
        if (product as u32) < n {
            let threshold = n.wrapping_neg() % n;
            while (product as u32) < threshold {
                product = u64::from(self.word()) * u64::from(n);
            }
        }
        (product >> 32) as u32
    }
}

/// Where a keyed permutation of 0 .. n sends `index` (index < n): a balanced Feistel network of
/// eight rounds, walked until it falls inside (Black and Rogaway, CT-RSA 2002). Needs no memory;
/// the numbers are those of the C++ layer.
pub fn permute(index: u32, n: u32, key: u64, tweak: u32) -> u32 {
    assert!(index < n, "permute: {index} is not below {n}");
    let mut half_bits = 1;
    while half_bits < 16 && (1_u64 << (2 * half_bits)) < u64::from(n) {
        half_bits += 1;
    }
    let mask = (1_u32 << half_bits) - 1;
    let mut x = index;
    loop {
        let (mut left, mut right) = (x >> half_bits, x & mask);
        for round in 0..8 {
            let words =
                philox([right, round, tweak, 0x7065_7266], [key as u32, (key >> 32) as u32]);
            (left, right) = (right, left ^ (words[0] & mask));
        }
        x = (left << half_bits) | right;
        if x < n {
            return x;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_the_known_answers_of_random123() {
        assert_eq!(philox([0; 4], [0; 2]), [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
        assert_eq!(
            philox([u32::MAX; 4], [u32::MAX; 2]),
            [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]
        );
        assert_eq!(
            philox([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0]),
            [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1]
        );
    }

    // What <synface/sdk/philox.h> gives for the same calls (tests/abi/sdk_test.cpp has these lines
    // too).
    #[test]
    fn gives_the_numbers_of_the_cpp_layer() {
        let mut stream = PhiloxStream::of_row(0x0123_4567_89ab_cdef, 4, 5, 6);
        let words: Vec<u32> = (0..6).map(|_| stream.word()).collect();
        assert_eq!(words, CPP_WORDS);
        assert_eq!(stream.uniform().to_bits(), CPP_UNIFORM);
        assert_eq!(stream.uniform_double().to_bits(), CPP_DOUBLE);
        assert_eq!((0..5).map(|_| stream.below(7)).collect::<Vec<_>>(), CPP_BELOW);
        let sent: Vec<u32> = (0..10).map(|i| permute(i, 10, 77, 3)).collect();
        assert_eq!(sent, CPP_PERMUTED);
    }

    #[test]
    fn a_permutation_reaches_every_place_once() {
        for n in [1, 2, 5, 64, 1000] {
            let mut seen: Vec<u32> = (0..n).map(|i| permute(i, n, 9, 1)).collect();
            seen.sort_unstable();
            assert_eq!(seen, (0..n).collect::<Vec<_>>());
        }
    }

    const CPP_WORDS: [u32; 6] =
        [0xfef7a3e4, 0x8254c5a4, 0x7d074f34, 0x236a882e, 0x1a33b21e, 0x3e6b6a97];
    const CPP_UNIFORM: u32 = 0x3c935e20;
    const CPP_DOUBLE: u64 = 0x3fd79f0792172fb6;
    const CPP_BELOW: [u32; 5] = [0, 6, 0, 6, 6];
    const CPP_PERMUTED: [u32; 10] = [1, 9, 6, 2, 3, 5, 0, 8, 4, 7];
}
