// Verification of photographs after a linear map that is fitted to a set of faces: what a set
// teaches without a network. Whitened principal components need no label (Turk and Pentland 1991);
// the discriminant learns from them which differences are a person's own (Belhumeur et al., PAMI
// 1997). Deterministic, and a matter of seconds: a floor for every network that is trained on the
// set, and for what a given set of photographs is worth.
#include <synface/sdk/benchmark.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "linear/discriminant.h"
#include "verification/measures.h"
#include "verification/pairs.h"

namespace {

namespace sdk = synface::sdk;
using linear::Matrix;
using verification::Scored;

constexpr uint32_t kMostPairs = 3000;  // of one person and of two, each, from a set

struct LinearVerification {
  static constexpr sdk::Choices kMaps{"whitened_pca", "lda"};
  static constexpr sdk::Param parameters[] = {
      sdk::one_of("map", kMaps, 0)
          .doc("whitened_pca: principal components of equal variance, no label is used; lda: "
               "Fisher's "
               "discriminant in them"),
      sdk::path("fit", "").doc(
          "folder of people to fit to, a folder a person; without one the benchmark's set"),
      sdk::path("images", "").doc("folder of the images that the pairs file names"),
      sdk::path("pairs", "")
          .doc("pairs file of the test, as of `verification`; without one people of the "
               "benchmark's set "
               "are tested, and where they are fitted to as well every second one is fitted to and "
               "the "
               "others are tested"),
      sdk::i64("identities", 2000)
          .range(2, 100000)
          .unit("people")
          .doc("most people that are fitted to, the first"),
      sdk::i64("samples", 20).range(1, 1000).unit("images").doc("most images of each, the first"),
      sdk::i64("components", 400).range(1, 4096).doc("principal components"),
      sdk::i64("axes", 200).range(1, 4096).doc("axes of the discriminant that are kept"),
      sdk::f64("shrinkage", 0.2)
          .range(0.0, 1.0)
          .doc("how far the covariance within people is drawn to a multiple of the identity"),
      sdk::i64("bootstrap", 1000)
          .range(0, 100000)
          .unit("resamples")
          .doc("of people, for the confidence intervals; 0: none"),
      sdk::flag("allow_overlap", false)
          .doc("lets people of the fit be among those of the test, which is an error otherwise"),
  };

  explicit LinearVerification(const sdk::Create& create)
      : math_(create.need<synface_ext_math>(SYNFACE_EXT_MATH)),
        listing_(create.find<synface_ext_listing>(SYNFACE_EXT_LISTING)),
        lda_(create.choice_index("map") == 1),
        fit_(create.path("fit")),
        images_(create.path("images")),
        pairs_file_(create.path("pairs")),
        identities_(static_cast<uint64_t>(create.i64("identities"))),
        samples_(static_cast<uint32_t>(create.i64("samples"))),
        components_(static_cast<std::size_t>(create.i64("components"))),
        axes_(static_cast<std::size_t>(create.i64("axes"))),
        shrinkage_(create.f64("shrinkage")),
        resamples_(static_cast<uint32_t>(create.i64("bootstrap"))),
        allow_overlap_(create.flag("allow_overlap")) {}

  std::vector<sdk::Metric> metrics() const {
    std::vector<sdk::Metric> list = verification::measure_specs();
    list.push_back({"fit_people", SYNFACE_GOAL_NONE, false, "people", "people fitted to"});
    list.push_back({"fit_images", SYNFACE_GOAL_NONE, false, "images", "their images"});
    list.push_back({"axes", SYNFACE_GOAL_NONE, false, "", "numbers of a face after the map"});
    return list;
  }

  uint32_t requests(const synface_eval_set* set, sdk::Requests& out) {
    if (images_.empty() != pairs_file_.empty()) {
      throw sdk::Error(SYNFACE_ERR_INVALID, "images and pairs must be given together",
                       images_.empty() ? "images" : "pairs");
    }
    if (listing_ == nullptr && !(fit_.empty() && pairs_file_.empty())) {
      throw sdk::Error(SYNFACE_ERR_UNSUPPORTED, "this host lists neither folders nor pairs files",
                       SYNFACE_EXT_LISTING);
    }
    if (set == nullptr && (fit_.empty() || pairs_file_.empty())) {
      throw sdk::Error(SYNFACE_ERR_INVALID,
                       "linear_verification needs a set (set = \"train\"), or a folder to fit to "
                       "(fit = \"FOLDER\") and a pairs file",
                       "set");
    }
    person_.clear();
    names_.clear();
    const bool halves = fit_.empty() && pairs_file_.empty();
    if (fit_.empty()) {
      ask_for_set(*set, halves ? 2 : 1, out);
    } else {
      ask_for_folder(out);
    }
    check_fit();
    list_ = pairs_file_.empty() ? pairs_of_set(*set, halves)
                                : verification::read_pairs(*listing_, images_, pairs_file_);
    check_overlap();
    for (const sdk::Key& key : list_.keys) out.image(key);
    for (const std::string& file : list_.files) out.file(file);
    return SYNFACE_VIEW_PLAIN | SYNFACE_VIEW_FLIP;
  }

  void evaluate(const sdk::Context& ctx, const sdk::Tensor& embeddings, sdk::Results& out) {
    const linear::Products products(math_, ctx);
    const Matrix fit = both_views(embeddings, 0, person_.size());
    const linear::Axes axes = linear::principal_axes(fit, components_, products);
    const linear::Map map =
        lda_ ? linear::discriminant(fit, person_, axes, shrinkage_, axes_, products)
             : linear::whitened(axes);
    Matrix test = map.apply(both_views(embeddings, person_.size(), list_.person.size()), products);
    linear::normalise_rows(test);
    std::vector<Scored> pairs;
    std::vector<int64_t> named;
    for (const auto& pair : list_.pairs) {
      pairs.push_back({linear::dot(test.row(pair.first), test.row(pair.second), test.columns),
                       pair.same, list_.person[pair.first], list_.person[pair.second]});
      named.push_back(pair.fold);
    }
    verification::record_measures(pairs, named, list_.people, verification::Protocol::kInsightface,
                                  resamples_, ctx, out);
    out.scalar("fit_people",
               static_cast<double>(1 + *std::max_element(person_.begin(), person_.end())));
    out.scalar("fit_images", static_cast<double>(person_.size()));
    out.scalar("axes", static_cast<double>(map.map.rows));
  }

 private:
  // Every `step`-th person, from the first on.
  void ask_for_set(const synface_eval_set& set, uint32_t step, sdk::Requests& out) {
    uint32_t person = 0;
    for (uint32_t i = 0; i < set.identities && person < identities_; i += step) {
      const uint32_t n = std::min(set.samples[i], samples_);
      for (uint32_t k = 0; k < n; ++k) {
        out.image({set.data_seed, i, k, set.set, 0});
        person_.push_back(person);
      }
      person += n > 0 ? 1 : 0;
    }
  }

  // Pairs of the set's people; `halves`: of those who are not fitted to.
  static verification::PairList pairs_of_set(const synface_eval_set& set, bool halves) {
    std::vector<uint32_t> samples(set.samples, set.samples + set.identities);
    for (std::size_t i = 0; halves && i < samples.size(); i += 2) samples[i] = 0;
    synface_eval_set tested = set;
    tested.samples = samples.data();
    return verification::make_pairs(tested, kMostPairs, kMostPairs);
  }

  struct Listed {
    LinearVerification* self;
    sdk::Requests* out;
  };
  void ask_for_folder(sdk::Requests& out) {
    Listed listed{this, &out};
    synface_error error = sdk::empty_error();
    sdk::check(listing_->folder(sdk::str(std::string_view(fit_)), &LinearVerification::add_listed,
                                &listed, &error),
               error);
  }
  static synface_status add_listed(void* user, const synface_listed_image* image,
                                   synface_error* error) noexcept {
    return sdk::guard(error, [&] {
      const Listed& listed = *static_cast<Listed*>(user);
      LinearVerification& self = *listed.self;
      if (image->identity >= self.identities_ || image->sample >= self.samples_) return;
      listed.out->file(sdk::view(image->path));
      const auto next = static_cast<uint32_t>(self.names_.size());
      self.person_.push_back(
          self.names_.try_emplace(std::string(sdk::view(image->name)), next).first->second);
    });
  }

  void check_fit() const {
    std::map<uint32_t, int> images;
    for (const uint32_t person : person_) ++images[person];
    const bool twice =
        std::any_of(images.begin(), images.end(), [](const auto& one) { return one.second >= 2; });
    if (images.size() >= 2 && (twice || !lda_)) return;
    throw sdk::Error(SYNFACE_ERR_INVALID,
                     (fit_.empty() ? "the set" : fit_) + " has " + std::to_string(images.size()) +
                         " people with images" + (twice ? "" : ", none with two") +
                         "; a discriminant takes two people, one of them with two images",
                     "fit");
  }

  // One person's name as several lists of photographs write it.
  static std::string same_for_all(std::string name) {
    for (char& c : name) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
      if (c == ' ' || c == '-') c = '_';
    }
    return name;
  }

  // A fit that knows the people of the test measures nothing. By name: of the folder, or of a file
  // in the root before its number. The people of a set have no names and are not checked.
  void check_overlap() const {
    if (allow_overlap_ || names_.empty()) return;
    std::string both;
    int n = 0;
    std::map<std::string, bool> seen;
    std::map<std::string, bool> fitted;
    for (const auto& [name, number] : names_) fitted.try_emplace(same_for_all(name), true);
    for (const std::string& file : list_.files) {
      const std::string person = verification::person_of(file, images_);
      const std::string name = person.substr(person.rfind('/') + 1);  // npos + 1: all of it
      const std::string plain = same_for_all(name);
      if (fitted.count(plain) == 0 || !seen.try_emplace(plain, true).second) continue;
      if (++n <= 3) both += (both.empty() ? "" : ", ") + name;
    }
    if (n == 0) return;
    throw sdk::Error(SYNFACE_ERR_INVALID,
                     std::to_string(n) + " people of the test are in " + fit_ + " too (" + both +
                         (n > 3 ? ", ..." : "") +
                         "): fit to others, or set allow_overlap where folders of one name hold "
                         "different people",
                     "fit");
  }

  // Sum of the embeddings of image and mirror image.
  static Matrix both_views(const sdk::Tensor& embeddings, std::size_t first, std::size_t n) {
    const auto images = static_cast<std::size_t>(embeddings.shape[1]);
    const auto width = static_cast<std::size_t>(embeddings.shape[2]);
    const float* plain = sdk::data<float>(embeddings, "embeddings") + first * width;
    const float* mirrored = plain + images * width;
    Matrix sums(n, width);
    for (std::size_t i = 0; i < n * width; ++i) {
      sums.values[i] = static_cast<double>(plain[i]) + static_cast<double>(mirrored[i]);
      if (!std::isfinite(sums.values[i])) {
        throw sdk::Error(SYNFACE_ERR_NUMERIC, "an embedding is not a number", "embeddings");
      }
    }
    return sums;
  }

  const synface_ext_math& math_;
  const synface_ext_listing* listing_;
  bool lda_;
  std::string fit_, images_, pairs_file_;
  uint64_t identities_;
  uint32_t samples_;
  std::size_t components_, axes_;
  double shrinkage_;
  uint32_t resamples_;
  bool allow_overlap_;
  std::vector<uint32_t> person_;           // of each image that is fitted to
  std::map<std::string, uint32_t> names_;  // of the people of the folder
  verification::PairList list_;
};

}  // namespace

SYNFACE_BENCHMARK_PLUGIN(LinearVerification, "linear_verification", 3, "1.2.0",
                         "Verification of photographs after whitened principal components or a "
                         "discriminant that is fitted to a set: what the set teaches without a "
                         "network.")
