// What a database holds, read without the program under test.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace synface::test {

// A read-only look into a database with plain SQLite.
class Records {
 public:
  explicit Records(std::filesystem::path database) : database_(std::move(database)) {}

  // First column of the first row; a test failure (and 0 or "") where there is none.
  std::int64_t number(const std::string& sql) const;
  std::string text(const std::string& sql) const;
  // First column of every row.
  std::vector<std::string> column(const std::string& sql) const;

  // False while a program that has just been started still makes the tables.
  bool ready() const;

  std::int64_t attempts() const { return number("SELECT count(*) FROM attempt"); }
  std::int64_t trials() const { return number("SELECT count(*) FROM trial"); }
  // "ok" where PRAGMA integrity_check finds nothing.
  std::string integrity() const { return text("PRAGMA integrity_check"); }

 private:
  std::filesystem::path database_;
};

}  // namespace synface::test
