// The plugins that this project ships, looked at from outside: what they export, what they link,
// and that the host can describe and load them. This program is not linked with LibTorch.
#include <synface/base/text.h>
#include <synface/plugin/identity.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

#include "support.h"

namespace synface::plugin::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::filesystem::path plugin_folder() {
  return std::filesystem::path(SYNFACE_TEST_BINARY_DIR) / "plugins";
}

std::vector<std::string> names(const char* list) {
  std::vector<std::string> all = split(list, ',');
  std::erase(all, "");
  return all;
}

bool links(const ElfFile& elf, const std::string& start) {
  return std::any_of(elf.needed.begin(), elf.needed.end(),
                     [&](const std::string& soname) { return soname.starts_with(start); });
}

std::string maps() {
  std::ifstream file("/proc/self/maps");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

class BuiltPluginTest : public ::testing::TestWithParam<std::string> {
 protected:
  std::filesystem::path file() const { return plugin_folder() / (GetParam() + ".so"); }
};

class PurePluginTest : public BuiltPluginTest {};

TEST_P(PurePluginTest, ExportsOneSymbolAndNeedsNoLibTorch) {
  const Inspected found = inspect(file());
  EXPECT_THAT(found.elf.exported, ElementsAre("synface_plugin_entry"));
  EXPECT_THAT(found.note.torch, IsEmpty());
  EXPECT_FALSE(links(found.elf, "libtorch") || links(found.elf, "libc10"));
}

TEST_P(PurePluginTest, LoadsIntoAProcessWithoutLibTorch) {
  HostServices host("test");
  Loader loader(host);
  const auto library = loader.load(file());
  EXPECT_FALSE(library->plugins().empty());
  EXPECT_THAT(maps(), HasSubstr("/" + GetParam() + ".so"));
  EXPECT_THAT(maps(), Not(HasSubstr("libtorch")));
}

class TorchPluginTest : public BuiltPluginTest {};

TEST_P(TorchPluginTest, ExportsOneSymbolAndSaysWhichLibTorchItNeeds) {
  const Inspected found = inspect(file());
  EXPECT_THAT(found.elf.exported, ElementsAre("synface_plugin_entry"));
  EXPECT_EQ(found.note.torch, HostVersions::built().torch);
  EXPECT_THAT(found.elf.needed, ::testing::Contains("libtorch_cpu.so"));
  EXPECT_THAT(found.elf.needed, Not(::testing::Contains("libtorch.so")));
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(PurePluginTest);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(TorchPluginTest);
INSTANTIATE_TEST_SUITE_P(All, PurePluginTest, ::testing::ValuesIn(names(SYNFACE_PURE_PLUGINS)),
                         [](const auto& test) { return test.param; });
INSTANTIATE_TEST_SUITE_P(All, TorchPluginTest, ::testing::ValuesIn(names(SYNFACE_TORCH_PLUGINS)),
                         [](const auto& test) { return test.param; });

TEST(PlainCPluginTest, NeedsNoCxxLibrary) {
  for (const std::string& name : names(SYNFACE_C_PLUGINS)) {
    EXPECT_FALSE(links(inspect(plugin_folder() / (name + ".so")).elf, "libstdc++")) << name;
  }
}

// What was recorded and cached before identities had default files stays valid because the head
// that is built is known by its digest (kFirstDefaults of identity.cpp): another one makes every
// trial of `morphable` new, which must be meant.
TEST(BuiltPluginsTest, TheHeadThatIsBuiltIsThatOfTheRecordedTrials) {
  const auto built = names(SYNFACE_PURE_PLUGINS);
  if (std::find(built.begin(), built.end(), "morphable") == built.end()) {
    GTEST_SKIP() << "morphable is not built";
  }
  ASSERT_TRUE(std::filesystem::is_regular_file(plugin_folder() / "morphable/head.safetensors"));
  PluginInfo info;
  info.id = "morphable";
  info.library = plugin_folder() / "morphable.so";
  Param head;
  head.key = "head";
  head.type = ParamType::kPath;
  info.params = {head};
  const Scene scene;
  EXPECT_EQ(identity_params(info, {{"head", ""}}, ContentIdentity(scene.file("digests"))),
            Json({{"head", ""}}));
}

// Torch-coupled ones find LibTorch by their own rpath, in the child that describes them.
TEST(BuiltPluginsTest, AllAreDescribedAndDocumented) {
  const Scene scene;
  ScanOptions options = scene.options();
  std::vector<std::string> all = names(SYNFACE_PURE_PLUGINS);
  for (const std::string& name : names(SYNFACE_TORCH_PLUGINS)) all.push_back(name);
  options.search_path.clear();
  for (const std::string& name : all) {
    options.search_path.push_back(plugin_folder() / (name + ".so"));
  }
  const Registry registry = Registry::scan(options);
  for (const Problem& problem : registry.problems()) ADD_FAILURE() << problem.message;
  // A library may hold several: python.so has a loss of each form and a mixup.
  std::map<std::string, std::size_t> held;
  for (const PluginInfo& plugin : registry.plugins()) {
    ++held[plugin.library.stem()];
    EXPECT_THAT(plugin.doc, Not(IsEmpty())) << plugin.name();
    for (const Param& param : plugin.params) {
      EXPECT_THAT(param.doc, Not(IsEmpty())) << plugin.name() << " " << param.key;
    }
  }
  std::map<std::string, std::size_t> expected;
  for (const std::string& name : all) expected[name] = name == "python" ? 4 : 1;
  EXPECT_EQ(held, expected);
  EXPECT_THAT(maps(), Not(HasSubstr("libtorch")));
  EXPECT_EQ(Registry::scan(options).described(), 0);
}

}  // namespace
}  // namespace synface::plugin::test
