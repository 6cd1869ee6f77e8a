#include "synface/report/table.h"

#include <algorithm>
#include <numeric>

#include "synface/base/text.h"

namespace synface::report {
namespace {

constexpr int kGap = 2;        // spaces between columns, 1 where that helps
constexpr int kNarrowest = 8;  // a column is not cut below this

std::vector<int> natural_widths(const Table& table) {
  std::vector<int> widths;
  for (const Column& column : table.columns) widths.push_back(display_width(column.header));
  for (const auto& row : table.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], display_width(row[i]));
    }
  }
  return widths;
}

int total(const std::vector<int>& widths, int gap) {
  return std::accumulate(widths.begin(), widths.end(), 0) +
         gap * (static_cast<int>(widths.size()) - 1);
}

// Takes columns from the widest that may be cut until the table fits; false where it cannot.
bool shrink(const Table& table, std::vector<int>& widths, int gap, int width) {
  while (total(widths, gap) > width) {
    std::size_t widest = widths.size();
    for (std::size_t i = 0; i < widths.size(); ++i) {
      const Column& column = table.columns[i];
      if (column.right || column.whole || widths[i] <= kNarrowest) continue;
      if (widest == widths.size() || widths[i] > widths[widest]) widest = i;
    }
    if (widest == widths.size()) return false;
    --widths[widest];
  }
  return true;
}

// "not counted in 1000, 5: 1 diverged" for each cell of a column that is left out.
void keep_as_notes(Table& table, std::size_t column) {
  std::vector<std::string> lines;
  for (const auto& row : table.rows) {
    if (row[column].empty()) continue;
    const std::vector<std::string> key(row.begin(),
                                       row.begin() + static_cast<std::ptrdiff_t>(table.keys));
    lines.push_back(table.columns[column].header + (key.empty() ? "" : " in " + join(key, ", ")) +
                    ": " + row[column]);
  }
  table.notes.insert(table.notes.begin(), lines.begin(), lines.end());
}

// Without its most optional columns; false where all are wanted.
bool drop_columns(Table& table, std::vector<std::string>& dropped) {
  int most = 0;
  for (const Column& column : table.columns) most = std::max(most, column.optional);
  if (most == 0) return false;
  for (std::size_t i = table.columns.size(); i-- > 0;) {
    if (table.columns[i].optional != most) continue;
    if (table.columns[i].note) {
      keep_as_notes(table, i);
    } else {
      dropped.insert(dropped.begin(), table.columns[i].header);
    }
    table.columns.erase(table.columns.begin() + static_cast<std::ptrdiff_t>(i));
    for (auto& row : table.rows) row.erase(row.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return true;
}

std::string line(const Table& table, const std::vector<std::string>& cells,
                 const std::vector<int>& widths, int gap) {
  std::string text;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string cell =
        display_width(cells[i]) > widths[i] ? cut(cells[i], widths[i]) : cells[i];
    if (i > 0) text += std::string(static_cast<std::size_t>(gap), ' ');
    text += table.columns[i].right ? pad_left(cell, widths[i]) : pad_right(cell, widths[i]);
  }
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text + "\n";
}

std::string as_blocks(const Table& table) {
  int widest = 0;
  for (const Column& column : table.columns)
    widest = std::max(widest, display_width(column.header));
  std::string text;
  for (const auto& row : table.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (row[i].empty()) continue;
      text += pad_right(table.columns[i].header, widest) + "  " + row[i] + "\n";
    }
    text += "\n";
  }
  return text;
}

// Breaks at spaces so that no line is wider than `width`; later lines are indented by two.
std::string wrapped(const std::string& text, int width) {
  if (width <= 0 || display_width(text) <= width) return text + "\n";
  std::string result, current;
  for (const std::string& word : split(text, ' ')) {
    const bool fits = display_width(current) + 1 + display_width(word) <= width;
    if (!current.empty() && !fits) {
      result += current + "\n";
      current = "  " + word;
    } else {
      current += (current.empty() ? "" : " ") + word;
    }
  }
  return result + current + "\n";
}

std::vector<std::string> headers(const Table& table) {
  std::vector<std::string> names;
  for (const Column& column : table.columns) names.push_back(column.header);
  return names;
}

std::string escape_markdown(const std::string& text) {
  std::string result;
  for (char c : text) {
    if (c == '|') result += '\\';
    result += c == '\n' ? ' ' : c;
  }
  return result;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

std::string escape_latex(const std::string& text) {
  std::string result;
  for (char c : text) {
    switch (c) {
      case '&':
      case '%':
      case '$':
      case '#':
      case '_':
      case '{':
      case '}':
        result += '\\';
        result += c;
        break;
      case '~':
        result += "\\textasciitilde{}";
        break;
      case '^':
        result += "\\textasciicircum{}";
        break;
      case '\\':
        result += "\\textbackslash{}";
        break;
      default:
        result += c;
    }
  }
  result = replaced(result, "±", "$\\pm$");
  result = replaced(result, "−", "$-$");
  return replaced(result, "×", "$\\times$");
}

std::string latex_row(const std::vector<std::string>& cells) {
  std::string text;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    text += (i > 0 ? " & " : "") + escape_latex(cells[i]);
  }
  return text + " \\\\\n";
}

}  // namespace

std::string to_terminal(const Table& whole, int width) {
  Table table = whole;
  std::vector<std::string> dropped;
  std::vector<int> widths = natural_widths(table);
  while (width > 0 && total(widths, 1) > width && drop_columns(table, dropped)) {
    widths = natural_widths(table);
  }
  const int gap = width > 0 && total(widths, kGap) > width ? 1 : kGap;
  std::string text = table.title.empty() ? "" : wrapped(table.title, width);
  if (width > 0 && !shrink(table, widths, gap, width)) {
    text += as_blocks(whole);
    dropped.clear();
    table.notes = whole.notes;
  } else if (!table.columns.empty()) {
    text += line(table, headers(table), widths, gap);
    std::vector<std::string> rule;
    for (const int w : widths) {
      std::string dashes;
      for (int i = 0; i < w; ++i) dashes += "─";
      rule.push_back(dashes);
    }
    text += line(table, rule, widths, gap);
    for (const auto& row : table.rows) text += line(table, row, widths, gap);
  }
  if (!dropped.empty()) {
    text += wrapped("left out for the width: " + join(dropped, ", "), width);
  }
  for (const std::string& note : table.notes) text += wrapped(note, width);
  return text;
}

std::string to_markdown(const Table& table) {
  std::string text = table.title.empty() ? "" : "**" + escape_markdown(table.title) + "**\n\n";
  std::string rule = "|";
  text += "|";
  for (const Column& column : table.columns) {
    text += " " + escape_markdown(column.header) + " |";
    rule += column.right ? " ---: |" : " --- |";
  }
  text += "\n" + rule + "\n";
  for (const auto& row : table.rows) {
    text += "|";
    for (const std::string& cell : row) text += " " + escape_markdown(cell) + " |";
    text += "\n";
  }
  if (!table.notes.empty()) text += "\n";
  for (const std::string& note : table.notes) text += "- " + note + "\n";
  return text;
}

std::string to_latex(const Table& table) {
  std::string text;
  if (!table.title.empty()) text += "% " + replaced(table.title, "\n", " ") + "\n";
  text += "\\begin{tabular}{";
  for (const Column& column : table.columns) text += column.right ? 'r' : 'l';
  text += "}\n\\toprule\n" + latex_row(headers(table)) + "\\midrule\n";
  for (const auto& row : table.rows) text += latex_row(row);
  text += "\\bottomrule\n\\end{tabular}\n";
  for (const std::string& note : table.notes) text += "% " + replaced(note, "\n", " ") + "\n";
  return text;
}

}  // namespace synface::report
