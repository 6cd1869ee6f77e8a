// Spellings that the ABI prescribes.
#pragma once

#include <string_view>

namespace synface::plugin {

constexpr bool is_lower_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

// [a-z0-9_]+ with dots between such words: "cosface", "com.example.my_loss".
constexpr bool is_plugin_id(std::string_view id) {
  if (id.empty() || id.size() > 128 || id.front() == '.' || id.back() == '.') return false;
  char before = '\0';
  for (const char c : id) {
    if (!is_lower_digit(c) && c != '_' && c != '.') return false;
    if (c == '.' && before == '.') return false;
    before = c;
  }
  return true;
}

// [a-z][a-z0-9_]*
constexpr bool is_param_key(std::string_view key) {
  if (key.empty() || key.size() > 128 || key.front() < 'a' || key.front() > 'z') return false;
  for (const char c : key) {
    if (!is_lower_digit(c) && c != '_') return false;
  }
  return true;
}

// [a-z0-9_.]+
constexpr bool is_metric_key(std::string_view key) {
  if (key.empty() || key.size() > 128) return false;
  for (const char c : key) {
    if (!is_lower_digit(c) && c != '_' && c != '.') return false;
  }
  return true;
}

}  // namespace synface::plugin
