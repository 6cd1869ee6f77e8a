#include "support/records.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <memory>

namespace synface::test {
namespace {

struct Close {
  void operator()(sqlite3* db) const { sqlite3_close(db); }
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

std::string column_text(sqlite3_stmt* statement) {
  const auto* bytes = sqlite3_column_text(statement, 0);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, 0));
  return bytes == nullptr ? std::string() : std::string(reinterpret_cast<const char*>(bytes), size);
}

}  // namespace

std::vector<std::string> Records::column(const std::string& sql) const {
  sqlite3* opened = nullptr;
  const int status = sqlite3_open_v2(database_.c_str(), &opened, SQLITE_OPEN_READONLY, nullptr);
  const std::unique_ptr<sqlite3, Close> db(opened);
  std::vector<std::string> values;
  if (status != SQLITE_OK) {
    ADD_FAILURE() << database_ << ": " << sqlite3_errmsg(opened);
    return values;
  }
  sqlite3_busy_timeout(opened, 10000);
  sqlite3_stmt* prepared = nullptr;
  if (sqlite3_prepare_v2(opened, sql.c_str(), -1, &prepared, nullptr) != SQLITE_OK) {
    ADD_FAILURE() << sql << ": " << sqlite3_errmsg(opened);
    return values;
  }
  const std::unique_ptr<sqlite3_stmt, Close> statement(prepared);
  int step = SQLITE_ROW;
  while ((step = sqlite3_step(prepared)) == SQLITE_ROW) values.push_back(column_text(prepared));
  EXPECT_EQ(step, SQLITE_DONE) << sql << ": " << sqlite3_errmsg(opened);
  return values;
}

bool Records::ready() const {
  return std::filesystem::exists(database_) &&
         !column("SELECT 1 FROM sqlite_master WHERE name = 'attempt_running'").empty();
}

std::string Records::text(const std::string& sql) const {
  const auto values = column(sql);
  EXPECT_FALSE(values.empty()) << "no row: " << sql;
  return values.empty() ? std::string() : values.front();
}

std::int64_t Records::number(const std::string& sql) const {
  const std::string value = text(sql);
  return value.empty() ? 0 : std::stoll(value);
}

}  // namespace synface::test
