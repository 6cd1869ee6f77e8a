// How good a set of faces is, without training on it: whether its people are as different from each
// other, and each as like himself, as photographed people are, and what tells it from photographs.
// The embedder is the trial's backbone, which nobody has trained on the set (train.images_seen =
// 0).
#include <synface/sdk/benchmark.h>

#include <algorithm>
#include <numeric>
#include <optional>

#include "blocks.h"
#include "figures.h"
#include "quantile.h"
#include "sheets.h"

namespace {

namespace sdk = synface::sdk;
using namespace dataset_quality;

// Fewer people than this make no half that says anything.
constexpr std::size_t kLeastPeople = 10;
constexpr std::size_t kSheetRows = 8, kSheetImages = 6, kPairImages = 4;
constexpr const char* kJpeg = "image/jpeg";

struct DatasetQuality {
  static constexpr sdk::Param parameters[] = {
      sdk::path("real", "")
          .doc("folder of photographs, a folder a person: what the set is held against; without "
               "one the "
               "figures of the set alone are given"),
      sdk::i64("identities", 500)
          .range(2, 100000)
          .unit("people")
          .doc("most people of the set and of the photographs that are looked at"),
      sdk::i64("samples", 6).range(2, 1000).unit("images").doc("most images of each, the first"),
      sdk::f64("threshold", 0.0)
          .range(0.0, 1e6)
          .doc("distance below which two images count as one person's (dlib's network: 0.6); 0: "
               "where the photographs' two error rates are equal, without any the set's"),
      sdk::i64("auc_images", 500)
          .range(0, 100000)
          .unit("images")
          .doc("most images of a side from which it is learnt what tells the set from photographs, "
               "for whole images and for each region; 0: not at all"),
      sdk::i64("bootstrap", 1000)
          .range(0, 10000)
          .unit("resamples")
          .since("1.2.0")
          .doc("draws of people for the confidence intervals; 0: none"),
      sdk::i64("memory", 4096)
          .range(64, 1 << 22)
          .unit("MiB")
          .since("1.2.0")
          .no_effect()
          .doc("most memory that the distances of all pairs and the draws of people may take: a "
               "request for more is refused before anything is rendered"),
  };

  explicit DatasetQuality(const sdk::Create& create)
      : math_(create.need<synface_ext_math>(SYNFACE_EXT_MATH)),
        listing_(create.find<synface_ext_listing>(SYNFACE_EXT_LISTING)),
        images_(create.find<synface_ext_images>(SYNFACE_EXT_IMAGES)),
        codec_(create.find<synface_ext_codec>(SYNFACE_EXT_CODEC)),
        dims_(create.dims()),
        real_(create.path("real")),
        identities_(static_cast<std::size_t>(create.i64("identities"))),
        samples_(static_cast<uint32_t>(create.i64("samples"))),
        threshold_(create.f64("threshold")),
        auc_images_(static_cast<std::size_t>(create.i64("auc_images"))),
        draws_(static_cast<std::size_t>(create.i64("bootstrap"))),
        memory_(static_cast<std::size_t>(create.i64("memory")) << 20U) {}

  std::vector<sdk::Metric> metrics() const { return all_metrics(); }

  uint32_t requests(const synface_eval_set* set, sdk::Requests& out) {
    if (set == nullptr) {
      throw sdk::Error(SYNFACE_ERR_INVALID,
                       "dataset_quality needs a set of people, e.g. set = \"train\"", "set");
    }
    sizes_.clear();
    real_sizes_.clear();
    const auto people = static_cast<uint32_t>(std::min<uint64_t>(set->identities, identities_));
    for (uint32_t i = 0; i < people; ++i) {
      const uint32_t n = std::min(set->samples[i], samples_);
      for (uint32_t k = 0; k < n; ++k) out.image({set->data_seed, i, k, set->set, 0});
      if (n > 0) sizes_.push_back(n);
    }
    check(sizes_, "the set", "set");
    if (!real_.empty()) ask_for_photographs(out);
    check_memory();
    return SYNFACE_VIEW_PLAIN;
  }

  void evaluate(const sdk::Context& ctx, const sdk::Tensor& embeddings, sdk::Results& out) {
    const linear::Products products(math_, ctx);
    const auto width = static_cast<std::size_t>(embeddings.shape[2]);
    const float* data = sdk::data<float>(embeddings, "embeddings");
    const Side set = make_side(make_faces(data, width, 0, sizes_), products);
    std::optional<Side> real;
    if (!real_sizes_.empty()) {
      real = make_side(make_faces(data, width, set.faces.images(), real_sizes_), products);
    }
    const double threshold =
        threshold_ > 0.0 ? threshold_ : equal_error_distance((real ? *real : set).distances);
    std::optional<Pictures> pictures;
    if (images_ != nullptr && codec_ != nullptr) pictures.emplace(*images_, *codec_, ctx, dims_);
    out.scalar("threshold", threshold);
    give_densities(set, real ? &*real : nullptr, out);
    std::optional<Crowds> crowds;
    if (real) crowds = make_crowds(set, *real, products);
    Measure measure{threshold, std::nullopt, draws_};
    if (real) measure.real_far = quantile(real->distances.impostor, 0.01);
    give_side("", set, crowds ? &crowds->set : nullptr, measure, pictures, products, out);
    if (!real) return;
    measure.real_far.reset();
    give_side("real.", *real, &crowds->real, measure, pictures, products, out);
    if (pictures) {
      out.artifact("regions.jpg", kJpeg,
                   region_sheet({real->faces.request[0], set.faces.request[0]}, *pictures));
    }
    give_against_real(set, *real, auc_images_, draws_, pictures ? &*pictures : nullptr, products,
                      out);
  }

 private:
  // Bytes of what grows faster than the images, for the first people of each side: the distances of
  // all pairs, which stay, and what the figures of one side take for a while.
  double bytes_for(std::size_t people) const {
    double stay = 0.0, most = 0.0;
    for (const std::vector<uint32_t>* sizes : {&sizes_, &real_sizes_}) {
      if (sizes->empty()) continue;
      const auto end =
          sizes->begin() + static_cast<std::ptrdiff_t>(std::min(people, sizes->size()));
      const std::vector<uint32_t> some(sizes->begin(), end);
      const double images = std::accumulate(some.begin(), some.end(), 0.0);
      stay += images * (images - 1.0) / 2.0 * sizeof(float);
      most = std::max(most, bytes_of_pairs(some, draws_));
    }
    return stay + most;
  }

  void check_memory() const {
    const auto most = static_cast<double>(memory_);
    const std::size_t people = std::max(sizes_.size(), real_sizes_.size());
    if (bytes_for(people) <= most) return;
    std::size_t fits = 0, too_many = people;
    while (too_many - fits > 1) {
      const std::size_t middle = (fits + too_many) / 2;
      (bytes_for(middle) <= most ? fits : too_many) = middle;
    }
    const auto mib = [](double bytes) {
      return std::to_string(static_cast<std::uint64_t>(bytes / (1U << 20U)) + 1);
    };
    throw sdk::Error(SYNFACE_ERR_INVALID,
                     "the distances of all pairs of images of " + std::to_string(people) +
                         " people take " + mib(bytes_for(people)) + " MiB, and memory allows " +
                         std::to_string(memory_ >> 20U) + ": take " + std::to_string(fits) +
                         " people (identities), fewer images of each (samples), or allow " +
                         "more (memory = " + mib(bytes_for(people)) + ")",
                     "memory");
  }

  // A set from which something can be said.
  void check(const std::vector<uint32_t>& sizes, const std::string& what, const char* where) const {
    const bool pairs = std::any_of(sizes.begin(), sizes.end(), [](uint32_t n) { return n >= 2; });
    if (sizes.size() < 2 || !pairs) {
      throw sdk::Error(SYNFACE_ERR_INVALID,
                       what + " has " + std::to_string(sizes.size()) + " people with images, and " +
                           (pairs ? "" : "none of them ") +
                           (pairs ? "two are needed"
                                  : "has two: what one person's images have in "
                                    "common cannot be measured"),
                       where);
    }
    if (!real_.empty() && sizes.size() < kLeastPeople) {
      throw sdk::Error(SYNFACE_ERR_INVALID,
                       what + " has " + std::to_string(sizes.size()) +
                           " people; to hold a set "
                           "against photographs takes " +
                           std::to_string(kLeastPeople) + " of each at least",
                       where);
    }
  }

  // People of chance where there are more than wanted, their first photographs.
  void ask_for_photographs(sdk::Requests& out) {
    if (listing_ == nullptr) {
      throw sdk::Error(SYNFACE_ERR_UNSUPPORTED, "this host does not list folders",
                       SYNFACE_EXT_LISTING);
    }
    std::vector<std::vector<std::string>> files;
    synface_error error = sdk::empty_error();
    sdk::check(listing_->folder(sdk::str(std::string_view(real_)), &add_photograph, &files, &error),
               error);
    std::vector<std::size_t> order = shuffled_people(files.size());
    order.resize(std::min(identities_, order.size()));
    for (const std::size_t p : order) {
      const auto n = static_cast<uint32_t>(std::min<std::size_t>(files[p].size(), samples_));
      for (uint32_t k = 0; k < n; ++k) out.file(files[p][k]);
      if (n > 0) real_sizes_.push_back(n);
    }
    check(real_sizes_, real_, "real");
  }
  static synface_status add_photograph(void* user, const synface_listed_image* image,
                                       synface_error* error) noexcept {
    return sdk::guard(error, [&] {
      auto& files = *static_cast<std::vector<std::vector<std::string>>*>(user);
      if (files.size() <= image->identity) files.resize(image->identity + 1);
      files[image->identity].emplace_back(sdk::view(image->path));
    });
  }

  // Figures and sheets of one side.
  static void give_side(const std::string& prefix, const Side& side, const Crowd* crowd,
                        const Measure& measure, const std::optional<Pictures>& pictures,
                        const linear::Products& products, sdk::Results& out) {
    give_identity(prefix, side, crowd, measure, products, out);
    const auto alike = look_alikes(side.identities.centres, kSheetRows, products);
    const auto odd = odd_images(side.faces, side.identities, kSheetRows);
    std::vector<double> alike_row, alike_distance, odd_row, odd_distance;
    for (const LookAlike& pair : alike) {
      alike_row.push_back(static_cast<double>(alike_row.size()));
      alike_distance.push_back(pair.distance);
    }
    for (const OddImage& one : odd) {
      odd_row.push_back(static_cast<double>(odd_row.size()));
      odd_distance.push_back(one.distance);
    }
    out.curve(prefix + "look_alikes", alike_row, alike_distance, "row of the sheet",
              "distance of the two centres");
    out.curve(prefix + "least_consistent", odd_row, odd_distance, "row of the sheet",
              "distance to the centre of the others");
    if (!pictures) return;
    out.artifact(prefix + "samples.jpg", kJpeg,
                 sheet(sample_rows(side.faces, kSheetRows, kSheetImages), *pictures));
    out.artifact(prefix + "look_alikes.jpg", kJpeg,
                 sheet(look_alike_rows(side.faces, alike, kPairImages), *pictures));
    out.artifact(prefix + "least_consistent.jpg", kJpeg,
                 sheet(odd_rows(side.faces, side.identities, odd, kSheetImages - 1), *pictures));
  }

  const synface_ext_math& math_;
  const synface_ext_listing* listing_;
  const synface_ext_images* images_;
  const synface_ext_codec* codec_;
  synface_dims dims_;
  std::string real_;
  std::size_t identities_;
  uint32_t samples_;
  double threshold_;
  std::size_t auc_images_, draws_;
  std::size_t memory_;                        // bytes
  std::vector<uint32_t> sizes_, real_sizes_;  // images of each person, in the order of requests
};

}  // namespace

SYNFACE_BENCHMARK_PLUGIN(DatasetQuality, "dataset_quality", 3, "1.2.0",
                         "How distinct, consistent and photograph-like the people of a set are, by "
                         "an embedder that was not trained on it; each figure beside that of "
                         "photographs.")
