// What our HTML pages share: their frame, their style and the escaping of text.
#pragma once

#include <string>
#include <string_view>

namespace synface::report {

// `text` as text, never as markup: &, <, > and " by their names. Words of plugins, of files and of
// users go through it.
std::string html_escaped(std::string_view text);

// One document that needs nothing beside it. `body` is markup, `title` is text. Numbers stand in
// cells of class "n", names that keep their blanks in "name", what a row means in "meaning".
std::string html_document(std::string_view title, std::string_view body);

}  // namespace synface::report
