// Promise: experiments/README.md is the key table, and shipped files name only what exists.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>

#include "synface/base/file.h"
#include "synface/base/text.h"
#include "synface/experiment/keys.h"

namespace synface::experiment {
namespace {

// The line of the reference for one key.
std::string line_of(const Key& key) {
  const auto mark = [](std::string_view text) {
    return text.empty() ? std::string() : fmt::format("`{}`", text);
  };
  auto type = std::string(type_text(key.type));
  if (!key.choices.empty()) type = join(split(key.choices, '|'), ", ");
  std::string range = range_text(key);
  const char* use[] = {"training", "evaluation", "training, where mixed", "", ""};
  return fmt::format("| `{}` | {} | {} | {} | {} | {} | {} |", key.path(), type, range,
                     mark(key.standard), key.unit, use[static_cast<int>(key.use)], key.doc);
}

TEST(Reference, HasEveryKeyAsTheTableHasItAndNoOther) {
  const auto text = read_file(SYNFACE_TEST_SOURCE_DIR "/experiments/README.md");
  std::set<std::string> expected;
  for (const auto& key : host_keys()) {
    const auto line = line_of(key);
    expected.insert(line);
    EXPECT_NE(text.find(line + "\n"), std::string::npos) << "missing in experiments/README.md:\n"
                                                         << line;
  }
  for (const auto& line : split(text, '\n')) {
    const bool row = line.starts_with("| `") && std::count(line.begin(), line.end(), '|') == 8;
    EXPECT_TRUE(!row || expected.contains(line)) << "no such key any more:\n" << line;
  }
}

}  // namespace
}  // namespace synface::experiment
