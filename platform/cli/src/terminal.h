// Standard output as people see it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace synface::cli {

struct Terminal {
  bool colour = false;  // a terminal, and NO_COLOR is not set
  int width = 0;        // columns; 0: no terminal, unlimited

  static Terminal of_stdout();
  static Terminal of_stderr();

  std::string bold(std::string_view text) const { return style("1", text); }
  std::string dim(std::string_view text) const { return style("2", text); }
  std::string red(std::string_view text) const { return style("31", text); }
  std::string green(std::string_view text) const { return style("32", text); }
  std::string yellow(std::string_view text) const { return style("33", text); }

  // "label     text", the text wrapped at words to the width and indented below itself.
  std::string field(std::string_view label, std::string_view text, int label_width = 10) const;

 private:
  std::string style(const char* code, std::string_view text) const;
};

// Breaks a text at spaces into lines of at most `width` columns (0: one line a line break).
std::vector<std::string> wrap(std::string_view text, int width);

}  // namespace synface::cli
