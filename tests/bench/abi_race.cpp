// A whole training through plugins (shared libraries, the C ABI, checks, breadcrumbs) against the
// same plugins compiled into the program and called as C++: what the door between host and plugin
// costs a training, as a ratio with its interval.
//
//   abi_race [--blocks 24] [--steps 32] [--slice 4] [--size 48] [--batch 128] [--threads 1]
//            [--seed 0] [--json]
//
// The arms are two programs beside this one (compiled_in/), because the compiled-in one replaces
// the host's wrappers when it is linked. Each block starts both afresh, so that where the memory of
// a process happens to lie is drawn again, warms them up, and gives them turns of --slice steps,
// the first turn to either by a coin, then in the order a b b a. A block's ratio is compiled-in
// time by through-the-ABI time (1: the door costs nothing; below 1: it costs); the interval is the
// t interval of the mean log ratio. Both arms must end with the same loss and the same weights to
// the bit: exit code 1 otherwise.
#include <fcntl.h>
#include <fmt/format.h>
#include <synface/base/cpu.h>
#include <synface/base/error.h>
#include <synface/base/json.h>
#include <synface/base/paths.h>
#include <synface/base/philox.h>
#include <synface/base/subprocess.h>
#include <synface/report/statistics.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

namespace {

using namespace synface;

constexpr double kBar = 0.98;

struct Options {
  int blocks = 24, steps = 32, slice = 4, size = 48, batch = 128, threads = 1;
  std::uint32_t seed = 0;
  bool json = false;
};

struct Time {
  double cpu = 0, wall = 0;
};

// A child that answers lines.
class Arm {
 public:
  Arm(const char* program, const Options& options, const std::filesystem::path& cache)
      : name_(program) {
    int to[2], from[2];
    if (::pipe2(to, O_CLOEXEC) != 0 || ::pipe2(from, O_CLOEXEC) != 0) {
      fail(ExitCode::kSetup, "abi_race: no pipe for {}", program);
    }
    const UniqueFd child_in(to[0]), child_out(from[1]);
    in_.reset(::fdopen(to[1], "w"));
    out_.reset(::fdopen(from[0], "r"));
    SpawnOptions spawned;
    spawned.argv = {(executable_folder() / program).string(),
                    "--cache",
                    cache.string(),
                    "--size",
                    std::to_string(options.size),
                    "--batch",
                    std::to_string(options.batch),
                    "--threads",
                    std::to_string(options.threads)};
    spawned.input = child_in.get();
    spawned.output = child_out.get();
    child_ = spawn(spawned);
  }

  void wait_ready() {
    if (line() != "ready\n") fail(ExitCode::kSetup, "abi_race: {} did not start", name_);
  }

  Time run(int steps) {
    fmt::print(in_.get(), "{}\n", steps);
    std::fflush(in_.get());
    Time time;
    if (std::sscanf(line().c_str(), "%lf %lf", &time.cpu, &time.wall) != 2) {
      fail(ExitCode::kInternal, "abi_race: {} gave no times", name_);
    }
    return time;
  }

  // "<loss> <digest of the weights>"
  std::string finish() {
    in_.reset();
    std::string end = line();
    if (!end.empty()) end.pop_back();
    const ExitState state = child_.wait();
    if (!state.success()) fail(ExitCode::kInternal, "abi_race: {}: {}", name_, state.text());
    return end;
  }

 private:
  std::string line() {
    char text[512];
    return std::fgets(text, sizeof text, out_.get()) == nullptr ? std::string() : text;
  }

  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::string name_;
  std::unique_ptr<std::FILE, Close> in_, out_;
  Child child_;
};

struct Block {
  Time abi, direct;
  std::string abi_end, direct_end;
};

Block run_block(const Options& options, const std::filesystem::path& cache, std::uint32_t number) {
  // One after the other: the first of all renders the pictures.
  Arm abi("abi_race_plugins", options, cache);
  abi.wait_ready();
  Arm direct("abi_race_compiled_in", options, cache);
  direct.wait_ready();
  const bool direct_first = (philox({number, 0, 0, 0}, {options.seed, 0})[0] & 1U) != 0;
  Block block;
  const auto turn = [&](bool is_direct) {
    const Time time = (is_direct ? direct : abi).run(options.slice);
    Time& sum = is_direct ? block.direct : block.abi;
    sum.cpu += time.cpu;
    sum.wall += time.wall;
  };
  const int turns = std::max(1, options.steps / options.slice);
  for (int i = 0; i < turns; ++i) {
    const bool first = direct_first != (i % 2 == 1);
    turn(first);
    turn(!first);
  }
  block.abi_end = abi.finish();
  block.direct_end = direct.finish();
  return block;
}

struct Ratio {
  double abi_ms = 0, direct_ms = 0, mean = 0, lo = 0, hi = 0;
  bool met() const { return lo >= kBar; }
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

Ratio ratio_of(const std::vector<Block>& blocks, int steps, double Time::*clock) {
  std::vector<double> logs, abi, direct;
  for (const Block& block : blocks) {
    logs.push_back(std::log(block.direct.*clock / block.abi.*clock));
    abi.push_back(1e3 * (block.abi.*clock) / steps);
    direct.push_back(1e3 * (block.direct.*clock) / steps);
  }
  const report::Summary summary = report::summarize(logs);
  return {median(abi), median(direct), std::exp(summary.mean.value()),
          std::exp(summary.interval.value().lo), std::exp(summary.interval.value().hi)};
}

Json json_of(const Ratio& ratio) {
  return {{"plugins_ms", ratio.abi_ms},
          {"compiled_in_ms", ratio.direct_ms},
          {"ratio", ratio.mean},
          {"lo", ratio.lo},
          {"hi", ratio.hi},
          {"met", ratio.met()}};
}

void print_row(const char* name, const Ratio& ratio) {
  fmt::print("{:<15} {:>10.3f} ms {:>10.3f} ms   {:.4f}  [{:.4f}, {:.4f}]  {}\n", name,
             ratio.abi_ms, ratio.direct_ms, ratio.mean, ratio.lo, ratio.hi,
             ratio.met() ? "met" : "missed");
}

struct Race {
  double load = 0;  // when it began
  std::vector<Block> blocks;
  int steps = 0;  // of an arm in a block
  bool same = true;
  Ratio cpu, wall;
};

Race run_race(const Options& options) {
  const TemporaryFolder cache("abi_race");
  Race race;
  static_cast<void>(::getloadavg(&race.load, 1));
  for (int i = 0; i < options.blocks; ++i) {
    race.blocks.push_back(run_block(options, cache.path(), static_cast<std::uint32_t>(i)));
    race.same = race.same && race.blocks.back().abi_end == race.blocks.back().direct_end &&
                race.blocks.back().abi_end == race.blocks.front().abi_end;
  }
  race.steps = std::max(1, options.steps / options.slice) * options.slice;
  race.cpu = ratio_of(race.blocks, race.steps, &Time::cpu);
  race.wall = ratio_of(race.blocks, race.steps, &Time::wall);
  return race;
}

void print_json(const Options& options, const Race& race) {
  const Json json = {{"processor", cpu_info().model},
                     {"isa", cpu_info().isa},
                     {"load", race.load},
                     {"blocks", options.blocks},
                     {"steps", race.steps},
                     {"slice", options.slice},
                     {"size", options.size},
                     {"batch", options.batch},
                     {"threads", options.threads},
                     {"bar", kBar},
                     {"cpu", json_of(race.cpu)},
                     {"wall", json_of(race.wall)},
                     {"same_results", race.same},
                     {"result", race.blocks.front().abi_end}};
  fmt::print("{}\n", json.dump(2));
}

void print_table(const Options& options, const Race& race) {
  fmt::print(
      "fastnet, arcface, identity mixup, {} px, batch {}, {} thread(s); {} blocks of {} steps an "
      "arm, turns of {}; {} ({}), load {:.1f}\n\n",
      options.size, options.batch, options.threads, options.blocks, race.steps, options.slice,
      cpu_info().model, cpu_info().isa, race.load);
  fmt::print("{:<15} {:>13} {:>13}   {:<6}  {:<16}  bar: lower end {}\n", "a step", "plugins",
             "compiled in", "ratio", "95 % interval", kBar);
  print_row("processor time", race.cpu);
  print_row("wall time", race.wall);
  fmt::print("\nloss and digest of the weights, {}: {}\n",
             race.same ? "equal to the bit in all arms and blocks" : "NOT EQUAL",
             race.blocks.front().abi_end);
  for (const Block& block : race.blocks) {
    if (block.abi_end == block.direct_end) continue;
    fmt::print("  plugins {}, compiled in {}\n", block.abi_end, block.direct_end);
  }
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("a whole training through plugins against the same plugins compiled in");
  app.add_option("--blocks", options.blocks, "pairs of processes")->check(CLI::Range(2, 10000));
  app.add_option("--steps", options.steps, "steps of each arm in a block");
  app.add_option("--slice", options.slice, "steps of a turn")->check(CLI::PositiveNumber);
  app.add_option("--size", options.size, "side of the images");
  app.add_option("--batch", options.batch, "images a step");
  app.add_option("--threads", options.threads, "threads");
  app.add_option("--seed", options.seed, "of the order of the first turns");
  app.add_flag("--json", options.json, "one JSON document");
  CLI11_PARSE(app, argc, argv);
  try {
    const Race race = run_race(options);
    options.json ? print_json(options, race) : print_table(options, race);
    return race.same ? 0 : 1;
  } catch (const Error& error) {
    fmt::print(stderr, "abi_race: {}\n", error.what());
    return static_cast<int>(error.code());
  }
}
