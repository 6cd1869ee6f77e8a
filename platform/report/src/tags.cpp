#include "synface/report/tags.h"

#include <fmt/core.h>

#include "synface/store/records.h"

namespace synface::report {
namespace {

// A tag has no character that SQL would read as anything else.
std::string condition(const TagFilter& filter, std::string_view column, std::string_view key) {
  std::string sql;
  const auto add = [&](const std::vector<std::string>& tags, const char* word) {
    for (const std::string& tag : tags) {
      store::check_tag(tag);
      sql += fmt::format(" AND {} {} (SELECT {} FROM tag WHERE name = '{}' AND {} IS NOT NULL)",
                         column, word, key, tag, key);
    }
  };
  add(filter.with, "IN");
  add(filter.without, "NOT IN");
  return sql;
}

}  // namespace

std::string tag_condition(const TagFilter& filter, std::string_view trial) {
  return condition(filter, trial, "trial");
}

std::string experiment_tag_condition(const TagFilter& filter, std::string_view experiment) {
  return condition(filter, experiment, "experiment");
}

std::string to_string(const TagFilter& filter) {
  std::string text;
  for (const std::string& tag : filter.with) text += " --tag " + tag;
  for (const std::string& tag : filter.without) text += " --without " + tag;
  return text.empty() ? text : text.substr(1);
}

}  // namespace synface::report
