// A user's machine in miniature: a private folder, home and database, and the real programs.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "synface/base/subprocess.h"

namespace synface::test {

namespace fs = std::filesystem;
using Json = nlohmann::json;

// How one command ended.
struct Outcome {
  int code = -1;     // exit code; -1: killed by a signal or timed out
  std::string text;  // how it ended, in words
  std::string output, error;

  bool says(std::string_view part) const;  // on either stream
  // Everything, for a failed assertion.
  std::string all() const;
  // The one JSON document on standard output; a test failure and null where it is none.
  Json json() const;
};

// Which programs are run: the build's, or a copy of them.
struct Programs {
  fs::path folder;  // holds bin/ and plugins/

  static Programs built();
  fs::path synface() const { return folder / "bin" / "synface"; }
  fs::path worker() const { return folder / "bin" / "synface-worker"; }
  fs::path plugin(std::string_view name) const;
};

class Sandbox {
 public:
  enum class Cache { kShared, kPrivate };

  // A fresh folder below TMPDIR, removed at the end unless SYNFACE_TEST_KEEP is set. kShared: the
  // plugin descriptions and rendered images of all tests of these very binaries lie in one cache
  // below the build folder; kPrivate: in this folder.
  explicit Sandbox(Cache cache = Cache::kShared);
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;
  ~Sandbox();

  const fs::path& folder() const { return folder_; }
  fs::path operator/(std::string_view name) const { return folder_ / name; }
  const fs::path& cache() const { return cache_; }
  fs::path database() const { return folder_ / "results.sqlite"; }

  // Writes a file below the folder (folders are made) and returns its path.
  fs::path write(std::string_view name, std::string_view content) const;
  // Copies both programs and all plugins below `name`, as a build in another folder would lie.
  Programs copy_programs(std::string_view name) const;

  void use(Programs programs) { programs_ = std::move(programs); }
  const Programs& programs() const { return programs_; }
  // For every later command; an empty value removes the variable.
  void set_environment(const std::string& name, const std::string& value) {
    environment_[name] = value;
  }

  // `synface ARGUMENTS...` with --db on the sandbox's database, in the sandbox's folder.
  Outcome synface(std::vector<std::string> arguments) const;
  // Any program, with the same environment and folder.
  Outcome program(std::vector<std::string> argv) const;
  // The same command as a process to be watched and killed; output goes to files.
  Child start(std::vector<std::string> arguments, const std::string& log) const;

 private:
  SpawnOptions options(std::vector<std::string> argv) const;
  std::vector<std::string> command(std::vector<std::string> arguments) const;

  fs::path folder_, cache_;
  Programs programs_;
  std::map<std::string, std::string> environment_;
};

// An experiment of the tests: seconds for the whole grid, and nothing to learn from it.
//   tiny("[axes]\nproduct = { ... }\n", "name = \"other\"\n")
// Two people x 3 pictures at 32 px, fastnet a quarter as wide, 8 steps of 8 images.
std::string tiny(std::string_view axes = "", std::string_view name = "tiny");

// Loads of the tests' own plugins are asked for by this environment (SYNFACE_PLUGIN_PATH).
std::string test_plugin(std::string_view name);

// The folder with photographs for tests (SYNFACE_TEST_ASSETS, else beside the checkout); may be
// absent.
fs::path assets();
fs::path source_folder();

}  // namespace synface::test
