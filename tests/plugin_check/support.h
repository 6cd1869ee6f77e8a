// What the tests of the checker share.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <synface/plugin/check/check.h>

#include <filesystem>
#include <string>
#include <vector>

namespace synface::plugin::check::test {

inline std::filesystem::path fixture(const std::string& name) {
  return std::filesystem::path(SYNFACE_TEST_BINARY_DIR) / "tests/fixtures/plugins/check" /
         (name + ".so");
}

inline Options options_for(const std::filesystem::path& file) {
  Options options;
  options.file = file;
  options.runner = options.torch_runner =
      std::filesystem::path(SYNFACE_TEST_BINARY_DIR) / "tests" / "plugin_checker";
  options.limit = std::chrono::minutes(2);  // a busy machine is no fault
  return options;
}

// "gradient: failed: expected ...; seen ..." of all that is bad, one a line.
inline std::string bad_of(const Report& report) {
  std::string text;
  for (const Outcome& o : report.outcomes) {
    if (!is_bad(o.status)) continue;
    text += o.id + ": " + std::string(to_text(o.status)) + ": expected " + o.expected + "; seen " +
            o.seen + "\n";
  }
  return text;
}

inline std::vector<std::string> bad_ids(const Report& report) {
  std::vector<std::string> ids;
  for (const Outcome& o : report.outcomes) {
    if (is_bad(o.status)) ids.push_back(o.id);
  }
  return ids;
}

inline const Outcome& outcome(const Report& report, const std::string& id) {
  for (const Outcome& o : report.outcomes) {
    if (o.id == id) return o;
  }
  throw std::runtime_error("no outcome of " + id);
}

}  // namespace synface::plugin::check::test
