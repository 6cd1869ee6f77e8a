// Where things lie, by the variables that say so.
#include "synface/base/paths.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "synface/base/cpu.h"

namespace synface {
namespace {

// Sets a variable for as long as it lives.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    value == nullptr ? ::unsetenv(name) : ::setenv(name, value, 1);
  }
  ~Variable() { before_.empty() ? ::unsetenv(name_) : ::setenv(name_, before_.c_str(), 1); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
  std::string before_;
};

TEST(Paths, TheCacheFolderFollowsItsVariables) {
  const Variable home("HOME", "/home/x");
  const Variable xdg("XDG_CACHE_HOME", nullptr);
  const Variable own("SYNFACE_CACHE", nullptr);
  EXPECT_EQ(cache_folder(), "/home/x/.cache/synface");
  const Variable xdg_set("XDG_CACHE_HOME", "/xdg");
  EXPECT_EQ(cache_folder(), "/xdg/synface");
  const Variable own_set("SYNFACE_CACHE", "/own");
  EXPECT_EQ(cache_folder(), "/own");
}

TEST(Paths, ARelativeXdgVariableIsIgnoredAsItsSpecificationSays) {
  const Variable home("HOME", "/home/x");
  const Variable own("SYNFACE_CACHE", nullptr);
  const Variable xdg("XDG_CACHE_HOME", "relative");
  EXPECT_EQ(cache_folder(), "/home/x/.cache/synface");
}

TEST(Paths, PluginFolders) {
  const Variable home("HOME", "/home/x");
  const Variable data("XDG_DATA_HOME", nullptr);
  EXPECT_EQ(user_plugin_folder(), "/home/x/.local/share/synface/plugins");
  const Variable path("SYNFACE_PLUGIN_PATH", "/a::/b/c");
  EXPECT_EQ(plugin_path_variable(), (std::vector<std::filesystem::path>{"/a", "/b/c"}));
}

TEST(Paths, TheRunningProgramIsThisTest) {
  EXPECT_EQ(executable_path().filename(), "base_test");
  EXPECT_EQ(executable_folder(), executable_path().parent_path());
}

TEST(Paths, WhatBelongsToADatabase) {
  EXPECT_EQ(lock_of("results/synface.sqlite"), "results/synface.sqlite.lock");
  EXPECT_EQ(folder_of("results/synface.sqlite"), "results/synface.sqlite.d");
}

TEST(Cpu, SaysWhatItIs) {
  const CpuInfo info = cpu_info();
  EXPECT_GE(info.cores, 1);
  EXPECT_GT(info.memory, 64U << 20U);
  EXPECT_FALSE(info.isa.empty());
  EXPECT_EQ(info.isa, cpu_isa());
  EXPECT_FALSE(host_name().empty());
}

}  // namespace
}  // namespace synface
