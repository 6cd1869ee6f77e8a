#include "emit.h"

#include <sqlite3.h>

#include "synface/base/error.h"
#include "synface/base/text.h"
#include "synface/report/export.h"

namespace synface::report {
namespace {

std::string hex(std::string_view bytes) {
  std::string text;
  for (char c : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return text;
}

std::string plain(const store::Statement& row, int column) {
  switch (row.type(column)) {
    case SQLITE_NULL:
      return "";
    case SQLITE_FLOAT:
      return format_double(row.real(column));
    case SQLITE_BLOB:
      return hex(row.blob(column));
    default:
      return std::string(row.text(column));
  }
}

// Text that is not UTF-8 is shown with replacement characters rather than refused.
std::string json_text(std::string_view text) {
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string json_value(const store::Statement& row, int column) {
  switch (row.type(column)) {
    case SQLITE_NULL:
      return "null";
    case SQLITE_INTEGER:
      return std::to_string(row.integer(column));
    case SQLITE_FLOAT:
      return json_double(row.real(column));
    case SQLITE_BLOB:
      return "\"" + hex(row.blob(column)) + "\"";
    default:
      return json_text(row.text(column));
  }
}

int emit_json(store::Statement& select, std::ostream& out) {
  int count = 0;
  out << "[";
  while (select.step()) {
    out << (count++ == 0 ? "\n" : ",\n") << "{";
    for (int i = 0; i < select.columns(); ++i) {
      out << (i == 0 ? "" : ",") << json_text(select.name(i)) << ":" << json_value(select, i);
    }
    out << "}";
  }
  out << (count == 0 ? "]\n" : "\n]\n");
  return count;
}

int emit_csv(store::Statement& select, std::ostream& out) {
  int count = 0;
  for (int i = 0; i < select.columns(); ++i) {
    out << (i == 0 ? "" : ",") << csv_field(std::string(select.name(i)));
  }
  out << "\n";
  while (select.step()) {
    ++count;
    for (int i = 0; i < select.columns(); ++i) {
      out << (i == 0 ? "" : ",") << csv_field(plain(select, i));
    }
    out << "\n";
  }
  return count;
}

}  // namespace

Format parse_format(const std::string& name) {
  if (name == "table") return Format::kTable;
  if (name == "markdown" || name == "md") return Format::kMarkdown;
  if (name == "latex" || name == "tex") return Format::kLatex;
  if (name == "csv") return Format::kCsv;
  if (name == "json") return Format::kJson;
  const std::vector<std::string> names = {"table", "markdown", "latex", "csv", "json"};
  fail(ExitCode::kUsage, "no format '{}'{} (there are: {})", name, hint(name, names),
       join(names, ", "));
}

void emit_table(const Table& table, const Output& output, std::ostream& out) {
  switch (output.format) {
    case Format::kMarkdown:
      out << to_markdown(table);
      return;
    case Format::kLatex:
      out << to_latex(table);
      return;
    case Format::kTable:
      out << to_terminal(table, output.width);
      return;
    case Format::kCsv:
      for (std::size_t i = 0; i < table.columns.size(); ++i) {
        out << (i == 0 ? "" : ",") << csv_field(table.columns[i].header);
      }
      out << "\n";
      for (const auto& row : table.rows) {
        for (std::size_t i = 0; i < row.size(); ++i)
          out << (i == 0 ? "" : ",") << csv_field(row[i]);
        out << "\n";
      }
      return;
    case Format::kJson: {
      Json rows = Json::array();
      for (const auto& row : table.rows) {
        Json object = Json::object();
        for (std::size_t i = 0; i < row.size(); ++i) object[table.columns[i].header] = row[i];
        rows.push_back(std::move(object));
      }
      out << rows.dump(1) << "\n";
      return;
    }
  }
}

int emit_rows(store::Statement& select, const Output& output, std::ostream& out) {
  if (output.format == Format::kJson) return emit_json(select, out);
  if (output.format == Format::kCsv) return emit_csv(select, out);
  Table table;
  for (int i = 0; i < select.columns(); ++i) table.columns.push_back({std::string(select.name(i))});
  std::vector<bool> numeric(table.columns.size(), true);
  while (select.step()) {
    auto& row = table.rows.emplace_back();
    for (int i = 0; i < select.columns(); ++i) {
      const int type = select.type(i);
      const bool number = type == SQLITE_INTEGER || type == SQLITE_FLOAT || type == SQLITE_NULL;
      if (!number) numeric[static_cast<std::size_t>(i)] = false;
      row.push_back(type == SQLITE_NULL ? "NULL" : plain(select, i));
    }
  }
  for (std::size_t i = 0; i < numeric.size(); ++i) {
    table.columns[i].right = numeric[i] && !table.rows.empty();
  }
  emit_table(table, output, out);
  return static_cast<int>(table.rows.size());
}

}  // namespace synface::report
