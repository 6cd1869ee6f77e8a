// The contexts of plugin calls.
#pragma once

#include <synface/base/philox.h>
#include <synface/context.h>
#include <synface/train/view.h>

#include <cstdint>

namespace synface::train {

// What all calls of one trial have in common.
struct CallSettings {
  int threads = 1;
  bool deterministic = true;
  bool bfloat16 = false;
  std::int64_t total_steps = 0;
  // Non-zero: plugins return early from rendering and evaluation. Never set during a training step,
  // which is finished before a checkpoint is written.
  const volatile std::uint32_t* cancel = nullptr;
};

// A context without a training step around it: seed and counter for Philox. `place`: where the
// instance computes.
inline synface_context make_context(const CallSettings& settings, std::uint32_t phase,
                                    std::uint64_t seed, std::uint64_t counter,
                                    const Place& place = {}) {
  static constexpr volatile std::uint32_t kNever = 0;
  synface_context ctx{};
  ctx.struct_size = sizeof ctx;
  ctx.phase = phase;
  ctx.dev_type = place.type;
  ctx.dev_id = place.id;
  ctx.stream = place.stream;
  const PhiloxKey key = philox_key(seed);
  ctx.key[0] = key[0];
  ctx.key[1] = key[1];
  ctx.counter = counter;
  ctx.total_steps = static_cast<std::uint64_t>(settings.total_steps);
  ctx.threads = static_cast<std::uint32_t>(settings.threads);
  ctx.compute = settings.bfloat16 ? synface_dtype{SYNFACE_BFLOAT, 16, 1} : dtype_of<float>();
  ctx.deterministic = settings.deterministic ? 1 : 0;
  ctx.margin_scale = 1.0F;
  ctx.cancel = settings.cancel != nullptr ? settings.cancel : &kNever;
  return ctx;
}

}  // namespace synface::train
