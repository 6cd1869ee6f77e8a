// A mixup for tests: the partner is the next identity (latent) or the row's own next sample of the
// second set (batch); coefficients 0.75 and 0.25.
#include <synface/sdk/mixup.h>

namespace {

namespace sdk = synface::sdk;

struct Mix {
  static constexpr sdk::Param parameters[] = {
      sdk::flag("batch", false).doc("mixes images instead of latent rows"),
      sdk::flag("real", false).doc("takes the partner from the real set")};

  explicit Mix(const sdk::Create& create)
      : batch(create.flag("batch")), real(create.flag("real")) {}

  sdk::MixInfo info() const {
    return {batch ? uint32_t{SYNFACE_STAGE_BATCH} : uint32_t{SYNFACE_STAGE_LATENT}, 2,
            real ? 2U : 1U};
  }
  void pick(const sdk::Context&, const sdk::Key* keys, uint64_t n,
            const synface_mix_set* const* sets, uint32_t n_sets,
            synface_mix_source* sources) const {
    for (uint64_t r = 0; r < n; ++r) {
      const synface_mix_set& set = *sets[n_sets - 1];
      const auto other = static_cast<uint32_t>((keys[r].identity + 1) % set.identities);
      sources[2 * r] = {keys[r], 0.75F, 0.75F};
      sources[2 * r + 1] = {{set.data_seed, other, 0, set.index, 0}, 0.25F, 0.25F};
    }
  }

  bool batch, real;
};

}  // namespace

SYNFACE_MIXUP_PLUGIN(Mix, "toy_mix", 1, "1.0.0", "three quarters and a quarter, for tests")
