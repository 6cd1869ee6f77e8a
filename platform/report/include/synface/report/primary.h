// The primary contrast, stated before the run: primary = { metric = "real.auc",
// contrast = "generator.identities = 1000 against 100" }.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace synface::report {

using Json = nlohmann::json;

// Conditions on axes, all of which hold: {"generator.identities", 1000}.
struct Condition {
  std::string axis;
  Json value;
};
using Conditions = std::vector<Condition>;

bool holds(const Conditions& conditions, const Json& axes);
std::string to_string(const Conditions& conditions);

struct Contrast {
  Conditions treatment, baseline;
};

struct Primary {
  std::string metric;
  Contrast contrast;
  std::string contrast_text;
};

// "AXIS = VALUE [, AXIS = VALUE ...] against VALUE [, VALUE ...]", where the right side may name
// its axes too ("im = true against im = false"). A value is a number, true, false, a quoted string
// or a bare word. Throws kUsage with the place and an example.
Contrast parse_contrast(std::string_view text);

// Throws kUsage where a key is missing, unknown or of the wrong type.
Primary parse_primary(const Json& primary);

// Throws kUsage where an axis of the contrast is none of these, with the nearest of them.
void check_primary(const Primary& primary, const std::vector<std::string>& axes);

}  // namespace synface::report
