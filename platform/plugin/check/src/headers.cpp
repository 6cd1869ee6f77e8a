#include "headers.h"

#include <fmt/format.h>

#include <cctype>
#include <vector>

#include "headers_text.h"

namespace synface::plugin::check {
namespace {

// A header without the line breaks and stars of its comments, and the line of each character.
struct Flat {
  std::string text;
  std::vector<int> lines;
};

Flat flatten(std::string_view header) {
  Flat flat;
  int line = 1;
  bool at_start = true;
  for (const char c : header) {
    const bool space = std::isspace(static_cast<unsigned char>(c)) != 0;
    if (c == '\n') {
      ++line;
      at_start = true;
    }
    if (space || (at_start && c == '*')) {
      if (!flat.text.empty() && flat.text.back() != ' ') {
        flat.text += ' ';
        flat.lines.push_back(line);
      }
      continue;
    }
    at_start = false;
    flat.text += c;
    flat.lines.push_back(line);
  }
  return flat;
}

std::string_view text_of(std::string_view header) {
  for (const EmbeddedHeader& embedded : kHeaders) {
    if (embedded.name == header) return embedded.text;
  }
  return {};
}

}  // namespace

std::string place_of(const Rule& rule) {
  const Flat flat = flatten(text_of(rule.header));
  const std::size_t at = flat.text.find(rule.words);
  if (at == std::string::npos) return fmt::format("synface/{}", rule.header);
  return fmt::format("synface/{}:{}", rule.header, flat.lines[at]);
}

int occurrences(const Rule& rule) {
  const Flat flat = flatten(text_of(rule.header));
  int n = 0;
  for (std::size_t at = flat.text.find(rule.words); at != std::string::npos;
       at = flat.text.find(rule.words, at + 1)) {
    ++n;
  }
  return n;
}

}  // namespace synface::plugin::check
