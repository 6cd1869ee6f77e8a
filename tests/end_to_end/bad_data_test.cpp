// What photographs, folders and pairs files get that are missing, cut off or something else.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>

#include "support/bad_input.h"
#include "support/photographs.h"
#include "support/records.h"

namespace synface::test {
namespace {

// The tiny experiment, verified on photographs too.
std::string with_photographs() {
  std::string text = tiny(
      "[run]\nretries = 0\n[real]\nimages = \"photographs/images\"\n"
      "pairs = \"photographs/pairs.txt\"\n",
      "bad");
  const auto at = text.find(" ]\n", text.find("benchmark = ["));
  return text.insert(at, ", { plugin = \"verification\", set = \"real\", bootstrap = 50 }");
}

// The tiny experiment, trained on photographs.
std::string on_photographs() {
  std::string text = tiny("[run]\nretries = 0\n", "bad");
  const auto begin = text.find("generator =");
  text.replace(begin, text.find('\n', begin) - begin,
               "generator = { plugin = \"folder\", path = \"photographs/images\", size = 32 }");
  const auto bench = text.find("benchmark =");
  text.replace(bench, text.find('\n', bench) - bench,
               "benchmark = [ { plugin = \"verification\", set = \"train\", genuine = 10, "
               "impostor = 10, bootstrap = 50 } ]");
  return text;
}

// Given six people with three photographs each and one change to them, `run bad.toml`.
BadInput changed(std::string name, const std::string& experiment, int code,
                 std::function<void(const Photographs&)> change, std::vector<std::string> says) {
  return {std::move(name),
          [experiment, change = std::move(change)](Sandbox& sandbox) {
            sandbox.write("bad.toml", experiment);
            change(make_photographs(sandbox / "photographs"));
          },
          {"run", "bad.toml"},
          code,
          std::move(says)};
}

void overwrite(const fs::path& file, std::string_view bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

fs::path one(const Photographs& photographs) {
  return photographs.images / photograph_name(2, 2);
}

void cut(const Photographs& photographs) {
  fs::resize_file(one(photographs), fs::file_size(one(photographs)) / 2);
}

TEST(BadData, PhotographsAndPairsForVerification) {
  expect_refused({
      changed("no such folder", with_photographs(), 2,
              [](const Photographs& all) { fs::remove_all(all.images); }, {"photographs/images"}),
      changed("no such pairs file", with_photographs(), 2,
              [](const Photographs& all) { fs::remove(all.pairs); }, {"pairs.txt"}),
      changed("pairs with missing names, all listed", with_photographs(), 5,
              [](const Photographs& all) {
                fs::remove_all(all.images / "Person_1");
                fs::remove(all.images / photograph_name(4, 2));
              },
              {"pairs.txt", "Person_1_0001", "Person_1_0002", "Person_4_0002"}),
      changed("a pairs file of another kind", with_photographs(), 5,
              [](const Photographs& all) { overwrite(all.pairs, "10\t2\nPerson_0\tone\ttwo\n"); },
              {"pairs.txt", "2"}),
      changed("an empty pairs file", with_photographs(), 5,
              [](const Photographs& all) { overwrite(all.pairs, ""); }, {"pairs.txt"}),
      changed("a truncated photograph", with_photographs(), 5, cut, {"Person_2_0002.png"}),
      changed("a text file named .png", with_photographs(), 5,
              [](const Photographs& all) { overwrite(one(all), "not a picture\n"); },
              {"Person_2_0002.png"}),
      changed("an empty photograph", with_photographs(), 5,
              [](const Photographs& all) { overwrite(one(all), ""); }, {"Person_2_0002.png"}),
      changed("a picture of a foreign format", with_photographs(), 5,
              [](const Photographs& all) { overwrite(one(all), "GIF89a\1\0\1\0"); },
              {"Person_2_0002.png", "PNG"}),
  });
}

TEST(BadData, PhotographsForTraining) {
  expect_refused({
      changed("no such folder", on_photographs(), 2,
              [](const Photographs& all) { fs::remove_all(all.images); }, {"photographs/images"}),
      changed("a folder without pictures", on_photographs(), 5,
              [](const Photographs& all) {
                fs::remove_all(all.images);
                fs::create_directories(all.images / "nobody");
              },
              {"photographs/images"}),
      changed("a truncated photograph", on_photographs(), 5, cut, {"Person_2_0002.png"}),
      changed("one picture of each person, so that there is no genuine pair", on_photographs(), 5,
              [](const Photographs& all) {
                for (int person = 0; person < 6; ++person) {
                  fs::remove(all.images / photograph_name(person, 2));
                  fs::remove(all.images / photograph_name(person, 3));
                }
              },
              {"genuine"}),
  });
}

// One person with one picture is no fault: they are trained on, and are in no genuine pair.
TEST(BadData, APersonWithOnePictureIsNoFault) {
  Sandbox sandbox;
  const Photographs all = make_photographs(sandbox / "photographs");
  fs::remove(all.images / photograph_name(3, 2));
  fs::remove(all.images / photograph_name(3, 3));
  sandbox.write("one.toml", on_photographs());
  const Outcome run = sandbox.synface({"run", "one.toml"});
  EXPECT_EQ(run.code, 0) << run.all();
}

// Given a photograph that is mended, when the same command is given again, then it runs.
TEST(BadData, WhatIsMendedRuns) {
  Sandbox sandbox;
  sandbox.write("bad.toml", on_photographs());
  const Photographs all = make_photographs(sandbox / "photographs");
  const std::string whole = read_file(one(all));
  cut(all);
  const Outcome broken = sandbox.synface({"run", "bad.toml"});
  EXPECT_NE(broken.code, 0) << broken.all();
  overwrite(one(all), whole);
  const Outcome mended = sandbox.synface({"run", "bad.toml"});
  EXPECT_EQ(mended.code, 0) << mended.all();
}

}  // namespace
}  // namespace synface::test
