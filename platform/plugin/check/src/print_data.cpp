// For programs: JSON and JUnit XML.
#include <fmt/format.h>

#include "synface/plugin/check/print.h"

namespace synface::plugin::check {
namespace {

constexpr Status kStatuses[] = {Status::kPassed,   Status::kFailed,  Status::kCrashed,
                                Status::kTimedOut, Status::kWarning, Status::kSkipped};

// XML 1.0 has no control characters but tab and line breaks.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"') {
      out += "&quot;";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += c == '\n' || c == '\t' ? fmt::format("&#{};", static_cast<int>(c)) : "?";
    } else {
      out += c;
    }
  }
  return out;
}

std::string junit_case(const Outcome& o, const std::string& suite) {
  std::string inner;
  const std::string text =
      fmt::format("expected {}; seen: {}; rule: {} \"{}\"", o.expected, o.seen, o.place, o.rule);
  if (o.status == Status::kFailed) {
    inner = fmt::format("<failure message=\"{}\"/>", escaped(text));
  } else if (is_bad(o.status)) {
    inner = fmt::format("<error type=\"{}\" message=\"{}\"/>", to_text(o.status), escaped(text));
  } else if (o.status == Status::kSkipped) {
    inner = fmt::format("<skipped message=\"{}\"/>", escaped(o.seen));
  } else if (o.status == Status::kWarning) {
    inner = fmt::format("<system-out>{}</system-out>", escaped("warning: " + text));
  }
  return fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\">{}</testcase>\n",
                     escaped(suite), escaped(o.id), o.seconds, inner);
}

}  // namespace

Json to_json(const Report& report) {
  Json counts = Json::object();
  for (const Status status : kStatuses) {
    counts[std::string(to_text(status))] = report.count(status);
  }
  Json results = Json::array();
  for (const Outcome& o : report.outcomes) {
    results.push_back({{"id", o.id},
                       {"plugin", o.plugin},
                       {"status", std::string(to_text(o.status))},
                       {"expected", o.expected},
                       {"seen", o.seen},
                       {"place", o.place},
                       {"rule", o.rule},
                       {"seconds", o.seconds}});
  }
  return {{"file", report.file.string()},
          {"seed", report.seed},
          {"good", report.good()},
          {"counts", std::move(counts)},
          {"results", std::move(results)}};
}

Json list_json() {
  Json list = Json::array();
  for (const Described& d : catalogue()) {
    list.push_back({{"id", d.id},
                    {"what", d.what},
                    {"why", d.why},
                    {"place", d.place},
                    {"rule", d.rule},
                    {"needs", d.needs},
                    {"kinds", d.kinds}});
  }
  return list;
}

std::string to_junit(const Report& report) {
  std::string suites;
  for (std::size_t begin = 0; begin < report.outcomes.size();) {
    const std::string& plugin = report.outcomes[begin].plugin;
    const std::string suite = plugin.empty() ? report.file.filename().string() : plugin;
    std::string cases;
    int tests = 0, failures = 0, errors = 0, skipped = 0;
    for (; begin < report.outcomes.size() && report.outcomes[begin].plugin == plugin; ++begin) {
      const Outcome& o = report.outcomes[begin];
      ++tests;
      failures += o.status == Status::kFailed ? 1 : 0;
      errors += o.status == Status::kCrashed || o.status == Status::kTimedOut ? 1 : 0;
      skipped += o.status == Status::kSkipped ? 1 : 0;
      cases += junit_case(o, suite);
    }
    suites += fmt::format(
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\">\n{}"
        "  </testsuite>\n",
        escaped(suite), tests, failures, errors, skipped, cases);
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"synface plugin check\">\n{}"
      "</testsuites>\n",
      suites);
}

}  // namespace synface::plugin::check
