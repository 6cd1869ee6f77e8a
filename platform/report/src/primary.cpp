#include "synface/report/primary.h"

#include <algorithm>
#include <charconv>

#include "synface/base/error.h"
#include "synface/base/text.h"

namespace synface::report {
namespace {

constexpr std::string_view kExample =
    "primary.contrast wants AXIS = VALUE against VALUE, such as \"generator.identities = 1000 "
    "against "
    "100\"";

[[noreturn]] void bad(std::string_view text, const std::string& what) {
  fail(ExitCode::kUsage, "primary.contrast \"{}\": {}; {}", text, what, kExample);
}

// Splits at `separator` outside quotes.
std::vector<std::string_view> split_outside_quotes(std::string_view text,
                                                   std::string_view separator) {
  std::vector<std::string_view> parts;
  char quote = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (quote != 0) {
      if (text[i] == quote) quote = 0;
    } else if (text[i] == '"' || text[i] == '\'') {
      quote = text[i];
    } else if (text.substr(i, separator.size()) == separator) {
      parts.push_back(text.substr(begin, i - begin));
      i += separator.size() - 1;
      begin = i + 1;
    }
  }
  parts.push_back(text.substr(begin));
  return parts;
}

template <typename Number>
bool parse_number(std::string_view word, Json& value) {
  Number number{};
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error != std::errc() || end != word.data() + word.size()) return false;
  value = number;
  return true;
}

Json parse_value(std::string_view word, std::string_view text) {
  word = trim(word);
  if (word.empty()) bad(text, "a value is missing");
  if (word == "true") return true;
  if (word == "false") return false;
  if (word.front() == '"' || word.front() == '\'') {
    if (word.size() < 2 || word.back() != word.front()) bad(text, "a quote is not closed");
    return std::string(word.substr(1, word.size() - 2));
  }
  Json value;
  std::string plain;  // TOML's 120_000
  for (char c : word) {
    if (c != '_') plain += c;
  }
  if (parse_number<std::int64_t>(plain, value) || parse_number<double>(plain, value)) return value;
  return std::string(word);
}

Condition parse_condition(std::string_view part, std::string_view text) {
  const auto sides = split_outside_quotes(part, "=");
  if (sides.size() != 2 || trim(sides[0]).empty()) {
    bad(text, fmt::format("\"{}\" is no condition", trim(part)));
  }
  return {std::string(trim(sides[0])), parse_value(sides[1], text)};
}

bool equal(const Json& a, const Json& b) {
  if (a.is_number() && b.is_number()) return a.get<double>() == b.get<double>();
  return a == b;
}

std::string required_text(const Json& primary, const char* key) {
  const auto found = primary.find(key);
  if (found == primary.end() || !found->is_string() || found->get<std::string>().empty()) {
    fail(ExitCode::kUsage,
         "primary.{} wants a text; primary = {{ metric = \"real.auc\", contrast = "
         "\"generator.identities = 1000 against 100\" }}",
         key);
  }
  return found->get<std::string>();
}

}  // namespace

bool holds(const Conditions& conditions, const Json& axes) {
  for (const Condition& condition : conditions) {
    const auto found = axes.find(condition.axis);
    if (found == axes.end() || !equal(*found, condition.value)) return false;
  }
  return true;
}

std::string to_string(const Conditions& conditions) {
  std::string text;
  for (const Condition& condition : conditions) {
    const std::string value =
        condition.value.is_string() ? condition.value.get<std::string>() : condition.value.dump();
    text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", condition.axis, value);
  }
  return text;
}

Contrast parse_contrast(std::string_view text) {
  const auto sides = split_outside_quotes(text, " against ");
  if (sides.size() != 2) bad(text, "exactly one \"against\" is wanted");
  Contrast contrast;
  for (const std::string_view part : split_outside_quotes(sides[0], ",")) {
    contrast.treatment.push_back(parse_condition(part, text));
  }
  const auto right = split_outside_quotes(sides[1], ",");
  const bool named = split_outside_quotes(right[0], "=").size() > 1;
  if (!named && right.size() != contrast.treatment.size()) {
    bad(text, fmt::format("{} values stand against {}", contrast.treatment.size(), right.size()));
  }
  for (std::size_t i = 0; i < right.size(); ++i) {
    contrast.baseline.push_back(
        named ? parse_condition(right[i], text)
              : Condition{contrast.treatment[i].axis, parse_value(right[i], text)});
  }
  if (to_string(contrast.treatment) == to_string(contrast.baseline)) {
    bad(text, "both sides are the same");
  }
  return contrast;
}

Primary parse_primary(const Json& primary) {
  if (!primary.is_object()) {
    fail(ExitCode::kUsage, "primary wants a table with the keys metric and contrast");
  }
  const std::vector<std::string> keys = {"metric", "contrast"};
  for (const auto& [key, value] : primary.items()) {
    if (key != keys[0] && key != keys[1]) {
      fail(ExitCode::kUsage, "primary has no key '{}'{}", key, hint(key, keys));
    }
  }
  Primary result;
  result.metric = required_text(primary, "metric");
  result.contrast_text = required_text(primary, "contrast");
  result.contrast = parse_contrast(result.contrast_text);
  return result;
}

void check_primary(const Primary& primary, const std::vector<std::string>& axes) {
  for (const Conditions* side : {&primary.contrast.treatment, &primary.contrast.baseline}) {
    for (const Condition& condition : *side) {
      if (std::find(axes.begin(), axes.end(), condition.axis) == axes.end()) {
        fail(ExitCode::kUsage,
             "primary.contrast \"{}\": '{}' is not an axis of this experiment{} (axes: {})",
             primary.contrast_text, condition.axis, hint(condition.axis, axes), join(axes, ", "));
      }
    }
  }
}

}  // namespace synface::report
