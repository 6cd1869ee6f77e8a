// A report of `synface plugin check` as text, JSON and JUnit XML.
#pragma once

#include <synface/plugin/check/check.h>

#include <string>

namespace synface::plugin::check {

struct Style {
  bool colour = false;
  int width = 0;         // columns; 0: unlimited
  bool verbose = false;  // what every test asks, and passed ones with their line
};

std::string to_text(const Report& report, const Style& style);
// The catalogue, as `--list` shows it.
std::string list_text(const Style& style);

// {"file", "seed", "good", "counts": {...}, "results": [{"id", "plugin", "status", "expected",
//  "seen", "place", "rule", "seconds"}]}
Json to_json(const Report& report);
Json list_json();

// One <testsuite> a plugin; failed is a <failure>, crashed and timed_out an <error>, a warning a
// passed case with <system-out>.
std::string to_junit(const Report& report);

}  // namespace synface::plugin::check
