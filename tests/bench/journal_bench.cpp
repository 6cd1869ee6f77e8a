// What a call of point() costs a training step, alone and beside a reader that tails the file, and
// how fast a journal is read back.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "synface/base/journal.h"

namespace {

using namespace synface;
using Clock = std::chrono::steady_clock;

constexpr int kPoints = 2'000'000;
constexpr int kBlock = 10;  // calls between two looks at the clock

double seconds(Clock::time_point from) {
  return std::chrono::duration<double>(Clock::now() - from).count();
}

void measure(const std::filesystem::path& path, const char* what) {
  auto writer = JournalWriter::create(path, {kJournalVersion, {}, std::string(64, 'a'), 1});
  const auto metric = writer.define("train.loss");
  std::vector<double> ns;
  ns.reserve(kPoints / kBlock);
  const auto start = Clock::now();
  for (std::int64_t step = 0; step < kPoints; step += kBlock) {
    const auto before = Clock::now();
    for (std::int64_t i = 0; i < kBlock; ++i) writer.point(metric, step + i, 0.5);
    ns.push_back(seconds(before) * 1e9 / kBlock);
  }
  const double total = seconds(start);
  std::sort(ns.begin(), ns.end());
  const auto at = [&](double part) {
    return ns[static_cast<std::size_t>(part * static_cast<double>(ns.size() - 1))];
  };
  fmt::print("point() {}: median {:.0f} ns, p99 {:.0f} ns, mean {:.0f} ns, {} bytes a point\n",
             what, at(0.5), at(0.99), total * 1e9 / kPoints, (writer.size() - 200) / kPoints);
  writer.close();
}

}  // namespace

int main() {
  const TemporaryFolder folder("synface_bench");
  measure(folder.path() / "alone.journal", "alone");

  std::atomic<bool> stop{false};
  const auto tailed = folder.path() / "tailed.journal";
  std::thread tail([&] {
    while (!std::filesystem::exists(tailed)) std::this_thread::yield();
    auto reader = JournalReader::open(tailed);
    while (!stop) {
      reader.poll([](const JournalRecord&) {});
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  });
  measure(tailed, "while it is tailed every 100 ms");
  stop = true;
  tail.join();

  auto reader = JournalReader::open(folder.path() / "alone.journal");
  double sum = 0;
  const auto start = Clock::now();
  const std::size_t count = reader.poll([&](const JournalRecord& record) {
    if (const auto* point = std::get_if<JournalPoint>(&record)) sum += point->value;
  });
  fmt::print("read: {:.1f} million records a second (sum {})\n",
             static_cast<double>(count) / seconds(start) / 1e6, sum);
}
