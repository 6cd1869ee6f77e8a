// The registry: search path, cache, who is found and who is refused.
#include <synface/base/paths.h>

#include <cstdlib>

#include "support.h"

namespace synface::plugin::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::string find_error(const Registry& registry, Kind kind, const std::string& id) {
  return message_of(ExitCode::kPlugin, [&] { registry.find(kind, id); });
}

std::vector<std::string> names_of(const Registry& registry) {
  std::vector<std::string> names;
  for (const PluginInfo& p : registry.plugins()) names.push_back(p.name());
  return names;
}

TEST(RegistryTest, ListsAllPluginsByKindAndId) {
  Scene scene({"kinds", "good_loss"});
  const Registry registry = scene.scan();
  EXPECT_THAT(names_of(registry),
              ::testing::ElementsAre("generator/files", "generator/tiny", "mixup/tiny",
                                     "backbone/tiny", "loss/good", "benchmark/tiny"));
  EXPECT_THAT(registry.problems(), IsEmpty());
  const PluginInfo& good = registry.find(Kind::kLoss, "good");
  EXPECT_EQ(good.sha256.size(), 64U);
  EXPECT_EQ(good.library, std::filesystem::canonical(scene.folder() / "good_loss.so"));
}

TEST(RegistryTest, AWarmScanDescribesNothing) {
  Scene scene({"kinds", "claim_a"});
  const Registry cold = scene.scan();
  EXPECT_EQ(cold.described(), 2);
  EXPECT_TRUE(scene.code_has_run());  // claim_a's constructor, in a child
  std::filesystem::remove(scene.file("mark"));
  const Registry warm = scene.scan();
  EXPECT_EQ(warm.described(), 0);
  EXPECT_FALSE(scene.code_has_run());
  EXPECT_EQ(warm.plugins(), cold.plugins());
}

TEST(RegistryTest, ACopyOrATouchedFileIsHashedButNotDescribedAgain) {
  Scene scene({"good_loss"});
  EXPECT_EQ(scene.scan().described(), 1);
  std::filesystem::last_write_time(scene.folder() / "good_loss.so",
                                   std::filesystem::file_time_type::clock::now());
  EXPECT_EQ(scene.scan().described(), 0);
}

TEST(RegistryTest, AChangedFileIsDescribedAgain) {
  Scene scene({});
  scene.add("claim_a", "claim");
  EXPECT_EQ(scene.scan().find(Kind::kLoss, "claimed").doc, "the first");
  std::filesystem::remove(scene.folder() / "claim.so");
  scene.add("claim_b", "claim");
  const Registry registry = scene.scan();
  EXPECT_EQ(registry.described(), 1);
  EXPECT_EQ(registry.find(Kind::kLoss, "claimed").doc, "the second");
}

TEST(RegistryTest, ACorruptCacheIsRebuilt) {
  Scene scene({"good_loss"});
  const Registry cold = scene.scan();
  int damaged = 0;
  for (const auto& item : std::filesystem::recursive_directory_iterator(scene.file("cache"))) {
    if (!item.is_regular_file()) continue;
    write_file_atomic(item.path(), ++damaged % 2 == 0 ? "{\"format\": 1" : "{\"format\": \"x\"}");
  }
  EXPECT_EQ(damaged, 2);
  const Registry again = scene.scan();
  EXPECT_EQ(again.described(), 1);
  EXPECT_EQ(again.plugins(), cold.plugins());
  EXPECT_EQ(scene.scan().described(), 0);
}

TEST(RegistryTest, ACacheThatCannotBeWrittenIsAProblemAndNoFailure) {
  Scene scene({"good_loss"});
  write_file_atomic(scene.file("cache"), "a file where a folder should be");
  const Registry registry = scene.scan();
  EXPECT_EQ(registry.find(Kind::kLoss, "good").revision, 3U);
  ASSERT_EQ(registry.problems().size(), 1U);
  EXPECT_THAT(registry.problems()[0].message, HasSubstr("cache cannot be written"));
}

TEST(RegistryTest, TwoFilesThatClaimOneIdAreAnErrorThatNamesBoth) {
  const Scene scene({"claim_a", "claim_b", "good_loss"});
  const Registry registry = scene.scan();
  EXPECT_THAT(find_error(registry, Kind::kLoss, "claimed"),
              AllOf(HasSubstr("claim_a.so"), HasSubstr("claim_b.so"), HasSubstr("loss/claimed")));
  ASSERT_EQ(registry.problems().size(), 1U);
  EXPECT_EQ(registry.find(Kind::kLoss, "good").id, "good");  // others are not affected
}

TEST(RegistryTest, TwoCopiesOfOneFileAreNoConflict) {
  Scene scene({"claim_a"});
  scene.add("claim_a", "copy");
  EXPECT_EQ(scene.scan().find(Kind::kLoss, "claimed").library.filename(), "claim_a.so");
}

TEST(RegistryTest, AMissingPluginGetsTheNearestName) {
  const Registry registry = Scene({"kinds", "good_loss"}).scan();
  EXPECT_THAT(find_error(registry, Kind::kLoss, "gud"),
              AllOf(HasSubstr("did you mean 'good'"), HasSubstr("looked in")));
  EXPECT_THAT(find_error(registry, Kind::kLoss, "tiny"),
              HasSubstr("mixup/tiny is of another kind"));
  EXPECT_THAT(find_error(Scene({}).scan(), Kind::kLoss, "good"),
              HasSubstr("there is no loss plugin at all"));
}

TEST(RegistryTest, EveryBadFileIsAProblemOfItsOwnAndTheRestIsFound) {
  Scene scene({"good_loss", "no_note", "old_abi", "other_torch", "bad_note", "start_crash",
               "start_exit", "start_refuse", "entry_magic"});
  scene.add_bytes("text.so", "not a library\n");
  const Registry registry = scene.scan();
  EXPECT_EQ(names_of(registry), std::vector<std::string>{"loss/good"});
  EXPECT_EQ(registry.problems().size(), 9U);
  EXPECT_FALSE(scene.code_has_run());  // of the refused ones; the others leave no mark
  for (const Problem& problem : registry.problems()) {
    EXPECT_THAT(problem.message, HasSubstr(problem.file.filename().string()));
  }
  // Who asks for one of them learns why it is not there.
  EXPECT_THAT(find_error(registry, Kind::kLoss, "old_abi"),
              AllOf(HasSubstr("refused:"), HasSubstr("plugin ABI 0.0"),
                    HasSubstr("8 files of the search path were refused; `synface plugin list`")));
  // Its file may have another name.
  EXPECT_THAT(find_error(registry, Kind::kLoss, "something"),
              HasSubstr("9 files of the search path were refused; `synface plugin list`"));
}

TEST(RegistryTest, ALibraryThatHangsIsWaitedForOnce) {
  Scene scene({"start_hang"});
  ScanOptions options = scene.options();
  options.limit = std::chrono::milliseconds(400);
  ASSERT_EQ(Registry::scan(options).problems().size(), 1U);
  EXPECT_TRUE(scene.code_has_run());
  std::filesystem::remove(scene.file("mark"));
  const Registry again = Registry::scan(options);
  ASSERT_EQ(again.problems().size(), 1U);
  EXPECT_THAT(again.problems()[0].message,
              AllOf(HasSubstr("start_hang.so"), HasSubstr("as seen earlier")));
  EXPECT_FALSE(scene.code_has_run());
  std::filesystem::remove_all(scene.file("cache"));
  Registry::scan(options);
  EXPECT_TRUE(scene.code_has_run());
}

TEST(RegistryTest, AnotherHostVersionDoesNotTakeOverTheCache) {
  Scene scene({"good_loss"});
  EXPECT_EQ(scene.scan().described(), 1);
  ScanOptions options = scene.options();
  options.versions.abi_minor += 1;
  const Registry registry = Registry::scan(options);
  EXPECT_THAT(registry.plugins(), IsEmpty());
  ASSERT_EQ(registry.problems().size(), 1U);
  EXPECT_THAT(registry.problems()[0].message, HasSubstr("was built for plugin ABI"));
}

TEST(RegistryTest, TheStandardPathBeginsWithTheVariable) {
  const Scene scene({"good_loss"});
  setenv("SYNFACE_PLUGIN_PATH", (scene.folder().string() + ":/nowhere").c_str(), 1);
  ScanOptions options = standard_scan();
  unsetenv("SYNFACE_PLUGIN_PATH");
  ASSERT_GE(options.search_path.size(), 4U);
  EXPECT_EQ(options.search_path[0], scene.folder());
  EXPECT_EQ(options.search_path[1], "/nowhere");
  EXPECT_EQ(options.search_path[2], user_plugin_folder());
  // A file may stand on the path as well.
  options.search_path = {scene.folder() / "good_loss.so", "/nowhere"};
  options.cache = scene.file("cache");
  EXPECT_EQ(names_of(Registry::scan(options)), std::vector<std::string>{"loss/good"});
}

}  // namespace
}  // namespace synface::plugin::test
