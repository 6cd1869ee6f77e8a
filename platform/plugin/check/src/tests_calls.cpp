// Ordinary calls, and the memory that is lent to them.
#include <time.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <thread>

#include "drive.h"
#include "heap.h"
#include "tests.h"

namespace synface::plugin::check {
namespace {

using Clock = std::chrono::steady_clock;

// Both phases where the kind has them.
void both_phases(Drive& drive, Round round) {
  drive.run(round);
  round.train = false;
  drive.run(round);
}

void all_finite(const Outputs& outputs) {
  for (const Output& output : outputs) {
    if (!output.floats) continue;
    for (std::size_t r = 0; r < output.rows.size(); ++r) {
      const std::string& row = output.rows[r];
      for (std::size_t i = 0; i < row.size() / (output.bits / 8); ++i) {
        float value = 0;
        std::memcpy(&value, row.data() + sizeof value * i, sizeof value);
        if (output.bits == 32 && !std::isfinite(value)) {
          failed("finite numbers from ordinary inputs",
                 fmt::format("{}[{}, {}] is {}", output.name, r, i, value));
        }
      }
    }
  }
}

std::size_t mapped() {
  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * 4096;
}

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

}  // namespace

void first_call(Scene& scene) {
  const auto drive = make_drive(scene);
  Round round = drive->usual();
  all_finite(drive->run(round));
  round.train = false;
  all_finite(drive->run(round));
}

void error_untouched(Scene& scene) {
  both_phases(*make_drive(scene), make_drive(scene)->usual());
  if (!touched_calls().empty()) {
    failed("the error is written only with another status than OK",
           fmt::format("{}() returned OK and wrote it", touched_calls().front()));
  }
}

void outputs_written(Scene& scene) {
  Outputs found[2];
  constexpr unsigned char kFills[] = {0xC5, 0x3A};
  for (int i = 0; i < 2; ++i) {
    scene.memory().set_fill(kFills[i]);
    const auto drive = make_drive(scene);
    found[i] = drive->run(drive->usual());
  }
  const std::string gap = difference(found[0], found[1]);
  if (!gap.empty()) {
    failed("every element of an output is written, and nothing is added to what was there",
           "with other bytes in the outputs before the call " + gap);
  }
}

void guard_bytes(Scene& scene) {
  const auto drive = make_drive(scene);
  for (const std::uint32_t rows : {drive->usual_rows(), 1U, 3U}) {
    both_phases(*drive, drive->with_rows(0, rows));
    const auto over = scene.memory().overwritten();
    if (!over.empty()) failed("outputs are written within their bounds", over.front());
  }
}

void inputs_read_only(Scene& scene) {
  const auto drive = make_drive(scene);
  Round round = drive->usual();
  round.inputs_closed_to_writes = true;
  expect_no_fault("inputs, views and contexts are only read (SYNFACE_TENSOR_READ_ONLY)");
  both_phases(*drive, round);
}

void inputs_overread(Scene& scene) {
  scene.memory().set_tight(true);
  const auto drive = make_drive(scene);
  expect_no_fault("inputs are read within their shapes");
  both_phases(*drive, drive->usual());
}

void empty_batch(Scene& scene) {
  const auto drive = make_drive(scene);
  expect_no_fault("nothing is read of an empty batch");
  both_phases(*drive, drive->with_rows(0, 0));
}

void optional_null(Scene& scene) {
  const auto drive = make_drive(scene), other = make_drive(scene);
  Round round = drive->usual();
  const Outputs all = drive->run(round);
  round.null_optional = true;
  const Outputs some = other->run(round);
  if (some.size() == all.size()) skipped("it has no output that may be NULL");
  Outputs same;
  for (const Output& output : all) {
    const bool there = std::any_of(some.begin(), some.end(),
                                   [&](const Output& o) { return o.name == output.name; });
    if (there) same.push_back(output);
  }
  const std::string gap = difference(same, some);
  if (!gap.empty()) failed("the other outputs are the same when one is not wanted", gap);
}

void kept_pointer(Scene& scene) {
  expect_no_fault("what was lent for a call is not used after it");
  Making making;
  making.lend = true;
  const auto drive = make_drive(scene, making);
  for (std::uint32_t i = 0; i < 3; ++i) {
    Round round = drive->with_rows(i, drive->usual_rows());
    round.close = true;
    both_phases(*drive, round);
  }
}

namespace {

// What a number of rounds left behind, in bytes: of the heap, and of mapped memory.
struct Growth {
  int rounds = 0;
  std::size_t heap = 0, space = 0;
  double per_round() const {
    constexpr double kPage = 4096;  // pages come and go with the heap
    const double pages = static_cast<double>(space) / rounds;
    return std::max(static_cast<double>(heap) / rounds, pages >= 2 * kPage ? pages : 0.0);
  }
};

Growth growth_of(Scene& scene, Drive& drive, int most) {
  constexpr int kLeast = 5;
  const std::size_t heap = allocated(), space = mapped();
  const auto end = Clock::now() + std::chrono::seconds(2);
  Growth growth;
  while (growth.rounds < most && (growth.rounds < kLeast || Clock::now() < end)) {
    drive.run(drive.usual());
    scene.memory().release();
    ++growth.rounds;
  }
  growth.heap = allocated() > heap ? allocated() - heap : 0;
  growth.space = mapped() > space ? mapped() - space : 0;
  return growth;
}

// Freed blocks in glibc's per-thread caches count as allocated. run.cpp turns the caches off in the
// children; they cannot be turned off in a process that runs.
bool counts_exactly() {
  const char* tunables = std::getenv("GLIBC_TUNABLES");
  return tunables != nullptr && std::strstr(tunables, "glibc.malloc.tcache_count=0") != nullptr;
}

}  // namespace

void memory_growth(Scene& scene) {
  skip_where_memory_is_not_counted();
  constexpr int kWarm = 5, kMost = 100;
  const auto drive = make_drive(scene);
  growth_of(scene, *drive, kWarm);
  // A cache fills once; what grows in each half grows for ever.
  const Growth first = growth_of(scene, *drive, kMost), second = growth_of(scene, *drive, kMost);
  constexpr double kSlight = 16, kMuch = 256;
  const double growth = std::min(first.per_round(), second.per_round());
  const std::string expected =
      "the memory of a call is given back when it returns, that of a tape when it is freed";
  std::string seen =
      fmt::format("{:.0f} bytes more a round, in {} rounds", growth, first.rounds + second.rounds);
  const bool exact = counts_exactly();
  if (!exact) {
    seen +=
        "; here the C library counts what it keeps for each thread as well, which may be all of "
        "it: a run without --in-process does not";
  }
  if (growth >= kMuch && exact) failed(expected, seen);
  if (growth >= kSlight) warned(expected, seen);
}

namespace {

// Sets the flag after a while, and notes when.
class Canceller {
 public:
  explicit Canceller(std::chrono::milliseconds after)
      : thread_([this, after] {
          const auto end = Clock::now() + after;
          while (!stop_ && Clock::now() < end)
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
          if (stop_) return;
          at_ = Clock::now();
          cpu_ = cpu_seconds();
          flag_ = 1;
        }) {}
  ~Canceller() {
    stop_ = true;
    thread_.join();
  }
  const volatile std::uint32_t* flag() const { return &flag_; }
  bool set() const { return flag_ != 0; }
  double seconds_since() const { return std::chrono::duration<double>(Clock::now() - at_).count(); }
  double cpu_since() const { return cpu_seconds() - cpu_; }

 private:
  Clock::time_point at_;
  double cpu_ = 0;
  volatile std::uint32_t flag_ = 0;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

constexpr double kLatency = 0.1;
// A machine that has no time for us is not the plugin's fault: then its own time counts.
constexpr double kPatience = 5.0;

}  // namespace

void cancel(Scene& scene) {
  const auto drive = make_drive(scene);
  for (const int after : {0, 30}) {
    const Canceller canceller{std::chrono::milliseconds(after)};
    if (after == 0) {
      while (!canceller.set()) std::this_thread::yield();
    }
    Round round = drive->with_rows(0, drive->many_rows());
    round.cancel = canceller.flag();
    try {
      while (!canceller.set() || after == 0) {
        drive->run(round);
        scene.memory().release();
        if (after == 0) break;
      }
    } catch (const CallFailed& failure) {
      if (failure.status != SYNFACE_ERR_CANCELLED) {
        failed("a cancelled call returns CANCELLED, or OK when it was done anyway", failure.text());
      }
    }
    const double wall = canceller.seconds_since(), cpu = canceller.cpu_since();
    if (wall > kLatency && (cpu > 2 * kLatency || wall > kPatience)) {
      failed(fmt::format("an end within {} ms after *ctx->cancel became 1", kLatency * 1000),
             fmt::format("{:.0f} ms, {:.0f} ms of them computing", wall * 1000, cpu * 1000));
    }
  }
}

void other_thread(Scene& scene) {
  const auto here = make_drive(scene), elsewhere = make_drive(scene);
  Round round = here->usual();
  const Outputs expected = here->run(round);
  round.hop = true;
  const std::string gap = difference(expected, elsewhere->run(round));
  if (!gap.empty()) {
    failed("the same results when each call comes on another thread", gap);
  }
}

}  // namespace synface::plugin::check
