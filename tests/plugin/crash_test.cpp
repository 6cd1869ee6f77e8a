// What a process that dies leaves about its stack, and what can be read out of it.
#include <signal.h>
#include <synface/plugin/crash.h>
#include <synface/plugin/crumb.h>
#include <synface/plugin/loss.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <thread>

#include "source_lines.h"
#include "support.h"
#include "symbols.h"

namespace synface::plugin::test {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Death {
  int status = 0;
  std::optional<CrashStack> stack;

  bool names(std::string_view function) const {
    for (const StackFrame& frame : stack->frames) {
      if (frame.function.find(function) != std::string::npos) return true;
      for (const std::string& outer : frame.outer) {
        if (outer.find(function) != std::string::npos) return true;
      }
    }
    return false;
  }
  int signal() const { return WIFSIGNALED(status) ? WTERMSIG(status) : 0; }
};

// Runs body(writer) in a child process within a call of loss/x.
template <typename Body>
Death die(Body&& body) {
  const Scene scene;
  const auto stack = scene.file("a.stack");
  const pid_t child = fork();
  if (child == 0) {
    CrumbWriter crumb(scene.file("a.crumb"));
    crumb.mark_crashes(stack);
    crumb.enter("loss/x", "margin", 3);
    body(crumb);
    crumb.leave();
    exit(0);
  }
  Death death;
  waitpid(child, &death.status, 0);
  death.stack = read_crash(stack);
  return death;
}

#if !defined(__SANITIZE_ADDRESS__)  // which has handlers and a report of its own

[[gnu::noinline]] void write_through_null(volatile int* where) {
  *where = 1;
}

[[gnu::noinline]] int dig(int depth) {
  volatile char room[4096];
  room[0] = static_cast<char>(depth);
  return depth < 0 ? 0 : dig(depth + 1) + room[0];
}

TEST(CrashTest, AFaultNamesTheFunctionAndTheAddress) {
  const Death death = die([](CrumbWriter&) { write_through_null(nullptr); });
  EXPECT_EQ(death.signal(), SIGSEGV);
  ASSERT_TRUE(death.stack.has_value());
  EXPECT_EQ(death.stack->signal, SIGSEGV);
  EXPECT_EQ(death.stack->address, 0U);
  EXPECT_THAT(death.stack->cause(), HasSubstr("NULL pointer"));
  EXPECT_THAT(death.stack->frames.at(0).function, HasSubstr("write_through_null"));
  EXPECT_TRUE(death.names("main"));
  EXPECT_THAT(death.stack->text(3), HasSubstr("in plugin_test (+0x"));
}

TEST(CrashTest, ACrashInALibraryNamesTheLibrary) {
  const Death death = die([](CrumbWriter& crumb) {
    const PluginPtr plugin = loaded("good_loss", Kind::kLoss, "good");
    const Loss loss(plugin, params_of(plugin, {{"fail", "crash"}}), make_dims(), &crumb);
    const Floats cos({1, 1}), norm({1}), weights({1, 1}), z({1, 1}), dz({1, 1});
    loss.margin(context(812), cos, norm, weights, z, dz, nullptr);
  });
  EXPECT_EQ(death.signal(), SIGSEGV);
  ASSERT_TRUE(death.stack.has_value());
  EXPECT_THAT(death.stack->text(20), HasSubstr("in good_loss.so (+0x"));
  EXPECT_TRUE(death.names("synface::plugin::Loss::margin"));
}

TEST(CrashTest, AStackOverflowIsSeenAndCounted) {
  const Death death = die([](CrumbWriter&) { dig(0); });
  EXPECT_EQ(death.signal(), SIGSEGV);
  ASSERT_TRUE(death.stack.has_value());
  EXPECT_TRUE(death.names("dig"));
  EXPECT_THAT(death.stack->cause(), HasSubstr("recursion"));
  EXPECT_THAT(death.stack->text(5), HasSubstr("times"));
}

TEST(CrashTest, AStackOverflowOfAnotherThreadIsSeenAsWell) {
  const Death death = die([](CrumbWriter& crumb) {
    std::thread([&] {
      crumb.enter("loss/x", "margin", 4);
      dig(0);
    }).join();
  });
  EXPECT_EQ(death.signal(), SIGSEGV);
  ASSERT_TRUE(death.stack.has_value());
  EXPECT_TRUE(death.names("dig"));
}

TEST(CrashTest, ACallOfWhatIsNoFunctionNamesTheCaller) {
  const Death death = die([](CrumbWriter&) {
    void (*volatile nowhere)() = nullptr;
    nowhere();
  });
  EXPECT_EQ(death.signal(), SIGSEGV);
  ASSERT_TRUE(death.stack.has_value());
#if defined(__x86_64__)
  ASSERT_EQ(death.stack->frames.size(), 2U);
  EXPECT_THAT(death.stack->frames[1].module, HasSubstr("plugin_test"));
#endif
}

TEST(CrashTest, AbortKeepsItsSignal) {
  const Death death = die([](CrumbWriter&) { std::abort(); });
  EXPECT_EQ(death.signal(), SIGABRT);
  ASSERT_TRUE(death.stack.has_value());
  EXPECT_TRUE(death.names("abort"));
  EXPECT_EQ(death.stack->cause(), "");
}

#endif

TEST(CrashTest, AnExitWithinACallLeavesItsStack) {
  for (const bool quick : {false, true}) {
    const Death death = die([quick](CrumbWriter&) {
      if (quick) std::quick_exit(0);
      std::exit(0);
    });
    EXPECT_TRUE(WIFEXITED(death.status));
    ASSERT_TRUE(death.stack.has_value()) << quick;
    EXPECT_EQ(death.stack->signal, 0);
    EXPECT_TRUE(death.names(quick ? "quick_exit" : "exit"));
  }
}

TEST(CrashTest, AnOrdinaryEndLeavesNothing) {
  const Death death = die([](CrumbWriter&) {});
  EXPECT_TRUE(WIFEXITED(death.status));
  EXPECT_FALSE(death.stack.has_value());
}

TEST(CrashTest, ForeignAndTornFilesAreRead) {
  const Scene scene;
  EXPECT_FALSE(read_crash(scene.file("gone")).has_value());
  write_file_atomic(scene.file("other"), "hello\n");
  EXPECT_FALSE(read_crash(scene.file("other")).has_value());
  write_file_atomic(scene.file("torn"), "synface-stack/1\nwhy signal 11\naddress 0x10\nmaps\n7f0");
  const auto torn = read_crash(scene.file("torn"));
  ASSERT_TRUE(torn.has_value());
  EXPECT_EQ(torn->signal, SIGSEGV);
  EXPECT_EQ(torn->address, 16U);
  EXPECT_THAT(torn->frames, IsEmpty());
  write_file_atomic(scene.file("wild"),
                    "synface-stack/1\nwhy exit\nmaps\nframes\n0x1234\nrubbish\n");
  const auto wild = read_crash(scene.file("wild"));
  ASSERT_EQ(wild->frames.size(), 1U);
  EXPECT_EQ(wild->frames[0].text(), "?? in no file (+0x1234)");
}

TEST(CrashTest, NamesAreReadable) {
  EXPECT_EQ(demangled("_ZN7synface6plugin4Loss6marginEv"), "synface::plugin::Loss::margin()");
  EXPECT_EQ(demangled("_ZN4core9panicking5panic17h0123456789abcdefE"), "core::panicking::panic");
  EXPECT_EQ(demangled("probe_margin"), "probe_margin");
}

TEST(CrashTest, TheOutputOfAddr2lineIsUnderstood) {
  const SourcePlaces places = parse_places(
      "0x00000000000011f2\ninner\n/home/me/a.h:7 (discriminator 3)\nouter\n/home/me/b.c:12\n"
      "0x0000000000001300\n??\n??:0\n0x0000000000001400\nlast\n??:?\n");
  ASSERT_EQ(places.size(), 3U);
  ASSERT_EQ(places.at(0x11f2).size(), 2U);
  EXPECT_EQ(places.at(0x11f2)[0].source, "a.h:7");
  EXPECT_EQ(places.at(0x11f2)[1].function, "outer");
  EXPECT_EQ(places.at(0x1300).at(0).function, "");
  EXPECT_EQ(places.at(0x1400).at(0).source, "");
  EXPECT_TRUE(parse_places("no such file").empty());
}

// Given any file cut off or damaged anywhere, when a place is looked up, then nothing outside of
// it is read.
TEST(CrashTest, DamagedLibrariesNameNothing) {
  const std::string whole = read_file(fixture("good_loss"));
  const auto look = [](const std::string& bytes, std::uint64_t offset) {
    return symbol_at(std::as_bytes(std::span(bytes.data(), bytes.size())), offset);
  };
  for (std::size_t size = 0; size < whole.size(); size += 1 + size / 16) {
    look(whole.substr(0, size), 4096);
  }
  for (std::size_t at = 0; at < 4096 && at < whole.size(); at += 3) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x5A);
    look(damaged, 4096 + at % 64);
  }
  EXPECT_FALSE(look("not an ELF file at all, but long enough to hold the header of one .....", 0));
}

}  // namespace
}  // namespace synface::plugin::test
