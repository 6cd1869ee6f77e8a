// The ABI headers of this build, embedded, so that a finding can name the line that asks for it.
#pragma once

#include <string>
#include <string_view>

namespace synface::plugin::check {

// A rule: a header below synface/ and words of it, which may run over several lines of a comment.
struct Rule {
  std::string_view header;  // "ext/state.h"
  std::string_view words;
};

// "synface/ext/state.h:30", the line where the words begin; "synface/ext/state.h" when they are not
// there (a test sees to it that they are).
std::string place_of(const Rule& rule);
// How often the words are there.
int occurrences(const Rule& rule);

}  // namespace synface::plugin::check
