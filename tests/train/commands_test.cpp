// `synface-worker render` and `data build` with the toy generator.
#include <gtest/gtest.h>
#include <synface/base/file.h>
#include <synface/base/json.h>
#include <synface/base/subprocess.h>
#include <synface/data/cache_files.h>
#include <synface/data/codec.h>

#include <chrono>

namespace synface {
namespace {

class WorkerCommand : public testing::Test {
 protected:
  ProcessResult run(std::vector<std::string> arguments) const {
    SpawnOptions options;
    options.argv = {SYNFACE_TEST_WORKER};
    options.argv.insert(options.argv.end(), arguments.begin(), arguments.end());
    options.environment = {{"SYNFACE_PLUGIN_PATH", SYNFACE_TEST_TOYS},
                           {"SYNFACE_CACHE", path("cache")}};
    return run_process(options, std::chrono::seconds(60));
  }
  std::string path(const std::string& name) const { return (folder_.path() / name).string(); }

 private:
  TemporaryFolder folder_;
};

TEST_F(WorkerCommand, RenderDrawsLabelledRows) {
  const ProcessResult result = run({"render", "--generator", "toy_faces", "--size", "32",
                                    "--columns", "5", "--out", path("sheet.png"), "--json"});
  ASSERT_EQ(result.state.code, 0) << result.error;
  const Json json = Json::parse(result.output);
  // Two rows of people, one person, its one block that is no identity, the mixup.
  EXPECT_EQ(json.at("rows"), (Json{"people", "more people", "one person", "sample", "mixup"}));
  EXPECT_EQ(json.at("images"), 25);
  const data::Image sheet = data::read_image(path("sheet.png"));
  EXPECT_GT(sheet.height, 5 * 32);
  EXPECT_GT(sheet.width, 5 * 32);
  int dark = 0;  // ink of the labels, left of the pictures
  for (std::int64_t y = 0; y < sheet.height; ++y) {
    dark += sheet.pixels[static_cast<std::size_t>(3 * (y * sheet.width + 8))] == 0 ? 1 : 0;
  }
  EXPECT_GT(dark, 0);
}

TEST_F(WorkerCommand, RenderShowsWhatATrainingSees) {
  const ProcessResult result =
      run({"render", "--generator", "toy_faces", "--size", "32", "--columns", "4", "--augment",
           R"({"flip": false, "scale": 0, "rotation": 0, "shift": 0, "color": 0, "blur": 0,
               "erasing": 0, "jpeg": 0.3})",
           "--out", path("seen.png"), "--json"});
  ASSERT_EQ(result.state.code, 0) << result.error;
  EXPECT_EQ(Json::parse(result.output).at("rows"),
            (Json{"as drawn", "as seen", "as seen", "as seen", "as seen", "jpeg 0.3"}));
  // Photographs out of a folder are seen in the same way.
  ASSERT_EQ(run({"data", "build", "Syn_3_2", "--generator", "toy_faces", "--size", "16", "--out",
                 path("faces")})
                .state.code,
            0);
  const ProcessResult photographs =
      run({"render", "--generator", "folder", "--set", "path=" + path("faces") + "/train", "--size",
           "32", "--columns", "5", "--augment", R"({"scale": 0})", "--out", path("photographs.png"),
           "--json"});
  ASSERT_EQ(photographs.state.code, 0) << photographs.error;
  const Json rows = Json::parse(photographs.output).at("rows");
  EXPECT_EQ(rows.at(0), "as they are");
  EXPECT_EQ(rows.at(5), "flip");
  EXPECT_EQ(rows.size(), 11U);
}

TEST_F(WorkerCommand, RenderNamesWhatIsWrong) {
  ProcessResult result = run({"render", "--generator", "toy_face"});
  EXPECT_EQ(result.state.code, 3);
  EXPECT_NE(result.error.find("toy_faces"), std::string::npos) << result.error;
  result = run({"render", "--generator", "toy_faces", "--set", "noize=1"});
  EXPECT_EQ(result.state.code, 2);
  EXPECT_NE(result.error.find("noise"), std::string::npos) << result.error;
  EXPECT_EQ(run({"render", "--generator", "toy_faces", "--size", "3"}).state.code, 2);
  EXPECT_EQ(run({"dance"}).state.code, 2);
  result = run({"render", "--generator", "toy_faces", "--augment", "strong.toml"});
  EXPECT_EQ(result.state.code, 2);
  EXPECT_NE(result.error.find("synface render"), std::string::npos) << result.error;
}

TEST_F(WorkerCommand, DataBuildFillsTheCacheAndWritesFolders) {
  const std::vector<std::string> command = {"data",        "build",  "Syn_7_3", "--generator",
                                            "toy_faces",   "--size", "16",      "--out",
                                            path("faces"), "--json"};
  ProcessResult result = run(command);
  ASSERT_EQ(result.state.code, 0) << result.error;
  EXPECT_EQ(Json::parse(result.output).at("images"), 21);
  const auto entries = data::list_cache(path("cache"));
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].images, 21U);
  const data::Image image = data::read_image(path("faces") + "/train/000006/000006_0003.png");
  EXPECT_EQ(image.height, 16);
  // A larger set adds what is missing to the same blocks.
  ASSERT_EQ(
      run({"data", "build", "Syn_8_10", "--generator", "toy_faces", "--size", "16"}).state.code, 0);
  ASSERT_EQ(data::list_cache(path("cache")).size(), 1U);
  EXPECT_EQ(data::list_cache(path("cache"))[0].images, 80U);
  EXPECT_EQ(run({"data", "build", "Syn_7", "--generator", "toy_faces"}).state.code, 2);
}

}  // namespace
}  // namespace synface
