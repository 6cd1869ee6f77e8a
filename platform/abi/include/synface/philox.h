/* synface/philox.h: the one source of random numbers. Nothing here is code: any language can write
 * it, and the known answers below must come out.
 *
 * Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC
 * 2011). counter c0..c3, key k0, k1 (32 bits each); ten rounds of hi0:lo0 = 0xD2511F53 * c0;
 * hi1:lo1 = 0xCD9E8D57 * c2 (c0, c1, c2, c3) = (hi1 ^ c1 ^ k0, lo1, hi0 ^ c3 ^ k1, lo0) k0 +=
 * 0x9E3779B9, k1 += 0xBB67AE85 (between rounds) KNOWN ANSWERS (Random123 kat_vectors): c = 0, k = 0
 * -> 6627e8d5 e169c58d bc57ac4c 9b00dbd8 c = all ones, k = all ones   -> 408f276d 41c83b0e a20bc7c6
 * 6d5451fd c = 243f6a88 85a308d3 13198a2e 03707344, k = a4093822 299f31d0
 *                                  -> d16cfe09 94fdcceb 5001e420 24126ea1
 *
 * STREAMS. A compute call draws with key = ctx->key (two 32-bit words) and a counter whose four
 * words are (index, SYNFACE_STREAM_* or a number from 256 on that the plugin chooses,
 * low word of ctx->counter, high word of ctx->counter), index = 0, 1, 2, ... within the call. A
 * generator and a latent mixup key by their row instead: key = the 64-bit data seed and counter =
 * (index, stream, identity, sample), so that a row does not depend on its batch.
 *
 * FLOATS. A uniform float32 in [0, 1) is (word >> 8) * 2^-24; a uniform double takes two words,
 * ((first >> 5) * 67108864 + (second >> 6)) * 2^-53. */
#ifndef SYNFACE_PHILOX_H
#define SYNFACE_PHILOX_H

#include <synface/base.h>

#define SYNFACE_STREAM_INIT 1     /* initial parameters */
#define SYNFACE_STREAM_IDENTITY 2 /* an identity's coefficients; the counter's sample word is 0 */
#define SYNFACE_STREAM_SAMPLE 3   /* what differs between the samples of an identity */
#define SYNFACE_STREAM_MIXUP 4
#define SYNFACE_STREAM_AUGMENT 5
#define SYNFACE_STREAM_DROPOUT 6
#define SYNFACE_STREAM_ORDER 7 /* the order of a training set */

#endif
