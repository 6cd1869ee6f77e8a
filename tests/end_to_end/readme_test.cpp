// Every command that the README shows is run, or is named here with the test that runs it.
#include <gtest/gtest.h>

#include <map>
#include <sstream>

#include "support/sandbox.h"
#include "synface/base/file.h"

namespace synface::test {
namespace {

// Commands that are run elsewhere, and where.
const std::map<std::string, std::string> kElsewhere = {
    {"./synface run experiments/quickstart.toml", "the clean clone of ./synface test --long"},
    {"./synface test", "the clean clone of ./synface test --long"},
};

// The lines of the README's sh blocks, continued lines joined, comments left out.
std::vector<std::string> commands() {
  std::istringstream lines(read_file(source_folder() / "README.md"));
  std::vector<std::string> found;
  bool inside = false;
  bool continued = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("```", 0) == 0) {
      inside = line == "```sh";
      continue;
    }
    const auto comment = line.find(" #");
    if (comment != std::string::npos) line.erase(comment);
    while (!line.empty() && line.back() == ' ') line.pop_back();
    if (!inside || line.empty() || line.front() == '#') continue;
    const bool goes_on = line.back() == '\\';
    if (goes_on) line.pop_back();
    if (continued) {
      found.back() += line;
    } else {
      found.push_back(line);
    }
    continued = goes_on;
  }
  return found;
}

// As a user would, in a copy of the checkout's face: experiments and the program.
TEST(Readme, EveryCommandRuns) {
  const auto all = commands();
  ASSERT_FALSE(all.empty());
  Sandbox sandbox;
  fs::create_directories(sandbox / "checkout");
  for (const char* part : {"experiments", "plugins", "platform"}) {
    fs::create_directory_symlink(source_folder() / part, sandbox.folder() / "checkout" / part);
  }
  fs::create_symlink(sandbox.programs().synface(), sandbox / "checkout/synface");
  sandbox.set_environment("SYNFACE_DB", sandbox.database().string());
  sandbox.write("tiny.toml", tiny("[seed]\ntrain = [0, 1]\n", "quickstart"));
  const Outcome run = sandbox.synface({"run", "tiny.toml"});
  ASSERT_EQ(run.code, 0) << run.all();
  std::size_t elsewhere = 0;
  for (const std::string& command : all) {
    if (kElsewhere.count(command) != 0) {
      ++elsewhere;
      continue;
    }
    const Outcome outcome = sandbox.program({"bash", "-ec", "cd checkout\n" + command});
    EXPECT_EQ(outcome.code, 0) << command << ": " << outcome.all();
  }
  EXPECT_EQ(elsewhere, kElsewhere.size()) << "an exception is no longer in the README";
}

// The plugin that the README shows compiles as it stands.
TEST(Readme, ThePluginItShowsCompiles) {
  std::istringstream lines(read_file(source_folder() / "README.md"));
  std::string code;
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("```", 0) == 0) {
      inside = line == "```cpp";
    } else if (inside) {
      code += line + "\n";
    }
  }
  ASSERT_FALSE(code.empty());
  Sandbox sandbox;
  sandbox.write("myloss.cpp", code);
  const Outcome outcome =
      sandbox.program({"g++", "-std=c++17", "-Wall", "-Wextra", "-Wpedantic", "-Werror",
                       "-fsyntax-only", "-I" + (source_folder() / "platform/abi/include").string(),
                       "-I" + (source_folder() / "platform/sdk/include").string(),
                       (sandbox / "myloss.cpp").string()});
  EXPECT_EQ(outcome.code, 0) << outcome.all();
}

}  // namespace
}  // namespace synface::test
