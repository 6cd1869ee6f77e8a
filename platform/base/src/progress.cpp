#include "synface/base/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>

#include "synface/base/text.h"

namespace synface {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::string_view kClear = "\r\x1b[K";

bool is_terminal(int fd) {
  const char* term = std::getenv("TERM");
  return ::isatty(fd) == 1 && term != nullptr && std::string_view(term) != "dumb";
}

// While it lives, a write to a pipe without a reader gives an error instead of a deadly signal.
class NoSigpipe {
 public:
  NoSigpipe() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~NoSigpipe() {
    const timespec now{};
    // Where it was blocked before, somebody else may wait for it.
    if (sigismember(&before_, SIGPIPE) == 0) ::sigtimedwait(&pipe_, nullptr, &now);
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  NoSigpipe(const NoSigpipe&) = delete;
  NoSigpipe& operator=(const NoSigpipe&) = delete;

 private:
  sigset_t pipe_{}, before_{};
};

int columns(int fd) {
  winsize size{};
  return ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

StatusLine::StatusLine(const Options& options)
    : options_(options), terminal_(is_terminal(options.fd)) {}

StatusLine::~StatusLine() {
  finish();
}

// A status that cannot be written (a closed terminal, a reader that went away) is no reason to stop
// the work.
void StatusLine::write(std::string_view text) const {
  const NoSigpipe guard;
  while (!text.empty()) {
    const ssize_t put = ::write(options_.fd, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(put));
  }
}

bool StatusLine::due() const {
  if (options_.quiet || early()) return false;
  const auto pause = terminal_ ? milliseconds(100) : options_.plain_every;
  return !when_ || Clock::now() - *when_ >= pause;
}

bool StatusLine::early() const {
  return !when_ && Clock::now() - start_ < options_.after;
}

void StatusLine::update(std::string_view text) {
  if (options_.quiet) return;
  last_ = text;
  if (!due() || last_ == shown_) return;
  when_ = Clock::now();
  shown_ = last_;
  if (terminal_) {
    write(fmt::format("{}{}", kClear, cut(last_, columns(options_.fd) - 1)));
    drawn_ = true;
  } else {
    write(last_ + "\n");
  }
}

void StatusLine::message(std::string_view text) {
  write(fmt::format("{}{}\n", drawn_ ? kClear : "", text));
  if (!drawn_) return;
  write(cut(shown_, columns(options_.fd) - 1));
}

void StatusLine::finish() {
  if (!options_.quiet && last_ != shown_ && !early()) {
    write(fmt::format("{}{}{}", drawn_ ? kClear : "", last_, drawn_ ? "" : "\n"));
    shown_ = last_;
  }
  if (drawn_) write("\n");
  drawn_ = false;
}

Progress::Progress(std::string what, std::string unit, std::int64_t total,
                   const StatusLine::Options& options)
    : what_(std::move(what)), unit_(std::move(unit)), total_(total), line_(options) {}

void Progress::advance(std::int64_t count) {
  set(done_ + count);
}

void Progress::set(std::int64_t done) {
  done_ = done;
  if (line_.due()) line_.update(text());
}

void Progress::finish() {
  line_.update(text());
  line_.finish();
}

std::string Progress::text() const {
  const double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
  const double rate = seconds > 0 ? static_cast<double>(done_) / seconds : 0;
  std::string line = fmt::format("{} {}", what_, human_count(done_));
  if (total_ > 0) line += "/" + human_count(total_);
  line += " " + unit_;
  if (total_ > 0) line += fmt::format("  {}%", done_ * 100 / total_);
  if (done_ > 0) line += fmt::format("  {}/s", human_rate(rate));
  if (done_ > 0 && done_ < total_) {
    line += "  ETA " + human_duration(static_cast<double>(total_ - done_) / rate);
  } else if (done_ >= total_ && total_ > 0) {
    line += "  in " + human_duration(seconds);
  }
  return line;
}

}  // namespace synface
