// The parent's half: which tests, in which child, and what became of it.
#include <synface/base/file.h>
#include <synface/base/text.h>
#include <synface/plugin/note.h>
#include <synface/plugin/sanitizer.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <set>

#include "catalogue.h"
#include "child.h"
#include "child_side.h"

namespace synface::plugin::check {
namespace {

constexpr const char* kOption = "--check-plugin";
constexpr int kCannotStart = 127;

// One test of one plugin, or of the file.
struct Job {
  const Test* test;
  std::string plugin;
};

Json to_json(const SceneOptions& scene, const std::string& test) {
  return {{"file", scene.file.string()},
          {"plugin", scene.plugin},
          {"seed", scene.seed},
          {"set", scene.set},
          {"test", test}};
}

[[noreturn]] void test_here(const std::string& id, SceneOptions options) {
  take_over();
  const Test* test = find_test(id);
  if (test == nullptr) _exit(2);
  Scene scene(std::move(options));
  scene.set_in_child(true);
  finish(verdict_of(*test, scene));
}

// What the child said: the last call, and the verdict if it got so far.
struct Said {
  std::string call;
  std::optional<Verdict> verdict;
};

Status status_from(std::string_view text) {
  for (const Status s : {Status::kPassed, Status::kFailed, Status::kCrashed, Status::kTimedOut,
                         Status::kSkipped, Status::kWarning}) {
    if (to_text(s) == text) return s;
  }
  return Status::kCrashed;
}

Said parse(const std::string& output) {
  Said said;
  for (const std::string& line : split(output, '\n')) {
    if (line.starts_with("C ")) said.call = line.substr(2);
    if (!line.starts_with("V ")) continue;
    const Json v = Json::parse(line.substr(2), nullptr, false);
    if (!v.is_object()) continue;
    said.verdict =
        Verdict{status_from(v.value("status", "")), v.value("expected", ""), v.value("seen", "")};
  }
  return said;
}

std::string last_line(const std::string& messages) {
  const std::string_view words = trim(messages);
  const std::size_t line = words.rfind('\n');
  const std::string last(words.substr(line == std::string_view::npos ? 0 : line + 1));
  return last.empty() ? "" : fmt::format("; its last words: {}", last);
}

Verdict judge(const ChildResult& result, std::chrono::milliseconds limit) {
  const Said said = parse(result.output);
  if (said.verdict && !result.timed_out) return *said.verdict;
  const std::string where = said.call.empty() ? "before the first call" : "in " + said.call + "()";
  const double seconds = static_cast<double>(limit.count()) / 1000;
  if (result.timed_out) {
    return {Status::kTimedOut, fmt::format("an end within {}", human_duration(seconds)),
            fmt::format("still {}; killed with all that it had started", where)};
  }
  const std::string end =
      result.signal != 0 ? signal_text(result.signal) : fmt::format("_exit({})", result.exit_code);
  return {Status::kCrashed, "the process goes on",
          fmt::format("{} {}{}", end, where, last_line(result.messages))};
}

std::string torch_of(const std::filesystem::path& file) {
  try {
    return note_of(MappedFile(file).bytes()).torch;
  } catch (const Error&) {
    return {};
  }
}

// For the program that the child becomes.
void set_up_child() {
  // Thread pools of numerical libraries are no business of the plugin's.
  setenv("OMP_NUM_THREADS", "1", 1);
  setenv("MKL_NUM_THREADS", "1", 1);
  // The C library counts what lies in its per-thread caches as in use.
  setenv("GLIBC_TUNABLES", "glibc.malloc.tcache_count=0", 1);
}

Verdict in_child(const Options& options, const std::filesystem::path& runner,
                 const SceneOptions& scene, const std::string& id) {
  const std::string program = runner.string(), spec = to_json(scene, id).dump();
  const ChildResult result = run_child(
      [&] {
        set_up_child();
        if (program.empty()) test_here(id, scene);
        execl(program.c_str(), program.c_str(), kOption, spec.c_str(), nullptr);
        _exit(kCannotStart);
      },
      options.limit);
  if (result.exit_code == kCannotStart && result.output.empty() && !program.empty()) {
    fail(ExitCode::kSetup, "cannot start {}; build it with ./synface build", program);
  }
  return judge(result, options.limit);
}

Verdict in_process(const SceneOptions& options, const Test& test) {
  Scene scene(options);
  return verdict_of(test, scene);
}

// The given ids and all that they need.
std::set<std::string> chosen(const Options& options) {
  std::vector<std::string> known;
  for (const Test& test : tests()) known.emplace_back(test.id);
  std::set<std::string> chosen;
  for (const std::string& id : options.only) {
    const Test* test = find_test(id);
    if (test == nullptr) {
      fail(ExitCode::kUsage, "there is no test '{}'{}; `synface plugin check --list` has them all",
           id, hint(id, known));
    }
    for (; test != nullptr; test = find_test(test->needs)) chosen.emplace(test->id);
  }
  return chosen;
}

std::vector<Job> jobs_of(const Options& options, const std::vector<NotePlugin>& plugins) {
  const std::set<std::string> only = chosen(options);
  std::vector<Job> jobs;
  const auto wanted = [&](const Test& test) {
    return only.empty() || only.contains(std::string(test.id));
  };
  for (const Test& test : tests()) {
    if (test.kinds == kFileOnly && wanted(test)) jobs.push_back({&test, ""});
  }
  bool found = options.plugin.empty();
  for (const NotePlugin& plugin : plugins) {
    const std::string name = fmt::format("{}/{}", to_text(plugin.kind), plugin.id);
    if (!options.plugin.empty() && name != options.plugin) continue;
    found = true;
    for (const Test& test : tests()) {
      if ((test.kinds & kind_bit(plugin.kind)) != 0 && wanted(test)) jobs.push_back({&test, name});
    }
  }
  if (!found) {
    fail(ExitCode::kUsage, "{} has no plugin '{}' by its note; `synface plugin info {}` names them",
         options.file.string(), options.plugin, options.file.string());
  }
  return jobs;
}

Json settings(const Options& options) {
  Json set = Json::object();
  for (const std::string& pair : options.set) {
    const std::size_t at = pair.find('=');
    if (at == std::string::npos || at == 0) {
      fail(ExitCode::kUsage, "--set {}: expected KEY=VALUE", pair);
    }
    set[pair.substr(0, at)] = pair.substr(at + 1);
  }
  return set;
}

std::vector<NotePlugin> plugins_of(const std::filesystem::path& file) {
  try {
    return note_of(MappedFile(file).bytes()).plugins;
  } catch (const Error&) {
    return {};  // the test of the note says why
  }
}

}  // namespace

std::string_view to_text(Status status) {
  static constexpr std::string_view kTexts[] = {"passed",    "failed",  "crashed",
                                                "timed_out", "skipped", "warning"};
  return kTexts[static_cast<std::size_t>(status)];
}

bool is_bad(Status status) {
  return status == Status::kFailed || status == Status::kCrashed || status == Status::kTimedOut;
}

std::size_t Report::count(Status status) const {
  return static_cast<std::size_t>(std::count_if(
      outcomes.begin(), outcomes.end(), [&](const Outcome& o) { return o.status == status; }));
}

bool Report::good() const {
  return std::none_of(outcomes.begin(), outcomes.end(),
                      [](const Outcome& o) { return is_bad(o.status); });
}

Report run(const Options& options) {
  std::error_code code;
  const std::filesystem::path file = std::filesystem::canonical(options.file, code);
  if (code || !std::filesystem::is_regular_file(file)) {
    fail(ExitCode::kUsage, "{}: {}; the file of a plugin was expected here", options.file.string(),
         code ? code.message() : "not a file");
  }
  if (sanitizer_environment({file}).contains("LD_PRELOAD")) {
    fail(ExitCode::kUsage,
         "{} is compiled with AddressSanitizer, which the limits of these tests cannot bear; check "
         "the plain build, and run the sanitised one in a trial",
         file.string());
  }
  Report report{file, options.seed, {}};
  const std::vector<Job> jobs = jobs_of(options, plugins_of(file));
  SceneOptions scene{file, "", options.seed, settings(options), options.offer};
  const bool torch = !torch_of(file).empty();
  // Which (test, plugin) may be built upon.
  std::map<std::pair<std::string, std::string>, bool> passed;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    const auto& [test, plugin] = jobs[i];
    if (options.progress) options.progress(plugin, test->id, i, jobs.size());
    const auto began = std::chrono::steady_clock::now();
    Verdict verdict;
    const Test* needed = find_test(test->needs);
    const std::string of = needed != nullptr && needed->kinds == kFileOnly ? "" : plugin;
    if (needed != nullptr && !passed[{std::string(needed->id), of}]) {
      verdict = {Status::kSkipped, "",
                 fmt::format("it builds upon {}, which is skipped or bad", needed->id)};
    } else {
      scene.plugin = plugin;
      verdict = options.in_process
                    ? in_process(scene, *test)
                    : in_child(options, torch ? options.torch_runner : options.runner, scene,
                               std::string(test->id));
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    passed[{std::string(test->id), plugin}] =
        verdict.status == Status::kPassed || verdict.status == Status::kWarning;
    report.outcomes.push_back({std::string(test->id), plugin, verdict.status, verdict.expected,
                               verdict.seen, place_of(test->rule), std::string(test->rule.words),
                               took.count()});
  }
  return report;
}

void maybe_check(int argc, char** argv, const std::function<void(HostServices&)>& offer) {
  if (argc != 3 || std::strcmp(argv[1], kOption) != 0) return;
  const Json spec = parse_json(argv[2], kOption);
  test_here(spec.at("test").get<std::string>(),
            {spec.at("file").get<std::string>(), spec.at("plugin").get<std::string>(),
             spec.at("seed").get<std::uint64_t>(), spec.at("set"), offer});
}

}  // namespace synface::plugin::check
