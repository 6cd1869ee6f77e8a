// What a call may not change, and in whose name it is said.
#include <pthread.h>
#include <signal.h>
#include <synface/plugin/guard.h>
#include <unistd.h>

#include <cfenv>
#include <clocale>
#include <cstdlib>
#include <thread>

#include "support.h"

namespace synface::plugin::test {
namespace {

using ::testing::HasSubstr;

// Counts the calls that it is told of.
struct Counter : CallTrace {
  int entered = 0, left = 0;
  void enter(std::string_view, const char*, std::uint64_t) noexcept override { ++entered; }
  void leave() noexcept override { ++left; }
};

template <typename Body>
void call(Guard& guard, std::string_view plugin, const char* name, Body&& body) {
  guard.enter(plugin, name, 1);
  body();
  guard.leave();
}

struct Case {
  const char* name;
  std::unique_ptr<Watch> (*watch)();
  void (*sin)();
  std::vector<std::string> says;
};

void ignore(int) {}

const Case kCases[] = {
    {"rounding", watch_float_mode, [] { std::fesetround(FE_UPWARD); }, {"rounding", "put it back"}},
    {"trapping", watch_float_mode, [] { feenableexcept(FE_DIVBYZERO); }, {"trapping"}},
    {"a locale of the thread",
     watch_locale,
     [] { uselocale(newlocale(LC_ALL_MASK, "C", nullptr)); },
     {"locale", "to_chars"}},
    {"a handler",
     watch_signals,
     [] { signal(SIGSEGV, ignore); },
     {"SIGSEGV", "Install no handlers"}},
    {"an ignored signal", watch_signals, [] { signal(SIGPIPE, SIG_IGN); }, {"SIGPIPE"}},
    {"a mask",
     watch_signals,
     [] {
       sigset_t set;
       sigemptyset(&set);
       sigaddset(&set, SIGUSR1);
       pthread_sigmask(SIG_BLOCK, &set, nullptr);
     },
     {"mask of blocked signals"}},
    {"the folder",
     watch_folder,
     [] { ASSERT_EQ(chdir("/"), 0); },
     {"working folder", "to /", "whole paths"}},
    {"a variable",
     watch_environment,
     [] { setenv("SYNFACE_GUARD_TEST", "1", 1); },
     {"SYNFACE_GUARD_TEST", "parameter"}},
    {"a variable that goes", watch_environment, [] { unsetenv("PATH"); }, {"PATH"}},
};

TEST(GuardTest, EachSinIsNamedOnceAndPutBack) {
  const std::filesystem::path here = std::filesystem::current_path();
  const std::string path = std::getenv("PATH");
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.name);
    Counter next;
    Guard guard(next);
    guard.watch_often(c.watch());
    call(guard, "loss/good", "margin", [] {});
    EXPECT_FALSE(guard.complains());
    call(guard, "loss/bad", "info", c.sin);
    ASSERT_TRUE(guard.complains());
    const Complaint complaint = guard.take_complaint();
    EXPECT_EQ(complaint.plugin, "loss/bad");
    EXPECT_EQ(complaint.call, "info");
    for (const std::string& word : c.says) EXPECT_THAT(complaint.text, HasSubstr(word));
    EXPECT_FALSE(guard.complains());
    call(guard, "loss/good", "margin", [] {});
    EXPECT_FALSE(guard.complains()) << guard.take_complaint().text;
    EXPECT_EQ(next.entered, 3);
    EXPECT_EQ(next.left, 3);
  }
  EXPECT_EQ(std::fegetround(), FE_TONEAREST);
  EXPECT_EQ(std::filesystem::current_path(), here);
  setenv("PATH", path.c_str(), 1);
  unsetenv("SYNFACE_GUARD_TEST");
}

int number = 1;

std::unique_ptr<Watch> watch_the_number() {
  return watch_number(
      "the number", "leave it", []() noexcept { return number; },
      [](int value) noexcept { number = value; });
}

TEST(GuardTest, ADeepLookFollowsTheFirstCallsOfEachName) {
  Counter next;
  Guard guard(next);
  guard.watch_deep(watch_the_number());
  call(guard, "backbone/a", "forward", [] {});
  call(guard, "loss/b", "margin", [] { number = 2; });
  ASSERT_TRUE(guard.complains());
  const Complaint complaint = guard.take_complaint();
  EXPECT_EQ(complaint.plugin, "loss/b");
  EXPECT_EQ(complaint.text, "changed the number from 1 to 2; leave it");
  EXPECT_EQ(number, 1);
}

TEST(GuardTest, LaterOnesAreSeenWithinABoundAndAllSuspectsNamed) {
  Counter next;
  Guard guard(next);
  guard.watch_deep(watch_the_number());
  const auto step = [&](bool sin) {
    call(guard, "backbone/a", "forward", [] {});
    call(guard, "loss/b", "margin", [sin] { number += sin ? 1 : 0; });
  };
  for (int i = 0; i < 10; ++i) step(false);
  step(true);
  std::uint32_t calls = 0;
  for (; !guard.complains() && calls < 1000; calls += 2) step(false);
  EXPECT_LE(calls, Guard::kDeepEvery);
  const Complaint complaint = guard.take_complaint();
  EXPECT_THAT(complaint.text, HasSubstr("backbone/a forward(), loss/b margin()"));
  step(true);
  guard.look_at_all();
  EXPECT_TRUE(guard.complains());
  number = 1;
}

TEST(GuardTest, OnOtherThreadsOnlyWhatBelongsToThemIsLookedAt) {
  Counter next;
  Guard guard(next);
  guard.watch_often(watch_the_number());
  guard.watch_thread(watch_float_mode());
  std::thread([&] { call(guard, "generator/g", "fetch", [] { number = 5; }); }).join();
  EXPECT_FALSE(guard.complains());
  number = 1;
  std::thread([&] {
    call(guard, "generator/g", "fetch", [] { std::fesetround(FE_DOWNWARD); });
  }).join();
  ASSERT_TRUE(guard.complains());
  EXPECT_EQ(guard.take_complaint().plugin, "generator/g");
}

TEST(GuardTest, NestedCallsAreNamedFromTheInside) {
  Counter next;
  Guard guard(next);
  guard.watch_often(watch_the_number());
  call(guard, "mixup/outer", "pick", [&] {
    call(guard, "generator/inner", "render", [] { number = 9; });
    EXPECT_EQ(guard.take_complaint().plugin, "generator/inner");
  });
  EXPECT_FALSE(guard.complains());
}

}  // namespace
}  // namespace synface::plugin::test
