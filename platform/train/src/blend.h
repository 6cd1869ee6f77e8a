// Latent mixup: the blend of the mixable blocks.
#pragma once

#include <synface/train/generation.h>

namespace synface::train {

// Part of the cache's key of mixed images from the second on. Raise it, and kTrainRevision with it,
// whenever the same rows blend to other numbers.
inline constexpr int kBlendRevision = 1;

// rows [n, L] are the rows of source 0 and become the mixed ones; picked [n * K].
void blend_blocks(const Source& source, const plugin::Mixup& mixup, const synface_context& ctx,
                  std::span<const synface_key> keys, std::vector<synface_mix_source>& picked,
                  float* rows);

}  // namespace synface::train
