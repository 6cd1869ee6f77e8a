// A table of texts and its three printed forms.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace synface::report {

struct Column {
  std::string header;
  bool right = false;  // numbers stand to the right; such a column is never cut
  int optional = 0;    // on a narrow terminal columns go from the highest number down; 0: they stay
  bool whole = false;  // never cut, though it stands to the left
  bool note = false;   // where it is left out, its cells become lines below
};

struct Table {
  std::string title;
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> notes;  // lines below
  std::size_t keys = 0;            // leading columns that name a row
};

// For a terminal of `width` columns (0: unlimited). Where the table is wider: optional columns are
// left out (and named below), long cells are shortened with an ellipsis, and where that is not
// enough each row becomes a block of "header  value" lines with every column.
std::string to_terminal(const Table& table, int width);
std::string to_markdown(const Table& table);
// A booktabs tabular; special characters escaped, "±" and "−" as mathematics.
std::string to_latex(const Table& table);

}  // namespace synface::report
