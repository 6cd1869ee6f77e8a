// Latent mixup: the blend of the mixable blocks.
#pragma once

#include <synface/train/generation.h>

namespace synface::train {

// rows [n, L] are the rows of source 0 and become the mixed ones; picked [n * K].
void blend_blocks(const Source& source, const plugin::Mixup& mixup, const synface_context& ctx,
                  std::span<const synface_key> keys, std::vector<synface_mix_source>& picked,
                  float* rows);

}  // namespace synface::train
