// Order, labels and mixing of batches, with the toy plugins.
#include <gtest/gtest.h>
#include <synface/base/error.h>
#include <synface/base/file.h>
#include <synface/plugin/host.h>
#include <synface/train/batches.h>
#include <synface/train/host_extensions.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "augmented.h"

namespace synface::train {
namespace {

constexpr std::int64_t kSide = 8, kBatch = 6;
constexpr std::size_t kFloats = 3 * kSide * kSide;

class BatchesOfToys : public testing::Test {
 protected:
  BatchesOfToys() : host("test"), loader(host) {}

  plugin::PluginPtr toy(const char* file, plugin::Kind kind, const char* id) {
    return loader.plugin(std::string(SYNFACE_TEST_TOYS) + "/" + file, kind, id);
  }
  Source source() {
    synface_dims dims = plugin::make_dims();
    dims.height = dims.width = kSide;
    const Json params = {{"noise", 0.1}, {"fail", false}, {"crash", false}};
    return Source(
        plugin::Generator(toy("toy_faces.so", plugin::Kind::kGenerator, "toy_faces"), params, dims),
        params, kSide, kSide, {});
  }
  plugin::Mixup mixup(bool batch, bool real) {
    return plugin::Mixup(toy("toy_mix.so", plugin::Kind::kMixup, "toy_mix"),
                         {{"batch", batch}, {"real", real}}, plugin::make_dims());
  }
  std::unique_ptr<ImageSet> make(const Source& from, std::uint64_t seed,
                                 const plugin::Mixup* latent = nullptr) {
    return from.make(folder.path(), seed, {3, 3, 3, 3, 3}, latent, {}, {});
  }
  static Batches::Settings settings(const Augmentation& augmentation = kNothing) {
    return {kSide, kSide, kBatch, 11, 7, augmentation, false, {}};
  }

  TemporaryFolder folder;
  plugin::HostServices host;
  plugin::Loader loader;
};

using Row = std::vector<std::pair<std::int64_t, float>>;

// Used labels of a row, sorted.
Row row_of(const Batch& batch, std::int64_t k, std::int64_t r) {
  Row row;
  for (std::int64_t i = r * k; i < (r + 1) * k; ++i) {
    const auto at = static_cast<std::size_t>(i);
    if (batch.weights[at] != 0) row.emplace_back(batch.labels[at], batch.weights[at]);
  }
  std::sort(row.begin(), row.end());
  return row;
}

TEST_F(BatchesOfToys, AnEpochShowsEachImageOnceAndTheNextInAnotherOrder) {
  const Source from = source();
  const auto own = make(from, 11);
  Batches batches(settings(), *own, nullptr, nullptr, nullptr);
  EXPECT_EQ(batches.classes(), 5);
  EXPECT_EQ(batches.max_labels(), 1);
  Batch batch = batches.make_batch();
  // 15 images: two epochs are five batches of six.
  std::vector<std::vector<float>> seen;
  std::vector<std::int64_t> labels;
  for (std::int64_t step = 0; step < 5; ++step) {
    batches.fill(step, batch);
    for (std::size_t r = 0; r < kBatch; ++r) {
      seen.emplace_back(batch.x.data() + r * kFloats, batch.x.data() + (r + 1) * kFloats);
      labels.push_back(batch.labels[r]);
      EXPECT_EQ(batch.weights[r], 1.0F);
    }
  }
  const std::set<std::vector<float>> first(seen.begin(), seen.begin() + 15);
  const std::set<std::vector<float>> second(seen.begin() + 15, seen.end());
  EXPECT_EQ(first.size(), 15U);
  EXPECT_EQ(first, second);
  EXPECT_FALSE(std::equal(seen.begin(), seen.begin() + 15, seen.begin() + 15));
  for (std::int64_t label = 0; label < 5; ++label) {
    EXPECT_EQ(std::count(labels.begin(), labels.begin() + 15, label), 3);
  }
}

TEST_F(BatchesOfToys, ABatchDependsOnItsStepAlone) {
  const Source from = source();
  const auto own = make(from, 11);
  Batches a(settings({}), *own, nullptr, nullptr, nullptr);
  Batches b(settings({}), *own, nullptr, nullptr, nullptr);
  Batch first = a.make_batch(), second = b.make_batch();
  a.fill(3, first);
  for (const std::int64_t step : {9, 1, 3}) b.fill(step, second);
  EXPECT_EQ(first.labels, second.labels);
  EXPECT_TRUE(std::ranges::equal(first.x.span(), second.x.span()));
}

// An image's augmentation is that of its number in the training: however the images are cut into
// batches and dealt to threads.
TEST_F(BatchesOfToys, AugmentationDependsOnNeitherBatchNorThread) {
  const Source from = source();
  const auto own = make(from, 11);
  const auto images = [&](std::int64_t size, int threads) {
    Batches::Settings s = settings(everything());
    s.batch_size = size;
    s.calls.threads = threads;
    Batches batches(s, *own, nullptr, nullptr, nullptr);
    Batch batch = batches.make_batch();
    std::vector<float> all;
    for (std::int64_t step = 0; step < 24 / size; ++step) {
      batches.fill(step, batch);
      all.insert(all.end(), batch.x.data(), batch.x.data() + batch.x.size());
    }
    return all;
  };
  const auto one = images(6, 1);
  EXPECT_EQ(one, images(6, 2));
  EXPECT_EQ(one, images(6, 4));
  EXPECT_EQ(one, images(12, 3));
  EXPECT_EQ(one, images(24, 1));
}

TEST_F(BatchesOfToys, ALatentMixupMixesImagesAndLabels) {
  const Source from = source();
  const plugin::Mixup latent = mixup(false, false);
  const auto plain = make(from, 11);
  const auto mixed = make(from, 11, &latent);
  EXPECT_NE(std::vector<std::uint8_t>(plain->image({0, 0}), plain->image({0, 0}) + kFloats),
            std::vector<std::uint8_t>(mixed->image({0, 0}), mixed->image({0, 0}) + kFloats));
  Batches batches(settings(), *mixed, &latent, nullptr, nullptr);
  EXPECT_EQ(batches.max_labels(), 2);
  Batch batch = batches.make_batch();
  batches.fill(0, batch);
  for (std::int64_t r = 0; r < kBatch; ++r) {
    const Row row = row_of(batch, 2, r);
    ASSERT_EQ(row.size(), 2U);
    const auto& own = row[0].second == 0.75F ? row[0] : row[1];
    const auto& other = row[0].second == 0.75F ? row[1] : row[0];
    EXPECT_EQ(own.second, 0.75F);
    EXPECT_EQ(other.first, (own.first + 1) % 5);
    EXPECT_EQ(other.second, 0.25F);
  }
}

// The blend is linear in the mixable block alone: rows of the toy render as if their identity's
// coefficients had been mixed by hand.
TEST_F(BatchesOfToys, TheBlendIsThatOfTheMixableBlocks) {
  const Source from = source();
  const plugin::Mixup latent = mixup(false, false);
  const synface_key keys[] = {{11, 4, 2, 0, 0}, {11, 0, 0, 0, 0}};
  Buffer<float> rows(24);
  from.latents(keys, rows.data());
  for (std::size_t i = 0; i < 8; ++i) rows[i] = 0.75F * rows[i] + 0.25F * rows[12 + i];
  Buffer<std::uint8_t> wanted(kFloats), got(kFloats);
  from.render_rows({keys, 1}, rows.data(), wanted.data());
  from.render({keys, 1}, {3, 3, 3, 3, 3}, &latent, got.data());
  EXPECT_TRUE(std::ranges::equal(wanted.span(), got.span()));
}

TEST_F(BatchesOfToys, ABatchMixupOverALatentOneMultipliesTheLabels) {
  const Source from = source();
  const plugin::Mixup latent = mixup(false, false), domain = mixup(true, true);
  const auto own = make(from, 11, &latent);
  const auto real = make(from, 99);
  Batches batches(settings(), *own, &latent, &domain, real.get());
  EXPECT_EQ(batches.classes(), 10);
  EXPECT_EQ(batches.max_labels(), 4);
  Batch batch = batches.make_batch();
  batches.fill(2, batch);
  for (std::int64_t r = 0; r < kBatch; ++r) {
    const Row row = row_of(batch, 4, r);
    ASSERT_EQ(row.size(), 3U);  // own, latent partner, real
    std::map<float, std::int64_t> by_weight;
    for (const auto& [label, weight] : row) by_weight[weight] = label;
    const std::int64_t i = by_weight.at(0.75F * 0.75F);
    EXPECT_EQ(by_weight.at(0.75F * 0.25F), (i + 1) % 5);
    EXPECT_EQ(by_weight.at(0.25F), 5 + (i + 1) % 5);
  }
  EXPECT_THROW(Batches(settings(), *own, &latent, &domain, nullptr), Error);
}

TEST_F(BatchesOfToys, TheHostBlendsImagesConvexly) {
  const Source from = source();
  const plugin::Mixup within = mixup(true, false);
  const auto own = make(from, 11);
  Batches batches(settings(), *own, nullptr, &within, nullptr);
  Batch batch = batches.make_batch();
  batches.fill(0, batch);
  std::vector<float> a(kFloats), b(kFloats);
  for (std::int64_t r = 0; r < kBatch; ++r) {
    const Row row = row_of(batch, 2, r);
    const auto identity =
        static_cast<std::uint32_t>(row[0].second == 0.75F ? row[0].first : row[1].first);
    convert(kSide, kSide, own->image({(identity + 1) % 5, 0}), false, b.data());
    bool found = false;
    for (std::uint32_t k = 0; k < 3; ++k) {
      convert(kSide, kSide, own->image({identity, k}), false, a.data());
      double most = 0;
      for (std::size_t i = 0; i < kFloats; ++i) {
        const float wanted = 0.75F * a[i] + 0.25F * b[i];
        const float got = batch.x[static_cast<std::size_t>(r) * kFloats + i];
        most = std::max(most, static_cast<double>(std::abs(wanted - got)));
      }
      found = found || most < 1e-5;
    }
    EXPECT_TRUE(found) << r;
  }
}

TEST_F(BatchesOfToys, ShuffledLabelsKeepTheirCountsAndForgetThePeople) {
  const Source from = source();
  const auto own = make(from, 11);
  Batches::Settings shuffled = settings();
  shuffled.shuffle_labels = true;
  Batches plain(settings(), *own, nullptr, nullptr, nullptr);
  Batches batches(shuffled, *own, nullptr, nullptr, nullptr);
  Batch a = plain.make_batch(), b = batches.make_batch();
  std::map<std::int64_t, int> counts;
  int equal = 0;
  for (std::int64_t step = 0; step < 5; ++step) {
    plain.fill(step, a);
    batches.fill(step, b);
    for (std::size_t r = 0; r < kBatch; ++r) {
      ++counts[b.labels[r]];
      equal += a.labels[r] == b.labels[r] ? 1 : 0;
    }
  }
  for (const auto& [label, count] : counts) EXPECT_EQ(count, 6) << label;
  EXPECT_LT(equal, 20);
}

TEST_F(BatchesOfToys, TheExtentIsWhatIsWantedOrAnError) {
  const Source from = source();
  EXPECT_THROW(from.extent(0, 3), Error);  // no end of people
  EXPECT_EQ(from.extent(4, 2), (std::vector<std::uint32_t>{2, 2, 2, 2}));
}

TEST_F(BatchesOfToys, TheCachesIdentityNamesWhatThePicturesDependOn) {
  const Source from = source();
  const plugin::Mixup latent = mixup(false, false);
  const std::vector<std::uint32_t> small(4, 5), large(8, 10);
  EXPECT_EQ(from.cache_identity(1, small, nullptr, {}), from.cache_identity(1, large, nullptr, {}));
  EXPECT_NE(from.cache_identity(1, small, nullptr, {}), from.cache_identity(2, small, nullptr, {}));
  EXPECT_NE(from.cache_identity(1, small, &latent, {}), from.cache_identity(1, large, &latent, {}));
  EXPECT_NE(from.cache_identity(1, small, &latent, {}), from.cache_identity(1, small, nullptr, {}));
}

}  // namespace
}  // namespace synface::train
