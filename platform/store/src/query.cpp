#include "synface/store/query.h"

#include <sqlite3.h>

#include <array>
#include <cctype>
#include <cstring>

#include "synface/base/error.h"

namespace synface::store {
namespace {

// Pragmas that only describe.
constexpr std::array<std::string_view, 6> kPragmas = {
    "table_info", "table_xinfo", "table_list", "index_list", "user_version", "integrity_check"};

int authorize(void* denied, int action, const char* first, const char* second, const char*,
              const char*) {
  const auto refuse = [&] {
    if (denied != nullptr) *static_cast<bool*>(denied) = true;
    return SQLITE_DENY;
  };
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE:
      return SQLITE_OK;
    case SQLITE_FUNCTION:
      return std::strcmp(second, "load_extension") == 0 ? refuse() : SQLITE_OK;
    case SQLITE_PRAGMA:
      for (const std::string_view name : kPragmas) {
        if (name == first && (second == nullptr || name != "user_version")) return SQLITE_OK;
      }
      return refuse();
    default:
      return refuse();
  }
}

bool only_blank(std::string_view text) {
  for (char c : text) {
    if (std::isspace(static_cast<unsigned char>(c)) == 0 && c != ';') return false;
  }
  return true;
}

[[noreturn]] void refuse_write() {
  fail(
      ExitCode::kUsage,
      "`query` only reads: this statement would write or attach; open the file with sqlite3 if you "
      "mean to change it");
}

}  // namespace

Statement prepare_read(Database& db, std::string_view sql) {
  if (only_blank(sql)) fail(ExitCode::kUsage, "`query` wants one SQL statement, none was given");
  bool denied = false;
  sqlite3_set_authorizer(db.handle(), authorize, &denied);
  sqlite3_stmt* raw = nullptr;
  const char* rest = nullptr;
  const int code =
      sqlite3_prepare_v3(db.handle(), sql.data(), static_cast<int>(sql.size()), 0, &raw, &rest);
  const std::string words = code == SQLITE_OK ? "" : sqlite3_errmsg(db.handle());
  const int offset = code == SQLITE_OK ? -1 : sqlite3_error_offset(db.handle());
  const bool reads = raw != nullptr && sqlite3_stmt_readonly(raw) != 0;
  const bool empty = code == SQLITE_OK && raw == nullptr;
  sqlite3_finalize(raw);
  if (denied) refuse_write();
  if (code != SQLITE_OK) {
    fail(ExitCode::kUsage, "`query`: {}{}; results/schema.md lists the views and their columns",
         words, offset >= 0 ? fmt::format(" (at character {})", offset + 1) : "");
  }
  if (empty) fail(ExitCode::kUsage, "`query` wants one SQL statement, none was given");
  if (!reads) refuse_write();
  if (!only_blank(sql.substr(static_cast<std::size_t>(rest - sql.data())))) {
    fail(ExitCode::kUsage, "`query` takes one statement at a time");
  }
  // A schema change between now and the first step makes SQLite prepare (and authorize) again.
  sqlite3_set_authorizer(db.handle(), authorize, nullptr);
  return Statement(db, sql);
}

}  // namespace synface::store
