// A table of texts and its three printed forms.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace synface::report {

struct Column {
  std::string header;
  bool right = false;  // numbers stand to the right
};

struct Table {
  std::string title;
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> notes;  // lines below
};

// For a terminal of `width` columns (0: unlimited): long cells are shortened with an ellipsis, and
// where that is not enough each row becomes a block of "header  value" lines.
std::string to_terminal(const Table& table, int width);
std::string to_markdown(const Table& table);
// A booktabs tabular; special characters escaped, "±" and "−" as mathematics.
std::string to_latex(const Table& table);

}  // namespace synface::report
