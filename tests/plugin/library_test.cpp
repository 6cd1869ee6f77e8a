// What is checked between mapping a library and handing out its plugins.
#include <synface/plugin/describe.h>
#include <synface/plugin/library.h>

#include "support.h"

namespace synface::plugin::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// In a child process: a broken library must not stay in this one.
std::string describe_error(const std::string& name, const DescribeOptions& options = {}) {
  return message_of(ExitCode::kPlugin, [&] { describe(fixture(name), options); });
}

TEST(LibraryTest, LoadsAPluginAndItsSchema) {
  const PluginPtr plugin = loaded("good_loss", Kind::kLoss, "good");
  EXPECT_EQ(plugin->info.name(), "loss/good");
  EXPECT_EQ(plugin->info.version, "1.2.3");
  EXPECT_EQ(plugin->info.revision, 3U);
  EXPECT_EQ(plugin->info.abi, SYNFACE_ABI_TEXT);
  EXPECT_EQ(plugin->info.params.size(), 8U);
  EXPECT_EQ(plugin->info.library, std::filesystem::canonical(fixture("good_loss")));
  // The same file again is the same library, whatever its spelling.
  const auto detour = fixture("good_loss").parent_path() / ".." / "plugins" / "good_loss.so";
  HostServices host("test");
  Loader loader(host);
  EXPECT_EQ(loader.load(fixture("good_loss")), loader.load(detour));
}

TEST(LibraryTest, NamesWhatALibraryHasInstead) {
  const std::string message =
      message_of(ExitCode::kPlugin, [] { loaded("good_loss", Kind::kLoss, "better"); });
  EXPECT_THAT(message, AllOf(HasSubstr("holds no plugin loss/better"), HasSubstr("loss/good@3")));
}

TEST(LibraryTest, ACrashInInitNamesFileAndSignal) {
  const std::string message = describe_error("start_crash");
  EXPECT_THAT(message, AllOf(HasSubstr("start_crash.so"), HasSubstr("signal 11"),
                             HasSubstr("about to write to nowhere")));
}

TEST(LibraryTest, ACrashInAConstructorNamesFileAndSignal) {
  EXPECT_THAT(describe_error("start_crash_constructor"),
              AllOf(HasSubstr("start_crash_constructor.so"), HasSubstr("signal 11")));
}

TEST(LibraryTest, AHangIsEndedAtTheLimit) {
  DescribeOptions options;
  options.limit = std::chrono::milliseconds(400);
  EXPECT_THAT(describe_error("start_hang", options),
              AllOf(HasSubstr("start_hang.so"), HasSubstr("hangs")));
}

TEST(LibraryTest, AnExitInInitIsNoSuccess) {
  EXPECT_THAT(describe_error("start_exit"),
              AllOf(HasSubstr("start_exit.so"), HasSubstr("ended the process (exit code 0)")));
}

TEST(LibraryTest, ARefusalOfInitIsPassedOn) {
  EXPECT_THAT(describe_error("start_refuse"), HasSubstr("needs a Tuesday"));
}

TEST(LibraryTest, AnUnresolvedFunctionIsNamedAtLoadTime) {
  EXPECT_THAT(describe_error("unresolved"), HasSubstr("synface_fixture_function_that_nobody_has"));
}

TEST(LibraryTest, DescriptorsThatBreakTheContractAreRefused) {
  EXPECT_THAT(describe_error("entry_revision"),
              AllOf(HasSubstr("bad_entry@2"), HasSubstr("bad_entry@1")));
  EXPECT_THAT(describe_error("entry_short_table"), HasSubstr("its table has struct_size"));
  EXPECT_THAT(describe_error("entry_no_form"), HasSubstr("has 0 of margin(), logits() and loss()"));
  EXPECT_THAT(describe_error("entry_default"),
              AllOf(HasSubstr("'scale'"), HasSubstr("default out of its own range")));
  EXPECT_THAT(describe_error("entry_flag"), HasSubstr("unknown flags 0x100000"));
  EXPECT_THAT(describe_error("entry_magic"), HasSubstr("magic"));
  EXPECT_THAT(describe_error("entry_abi"), HasSubstr("says plugin ABI"));
  EXPECT_THAT(describe_error("entry_missing"),
              HasSubstr("does not export the symbol synface_plugin_entry"));
}

TEST(LibraryTest, AProgramCanBeItsOwnDescriber) {
  DescribeOptions options;
  options.describer = std::filesystem::path(SYNFACE_TEST_BINARY_DIR) / "tests" / "plugin_describer";
  const auto plugins = describe(fixture("kinds"), options);
  EXPECT_EQ(plugins.size(), 5U);
  const std::string crash =
      message_of(ExitCode::kPlugin, [&] { describe(fixture("start_crash"), options); });
#if defined(__SANITIZE_ADDRESS__)  // whose handler in the describer makes it an exit or abort()
  EXPECT_THAT(crash,
              AllOf(HasSubstr("start_crash.so"),
                    ::testing::AnyOf(HasSubstr("ended the process"), HasSubstr("signal 6"))));
#else
  EXPECT_THAT(crash, AllOf(HasSubstr("start_crash.so"), HasSubstr("signal 11")));
#endif
}

TEST(LibraryTest, ADescriptionTellsWhatAPlanNeeds) {
  const auto plugins = describe(fixture("kinds"), {});
  std::vector<std::string> told;
  for (const PluginInfo& p : plugins) {
    for (const std::string& trait : p.traits) told.push_back(p.name() + " " + trait);
  }
  EXPECT_THAT(told, ::testing::ElementsAre("generator/tiny latent", "generator/files index",
                                           "mixup/tiny latent", "backbone/tiny trainable"));
}

TEST(LibraryTest, ADescriberThatIsNoneIsSaidToBe) {
  DescribeOptions options;
  options.describer = "/bin/true";
  EXPECT_THAT(message_of(ExitCode::kPlugin, [&] { describe(fixture("kinds"), options); }),
              HasSubstr("ended the process (exit code 0)"));
}

}  // namespace
}  // namespace synface::plugin::test
