// What the tests of the plugin host share.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <synface/base/error.h>
#include <synface/base/file.h>
#include <synface/plugin/instance.h>
#include <synface/plugin/registry.h>

#include <filesystem>
#include <initializer_list>
#include <string>
#include <vector>

namespace synface::plugin::test {

// A library of tests/fixtures/plugins, as it was built.
std::filesystem::path fixture(const std::string& name);

// A search folder with chosen fixtures in it, a cache of its own, and the mark that constructors of
// refused libraries leave when they run.
class Scene {
 public:
  explicit Scene(std::initializer_list<const char*> fixtures = {});
  ~Scene();

  std::filesystem::path folder() const { return folder_.path() / "plugins"; }
  std::filesystem::path file(const std::string& name) const { return folder_.path() / name; }
  void add(const std::string& name, const std::string& as = "");
  // A file of these bytes in the search folder.
  void add_bytes(const std::string& name, const std::string& bytes);

  ScanOptions options() const;
  Registry scan() const { return Registry::scan(options()); }
  bool code_has_run() const { return std::filesystem::exists(file("mark")); }

 private:
  TemporaryFolder folder_{"synface_plugin_test"};
};

// Runs body and gives the Error's message; a failed test and "" when it throws none or another
// code.
template <typename Body>
std::string message_of(ExitCode code, Body&& body) {
  try {
    body();
  } catch (const Error& e) {
    EXPECT_EQ(static_cast<int>(e.code()), static_cast<int>(code)) << e.what();
    return e.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

// A plugin of a fixture, loaded into this process once.
PluginPtr loaded(const std::string& fixture_name, Kind kind, const std::string& id);

// Its parameters, with these given and the others at their defaults.
Json params_of(const PluginPtr& plugin, const Json& given = Json::object());

// A dense float32 tensor over a vector.
class Floats {
 public:
  explicit Floats(std::vector<std::int64_t> shape, float value = 0.0F);
  operator const synface_tensor&() const { return view_; }
  const synface_tensor* get() const { return &view_; }
  std::vector<float> values;

 private:
  std::vector<std::int64_t> shape_, strides_;
  synface_tensor view_{};
};

synface_context context(std::uint64_t step = 0);

}  // namespace synface::plugin::test
