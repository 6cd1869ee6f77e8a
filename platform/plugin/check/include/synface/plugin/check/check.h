// `synface plugin check`: a hostile but correct host. Every test of the catalogue runs a plugin in
// a child process of its own, with a time limit, and says what was expected, what was seen and
// which line of the ABI headers asks for it. platform/sdk/docs/check.md is the catalogue for
// people.
#pragma once

#include <synface/base/json.h>
#include <synface/plugin/host.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace synface::plugin::check {

enum class Status { kPassed, kFailed, kCrashed, kTimedOut, kSkipped, kWarning };

// "passed", "failed", "crashed", "timed_out", "skipped", "warning".
std::string_view to_text(Status status);
// failed, crashed and timed_out: the plugin breaks the contract.
bool is_bad(Status status);

// One entry of the catalogue.
struct Described {
  std::string_view id;     // stable: "guard-bytes"
  std::string_view what;   // what is done and asked, one sentence
  std::string_view why;    // what goes wrong for users otherwise
  std::string place;       // "synface/base.h:19", of the headers that this program was built with
  std::string_view rule;   // the words there
  std::string_view needs;  // the test that must have passed before; "": none
  std::vector<std::string_view> kinds;  // to which it applies; empty: to the file as a whole
};
std::vector<Described> catalogue();

struct Options {
  std::filesystem::path file;
  std::string plugin;             // of the file's, "loss/cosface"; empty: all of them
  std::vector<std::string> only;  // test ids; those that they need are run as well; empty: all
  std::vector<std::string> set;   // KEY=VALUE: parameters of the plugins
  std::uint64_t seed = 0;         // of all inputs
  std::chrono::milliseconds limit{30000};  // for one test
  // Calls the tests in this process, for a debugger: a crash ends it.
  bool in_process = false;
  // Programs to start with --check-plugin; their main() calls maybe_check() first. `runner` for a
  // pure plugin, `torch_runner` for one that links LibTorch. Empty: a fork of this process.
  std::filesystem::path runner, torch_runner;
  // Told before each test ("loss/cosface", "guard-bytes", number, of).
  std::function<void(std::string_view, std::string_view, std::size_t, std::size_t)> progress;
  // Adds the services of the calling program to the host that plugins see (for in_process and
  // forks).
  std::function<void(HostServices&)> offer;
};

struct Outcome {
  std::string id;
  std::string plugin;  // "loss/cosface"; "" for a test of the file
  Status status = Status::kPassed;
  std::string expected, seen;  // empty when it passed; `seen` is the reason of a skipped one
  std::string place, rule;     // as in Described
  double seconds = 0;
};

struct Report {
  std::filesystem::path file;
  std::uint64_t seed = 0;
  std::vector<Outcome> outcomes;

  std::size_t count(Status status) const;
  bool good() const;  // nothing failed, crashed or timed out
};

// Error(kUsage): an unknown test id (with the nearest), a file that is not there, a plugin that the
// file's note does not name, a parameter that no plugin of the file has. What is wrong with the
// plugin is in the report.
Report run(const Options& options);

// To be called first in main(): where argv is {self, "--check-plugin", ...}, runs that one test and
// ends the process. Returns otherwise.
void maybe_check(int argc, char** argv, const std::function<void(HostServices&)>& offer);

}  // namespace synface::plugin::check
