// Input mixup: every image of a batch is blended with another one of the batch, and so are their
// labels (Zhang et al., "mixup: Beyond empirical risk minimization", ICLR 2018), with a share that
// is drawn uniformly. <synface/mixup.h> is the contract.
#include <synface/sdk/mixup.h>
#include <synface/sdk/philox.h>

namespace {

namespace sdk = synface::sdk;

struct Mixup {
  static constexpr sdk::Param parameters[] = {
      sdk::f64("lowest", 0.5)
          .range(0.0, 1.0)
          .unit("fraction")
          .doc("the own image's share is drawn uniformly between this and 1"),
  };

  explicit Mixup(const sdk::Create& create) : lowest_(create.f64("lowest")) {}

  // Stage, sources of a row (the first is the row's own image), sets that are read.
  sdk::MixInfo info() const { return {SYNFACE_STAGE_BATCH, 2, 1}; }

  // Which images, and with which shares; the host blends. The numbers come from the call's Philox
  // stream alone, so that a rerun draws the same.
  void pick(const sdk::Context& ctx, const sdk::Key* keys, uint64_t n,
            const synface_mix_set* const* /*sets*/, uint32_t /*n_sets*/,
            synface_mix_source* sources) {
    sdk::PhiloxStream random(ctx, SYNFACE_STREAM_MIXUP);
    const auto lowest = static_cast<float>(lowest_);
    for (uint64_t r = 0; r < n; ++r) {
      const float share = lowest + (1.0F - lowest) * random.uniform();
      const uint32_t partner = random.below(static_cast<uint32_t>(n));
      sources[2 * r] = {keys[r], share, share};
      sources[2 * r + 1] = {keys[partner], 1.0F - share, 1.0F - share};
    }
  }

 private:
  double lowest_;
};

}  // namespace

SYNFACE_MIXUP_PLUGIN(Mixup, "@NAME@", 1, "0.1.0",
                     "Input mixup: blends every image of a batch with another one of the batch "
                     "(Zhang et al., ICLR 2018).")
