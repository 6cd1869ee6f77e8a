// A worker without a network: it keeps the protocol of synface-worker and does what the trial's
// config says under "fake", so that the scheduler's promises can be tested in milliseconds.
//
//   steps, step_ms      points to write, and the pause after each
//   checkpoint_every    steps between checkpoints (0: none)
//   crash_at            raises `crash_signal` at that step (in attempt `crash_in`, 0: in all)
//   hang_at             sleeps for ever at that step, deaf to SIGTERM where `deaf`, in a plugin's
//   call
//                       where `in_call`
//   exit_at, exit_code  ends there, with an "error" event
//   diverge_at          ends as diverged
//   forget              ends with 0 but without its "finished" event
//   memory_mib          touches so much memory at step 0
//   garbage             writes bytes into the journal that are no journal
//   fail_in             exit code 1 in the attempts up to that number
//   acknowledge         a file that gets "<attempt> <step>\n" after each point() has returned
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "synface/base/file.h"
#include "synface/base/journal.h"
#include "synface/base/json.h"
#include "synface/base/signals.h"
#include "synface/plugin/crumb.h"

namespace {

using synface::Json;
namespace fs = std::filesystem;

struct Arguments {
  std::string spec, journal, checkpoint;
  bool resume = false;
};

Arguments parse(int argc, char** argv) {
  Arguments arguments;
  for (int i = 2; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--resume") arguments.resume = true;
    if (i + 1 >= argc) continue;
    if (word == "--spec") arguments.spec = argv[i + 1];
    if (word == "--journal") arguments.journal = argv[i + 1];
    if (word == "--checkpoint") arguments.checkpoint = argv[i + 1];
  }
  return arguments;
}

class Trial {
 public:
  Trial(const Arguments& arguments, const Json& spec)
      : arguments_(arguments),
        spec_(spec),
        fake_(spec.at("config").value("fake", Json::object())),
        attempt_(spec.at("attempt").get<int>()),
        journal_(synface::JournalWriter::create(
            arguments.journal,
            {synface::kJournalVersion,
             synface::uuid_from_hex(spec.at("attempt_uuid").get<std::string>()),
             spec.at("trial_key").get<std::string>(), spec.at("attempt").get<std::uint32_t>()})) {}

  int run(synface::SignalFd& signals) {
    journal_.event("started", {{"host", "fake"}, {"pid", ::getpid()}, {"device", "cpu"}});
    std::fprintf(stderr, "fake worker, attempt %d\n", attempt_);
    if (number("garbage") > 0) return garbage();
    if (attempt_ <= number("fail_in")) return error(1, "told to fail");
    if (number("memory_mib") > 0) use_memory();
    if (spec_.at("do").front() == "train") {
      const int code = train(signals);
      if (code != 0) return code;
      keep_weights();
    }
    return evaluate();
  }

 private:
  std::int64_t number(const char* key) const { return fake_.value(key, std::int64_t{0}); }
  bool here(const char* key, std::int64_t step) const {
    return fake_.contains(key) && number(key) == step;
  }

  int train(synface::SignalFd& signals) {
    const auto loss =
        journal_.define("train.loss", synface::MetricClass::kMetric, synface::MetricGoal::kMin);
    // Steps count from 1; a checkpoint of step s stands between the points of s and s + 1.
    for (std::int64_t step = resume() + 1; step <= number("steps"); ++step) {
      if (const auto signal = signals.pending()) {
        if (number("checkpoint_every") > 0) save(step - 1);
        return 128 + *signal;
      }
      if (const int code = mishap(step); code != 0) return code;
      // A pure function of the step, so that any way of getting here gives the same points.
      journal_.point(loss, step, 1.0 / static_cast<double>(step));
      acknowledge(step);
      journal_.event("phase", {{"name", "train"}, {"done", step}, {"total", number("steps")}});
      const std::int64_t every = number("checkpoint_every");
      if (every > 0 && step % every == 0) save(step);
      std::this_thread::sleep_for(std::chrono::milliseconds(number("step_ms")));
    }
    return 0;
  }

  void keep_weights() {
    const Json& paths = spec_.at("paths");
    const fs::path file = fs::path(paths.at("weights").get<std::string>()) / "weights";
    synface::write_file_atomic(file, "weights", false);
    const auto told = file.lexically_relative(paths.at("root").get<std::string>());
    journal_.event("trained", {{"weights", told.string()}, {"sha256", std::string(64, '0')}});
  }

  int evaluate() {
    const auto auc =
        journal_.define("heldout.auc", synface::MetricClass::kMetric, synface::MetricGoal::kMax);
    journal_.final_value(auc, 0.75);
    journal_.event("evaluated", {{"evaluation", spec_.at("evaluation_hash")}});
    if (number("forget") > 0) return 0;
    journal_.event("finished", {{"status", "done"}});
    journal_.close();
    return 0;
  }

  int mishap(std::int64_t step) {
    if (here("crash_at", step) && (number("crash_in") == 0 || number("crash_in") == attempt_)) {
      crash(step);
    }
    if (here("hang_at", step)) {
      journal_.log(synface::LogLevel::kInfo, "hanging");
      synface::plugin::CrumbWriter crumb(arguments_.journal + ".crumb");
      if (number("in_call") > 0) crumb.enter("loss/cosface", "margin", 7);
      for (;;) {
        if (number("deaf") == 0) std::exit(wait_for_signal());
        ::pause();
      }
    }
    if (here("exit_at", step)) return error(static_cast<int>(number("exit_code")), "told to end");
    if (!here("diverge_at", step)) return 0;
    journal_.event("diverged", {{"step", step}, {"metric", "train.loss"}});
    journal_.event("finished", {{"status", "diverged"}});
    journal_.close();
    return 5;
  }

  static int wait_for_signal() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    int number = 0;
    ::sigwait(&set, &number);
    return 128 + number;
  }

  [[noreturn]] void crash(std::int64_t step) {
    synface::plugin::CrumbWriter crumb(arguments_.journal + ".crumb");
    crumb.mark_crashes(arguments_.journal + ".stack");
    crumb.enter("loss/cosface", "margin", static_cast<std::uint64_t>(step));
    ::raise(static_cast<int>(fake_.value("crash_signal", std::int64_t{SIGSEGV})));
    std::abort();
  }

  int error(int code, const std::string& message) {
    journal_.event("error", {{"where", "fake"}, {"message", message}, {"plugin", "loss/fake"}});
    journal_.close();
    return code;
  }

  int garbage() {
    std::ofstream file(arguments_.journal, std::ios::binary | std::ios::trunc);
    file << "this is certainly no journal of synface, whatever its name says";
    file.close();
    std::this_thread::sleep_for(std::chrono::seconds(60));
    return 0;
  }

  void use_memory() {
    memory_.assign(static_cast<std::size_t>(number("memory_mib")) << 20U, 'x');
    std::this_thread::sleep_for(std::chrono::seconds(60));
  }

  // A checkpoint is a file with the step; written whole or not at all.
  void save(std::int64_t step) {
    const fs::path file = fs::path(arguments_.checkpoint) / "step";
    synface::write_file_atomic(file, std::to_string(step) + " " + std::to_string(attempt_), false);
    journal_.event("checkpoint", {{"step", step}, {"path", file.string()}});
  }

  std::int64_t resume() {
    const fs::path file = fs::path(arguments_.checkpoint) / "step";
    if (!arguments_.resume || !fs::exists(file)) return 0;
    const auto text = synface::read_file(file);
    const std::int64_t step = std::atoll(text.c_str());
    const std::int64_t from = std::atoll(text.c_str() + text.find(' '));
    journal_.event("resumed", {{"step", step}, {"from_attempt", from}});
    return step;
  }

  void acknowledge(std::int64_t step) {
    if (!fake_.contains("acknowledge")) return;
    const std::string line = spec_.at("trial_key").get<std::string>() + " " +
                             std::to_string(attempt_) + " " + std::to_string(step) + "\n";
    const synface::UniqueFd fd(::open(fake_.at("acknowledge").get<std::string>().c_str(),
                                      O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
    if (::write(fd.get(), line.data(), line.size()) < 0) std::abort();
  }

  const Arguments& arguments_;
  const Json& spec_;
  Json fake_;
  int attempt_;
  synface::JournalWriter journal_;
  std::vector<char> memory_;
};

}  // namespace

int main(int argc, char** argv) {
  try {
    synface::SignalFd signals{SIGINT, SIGTERM};
    const Arguments arguments = parse(argc, argv);
    const Json spec = synface::read_json_file(arguments.spec);
    return Trial(arguments, spec).run(signals);
  } catch (const synface::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return static_cast<int>(error.code());
  }
}
