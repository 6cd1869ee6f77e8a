// A thin, move-only layer over SQLite's C API: Database, Statement, Transaction.
//
// Every failure throws synface::Error with the file's name, SQLite's own words and the remedy:
// ExitCode::kNoSpace where the disk (or a page limit) is full, kDatabase otherwise.
// A handle belongs to one thread at a time and must not be carried across fork().
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

struct sqlite3;
struct sqlite3_stmt;

namespace synface::store {

class Database;

// One prepared statement. Columns and parameters are numbered as in SQLite: columns from 0,
// parameters from 1. Text that a column returns lives until the next step() or reset().
class Statement {
 public:
  Statement() = default;
  Statement(Database& db, std::string_view sql);
  ~Statement();
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&& other) noexcept;

  // Binding. A NaN is bound as NULL: SQLite has no NaN, and NULL is what no comparison and no
  // average ever counts.
  Statement& bind(int index, std::int64_t value);
  Statement& bind(int index, int value) { return bind(index, static_cast<std::int64_t>(value)); }
  Statement& bind(int index, bool value) { return bind(index, static_cast<std::int64_t>(value)); }
  Statement& bind(int index, double value);
  Statement& bind(int index, std::string_view text);
  Statement& bind(int index, const char* text) { return bind(index, std::string_view(text)); }
  Statement& bind(int index, const std::string& text) {
    return bind(index, std::string_view(text));
  }
  Statement& bind(int index, std::nullptr_t);
  Statement& bind_blob(int index, const void* data, std::size_t size);
  template <typename T>
  Statement& bind(int index, const std::optional<T>& value) {
    return value ? bind(index, *value) : bind(index, nullptr);
  }
  // Binds all parameters in order, from 1.
  template <typename... Args>
  Statement& with(const Args&... args) {
    int index = 0;
    (bind(++index, args), ...);
    return *this;
  }

  bool step();   // true: a row is there; false: the statement has ended (and is reset)
  void run();    // steps to the end and resets; for statements whose rows do not matter
  void reset();  // bindings stay

  int columns() const;
  std::string_view name(int column) const;
  int type(
      int column) const;  // SQLITE_INTEGER, SQLITE_FLOAT, SQLITE_TEXT, SQLITE_BLOB, SQLITE_NULL
  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  double real(int column) const;  // NULL gives NaN
  std::string_view text(int column) const;
  std::string_view blob(int column) const;
  std::optional<std::int64_t> optional_integer(int column) const;
  std::optional<double> optional_real(int column) const;
  std::optional<std::string> optional_text(int column) const;

  sqlite3_stmt* handle() const { return statement_; }

 private:
  Database* db_ = nullptr;
  sqlite3_stmt* statement_ = nullptr;
};

// One connection. Movable; statements hold a pointer to it, so move it only before preparing any.
class Database {
 public:
  enum class Mode {
    kReadWrite,  // the file must exist
    kCreate,     // made when absent
    kReadOnly,   // mode=ro; of a database on a read-only medium without a -wal file, immutable
    kMemory,
  };

  Database() = default;
  Database(const std::filesystem::path& path, Mode mode);
  ~Database();
  Database(Database&& other) noexcept;
  Database& operator=(Database&& other) noexcept;

  // Runs one or more statements without parameters.
  void exec(std::string_view sql);
  Statement prepare(std::string_view sql) { return Statement(*this, sql); }
  // The first column of the first row.
  std::int64_t integer(std::string_view sql);
  std::string text(std::string_view sql);

  std::int64_t last_insert_id() const;
  std::int64_t changes() const;
  // Closes and checkpoints; throws where SQLite refuses. The destructor does the same in silence.
  void close();

  const std::filesystem::path& path() const { return path_; }
  bool open() const { return handle_ != nullptr; }
  sqlite3* handle() const { return handle_; }

  // Throws the Error that fits SQLite's result code; `doing` says what was tried.
  [[noreturn]] void raise(int code, std::string_view doing) const;

 private:
  std::filesystem::path path_;
  sqlite3* handle_ = nullptr;
};

// BEGIN IMMEDIATE (a deferred transaction that upgrades fails at once, whatever the busy timeout)
// ... commit(); rolled back by the destructor otherwise.
class Transaction {
 public:
  // kFull: the commit is on the disk when commit() returns; kNormal: a power cut may lose it,
  // a crash of the process cannot.
  enum class Sync { kNormal, kFull };

  explicit Transaction(Database& db, Sync sync = Sync::kNormal);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Database& db_;
  bool full_;
  bool open_ = true;
};

}  // namespace synface::store
