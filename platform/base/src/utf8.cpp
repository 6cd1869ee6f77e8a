// Widths of UTF-8 text on a terminal.
#include <algorithm>
#include <array>
#include <utility>

#include "synface/base/text.h"

namespace synface {
namespace {

constexpr char32_t kInvalid = 0xFFFFFFFF;

// Decodes one code point and advances; an invalid byte gives kInvalid and advances by one.
char32_t decode(std::string_view& text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  const std::size_t length = first < 0x80                     ? 1
                             : first >= 0xC2 && first <= 0xDF ? 2
                             : (first & 0xF0U) == 0xE0        ? 3
                             : first >= 0xF0 && first <= 0xF4 ? 4
                                                              : 0;
  char32_t code = length == 1 ? first : first & (0x7FU >> length);
  bool good = length > 0 && length <= text.size();
  for (std::size_t i = 1; good && i < length; ++i) {
    good = (byte(i) & 0xC0U) == 0x80;
    code = code << 6U | (byte(i) & 0x3FU);
  }
  good = good && !(length == 3 && code < 0x800) && !(length == 4 && code < 0x10000) &&
         code <= 0x10FFFF && !(code >= 0xD800 && code <= 0xDFFF);
  text.remove_prefix(good ? length : 1);
  return good ? code : kInvalid;
}

template <std::size_t N>
bool within(char32_t code, const std::array<std::pair<char32_t, char32_t>, N>& ranges) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](const auto& r) { return code >= r.first && code <= r.second; });
}

int width_of(char32_t code) {
  // Combining marks, joiners and variation selectors; then the blocks that Unicode's
  // EastAsianWidth.txt calls W or F, and emoji.
  constexpr std::array<std::pair<char32_t, char32_t>, 7> kNone = {{{0x0300, 0x036F},
                                                                   {0x200B, 0x200F},
                                                                   {0x1AB0, 0x1AFF},
                                                                   {0x1DC0, 0x1DFF},
                                                                   {0x20D0, 0x20FF},
                                                                   {0xFE00, 0xFE0F},
                                                                   {0xFE20, 0xFE2F}}};
  constexpr std::array<std::pair<char32_t, char32_t>, 9> kWide = {{{0x1100, 0x115F},
                                                                   {0x2E80, 0xA4CF},
                                                                   {0xAC00, 0xD7A3},
                                                                   {0xF900, 0xFAFF},
                                                                   {0xFE30, 0xFE6F},
                                                                   {0xFF00, 0xFF60},
                                                                   {0xFFE0, 0xFFE6},
                                                                   {0x1F300, 0x1FAFF},
                                                                   {0x20000, 0x3FFFD}}};
  if (code == kInvalid) return 1;
  if (code < 0x20 || (code >= 0x7F && code < 0xA0)) return 0;
  if (within(code, kNone)) return 0;
  return within(code, kWide) ? 2 : 1;
}

// Removes an escape sequence (ESC [ ... letter) from the front; false where there is none.
bool skip_escape(std::string_view& text) {
  if (text.size() < 2 || text[0] != '\x1b' || text[1] != '[') return false;
  std::size_t end = 2;
  while (end < text.size() && (text[end] < '@' || text[end] > '~')) ++end;
  text.remove_prefix(std::min(end + 1, text.size()));
  return true;
}

}  // namespace

int display_width(std::string_view text) {
  int width = 0;
  while (!text.empty()) {
    if (!skip_escape(text)) width += width_of(decode(text));
  }
  return width;
}

std::string pad_right(std::string_view text, int width) {
  return std::string(text) +
         std::string(static_cast<std::size_t>(std::max(0, width - display_width(text))), ' ');
}

std::string pad_left(std::string_view text, int width) {
  return std::string(static_cast<std::size_t>(std::max(0, width - display_width(text))), ' ') +
         std::string(text);
}

std::string cut(std::string_view text, int width) {
  if (display_width(text) <= width) return std::string(text);
  if (width <= 0) return {};
  std::string out;
  int used = 0;
  while (!text.empty()) {
    const std::string_view before = text;
    const int add = skip_escape(text) ? 0 : width_of(decode(text));
    if (used + add > width - 1) break;
    used += add;
    out += before.substr(0, before.size() - text.size());
  }
  return out + "\xE2\x80\xA6";
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    if (decode(text) == kInvalid) return false;
  }
  return true;
}

}  // namespace synface
