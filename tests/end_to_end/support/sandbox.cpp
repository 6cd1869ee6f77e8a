#include "support/sandbox.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "synface/base/hash.h"

namespace synface::test {
namespace {

constexpr std::chrono::minutes kPatience{10};

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

std::vector<fs::path> files_of(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// Changes with every rebuild, so that no test reads what an older binary has cached.
std::string fingerprint(const Programs& programs) {
  std::string text;
  for (const char* part : {"bin", "plugins"}) {
    for (const fs::path& file : files_of(programs.folder / part)) {
      text += fmt::format("{} {} {}\n", file.string(), fs::file_size(file),
                          fs::last_write_time(file).time_since_epoch().count());
    }
  }
  return sha256(text).substr(0, 16);
}

// The caches of older binaries are removed.
fs::path shared_cache(const Programs& programs) {
  const fs::path all = fs::path(SYNFACE_TEST_BINARY_DIR) / "tests" / "end_to_end_cache";
  const fs::path mine = all / fingerprint(programs);
  fs::create_directories(mine);
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(all)) {
    if (entry.path() != mine) fs::remove_all(entry.path(), ignored);
  }
  return mine;
}

fs::path make_folder() {
  std::string name = (fs::temp_directory_path() / "synface-e2e-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) {
    throw std::runtime_error("cannot make " + name);
  }
  return fs::canonical(name);
}

}  // namespace

bool Outcome::says(std::string_view part) const {
  return output.find(part) != std::string::npos || error.find(part) != std::string::npos;
}

std::string Outcome::all() const {
  return fmt::format("{}\n--- standard output\n{}\n--- standard error\n{}", text, output, error);
}

Json Outcome::json() const {
  const Json document = Json::parse(output, nullptr, false);
  EXPECT_FALSE(document.is_discarded()) << "standard output is not one JSON document: " << all();
  return document.is_discarded() ? Json() : document;
}

Programs Programs::built() {
  return {SYNFACE_TEST_BINARY_DIR};
}

fs::path Programs::plugin(std::string_view name) const {
  return folder / "plugins" / fmt::format("{}.so", name);
}

Sandbox::Sandbox(Cache cache) : folder_(make_folder()), programs_(Programs::built()) {
  cache_ = cache == Cache::kShared ? shared_cache(programs_) : folder_ / "cache";
  fs::create_directories(folder_ / "home");
  environment_ = {{"HOME", (folder_ / "home").string()},
                  {"SYNFACE_CACHE", cache_.string()},
                  {"XDG_DATA_HOME", ""},
                  {"SYNFACE_PLUGIN_PATH", ""},
                  {"SYNFACE_DB", ""},
                  {"NO_COLOR", "1"}};
}

Sandbox::~Sandbox() {
  if (!variable("SYNFACE_TEST_KEEP").empty()) return;
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

fs::path Sandbox::write(std::string_view name, std::string_view content) const {
  const fs::path path = folder_ / name;
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
  return path;
}

Programs Sandbox::copy_programs(std::string_view name) const {
  const Programs copy{folder_ / name};
  for (const char* part : {"bin", "plugins"}) {
    fs::create_directories(copy.folder / part);
    for (const fs::path& file : files_of(Programs::built().folder / part)) {
      fs::copy_file(file, copy.folder / part / file.filename());
    }
  }
  // What plugins read beside themselves.
  for (const auto& entry : fs::recursive_directory_iterator(Programs::built().folder / "plugins")) {
    if (entry.path().extension() != ".safetensors") continue;
    const fs::path to = copy.folder / fs::relative(entry.path(), Programs::built().folder);
    fs::create_directories(to.parent_path());
    fs::copy_file(entry.path(), to);
  }
  return copy;
}

std::vector<std::string> Sandbox::command(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), {programs_.synface().string(), "--db", database().string()});
  return arguments;
}

SpawnOptions Sandbox::options(std::vector<std::string> argv) const {
  SpawnOptions options;
  options.argv = std::move(argv);
  options.environment = environment_;
  options.folder = folder_;
  options.core_dumps = false;
  return options;
}

Outcome Sandbox::synface(std::vector<std::string> arguments) const {
  return program(command(std::move(arguments)));
}

Outcome Sandbox::program(std::vector<std::string> argv) const {
  const ProcessResult result = run_process(options(std::move(argv)), kPatience);
  return {result.state.code.value_or(-1), result.state.text(), result.output, result.error};
}

Child Sandbox::start(std::vector<std::string> arguments, const std::string& log) const {
  const UniqueFd file = open_file(folder_ / log, O_WRONLY | O_CREAT | O_APPEND);
  SpawnOptions start = options(command(std::move(arguments)));
  start.output = start.error = file.get();
  return spawn(start);
}

std::string tiny(std::string_view axes, std::string_view name) {
  return fmt::format(R"(name = "{}"
question = "Does everything work?"
generator = {{ plugin = "morphable", identities = 2, samples = 3, size = 32 }}
backbone = {{ plugin = "fastnet", embedding = 8, width = 0.25 }}
loss = {{ plugin = "softmax", scale = 16 }}
train = {{ images_seen = 64, batch_size = 8 }}
heldout = {{ identities = 4, samples = 3 }}
benchmark = [ {{ plugin = "verification", name = "heldout", genuine = 12, impostor = 24, bootstrap = 50 }} ]
{})",
                     name, axes);
}

std::string test_plugin(std::string_view name) {
  return (fs::path(SYNFACE_TEST_BINARY_DIR) / "tests" / "end_to_end" / "plugins" / name).string();
}

fs::path assets() {
  const std::string named = variable("SYNFACE_TEST_ASSETS");
  return named.empty() ? source_folder().parent_path() / "shared" / "assets" : fs::path(named);
}

fs::path source_folder() {
  return SYNFACE_TEST_SOURCE_DIR;
}

}  // namespace synface::test
