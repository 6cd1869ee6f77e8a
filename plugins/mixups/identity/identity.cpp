// Identity Mixup (SynFace: Qiu et al., ICCV 2021, section 3.2): the coefficients of two identities
// are interpolated before rendering, alpha = phi alpha_i + (1 - phi) alpha_j, and so are their
// labels.
//
// The linear mixture of two independent people varies less than people do: its variance is theirs
// times phi^2 + (1 - phi)^2, .68 on average, so that mixed faces are nearer to the mean face. The
// variance-preserving form takes a third person k and moves away from it,
//   alpha = s (phi alpha_i + (1 - phi) alpha_j) + (1 - s) alpha_k,  s = 2 / (1 + phi^2 +
//   (1-phi)^2):
// the coefficients sum to 1 and so do their squares, hence mean and covariance are those of people,
// whatever the distribution. That holds of the coefficients, before the generator's limits: what a
// person has or has not (hair, a beard) may fall below nothing, where a generator draws nothing.
// Labels are of i and j alone.
#include <synface/sdk/mixup.h>
#include <synface/sdk/philox.h>

namespace {

namespace sdk = synface::sdk;

struct IdentityMixup {
  static constexpr sdk::Choices kImages{"mixed", "own"};
  static constexpr sdk::Choices kLabels{"mixed", "hard", "kept"};
  static constexpr sdk::Choices kForms{"linear", "variance_preserving"};
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
      sdk::one_of("form", kForms, 0)
          .neutral_str("linear")
          .since("1.1.0")
          .doc("linear, the paper's; variance_preserving: moves away from a third identity, so "
               "that the coefficients of mixed people vary as much as those of unmixed ones, "
               "before the generator's limits (three identities at least)"),
  };

  explicit IdentityMixup(const sdk::Create& create)
      : steps_(static_cast<uint32_t>(create.i64("steps"))),
        probability_(create.f64("probability")),
        mix_image_(create.choice_index("image") == 0),
        labels_(create.choice_index("labels")),
        sources_(create.choice_index("form") == 0 ? 2 : 3) {}

  sdk::MixInfo info() const { return {SYNFACE_STAGE_LATENT, sources_, 1}; }

  // Partners of identity i come in the order of a permutation of the other N - 1 identities that
  // depends on (data seed, i): sampled without replacement until all were there, then again.
  void pick(const sdk::Context&, const sdk::Key* keys, uint64_t n,
            const synface_mix_set* const* sets, uint32_t n_sets, synface_mix_source* sources) {
    if (n_sets < 1 || sets[0]->identities < sources_) {
      throw sdk::Error(SYNFACE_ERR_INVALID,
                       sources_ == 2
                           ? "Identity Mixup needs at least two identities in the training set"
                           : "Identity Mixup's variance_preserving form needs at least three "
                             "identities in the training set",
                       "generator.identities");
    }
    const auto identities = static_cast<uint32_t>(sets[0]->identities);
    for (uint64_t r = 0; r < n; ++r) pick_row(keys[r], identities, &sources[sources_ * r]);
  }

 private:
  void pick_row(const sdk::Key& key, uint32_t identities, synface_mix_source* out) const {
    sdk::PhiloxStream random(key.data_seed, SYNFACE_STREAM_MIXUP, key.identity, key.sample);
    const bool mixed = random.uniform_double() < probability_;
    const float phi =
        mixed ? static_cast<float>(random.below(steps_ + 1)) / static_cast<float>(steps_) : 1.0F;
    // The partner-th of the others in the order of the permutation, identity i itself skipped.
    const auto partner = [&](uint32_t nth) {
      const uint32_t place =
          sdk::permute(nth % (identities - 1), identities - 1, key.data_seed, key.identity);
      sdk::Key other = key;
      other.identity = place < key.identity ? place : place + 1;
      return other;
    };
    float label = phi;
    if (labels_ == kHard) label = phi >= 0.5F ? 1.0F : 0.0F;
    if (labels_ == kKept) label = phi >= 0.5F ? phi : 1.0F - phi;
    const float share = mix_image_ ? phi : 1.0F;
    out[0] = {key, share, label};
    out[1] = {partner(key.sample), 1.0F - share, 1.0F - label};
    if (sources_ == 2) return;
    const float scale = 2.0F / (1.0F + share * share + (1.0F - share) * (1.0F - share));
    out[0].coefficient *= scale;
    out[1].coefficient *= scale;
    // Half the way round from the partner: with two others it is the one that is left.
    out[2] = {partner(key.sample + (identities - 1) / 2), 1.0F - scale, 0.0F};
  }

  uint32_t steps_;
  double probability_;
  bool mix_image_;
  int64_t labels_;  // index in kLabels
  uint32_t sources_;
};

}  // namespace

SYNFACE_MIXUP_PLUGIN(IdentityMixup, "identity", 1, "1.1.0",
                     "Identity Mixup: interpolates the identity coefficients of two people before "
                     "rendering, and their labels (SynFace, Qiu et al., ICCV 2021, section 3.2).")
