#include <synface/base/error.h>
#include <synface/data/named_set.h>

#include <algorithm>
#include <charconv>
#include <string_view>

namespace synface::data {
namespace {

constexpr std::int64_t kMost = std::int64_t{1} << 31;

// "10K" at the start of `text`, which it is taken off; 0 where there is no such number.
std::int64_t take_number(std::string_view& text) {
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [next, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || value <= 0 || value >= kMost) return 0;
  text.remove_prefix(static_cast<std::size_t>(next - text.data()));
  const std::int64_t unit = text.starts_with('K') ? 1000 : text.starts_with('M') ? 1000000 : 1;
  if (unit > 1) text.remove_prefix(1);
  return value < kMost / unit ? value * unit : 0;
}

bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// Nothing, or "_LABEL".
bool is_label(std::string_view text) {
  if (text.empty()) return true;
  if (!take(text, "_") || text.empty() || text.size() > 64) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_';
  });
}

}  // namespace

SetSize parse_set_name(const std::string& name) {
  std::string_view rest = name;
  SetSize size;
  if (take(rest, "Syn_")) {
    size.identities = take_number(rest);
    if (take(rest, "_")) size.samples = take_number(rest);
  }
  if (size.identities == 0 || size.samples == 0 || !is_label(rest)) {
    fail(ExitCode::kUsage,
         "{}: wanted Syn_N_S, as Syn_10K_50 for 10,000 people with 50 images each, and a label "
         "behind it where sets of one size differ, as Syn_10K_50_mixed",
         name);
  }
  return size;
}

}  // namespace synface::data
