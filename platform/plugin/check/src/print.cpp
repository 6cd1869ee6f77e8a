// For people: what is wrong first by its cause, then what is right by its number.
#include "synface/plugin/check/print.h"

#include <fmt/format.h>
#include <synface/base/text.h>

#include <algorithm>

namespace synface::plugin::check {
namespace {

constexpr int kIdWidth = 20;
constexpr int kLabelWidth = 10;

std::string paint(const Style& style, const char* code, std::string_view text) {
  return style.colour ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
}

struct Look {
  const char *code, *mark, *word;
};
Look look_of(Status status) {
  switch (status) {
    case Status::kPassed:
      return {"32", "✓", "passed"};
    case Status::kFailed:
      return {"1;31", "✗", "failed"};
    case Status::kCrashed:
      return {"1;31", "✗", "crashed"};
    case Status::kTimedOut:
      return {"1;31", "✗", "timed out"};
    case Status::kSkipped:
      return {"2", "-", "skipped"};
    case Status::kWarning:
      break;
  }
  return {"33", "!", "warning"};
}

// Lines of at most `width` columns, broken at spaces; `indent` spaces before all but the first.
std::string wrapped(std::string_view text, int width, int indent) {
  const int room = width == 0 ? 0 : std::max(24, width - indent);
  std::string out, line;
  for (const std::string& word : split(text, ' ')) {
    if (room > 0 && !line.empty() && display_width(line) + 1 + display_width(word) > room) {
      out += line + "\n" + std::string(static_cast<std::size_t>(indent), ' ');
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
  }
  return out + line;
}

std::string labelled(const Style& style, std::string_view label, std::string_view text) {
  constexpr int kIndent = 4;
  return fmt::format("{:{}}{}{}\n", "", kIndent, paint(style, "2", pad_right(label, kLabelWidth)),
                     wrapped(text, style.width, kIndent + kLabelWidth));
}

std::string finding(const Outcome& o, const Style& style) {
  const Look look = look_of(o.status);
  std::string text =
      fmt::format("  {} {} {}\n", paint(style, look.code, look.mark),
                  paint(style, "1", pad_right(o.id, kIdWidth)), paint(style, look.code, look.word));
  if (!o.expected.empty()) text += labelled(style, "expected", o.expected);
  if (!o.seen.empty()) text += labelled(style, "seen", o.seen);
  return text + labelled(style, "rule", fmt::format("{} \"{}\"", o.place, o.rule));
}

std::string short_line(const Outcome& o, const Style& style) {
  const Look look = look_of(o.status);
  std::string text =
      fmt::format("  {} {}", paint(style, look.code, look.mark), pad_right(o.id, kIdWidth));
  if (o.status == Status::kSkipped) {
    text += " " + paint(style, "2", wrapped("skipped: " + o.seen, style.width, kIdWidth + 5));
  } else {
    text += paint(style, "2", fmt::format(" {:6.2f} s", o.seconds));
  }
  return text + "\n";
}

std::string count_text(const Report& report, const Style& style) {
  std::string text;
  for (const Status status : {Status::kPassed, Status::kFailed, Status::kCrashed, Status::kTimedOut,
                              Status::kWarning, Status::kSkipped}) {
    const std::size_t n = report.count(status);
    if (n == 0) continue;
    const Look look = look_of(status);
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ",
                        paint(style, look.code, std::to_string(n)), look.word);
  }
  return text;
}

double seconds_of(const Report& report) {
  double seconds = 0;
  for (const Outcome& o : report.outcomes) seconds += o.seconds;
  return seconds;
}

}  // namespace

std::string to_text(const Report& report, const Style& style) {
  std::string text;
  std::string heading = "none";
  for (const Outcome& o : report.outcomes) {
    if (o.plugin != heading) {
      heading = o.plugin;
      text += fmt::format(
          "{}{}\n", text.empty() ? "" : "\n",
          paint(style, "1", heading.empty() ? report.file.filename().string() : heading));
    }
    const bool quiet = o.status == Status::kPassed || o.status == Status::kSkipped;
    text += quiet ? short_line(o, style) : finding(o, style);
  }
  text += fmt::format("\n{}: {} in {}\n", report.file.filename().string(),
                      count_text(report, style), human_duration(seconds_of(report)));
  std::vector<std::string> bad;
  for (const Outcome& o : report.outcomes) {
    if (is_bad(o.status) && std::find(bad.begin(), bad.end(), o.id) == bad.end())
      bad.push_back(o.id);
  }
  if (!bad.empty()) {
    std::string only;
    for (const std::string& id : bad) only += " --only " + id;
    text += fmt::format("Under a debugger: gdb --args synface plugin check {} --in-process{}\n",
                        report.file.string(), only);
  }
  return text;
}

std::string list_text(const Style& style) {
  std::string text;
  for (const Described& d : catalogue()) {
    std::vector<std::string> kinds(d.kinds.begin(), d.kinds.end());
    const std::string of = kinds.empty()       ? "the file"
                           : kinds.size() == 5 ? "all kinds"
                                               : join(kinds, ", ");
    text += fmt::format("{} {}\n", paint(style, "1", pad_right(d.id, kIdWidth)),
                        paint(style, "2", fmt::format("{}; {}", of, d.place)));
    text += fmt::format("    {}\n", wrapped(d.what, style.width, 4));
  }
  return text;
}

}  // namespace synface::plugin::check
