// Trials on photographs that lie in folders: as a generator, and for a benchmark that asks by file.
#include <fmt/format.h>
#include <synface/data/codec.h>

#include <cmath>
#include <cstdlib>

#include "worker_run.h"

namespace synface {
namespace {

namespace fs = std::filesystem;
using test::Journal;
using test::Worker;

// A 16 x 16 picture of one colour that depends on its number.
std::string picture(int number) {
  data::Image image;
  image.height = image.width = 16;
  for (int i = 0; i < 16 * 16; ++i) {
    for (int c = 1; c <= 3; ++c) {
      image.pixels.push_back(static_cast<std::uint8_t>(37 * number * c % 251));
    }
  }
  const auto bytes = data::encode_png(view(image));
  return {bytes.begin(), bytes.end()};
}

// The only benchmark: verification on `images` by the pairs file.
void verify_photographs(Worker& worker, const fs::path& images, const fs::path& pairs) {
  worker.spec["plugins"]["benchmark/verification"] = SYNFACE_TEST_VERIFICATION;
  worker.spec["config"]["train"]["images_seen"] = 640;
  worker.spec["config"]["real"] = {{"images", images.string()}, {"pairs", pairs.string()}};
  worker.spec["config"]["benchmark"] = {{{"plugin", "verification"},
                                         {"name", "real"},
                                         {"set", "real"},
                                         {"images", pairs.empty() ? "" : images.string()},
                                         {"pairs", pairs.string()}}};
}

// Ten folds of one genuine and one impostor pair; the images lie in `folder` itself.
void write_flat_set(const fs::path& folder) {
  std::string pairs;
  for (int person = 0; person < 20; ++person) {
    for (const char* mood : {"neutral", "smiling"}) {
      write_file_atomic(folder / fmt::format("{:03}_{}.png", person, mood),
                        picture(2 * person + (mood[0] == 's' ? 1 : 0) + 1), false);
    }
    const int other = person ^ 1;
    pairs += fmt::format("{0} 1 {1:03}_neutral.png {1:03}_smiling.png\n", person / 2, person);
    pairs += fmt::format("{} 0 {:03}_neutral.png {:03}_smiling.png\n", person / 2, person, other);
  }
  write_file_atomic(folder / "pairs.txt", pairs, false);
}

TEST(Photographs, ABenchmarkThatAsksByFileNeedsNoFoldersOfPeople) {
  Worker worker;
  const fs::path folder = worker.path("flat");
  write_flat_set(folder);
  verify_photographs(worker, folder, folder / "pairs.txt");
  ASSERT_EQ(worker.run().code, 0) << worker.output;
  const Journal journal = worker.journal();
  EXPECT_EQ(journal.finals.at("real.pairs"), 40);
  EXPECT_TRUE(std::isfinite(journal.finals.at("real.auc")));
}

TEST(Photographs, WithoutPairsOrFoldersOfPeopleTheRemedyIsSaid) {
  Worker worker;
  const fs::path folder = worker.path("flat");
  write_flat_set(folder);
  verify_photographs(worker, folder, {});
  EXPECT_EQ(worker.run().code, 3);
  EXPECT_NE(worker.output.find("real.pairs"), std::string::npos) << worker.output;
}

// The London set's layout and its own pairs file.
TEST(Photographs, TheLondonSetIsVerified) {
  const char* named = std::getenv("SYNFACE_TEST_ASSETS");
  const fs::path london =
      fs::path(named != nullptr ? named : SYNFACE_TEST_SHARED_ASSETS) / "london";
  if (!fs::exists(london / "pairs.txt")) {
    GTEST_SKIP() << "no London set in " << london << " (SYNFACE_TEST_ASSETS names a folder)";
  }
  Worker worker;
  verify_photographs(worker, london, london / "pairs.txt");
  ASSERT_EQ(worker.run().code, 0) << worker.output;
  EXPECT_EQ(worker.journal().finals.at("real.pairs"), 204);
  EXPECT_GT(worker.journal().finals.at("real.auc"), 0.5);
}

TEST(Photographs, ADamagedImageIsNamedByItsPath) {
  Worker worker;
  const fs::path folder = worker.path("people");
  for (int i = 0; i < 6; ++i) {
    write_file_atomic(folder / fmt::format("person_{}", i / 2) / fmt::format("{}.png", i % 2),
                      picture(i + 1), false);
  }
  const fs::path damaged = folder / "person_1" / "0.png";
  write_file_atomic(damaged, picture(3).substr(0, 60), false);
  worker.spec["plugins"]["generator/folder"] = SYNFACE_TEST_FOLDER;
  worker.spec["config"]["generator"] = {{"plugin", "folder"},
                                        {"path", folder.string()},
                                        {"identities", 3},
                                        {"samples", 2},
                                        {"size", 16}};
  EXPECT_EQ(worker.run().code, 4);
  EXPECT_NE(worker.output.find(damaged.string()), std::string::npos) << worker.output;
}

}  // namespace
}  // namespace synface
