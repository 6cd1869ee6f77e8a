// Identity Mixup (SynFace: Qiu et al., ICCV 2021, section 3.2): the coefficients of two identities
// are interpolated before rendering, alpha = phi alpha_i + (1 - phi) alpha_j, and so are their
// labels.
#include <synface/sdk/mixup.h>
#include <synface/sdk/philox.h>

namespace {

namespace sdk = synface::sdk;

struct IdentityMixup {
  static constexpr sdk::Choices kImages{"mixed", "own"};
  static constexpr sdk::Choices kLabels{"mixed", "hard", "kept"};
  static constexpr int64_t kHard = 1, kKept = 2;
  static constexpr sdk::Param parameters[] = {
      sdk::i64("steps", 20)
          .range(1, 1000)
          .doc("phi is drawn uniformly from {0, 1/steps, ..., 1}; the paper's grid has 21 values"),
      sdk::f64("probability", 1.0)
          .range(0.0, 1.0)
          .unit("fraction")
          .doc("of the images that are mixed; the others keep their identity and label")
          .neutral_f64(1.0),
      sdk::one_of("image", kImages, 0)
          .neutral_str("mixed")
          .doc("mixed; own: the picture stays unmixed and only the label is mixed (a control; with "
               "labels = mixed the other identity has more than half of it as often as not, "
               "kept makes it label smoothing)"),
      sdk::one_of("labels", kLabels, 0)
          .neutral_str("mixed")
          .doc("mixed; hard: the label of the identity with the larger share; kept: the own "
               "identity has the larger share, whichever it is (controls)"),
  };

  explicit IdentityMixup(const sdk::Create& create)
      : steps_(static_cast<uint32_t>(create.i64("steps"))),
        probability_(create.f64("probability")),
        mix_image_(create.choice_index("image") == 0),
        labels_(create.choice_index("labels")) {}

  sdk::MixInfo info() const { return {SYNFACE_STAGE_LATENT, 2, 1}; }

  // Partners of identity i come in the order of a permutation of the other N - 1 identities that
  // depends on (data seed, i): sampled without replacement until all were there, then again.
  void pick(const sdk::Context&, const sdk::Key* keys, uint64_t n,
            const synface_mix_set* const* sets, uint32_t n_sets, synface_mix_source* sources) {
    if (n_sets < 1 || sets[0]->identities < 2) {
      throw sdk::Error(SYNFACE_ERR_INVALID,
                       "Identity Mixup needs at least two identities in the training set",
                       "generator.identities");
    }
    const auto identities = static_cast<uint32_t>(sets[0]->identities);
    for (uint64_t r = 0; r < n; ++r) pick_row(keys[r], identities, &sources[2 * r]);
  }

 private:
  void pick_row(const sdk::Key& key, uint32_t identities, synface_mix_source* out) const {
    sdk::PhiloxStream random(key.data_seed, SYNFACE_STREAM_MIXUP, key.identity, key.sample);
    const bool mixed = random.uniform_double() < probability_;
    const float phi =
        mixed ? static_cast<float>(random.below(steps_ + 1)) / static_cast<float>(steps_) : 1.0F;
    const uint32_t place =
        sdk::permute(key.sample % (identities - 1), identities - 1, key.data_seed, key.identity);
    sdk::Key partner = key;
    partner.identity = place < key.identity ? place : place + 1;  // skips identity i itself
    float label = phi;
    if (labels_ == kHard) label = phi >= 0.5F ? 1.0F : 0.0F;
    if (labels_ == kKept) label = phi >= 0.5F ? phi : 1.0F - phi;
    const float share = mix_image_ ? phi : 1.0F;
    out[0] = {key, share, label};
    out[1] = {partner, 1.0F - share, 1.0F - label};
  }

  uint32_t steps_;
  double probability_;
  bool mix_image_;
  int64_t labels_;  // index in kLabels
};

}  // namespace

SYNFACE_MIXUP_PLUGIN(IdentityMixup, "identity", 1, "1.0.0",
                     "Identity Mixup: interpolates the identity coefficients of two people before "
                     "rendering, and their labels (SynFace, Qiu et al., ICCV 2021, section 3.2).")
