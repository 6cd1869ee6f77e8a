// The status line where standard error is no terminal, and on one.
#include "synface/base/progress.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <string>
#include <string_view>

#include "synface/base/file.h"

namespace synface {
namespace {

class StatusLineTest : public ::testing::Test {
 protected:
  StatusLine::Options options() const {
    StatusLine::Options options;
    options.fd = fd_.get();
    return options;
  }
  std::string written() const { return read_file(path()); }
  std::filesystem::path path() const { return folder_.path() / "out"; }
  TemporaryFolder folder_;
  UniqueFd fd_ = open_file(path(), O_RDWR | O_CREAT, ExitCode::kInternal);
};

TEST_F(StatusLineTest, PlainLinesComeSeldomAndTheLastOneAlways) {
  {
    StatusLine line(options());
    line.update("one");
    line.update("two");
    line.message("something happened");
    line.update("three");
  }
  EXPECT_EQ(written(), "one\nsomething happened\nthree\n");
}

TEST_F(StatusLineTest, QuietLeavesTheMessages) {
  auto quiet = options();
  quiet.quiet = true;
  {
    StatusLine line(quiet);
    line.update("one");
    line.message("something happened");
  }
  EXPECT_EQ(written(), "something happened\n");
}

TEST_F(StatusLineTest, WhatIsOverEarlySaysNothing) {
  auto late = options();
  late.after = std::chrono::hours(1);
  {
    StatusLine line(late);
    line.update("one");
    EXPECT_FALSE(line.due());
    line.message("something happened");
  }
  EXPECT_EQ(written(), "something happened\n");
}

TEST_F(StatusLineTest, NothingChangedIsNotSaidAgain) {
  auto eager = options();
  eager.plain_every = std::chrono::milliseconds(0);
  {
    StatusLine line(eager);
    line.update("one");
    line.update("one");
  }
  EXPECT_EQ(written(), "one\n");
}

TEST_F(StatusLineTest, AProgressSaysCountRateAndTime) {
  Progress progress("rendering", "images", 1000, options());
  progress.set(250);
  const std::string text = progress.text();
  EXPECT_EQ(text.rfind("rendering 250/1,000 images  25%  ", 0), 0U) << text;
  EXPECT_NE(text.find("/s  ETA "), std::string::npos) << text;
  progress.set(1000);
  EXPECT_NE(progress.text().find("  in "), std::string::npos) << progress.text();
}

TEST(StatusLinePipe, AReaderThatWentAwayDoesNotEndTheWork) {
  std::array<int, 2> fds{};
  ASSERT_EQ(::pipe2(fds.data(), O_CLOEXEC), 0);
  ::close(fds[0]);
  const UniqueFd write_end(fds[1]);
  StatusLine::Options options;
  options.fd = write_end.get();
  StatusLine line(options);
  line.message("into the void");  // SIGPIPE would end this test
  sigset_t pending;
  ::sigpending(&pending);
  EXPECT_EQ(sigismember(&pending, SIGPIPE), 0);
}

TEST(StatusLineTerminal, IsRedrawnInPlaceAndCutToTheWidth) {
  const UniqueFd master(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!master || ::grantpt(master.get()) != 0 || ::unlockpt(master.get()) != 0) {
    GTEST_SKIP() << "no pseudo-terminal here";
  }
  const UniqueFd slave(::open(::ptsname(master.get()), O_RDWR | O_NOCTTY | O_CLOEXEC));
  ASSERT_TRUE(slave);
  const winsize size{24, 20, 0, 0};
  ::ioctl(slave.get(), TIOCSWINSZ, &size);
  ::setenv("TERM", "xterm", 1);
  StatusLine::Options options;
  options.fd = slave.get();
  {
    StatusLine line(options);
    EXPECT_TRUE(line.terminal());
    line.update("a status that is longer than the terminal");
  }
  // The terminal's driver hands over what was written in pieces of its own choice.
  const std::string_view expected = "\r\x1b[Ka status that is l\xe2\x80\xa6\r\n";
  std::string text;
  while (text.size() < expected.size()) {
    pollfd ready{master.get(), POLLIN, 0};
    ASSERT_EQ(::poll(&ready, 1, 5000), 1) << "only \"" << text << "\" came";
    std::array<char, 256> piece{};
    const ssize_t count = ::read(master.get(), piece.data(), piece.size());
    ASSERT_GT(count, 0);
    text.append(piece.data(), static_cast<std::size_t>(count));
  }
  EXPECT_EQ(text, expected);
}

}  // namespace
}  // namespace synface
