// Words for people: nearest words, human numbers, widths on a terminal.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace synface {

// Damerau-Levenshtein distance in its restricted form (a swap of neighbours counts one), bytewise.
int edit_distance(std::string_view a, std::string_view b);
// The nearest candidate, if it is near enough to be a slip of the hand (a third of the longer
// word, at least 2; upper and lower case count as equal); the first of equally near ones.
std::optional<std::string> did_you_mean(std::string_view word,
                                        std::span<const std::string> candidates);
// "; did you mean 'x'?" or "".
std::string hint(std::string_view word, std::span<const std::string> candidates);

std::string human_duration(double seconds);   // "0.42 s", "3 min 20 s", "2 h 5 min", "3 d 4 h"
std::string human_bytes(double bytes);        // "512 B", "1.5 MiB"
std::string human_count(std::int64_t count);  // "1,234,567"
std::string human_rate(double per_second);    // "12.3", "4,520"

// Columns that a UTF-8 text takes on a terminal: combining marks 0, East Asian wide 2, escape
// sequences (ESC [ ... letter) 0. Invalid bytes count one each.
int display_width(std::string_view text);
std::string pad_right(std::string_view text, int width);  // by spaces, never cut
std::string pad_left(std::string_view text, int width);
// Cut to at most `width` columns, the last of them an ellipsis where something was cut.
std::string cut(std::string_view text, int width);
bool is_utf8(std::string_view text);

std::string join(std::span<const std::string> words, std::string_view between);
std::vector<std::string> split(std::string_view text, char at);  // "" gives {""}
std::string_view trim(std::string_view text);                    // ASCII white space
std::string to_lower(std::string_view text);                     // ASCII

}  // namespace synface
