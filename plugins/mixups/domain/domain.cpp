// Domain Mixup (SynFace: Qiu et al., ICCV 2021, section 3.3): x = psi x_s + (1 - psi) x_r, a
// synthetic and a real image, whose labels lie in one joint space and are mixed alike.
#include <synface/sdk/mixup.h>
#include <synface/sdk/philox.h>

#include <algorithm>

namespace {

namespace sdk = synface::sdk;

// Numbers of the plugin's own Philox streams (from 256 on, <synface/philox.h>).
constexpr uint32_t kPsiStream = 256;
constexpr uint32_t kImageStream = 257;

struct DomainMixup {
  static constexpr sdk::Choices kPer{"batch", "image"};
  static constexpr sdk::Param parameters[] = {
      sdk::i64("steps", 20)
          .range(1, 1000)
          .doc("psi is drawn uniformly from {0, 1/steps, ..., 1}; the paper's grid has 21 values"),
      sdk::one_of("per", kPer, 0)
          .neutral_str("batch")
          .doc("one psi a batch, as SynFace's code has it, or one an image"),
  };

  explicit DomainMixup(const sdk::Create& create)
      : steps_(static_cast<uint32_t>(create.i64("steps"))),
        per_image_(create.choice_index("per") == 1) {}

  sdk::MixInfo info() const { return {SYNFACE_STAGE_BATCH, 2, 2}; }

  // The real partner of a row is drawn uniformly from the images of the real set.
  void pick(const sdk::Context& ctx, const sdk::Key* keys, uint64_t n,
            const synface_mix_set* const* sets, uint32_t n_sets, synface_mix_source* sources) {
    if (n_sets < 2 || sets[1]->identities == 0) {
      throw sdk::Error(SYNFACE_ERR_INVALID, "Domain Mixup needs real images; set real.train",
                       "real.train");
    }
    const synface_mix_set& real = *sets[1];
    const std::vector<uint64_t> ends = ends_of(real);
    sdk::PhiloxStream psi_random(ctx, kPsiStream);
    sdk::PhiloxStream image_random(ctx, kImageStream);
    float psi = draw(psi_random);
    for (uint64_t r = 0; r < n; ++r) {
      if (per_image_ && r > 0) psi = draw(psi_random);
      const uint64_t image = image_random.below(static_cast<uint32_t>(ends.back()));
      const auto place = std::upper_bound(ends.begin(), ends.end(), image) - ends.begin();
      const auto identity = static_cast<uint32_t>(place);
      const uint64_t before = identity == 0 ? 0 : ends[identity - 1];
      const sdk::Key partner{real.data_seed, identity, static_cast<uint32_t>(image - before), 1, 0};
      sources[2 * r] = {keys[r], psi, psi};
      sources[2 * r + 1] = {partner, 1.0F - psi, 1.0F - psi};
    }
  }

 private:
  float draw(sdk::PhiloxStream& random) const {
    return static_cast<float>(random.below(steps_ + 1)) / static_cast<float>(steps_);
  }

  // ends[i]: number of images of the identities 0 .. i.
  static std::vector<uint64_t> ends_of(const synface_mix_set& set) {
    std::vector<uint64_t> ends(set.identities);
    uint64_t total = 0;
    for (uint64_t i = 0; i < set.identities; ++i) ends[i] = total += set.samples[i];
    if (total == 0 || total > UINT32_MAX) {
      throw sdk::Error(SYNFACE_ERR_INVALID, "the real set is empty or has over 4 billion images",
                       "real.train");
    }
    return ends;
  }

  uint32_t steps_;
  bool per_image_;
};

}  // namespace

SYNFACE_MIXUP_PLUGIN(
    DomainMixup, "domain", 1, "1.0.0",
    "Domain Mixup: blends a synthetic with a real image and their labels (SynFace, "
    "Qiu et al., ICCV 2021, section 3.3).")
