// Names, manifests, pairs and blocks of named sets, with pictures of one colour.
#include <synface/data/cache_files.h>
#include <synface/data/codec.h>
#include <synface/data/export_set.h>
#include <synface/data/image_cache.h>
#include <synface/data/lfw_pairs.h>
#include <synface/data/listing.h>
#include <synface/data/named_set.h>
#include <synface/data/set_stats.h>
#include <synface/data/tensorfile.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <map>
#include <set>

#include "support.h"

namespace synface::data {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kSide = 4;
constexpr std::size_t kBytes = 3 * kSide * kSide;

std::uint8_t colour(ImageId id) {
  return static_cast<std::uint8_t>(id.identity * 3 + id.sample);
}

TEST(SetName, GivesPeopleAndImages) {
  EXPECT_EQ(parse_set_name("Syn_10K_50").identities, 10000);
  EXPECT_EQ(parse_set_name("Syn_10K_50").samples, 50);
  EXPECT_EQ(parse_set_name("Syn_2M_1K").identities, 2000000);
  EXPECT_EQ(parse_set_name("Syn_2M_1K").samples, 1000);
  EXPECT_EQ(parse_set_name("Syn_7_3_no-light.2").samples, 3);
  for (const char* wrong :
       {"", "Syn", "Syn_7", "Syn_7_", "Syn_0_3", "Syn_7_0", "Syn_-1_3", "Syn_7_3_", "Syn_7_3_a/b",
        "Syn_7_3x", "Syn_10k_5", "Syn_99999999M_1", "syn_7_3", "Syn_7_3_\n"}) {
    EXPECT_NE(test::error_of(ExitCode::kUsage, [&] { parse_set_name(wrong); }).find("Syn_N_S"),
              std::string::npos)
        << wrong;
  }
}

// Given 43 people, when pairs are drawn, then the folds share nobody and nothing comes twice.
TEST(LfwPairs, HaveTheStructureOfLfw) {
  constexpr std::uint32_t kPeople = 43, kSamples = 4;
  const std::uint32_t most = most_lfw_pairs(kPeople, kSamples);
  EXPECT_EQ(most, 24U);  // 4 people of the smallest folds x 6 pairs each; 6 x 16 of two
  const auto pairs = draw_lfw_pairs(kPeople, kSamples, most, 5);
  ASSERT_EQ(pairs.size(), 10U * 2 * most);
  std::map<std::uint32_t, std::uint32_t> fold_of;
  std::set<std::array<std::uint32_t, 4>> seen;
  for (std::size_t n = 0; n < pairs.size(); ++n) {
    const LfwPair& p = pairs[n];
    EXPECT_EQ(p.fold, n / (2 * most));
    EXPECT_EQ(p.same, n % (2 * most) < most);
    EXPECT_EQ(p.same, p.first == p.second);
    EXPECT_TRUE(!p.same || p.first_sample != p.second_sample);
    ASSERT_LT(std::max(p.first, p.second), kPeople);
    ASSERT_LT(std::max(p.first_sample, p.second_sample), kSamples);
    EXPECT_TRUE(seen.insert({p.first, p.first_sample, p.second, p.second_sample}).second);
    for (const std::uint32_t person : {p.first, p.second}) {
      EXPECT_EQ(fold_of.try_emplace(person, p.fold).first->second, p.fold) << "person " << person;
    }
  }
  const auto text = [&](std::uint64_t seed) {
    return lfw_pairs_text(draw_lfw_pairs(kPeople, kSamples, 3, seed), 3,
                          [](std::uint32_t person) { return std::to_string(person); });
  };
  EXPECT_EQ(text(5), text(5));
  EXPECT_NE(text(5), text(6));
  EXPECT_EQ(most_lfw_pairs(19, 6), 0U) << "a fold of one person has no pair of two";
  EXPECT_EQ(most_lfw_pairs(100, 1), 0U) << "one image makes no pair";
}

class Sets : public testing::Test {
 protected:
  // 70 people x 9 images, 20 held-out people x 3: blocks that are cut off on both sides.
  static NamedSet plan() {
    NamedSet set{"Syn_70_9", kSide, {{"seed", 0}}, {}, {10, 2, 7}};
    set.parts.push_back({"train", R"({"generator":"test","seed":0})", 70, 9, {}});
    set.parts.push_back({"heldout", R"({"generator":"test","seed":7})", 20, 3, {}});
    return set;
  }
  static std::vector<std::uint32_t> grid(const SetPart& part) {
    return std::vector<std::uint32_t>(part.identities, part.samples);
  }
  void render(const SetPart& part) const {
    ImageCache cache(this->cache().string(), part.identity, kSide, kSide);
    cache.ensure(grid(part), 16,
                 [](std::span<const ImageId> ids, std::uint8_t* out) {
                   for (const ImageId id : ids) out = std::fill_n(out, kBytes, colour(id));
                 },
                 {});
  }
  NamedSet built() const {
    NamedSet set = plan();
    for (SetPart& part : set.parts) {
      render(part);
      for (const BlockState& state : inspect_part(cache(), set, part, {})) {
        EXPECT_EQ(state.fault, "");
        part.blocks.push_back(state.sum);
      }
    }
    save_set(cache(), set);
    return set;
  }
  fs::path cache() const { return folder_.path() / "cache"; }
  fs::path block(const SetPart& part, const char* name) const {
    return cache() / "images" / part.folder() / name;
  }
  ExportReport write_out(const NamedSet& set, ExportFormat format, const std::string& out,
                         int threads = 1) const {
    return export_set(cache(), set, {format, folder_.path() / out, 0, 100}, {threads, {}, {}});
  }
  std::map<std::string, std::string> files(const std::string& out) const {
    std::map<std::string, std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator(folder_.path() / out)) {
      if (!entry.is_regular_file()) continue;
      found[fs::relative(entry.path(), folder_.path() / out).string()] = read_file(entry.path());
    }
    return found;
  }

  TemporaryFolder folder_;
};

TEST_F(Sets, AManifestComesBackAndAChangedOneDoesNot) {
  const NamedSet set = built();
  EXPECT_TRUE(set.whole());
  EXPECT_EQ(set.count(), 690U);
  const NamedSet back = open_set(cache(), "Syn_70_9");
  EXPECT_EQ(to_json(back), to_json(set));
  EXPECT_EQ(back.digest(), set.digest());
  EXPECT_EQ(back.digest().size(), 64U);
  std::string text = read_file(manifest_path(cache(), "Syn_70_9"));
  const std::string sum = set.parts[0].blocks[0].sha256;
  text.replace(text.find(sum), 4, sum.substr(0, 4) == "0000" ? "1111" : "0000");
  test::write(manifest_path(cache(), "Syn_70_9"), text);
  EXPECT_NE(test::error_of(ExitCode::kData, [&] { open_set(cache(), "Syn_70_9"); }).find("sum up"),
            std::string::npos);
  std::vector<std::string> damaged;
  EXPECT_TRUE(list_sets(cache(), &damaged).empty());
  EXPECT_EQ(damaged.size(), 1U);
  EXPECT_NE(test::error_of(ExitCode::kUsage, [&] { open_set(cache(), "Syn_7_9"); }).find("build"),
            std::string::npos);
}

// Sizes that nobody builds would be memory before they are an error.
TEST_F(Sets, AManifestWithImpossibleSizesIsRefusedInWords) {
  const Json good = to_json(built());
  const auto fault = [&](const std::function<void(Json&)>& change) {
    Json json = good;
    change(json);
    return test::error_of(ExitCode::kData, [&] { set_of_json(json, "set.json"); });
  };
  const auto says = [](const std::string& text, const char* words) {
    return text.find(words) != std::string::npos;
  };
  EXPECT_TRUE(says(fault([](Json& j) { j["side"] = std::int64_t{1} << 62; }), "pixels"));
  EXPECT_TRUE(says(fault([](Json& j) { j["parts"][0]["samples"] = 4000000000U; }), "people with"));
  EXPECT_TRUE(says(fault([](Json& j) { j["parts"][0]["samples"] = 8; }), "images of 560"));
  EXPECT_TRUE(says(
      fault([](Json& j) { j["pairs"] = {{"folds", 10}, {"pairs", 4000000000U}, {"seed", 0}}; }),
      "10 folds of 4000000000 pairs"));
}

// A set's sums are of its own images: those of a larger set in the same blocks do not count.
TEST_F(Sets, SumsDoNotDependOnWhatElseIsInTheBlocks) {
  const NamedSet set = built();
  SetPart larger = set.parts[0];
  larger.identities = 80;
  larger.samples = 16;
  render(larger);
  const auto states = inspect_part(cache(), set, set.parts[0], {2, {}, {}});
  ASSERT_EQ(states.size(), 4U);
  for (std::size_t n = 0; n < states.size(); ++n) EXPECT_EQ(states[n].sum, set.parts[0].blocks[n]);
}

TEST_F(Sets, InspectionNamesEachKindOfDamage) {
  const NamedSet set = built();
  const SetPart& part = set.parts[0];
  EXPECT_EQ(present_images(cache(), part).images, 630U);
  fs::remove(block(part, "0_0.block"));
  std::string bytes = read_file(block(part, "0_1.block"));
  bytes[300] = static_cast<char>(bytes[300] ^ 1);
  test::write(block(part, "0_1.block"), bytes);
  fs::resize_file(block(part, "1_0.block"), 400);
  const auto states = inspect_part(cache(), set, part, {});
  EXPECT_EQ(states[0].fault, "missing");
  EXPECT_NE(states[1].fault.find("torn"), std::string::npos) << states[1].fault;
  EXPECT_NE(states[2].fault.find("torn"), std::string::npos) << states[2].fault;
  EXPECT_EQ(states[3].fault, "");
  EXPECT_EQ(describe_block(part, states[1].sum), "people 000000 to 000063, images 8 to 8");
  EXPECT_EQ(present_images(cache(), part).images, 64U + 6U);
}

TEST_F(Sets, ASetKeepsItsImagesFromBeingCleared) {
  const NamedSet set = built();
  SetPart other = set.parts[0];
  other.identity = R"({"generator":"test","seed":1})";
  render(other);
  EXPECT_EQ(collect_cache(cache().string(), {}).size(), 1U) << "the one that has no name";
  EXPECT_EQ(list_cache(cache().string())[0].sets, std::vector<std::string>{"Syn_70_9"});
  remove_set(cache(), "Syn_70_9");
  EXPECT_EQ(collect_cache(cache().string(), {}).size(), 2U);
}

TEST_F(Sets, StatsAreThoseOfThePixels) {
  const NamedSet set = built();
  const PartStats one = measure_part(cache(), set, set.parts[1], {1, {}, {}});
  const PartStats two = measure_part(cache(), set, set.parts[1], {2, {}, {}});
  EXPECT_EQ(one.images, 60U);
  EXPECT_EQ(one.distinct, 60U);  // colours 0 .. 59
  EXPECT_DOUBLE_EQ(one.mean[0], 29.5);
  EXPECT_NEAR(one.sd[1], 17.318, 0.001);  // sqrt((60^2 - 1) / 12)
  EXPECT_NEAR(one.shade[2], one.sd[2], 1e-9);
  EXPECT_EQ(one.mean_image.pixels[5], 30);
  EXPECT_EQ(one.sd, two.sd);
  EXPECT_EQ(one.mean_image.pixels, two.mean_image.pixels);
}

TEST_F(Sets, FoldersAndPairsAreReadByTheProjectsOwnReaders) {
  const NamedSet set = built();
  const ExportReport report = write_out(set, ExportFormat::kFolders, "out");
  EXPECT_EQ(report.images, 690U);
  EXPECT_EQ(report.files, 690U);
  const ClassFolder train = list_folder((folder_.path() / "out/train").string());
  ASSERT_EQ(train.classes.size(), 70U);
  EXPECT_EQ(train.classes[69].files.size(), 9U);
  const Image image = read_image(train.classes[69].files[8]);
  EXPECT_EQ(image.pixels, std::vector<std::uint8_t>(kBytes, colour({69, 8})));
  const auto pairs = read_pairs((folder_.path() / "out/heldout").string(),
                                (folder_.path() / "out/pairs.txt").string());
  EXPECT_EQ(pairs.size(), 10U * 4);
  EXPECT_EQ(pairs.back().fold, 9);
}

TEST_F(Sets, SafetensorsHoldPixelsLabelsAndSamples) {
  const NamedSet set = built();
  const ExportReport report = write_out(set, ExportFormat::kSafetensors, "out", 2);
  EXPECT_EQ(report.files, 8U);  // 630 and 60 images, 100 an archive
  const TensorFile last((folder_.path() / "out/train-000006.safetensors").string());
  const StoredTensor images = last.get("images", Dtype::kU8, {30, kSide, kSide, 3});
  const StoredTensor labels = last.get("labels", Dtype::kI64, {30});
  EXPECT_EQ(static_cast<const std::int64_t*>(labels.data)[29], 69);
  EXPECT_EQ(static_cast<const std::uint8_t*>(images.data)[29 * kBytes], colour({69, 8}));
  EXPECT_EQ(last.metadata("sha256"), set.digest());
}

// Given any format, when it is written with other threads, or goes on after it was killed, then the
// files are the same.
TEST_F(Sets, ExportsAreTheSameOnThreadsAndAfterAnInterruption) {
  const NamedSet set = built();
  for (const ExportFormat format : {ExportFormat::kFolders, ExportFormat::kRecordio,
                                    ExportFormat::kWebdataset, ExportFormat::kSafetensors}) {
    SCOPED_TRACE(to_text(format));
    const std::string one = "one-" + to_text(format), two = "two-" + to_text(format);
    write_out(set, format, one, 1);
    // As a kill leaves it: begun, something finished, something torn.
    std::atomic<int> images = 0;
    const Work killed{2, {}, [&] { return ++images > 550; }};
    EXPECT_THROW(export_set(cache(), set, {format, folder_.path() / two, 0, 100}, killed), Stopped);
    EXPECT_FALSE(fs::exists(folder_.path() / two / "export.json"));
    test::write(folder_.path() / two / "train.rec.tmp.1", "torn");
    const ExportReport report = write_out(set, format, two, 2);
    EXPECT_TRUE(files(one) == files(two));
    const bool shards = format == ExportFormat::kWebdataset || format == ExportFormat::kSafetensors;
    EXPECT_EQ(report.kept > 0, shards) << report.kept;
  }
}

TEST_F(Sets, AnExportGoesNowhereElse) {
  const NamedSet set = built();
  test::write(folder_.path() / "mine/letter.txt", "dear");
  EXPECT_NE(
      test::error_of(ExitCode::kUsage, [&] { write_out(set, ExportFormat::kFolders, "mine"); })
          .find("not empty"),
      std::string::npos);
  write_out(set, ExportFormat::kRecordio, "records");
  EXPECT_NE(
      test::error_of(ExitCode::kUsage, [&] { write_out(set, ExportFormat::kFolders, "records"); })
          .find("another export"),
      std::string::npos);
  EXPECT_NE(
      test::error_of(ExitCode::kUsage, [&] { write_out(plan(), ExportFormat::kFolders, "more"); })
          .find("not whole"),
      std::string::npos);
  fs::remove(block(set.parts[0], "1_0.block"));
  EXPECT_NE(
      test::error_of(ExitCode::kData, [&] { write_out(set, ExportFormat::kFolders, "lacking"); })
          .find("synface data build Syn_70_9"),
      std::string::npos);
  EXPECT_FALSE(fs::exists(folder_.path() / "lacking/export.json"));
}

}  // namespace
}  // namespace synface::data
