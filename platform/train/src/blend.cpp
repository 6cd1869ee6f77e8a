#include "blend.h"

#include <synface/base/error.h>
#include <synface/train/memory.h>

#include <algorithm>

namespace synface::train {
namespace {

// The mixable blocks, as ranges of a row.
std::vector<std::pair<std::int64_t, std::int64_t>> mixable(const std::vector<plugin::Block>& all) {
  std::vector<std::pair<std::int64_t, std::int64_t>> ranges;
  for (const plugin::Block& block : all) {
    if (block.mixable) ranges.emplace_back(block.offset, block.length);
  }
  return ranges;
}

}  // namespace

void blend_blocks(const Source& source, const plugin::Mixup& mixup, const synface_context& ctx,
                  std::span<const synface_key> keys, std::vector<synface_mix_source>& picked,
                  float* rows) {
  const auto ranges = mixable(source.blocks());
  if (ranges.empty()) {
    fail(ExitCode::kUsage, "{} has no block that may be mixed, which {} wants",
         source.generator().info().name(), mixup.info().name());
  }
  std::int64_t length = 0;  // M: of all mixable blocks
  for (const auto& range : ranges) length += range.second;
  const auto n = static_cast<std::int64_t>(keys.size());
  const auto k = static_cast<std::int64_t>(mixup.mix_info().sources);
  const std::int64_t l = source.row_length();
  Buffer<float> packed(static_cast<std::size_t>(k * n * length));
  Buffer<float> other(static_cast<std::size_t>(n * l));
  for (std::int64_t s = 0; s < k; ++s) {
    const float* from = rows;
    if (s > 0) {
      std::vector<synface_key> theirs;
      for (std::int64_t r = 0; r < n; ++r) {
        theirs.push_back(picked[static_cast<std::size_t>(r * k + s)].key);
      }
      source.latents(theirs, other.data());
      from = other.data();
    }
    float* to = packed.data() + s * n * length;
    for (std::int64_t r = 0; r < n; ++r) {
      for (const auto& [offset, size] : ranges) {
        to = std::copy_n(from + r * l + offset, size, to);
      }
    }
  }
  Buffer<float> mixed(static_cast<std::size_t>(n * length));
  if (mixup.has_apply()) {
    std::vector<View> views;
    for (std::int64_t s = 0; s < k; ++s) {
      views.emplace_back(packed.data() + s * n * length,
                         std::initializer_list<std::int64_t>{n, length});
    }
    std::vector<const synface_tensor*> pointers;
    for (const View& view : views) pointers.push_back(view.get());
    mixup.apply(ctx, pointers, picked, *View(mixed.data(), {n, length}));
  } else {
    for (std::int64_t r = 0; r < n; ++r) {
      for (std::int64_t s = 0; s < k; ++s) {
        const float c = picked[static_cast<std::size_t>(r * k + s)].coefficient;
        const float* from = packed.data() + (s * n + r) * length;
        for (std::int64_t i = 0; i < length; ++i) {
          mixed[static_cast<std::size_t>(r * length + i)] += c * from[i];
        }
      }
    }
  }
  const float* from = mixed.data();
  for (std::int64_t r = 0; r < n; ++r) {
    for (const auto& [offset, size] : ranges) {
      std::copy_n(from, size, rows + r * l + offset);
      from += size;
    }
  }
}

}  // namespace synface::train
