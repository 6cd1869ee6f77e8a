#include "terminal.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "synface/base/text.h"

namespace synface::cli {
namespace {

Terminal terminal_of(int fd) {
  Terminal terminal;
  if (isatty(fd) == 0) return terminal;
  const char* no_colour = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  const bool dumb = term == nullptr || std::string_view(term) == "dumb";
  terminal.colour = (no_colour == nullptr || *no_colour == '\0') && !dumb;
  winsize size{};
  terminal.width = ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
  return terminal;
}

}  // namespace

Terminal Terminal::of_stdout() {
  return terminal_of(STDOUT_FILENO);
}

Terminal Terminal::of_stderr() {
  return terminal_of(STDERR_FILENO);
}

std::string Terminal::style(const char* code, std::string_view text) const {
  return colour ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
}

std::string Terminal::field(std::string_view label, std::string_view text, int label_width) const {
  const int room = width == 0 ? 0 : std::max(20, width - label_width);
  std::string out;
  bool first = true;
  for (const auto& line : wrap(text, room)) {
    out += (first ? dim(pad_right(label, label_width))
                  : std::string(static_cast<std::size_t>(label_width), ' ')) +
           line + "\n";
    first = false;
  }
  return out;
}

std::vector<std::string> wrap(std::string_view text, int width) {
  std::vector<std::string> lines;
  for (const auto& paragraph : split(text, '\n')) {
    std::string line;
    for (const auto& word : split(paragraph, ' ')) {
      const bool fits =
          width == 0 || line.empty() || display_width(line) + 1 + display_width(word) <= width;
      if (!fits) lines.push_back(std::exchange(line, {}));
      line += (line.empty() ? "" : " ") + word;
    }
    lines.push_back(line);
  }
  return lines;
}

}  // namespace synface::cli
