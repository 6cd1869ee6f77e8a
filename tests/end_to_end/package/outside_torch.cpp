// A plugin that is coupled to LibTorch, through the SDK: blends in LibTorch's arithmetic.
#include <ATen/ATen.h>
#include <synface/sdk/sdk.h>

namespace {

struct OutsideTorch {
  explicit OutsideTorch(const synface::sdk::Create&) {}

  synface::sdk::MixInfo info() const { return {SYNFACE_STAGE_BATCH, 2, 1}; }

  void pick(const synface_context&, const synface_key* keys, uint64_t n,
            const synface_mix_set* const*, uint32_t, synface_mix_source* sources) {
    const auto half = at::full({1}, 0.5F).item<float>();
    for (uint64_t i = 0; i < 2 * n; ++i) sources[i] = {keys[i / 2], half, half};
  }
};

}  // namespace

SYNFACE_MIXUP_PLUGIN(OutsideTorch, "outside_torch", 1, "1.0.0", "Mixes every row with itself.")
