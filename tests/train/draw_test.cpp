// People and photographs that are drawn from a folder: as a generator, and as a mixup's real set.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <synface/base/error.h>
#include <synface/base/file.h>
#include <synface/data/codec.h>
#include <synface/plugin/host.h>
#include <synface/train/generation.h>
#include <synface/train/host_extensions.h>

#include <set>

namespace synface::train {
namespace {

constexpr std::int64_t kSide = 16;

// Nine people with 1, 2, ... 9 photographs, each of one grey that tells which it is.
class PeopleInAFolder : public testing::Test {
 protected:
  PeopleInAFolder() : host_("test"), loader_(host_) {
    offer_extensions(host_);
    for (int person = 0; person < 9; ++person) {
      for (int photo = 0; photo <= person; ++photo) {
        const auto grey = static_cast<std::uint8_t>(20 * person + photo);
        const data::Image image{kSide, kSide, std::vector<std::uint8_t>(3 * kSide * kSide, grey)};
        const auto png = data::encode_png(view(image));
        write_file_atomic(
            folder_.path() / fmt::format("person_{}", person) / fmt::format("{}.png", photo),
            {reinterpret_cast<const char*>(png.data()), png.size()}, false);
      }
    }
  }

  Source source() {
    const Json params = {{"path", folder_.path().string()}};
    synface_dims dims = plugin::make_dims();
    dims.height = dims.width = kSide;
    return Source(
        plugin::Generator(loader_.plugin(SYNFACE_TEST_FOLDER, plugin::Kind::kGenerator, "folder"),
                          params, dims),
        params, kSide, kSide, {});
  }

  // Greys of the set's images, by identity.
  static std::vector<std::vector<int>> greys(ImageSet& set) {
    std::vector<std::vector<int>> all;
    for (std::uint32_t i = 0; i < set.samples().size(); ++i) {
      auto& person = all.emplace_back();
      for (std::uint32_t k = 0; k < set.samples()[i]; ++k) {
        const ImageId id{i, k};
        set.prepare({&id, 1});
        person.push_back(set.image(id)[0]);
      }
    }
    return all;
  }
  std::vector<std::vector<int>> taken(std::int64_t identities, std::int64_t samples,
                                      std::uint64_t seed) {
    const Source from = source();
    const TemporaryFolder cache{"cache"};
    return greys(*from.make(cache.path(), seed, from.extent(identities, samples), nullptr, {}, {}));
  }

  TemporaryFolder folder_{"people"};
  plugin::HostServices host_;
  plugin::Loader loader_;
};

TEST_F(PeopleInAFolder, AreDrawnAmongThoseWithEnoughPhotographs) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    std::set<int> people;
    for (const auto& person : taken(3, 5, seed)) {
      ASSERT_EQ(person.size(), 5U);
      EXPECT_EQ(std::set<int>(person.begin(), person.end()).size(), 5U) << "photographs differ";
      people.insert(person[0] / 20);
      for (const int grey : person) EXPECT_EQ(grey / 20, person[0] / 20) << "one person a label";
    }
    EXPECT_EQ(people.size(), 3U);
    EXPECT_GE(*people.begin(), 4) << "five photographs";
  }
}

TEST_F(PeopleInAFolder, AreOthersUnderAnotherDataSeed) {
  std::set<std::vector<std::vector<int>>> draws;
  for (std::uint64_t seed = 0; seed < 8; ++seed) draws.insert(taken(3, 5, seed));
  EXPECT_GT(draws.size(), 6U);
  EXPECT_EQ(taken(3, 5, 1), taken(3, 5, 1));
}

// What makes "real people alone" comparable with "mixed with real people".
TEST_F(PeopleInAFolder, AreTheVeryOnesThatAMixupDrawsByTheSameSeed) {
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const auto real = folder_set(folder_.path().string(), 3, 5, seed, kSide, kSide, 1);
    EXPECT_EQ(taken(3, 5, seed), greys(*real)) << "seed " << seed;
  }
}

TEST_F(PeopleInAFolder, AreAllThereInTheirOrderWhenAllAreWanted) {
  const auto all = taken(0, 0, 7);
  ASSERT_EQ(all.size(), 9U);
  for (std::size_t person = 0; person < 9; ++person) {
    ASSERT_EQ(all[person].size(), person + 1);
    for (std::size_t k = 0; k <= person; ++k) {
      EXPECT_EQ(all[person][k], static_cast<int>(20 * person + k));
    }
  }
}

TEST_F(PeopleInAFolder, AreRefusedWhenTooFewHaveEnoughPhotographs) {
  const Source from = source();
  try {
    from.extent(6, 5);
    FAIL() << "five people have five photographs";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kUsage);
    EXPECT_THAT(error.what(), testing::HasSubstr("has 5 people with so many"));
  }
}

}  // namespace
}  // namespace synface::train
