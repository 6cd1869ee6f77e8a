// Child processes and signals as descriptors.
#include "synface/base/subprocess.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "synface/base/signals.h"

namespace synface {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds kLong{20000};

ProcessResult shell(const std::string& script, milliseconds timeout = kLong) {
  SpawnOptions options;
  options.argv = {"sh", "-c", script};
  return run_process(options, timeout);
}

TEST(Subprocess, OutputErrorAndExitCodeComeBack) {
  const auto result = shell("echo out; echo err >&2; exit 3");
  EXPECT_EQ(result.output, "out\n");
  EXPECT_EQ(result.error, "err\n");
  EXPECT_EQ(result.state.code, 3);
  EXPECT_EQ(result.state.text(), "exit code 3");
}

TEST(Subprocess, MuchOutputOnBothSidesDoesNotBlock) {
  const auto result = shell("head -c 300000 /dev/zero; head -c 300000 /dev/zero >&2");
  EXPECT_EQ(result.output.size(), 300000U);
  EXPECT_EQ(result.error.size(), 300000U);
}

TEST(Subprocess, ADeathBySignalIsTold) {
  const auto result = shell("kill -SEGV $$");
  EXPECT_EQ(result.state.signal, SIGSEGV);
  EXPECT_EQ(result.state.text(), "killed by signal 11 (SIGSEGV)");
}

TEST(Subprocess, AfterTheTimeoutTheWholeGroupIsKilled) {
  const auto result = shell("sleep 100 & echo $!; wait", milliseconds(300));
  EXPECT_TRUE(result.state.timed_out);
  const int grandchild = std::stoi(result.output);
  for (int i = 0; i < 2000 && ::kill(grandchild, 0) == 0; ++i) ::usleep(1000);
  // In a container without an init it stays as a zombie, which is dead all the same.
  const std::string stat = std::filesystem::exists("/proc/" + std::to_string(grandchild) + "/stat")
                               ? read_file("/proc/" + std::to_string(grandchild) + "/stat")
                               : ") Z";
  EXPECT_NE(stat.find(") Z"), std::string::npos) << stat;
}

TEST(Subprocess, AProgramThatIsNotThereIsNamed) {
  for (const char* name : {"/nonexistent/program", "no-such-program-anywhere"}) {
    SpawnOptions options;
    options.argv = {name};
    try {
      spawn(options);
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kSetup);
      EXPECT_NE(std::string(error.what()).find(name), std::string::npos) << error.what();
    }
  }
}

TEST(Subprocess, EnvironmentFolderAndLimitsReachTheChild) {
  SpawnOptions options;
  options.argv = {"sh", "-c", "echo $SYNFACE_A $HOME; pwd; ulimit -v; ulimit -c"};
  options.environment = {{"SYNFACE_A", "x"}, {"HOME", ""}};
  options.folder = "/";
  options.address_space = 1U << 30U;
  options.core_dumps = false;
  EXPECT_EQ(run_process(options, kLong).output, "x\n/\n1048576\n0\n");
}

TEST(Subprocess, NoDescriptorOfOursLeaks) {
  const UniqueFd open = open_file("/dev/null", O_RDONLY);
  const auto result = shell("ls /proc/self/fd | wc -l");
  // 0, 1, 2 and the folder that ls reads.
  EXPECT_EQ(result.output, "4\n");
}

TEST(Subprocess, SignalsAreAtTheirDefaultsInTheChild) {
  const SignalFd blocked{SIGTERM};
  ::signal(SIGPIPE, SIG_IGN);
  const auto result = shell("kill -TERM $$; echo survived");
  const auto pipe = shell("kill -PIPE $$; echo survived");
  ::signal(SIGPIPE, SIG_DFL);
  EXPECT_EQ(result.state.signal, SIGTERM);
  EXPECT_EQ(pipe.state.signal, SIGPIPE);
}

TEST(Subprocess, StopAsksFirstAndKillsThen) {
  SpawnOptions options;
  options.argv = {"sh", "-c", "trap 'exit 7' TERM; while :; do sleep 0.01; done"};
  Child polite = spawn(options);
  ::usleep(100000);
  EXPECT_EQ(polite.stop(kLong).code, 7);
  options.argv = {"sh", "-c", "trap '' TERM; while :; do sleep 0.01; done"};
  Child deaf = spawn(options);
  ::usleep(100000);
  EXPECT_EQ(deaf.stop(milliseconds(100)).signal, SIGKILL);
}

TEST(Subprocess, TheDestructorKillsAndReaps) {
  int pid = 0;
  {
    SpawnOptions options;
    options.argv = {"sleep", "100"};
    const Child child = spawn(options);
    pid = child.pid();
  }
  EXPECT_NE(::kill(pid, 0), 0);
}

TEST(Subprocess, AChildDiesWithItsParent) {
  std::array<int, 2> fds{};
  ASSERT_EQ(::pipe2(fds.data(), O_CLOEXEC), 0);
  const pid_t parent = ::fork();
  if (parent == 0) {
    SpawnOptions options;
    options.argv = {"sleep", "100"};
    Child child = spawn(options);
    const int pid = child.pid();
    if (::write(fds[1], &pid, sizeof pid) != sizeof pid) ::_exit(1);
    ::pause();
  }
  int child = 0;
  ASSERT_EQ(::read(fds[0], &child, sizeof child), static_cast<ssize_t>(sizeof child));
  const UniqueFd read_end(fds[0]), write_end(fds[1]);
  const auto stat = "/proc/" + std::to_string(child) + "/stat";
  ::kill(parent, SIGKILL);
  ::waitpid(parent, nullptr, 0);
  const auto dead = [&] {
    if (!std::filesystem::exists(stat)) return true;
    try {
      return read_file(stat).find(") Z") != std::string::npos;
    } catch (const Error&) {
      return true;  // it went between the two
    }
  };
  for (int i = 0; i < 5000 && !dead(); ++i) ::usleep(1000);
  EXPECT_TRUE(dead());
}

TEST(SignalFd, ASignalIsReadInsteadOfStriking) {
  {
    SignalFd signals{SIGUSR1, SIGUSR2};
    EXPECT_FALSE(signals.pending());
    ::raise(SIGUSR2);
    EXPECT_EQ(signals.pending(), SIGUSR2);
    EXPECT_FALSE(signals.pending());
    ::raise(SIGUSR1);  // taken away by the destructor
  }
  sigset_t mask;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &mask);
  EXPECT_FALSE(sigismember(&mask, SIGUSR1));
}

TEST(Subprocess, ResidentMemoryOfALiveProcess) {
  EXPECT_GT(resident_memory(::getpid()), 1U << 20U);
  EXPECT_EQ(resident_memory(0x7ffffff0), 0U);
}

}  // namespace
}  // namespace synface
