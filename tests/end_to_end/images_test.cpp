// The image sets that the shipped programs leave in the cache.
#include <gtest/gtest.h>
#include <synface/data/image_cache.h>

#include <algorithm>
#include <map>
#include <memory>

#include "support/records.h"
#include "support/sandbox.h"

namespace synface::test {
namespace {

// One set of the cache, opened for reading.
class CachedSet {
 public:
  CachedSet(const fs::path& cache, const fs::path& folder)
      : identity_(read_file(folder / "identity.json")),
        cache_(cache.string(), identity_, kSide, kSide) {}

  const std::string& identity() const { return identity_; }

  // Whether images (i, k), i < identities, k < samples, are all there already.
  bool holds(std::uint32_t identities, std::uint32_t samples) {
    const std::vector<std::uint32_t> each(identities, samples);
    bool missing = false;
    cache_.ensure(each, 64,
                  [&](std::span<const data::ImageId> ids, std::uint8_t* images) {
                    missing = true;
                    std::fill_n(images, ids.size() * kPixels, std::uint8_t{0});
                  },
                  {});
    return !missing;
  }

  std::vector<std::uint8_t> image(std::uint32_t identity, std::uint32_t sample) const {
    const std::uint8_t* pixels = cache_.find({identity, sample});
    EXPECT_NE(pixels, nullptr);
    return pixels == nullptr ? std::vector<std::uint8_t>()
                             : std::vector<std::uint8_t>(pixels, pixels + kPixels);
  }

  static constexpr std::int64_t kSide = 32;
  static constexpr std::size_t kPixels = kSide * kSide * 3;

 private:
  std::string identity_;
  data::ImageCache cache_;
};

// Runs one trial on an N x S set in a cache of its own; the training set is the one that is not of
// the held-out seed.
class Rendered {
 public:
  Rendered(int identities, int samples, const std::string& more = {}) {
    sandbox_.write("set.toml", tiny(more, "set"));
    const Outcome run = sandbox_.synface({"run", "set.toml", "--set",
                                          "generator.identities=" + std::to_string(identities),
                                          "--set", "generator.samples=" + std::to_string(samples)});
    EXPECT_EQ(run.code, 0) << run.all();
    for (const auto& entry : fs::directory_iterator(sandbox_.cache() / "images")) {
      auto set = std::make_unique<CachedSet>(sandbox_.cache(), entry.path());
      if (set->identity().find("1000003") == std::string::npos) training_ = std::move(set);
      ++sets_;
    }
  }

  CachedSet& training() { return *training_; }
  int sets() const { return sets_; }
  bool found() const { return training_ != nullptr; }

 private:
  Sandbox sandbox_{Sandbox::Cache::kPrivate};
  std::unique_ptr<CachedSet> training_;
  int sets_ = 0;
};

TEST(Images, ThePartOfALargerSetEqualsTheSmallerSet) {
  Rendered small(4, 5);
  Rendered large(8, 10);
  ASSERT_TRUE(small.found() && large.found());
  EXPECT_EQ(small.sets(), 2) << "training and held-out people";
  EXPECT_EQ(small.training().identity(), large.training().identity());
  ASSERT_TRUE(small.training().holds(4, 5));
  ASSERT_TRUE(large.training().holds(8, 10));
  std::vector<std::vector<std::uint8_t>> distinct;
  for (std::uint32_t i = 0; i < 4; ++i) {
    for (std::uint32_t k = 0; k < 5; ++k) {
      EXPECT_EQ(small.training().image(i, k), large.training().image(i, k)) << i << ", " << k;
      distinct.push_back(small.training().image(i, k));
    }
  }
  std::sort(distinct.begin(), distinct.end());
  EXPECT_EQ(std::unique(distinct.begin(), distinct.end()) - distinct.begin(), 20)
      << "no two pictures are equal";
}

// A partner is a permutation of the N identities, which repeats when S > N - 1.
TEST(Images, AMixupSetWithMoreSamplesThanPartnersIsDefined) {
  Rendered mixed(3, 7, "[[mixup]]\nplugin = \"identity\"\n");
  ASSERT_TRUE(mixed.found());
  EXPECT_TRUE(mixed.training().holds(3, 7));
  Rendered again(3, 7, "[[mixup]]\nplugin = \"identity\"\n");
  ASSERT_TRUE(again.found());
  ASSERT_TRUE(again.training().holds(3, 7));
  for (std::uint32_t i = 0; i < 3; ++i) {
    for (std::uint32_t k = 0; k < 7; ++k) {
      EXPECT_EQ(mixed.training().image(i, k), again.training().image(i, k)) << i << ", " << k;
    }
  }
}

// N decides the partners, so that another N is another set.
TEST(Images, AMixupSetOfAnotherNIsAnotherSet) {
  Rendered three(3, 4, "[[mixup]]\nplugin = \"identity\"\n");
  Rendered four(4, 4, "[[mixup]]\nplugin = \"identity\"\n");
  ASSERT_TRUE(three.found() && four.found());
  EXPECT_NE(three.training().identity(), four.training().identity());
}

// The files of `data build`: people x images as PNG.
std::map<std::string, std::string> built(const std::string& name, std::vector<std::string> more) {
  Sandbox sandbox(Sandbox::Cache::kPrivate);
  std::vector<std::string> command = {"data", "build", name, "--size", "32", "--out", "out"};
  command.insert(command.end(), more.begin(), more.end());
  const Outcome outcome = sandbox.synface(command);
  EXPECT_EQ(outcome.code, 0) << outcome.all();
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(sandbox / "out")) {
    if (entry.path().extension() == ".png") {
      files[fs::relative(entry.path(), sandbox / "out").string()] = read_file(entry.path());
    }
  }
  return files;
}

// What a set is, is the same whatever it is a part of and however many threads render it.
TEST(Images, ABuiltSetIsTheSameInPartsAndOnThreads) {
  const auto small = built("Syn_4_5", {});
  const auto large = built("Syn_8_10", {"--threads", "2"});
  ASSERT_EQ(small.size(), 20U);
  ASSERT_EQ(large.size(), 80U);
  for (const auto& [file, bytes] : small) {
    ASSERT_EQ(large.count(file), 1U) << file;
    EXPECT_TRUE(large.at(file) == bytes) << file;
  }
  EXPECT_NE(small.begin()->second, built("Syn_4_5", {"--seed", "1"}).begin()->second);
}

TEST(Images, ABuiltMixupSetMayHaveMoreSamplesThanPartners) {
  const auto mixed = built("Syn_3_7", {"--mixup", "identity"});
  EXPECT_EQ(mixed.size(), 21U);
  EXPECT_EQ(mixed, built("Syn_3_7", {"--mixup", "identity"}));
}

}  // namespace
}  // namespace synface::test
