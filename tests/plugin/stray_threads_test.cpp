// Threads that outlive their plugin are found by their stacks.
#include <dlfcn.h>
#include <synface/plugin/stray_threads.h>

#include <atomic>
#include <thread>

#include "support.h"

namespace synface::plugin::test {
namespace {

using ::testing::HasSubstr;

std::atomic<bool> over{false};
std::atomic<int> lingering{0};

[[gnu::noinline]] void linger_here() {
  ++lingering;
  while (!over) std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

// A thread that has come so far.
std::thread lingerer() {
  const int before = lingering;
  std::thread thread(linger_here);
  while (lingering == before) std::this_thread::yield();
  return thread;
}

std::filesystem::path this_program() {
  Dl_info info{};
  dladdr(reinterpret_cast<void*>(&linger_here), &info);
  return info.dli_fname;
}

TEST(StrayThreadsTest, OnesThatCameLaterAndRunTheLibrarysCodeAreFound) {
  over = false;
  std::thread early = lingerer();
  const ThreadCensus census;
  EXPECT_TRUE(census.strays({this_program()}).empty());
  std::thread late = lingerer();
  const auto strays = census.strays({this_program()});
  EXPECT_TRUE(census.strays({"/nowhere/other.so"}).empty());
  over = true;
  early.join();
  late.join();
  ASSERT_EQ(strays.size(), 1U);
  EXPECT_EQ(strays[0].library, this_program());
  EXPECT_THAT(strays[0].place, HasSubstr("linger_here"));
  EXPECT_TRUE(census.strays({this_program()}).empty());
}

// A thread that is about to end is given the time to do so.
TEST(StrayThreadsTest, OneThatEndsInTimeIsNone) {
  over = false;
  const ThreadCensus census;
  std::thread late = lingerer();
  std::thread end([] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    over = true;
  });
  EXPECT_TRUE(census.strays({this_program()}).empty());
  late.join();
  end.join();
}

}  // namespace
}  // namespace synface::plugin::test
