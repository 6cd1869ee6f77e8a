// Progress on standard error: a line that is redrawn on a terminal, plain lines otherwise.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace synface {

// One line of status. On a terminal it is drawn anew (at most ten times a second) and cut to the
// width; elsewhere a line is printed at most every `plain_every`, and only when it has changed.
class StatusLine {
 public:
  struct Options {
    int fd = 2;
    bool quiet = false;  // no status; messages are printed all the same
    std::chrono::milliseconds plain_every{5000};
    // What is over before this says nothing at all.
    std::chrono::milliseconds after{0};
  };
  StatusLine() : StatusLine(Options{}) {}
  explicit StatusLine(const Options& options);
  ~StatusLine();  // as finish()
  StatusLine(const StatusLine&) = delete;
  StatusLine& operator=(const StatusLine&) = delete;

  void update(std::string_view text);
  // True when an update would be shown: a text that is costly to make may wait for it.
  bool due() const;
  // A line that stays, above the status.
  void message(std::string_view text);
  // The last status is shown (and stays), unless it was shown already.
  void finish();
  bool terminal() const noexcept { return terminal_; }

 private:
  void write(std::string_view text) const;
  bool early() const;  // nothing has been shown, and nothing is to be yet
  Options options_;
  bool terminal_ = false;
  bool drawn_ = false;  // a line without its line break is on the terminal
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::string last_, shown_;
  std::optional<std::chrono::steady_clock::time_point> when_;
};

// For what is usually over at once: nothing in its first two seconds.
inline StatusLine::Options only_when_long(bool quiet = false) {
  return {2, quiet, std::chrono::milliseconds(5000), std::chrono::milliseconds(2000)};
}

// Something that is counted: "rendering 3,200/10,000 images  32%  412/s  ETA 16.5 s".
// Where the total is not known (0): "reading 3,200 rows  412/s".
class Progress {
 public:
  Progress(std::string what, std::string unit, std::int64_t total,
           const StatusLine::Options& options = {});
  void advance(std::int64_t count = 1);
  void set(std::int64_t done);
  void message(std::string_view text) { line_.message(text); }
  void finish();
  std::string text() const;

 private:
  std::string what_, unit_;
  std::int64_t total_, done_ = 0;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  StatusLine line_;
};

}  // namespace synface
