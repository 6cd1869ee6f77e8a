#include "synface/store/sqlite.h"

#include <sqlite3.h>

#include <cerrno>
#include <cmath>
#include <limits>

#include "synface/base/error.h"

namespace synface::store {
namespace {

constexpr int kBusyTimeoutMs = 30000;

// The remedy that goes with a result code; empty where SQLite's own words must do.
std::string_view remedy(int code) {
  switch (code & 0xff) {
    case SQLITE_FULL:
      return "; free space on that disk (or name another database with --db) and run the same "
             "command "
             "again: what was recorded is kept";
    case SQLITE_NOTADB:
      return "; the file is not an SQLite database: name another one with --db";
    case SQLITE_CORRUPT:
      return "; the file is damaged: move it away (with its -wal and -shm), then `synface run "
             "EXPERIMENT --register-only` for each experiment and `synface merge "
             "<database>.d/journals` make it again from the journals";
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return "; the database cannot be written: change its rights (its folder's too) or name "
             "another "
             "one with --db";
    case SQLITE_CANTOPEN:
      return "; is the path right, and may its folder be read?";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "; another process holds it: wait for that process or end it";
    case SQLITE_IOERR:
      return "; the disk reports an error: check it, and that it is a local disk";
    default:
      return "";
  }
}

std::string uri_of(const std::filesystem::path& path, std::string_view parameters) {
  std::string uri = "file:";
  for (char c : std::filesystem::absolute(path).string()) {
    if (c == '?' || c == '#' || c == '%') {
      uri += fmt::format("%{:02x}", static_cast<unsigned char>(c));
    } else {
      uri += c;
    }
  }
  return uri + "?" + std::string(parameters);
}

}  // namespace

// ---- Database ----------------------------------------------------------------------------------

void Database::raise(int code, std::string_view doing) const {
  const int system = handle_ == nullptr ? 0 : sqlite3_system_errno(handle_);
  const bool full = (code & 0xff) == SQLITE_FULL ||
                    ((code & 0xff) == SQLITE_IOERR && (system == ENOSPC || system == EDQUOT));
  const char* words = handle_ != nullptr && (sqlite3_errcode(handle_) & 0xff) == (code & 0xff)
                          ? sqlite3_errmsg(handle_)
                          : sqlite3_errstr(code);
  fail(full ? ExitCode::kNoSpace : ExitCode::kDatabase, "database {}: {}: {} (SQLite code {}){}",
       path_.string(), doing, words, code, remedy(full ? SQLITE_FULL : code));
}

Database::Database(const std::filesystem::path& path, Mode mode) : path_(path) {
  int flags = SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  flags |= mode == Mode::kReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  std::string name = mode == Mode::kMemory ? ":memory:" : uri_of(path, "");
  if (mode == Mode::kCreate || mode == Mode::kMemory) flags |= SQLITE_OPEN_CREATE;
  int code = sqlite3_open_v2(name.c_str(), &handle_, flags, nullptr);
  // Before the first query: the last writer's closing holds the file for a moment.
  if (code == SQLITE_OK) sqlite3_busy_timeout(handle_, kBusyTimeoutMs);
  if (code == SQLITE_OK && mode == Mode::kReadOnly) {
    // A WAL database in a folder that we may not write has no place for its -shm file. Without a
    // -wal file nothing is pending, and the file can be read as it lies.
    code = sqlite3_exec(handle_, "SELECT count(*) FROM sqlite_schema", nullptr, nullptr, nullptr);
    const bool refused = (code & 0xff) == SQLITE_CANTOPEN || (code & 0xff) == SQLITE_READONLY;
    if (refused && !std::filesystem::exists(path.string() + "-wal")) {
      sqlite3_close_v2(handle_);
      code = sqlite3_open_v2(uri_of(path, "immutable=1").c_str(), &handle_, flags, nullptr);
    }
  }
  if (code != SQLITE_OK) {
    try {
      raise(code, "opening");
    } catch (...) {
      sqlite3_close_v2(handle_);
      handle_ = nullptr;
      throw;
    }
  }
  sqlite3_busy_timeout(handle_, kBusyTimeoutMs);
}

Database::~Database() {
  if (handle_ != nullptr) sqlite3_close_v2(handle_);
}

Database::Database(Database&& other) noexcept
    : path_(std::move(other.path_)), handle_(std::exchange(other.handle_, nullptr)) {}

Database& Database::operator=(Database&& other) noexcept {
  if (this != &other) {
    if (handle_ != nullptr) sqlite3_close_v2(handle_);
    path_ = std::move(other.path_);
    handle_ = std::exchange(other.handle_, nullptr);
  }
  return *this;
}

void Database::close() {
  if (handle_ == nullptr) return;
  const int code = sqlite3_close(handle_);
  if (code != SQLITE_OK) raise(code, "closing");
  handle_ = nullptr;
}

void Database::exec(std::string_view sql) {
  const char* rest = sql.data();
  const char* end = rest + sql.size();
  while (rest < end) {
    sqlite3_stmt* statement = nullptr;
    int code = sqlite3_prepare_v2(handle_, rest, static_cast<int>(end - rest), &statement, &rest);
    if (code != SQLITE_OK) raise(code, "preparing a statement");
    if (statement == nullptr) continue;  // white space or a comment
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
    }
    if (code == SQLITE_DONE) {
      sqlite3_finalize(statement);
      continue;
    }
    try {
      raise(code, fmt::format("running `{}`", sqlite3_sql(statement)));
    } catch (...) {
      sqlite3_finalize(statement);
      throw;
    }
  }
}

std::int64_t Database::integer(std::string_view sql) {
  Statement statement(*this, sql);
  return statement.step() ? statement.integer(0) : 0;
}

std::string Database::text(std::string_view sql) {
  Statement statement(*this, sql);
  return statement.step() ? std::string(statement.text(0)) : std::string();
}

std::int64_t Database::last_insert_id() const {
  return sqlite3_last_insert_rowid(handle_);
}
std::int64_t Database::changes() const {
  return sqlite3_changes64(handle_);
}

// ---- Statement ---------------------------------------------------------------------------------

Statement::Statement(Database& db, std::string_view sql) : db_(&db) {
  const int code = sqlite3_prepare_v3(db.handle(), sql.data(), static_cast<int>(sql.size()), 0,
                                      &statement_, nullptr);
  if (code != SQLITE_OK) db.raise(code, fmt::format("preparing `{}`", sql));
}

Statement::~Statement() {
  sqlite3_finalize(statement_);
}

Statement::Statement(Statement&& other) noexcept
    : db_(other.db_), statement_(std::exchange(other.statement_, nullptr)) {}

Statement& Statement::operator=(Statement&& other) noexcept {
  if (this != &other) {
    sqlite3_finalize(statement_);
    db_ = other.db_;
    statement_ = std::exchange(other.statement_, nullptr);
  }
  return *this;
}

Statement& Statement::bind(int index, std::int64_t value) {
  const int code = sqlite3_bind_int64(statement_, index, value);
  if (code != SQLITE_OK) db_->raise(code, "binding an integer");
  return *this;
}

Statement& Statement::bind(int index, double value) {
  const int code = std::isnan(value) ? sqlite3_bind_null(statement_, index)
                                     : sqlite3_bind_double(statement_, index, value);
  if (code != SQLITE_OK) db_->raise(code, "binding a number");
  return *this;
}

Statement& Statement::bind(int index, std::string_view text) {
  const int code = sqlite3_bind_text64(statement_, index, text.data() == nullptr ? "" : text.data(),
                                       text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  if (code != SQLITE_OK) db_->raise(code, "binding a text");
  return *this;
}

Statement& Statement::bind(int index, std::nullptr_t) {
  const int code = sqlite3_bind_null(statement_, index);
  if (code != SQLITE_OK) db_->raise(code, "binding NULL");
  return *this;
}

Statement& Statement::bind_blob(int index, const void* data, std::size_t size) {
  const int code = sqlite3_bind_blob64(statement_, index, data, size, SQLITE_TRANSIENT);
  if (code != SQLITE_OK) db_->raise(code, "binding a blob");
  return *this;
}

bool Statement::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) {
    try {
      db_->raise(code, fmt::format("running `{}`", sqlite3_sql(statement_)));
    } catch (...) {
      sqlite3_reset(statement_);
      throw;
    }
  }
  sqlite3_reset(statement_);
  return false;
}

void Statement::run() {
  while (step()) {
  }
}

void Statement::reset() {
  sqlite3_reset(statement_);
}

int Statement::columns() const {
  return sqlite3_column_count(statement_);
}
std::string_view Statement::name(int column) const {
  return sqlite3_column_name(statement_, column);
}
int Statement::type(int column) const {
  return sqlite3_column_type(statement_, column);
}
bool Statement::is_null(int column) const {
  return type(column) == SQLITE_NULL;
}
std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

double Statement::real(int column) const {
  return is_null(column) ? std::numeric_limits<double>::quiet_NaN()
                         : sqlite3_column_double(statement_, column);
}

std::string_view Statement::text(int column) const {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (data == nullptr) return {};
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::string_view Statement::blob(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  if (data == nullptr) return {};
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::optional<std::int64_t> Statement::optional_integer(int column) const {
  return is_null(column) ? std::nullopt : std::optional(integer(column));
}
std::optional<double> Statement::optional_real(int column) const {
  return is_null(column) ? std::nullopt : std::optional(real(column));
}
std::optional<std::string> Statement::optional_text(int column) const {
  return is_null(column) ? std::nullopt : std::optional(std::string(text(column)));
}

// ---- Transaction -------------------------------------------------------------------------------

Transaction::Transaction(Database& db, Sync sync) : db_(db), full_(sync == Sync::kFull) {
  if (full_) db_.exec("PRAGMA synchronous=FULL");
  db_.exec("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  if (open_ && sqlite3_get_autocommit(db_.handle()) == 0) {
    sqlite3_exec(db_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
  if (full_) sqlite3_exec(db_.handle(), "PRAGMA synchronous=NORMAL", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  db_.exec("COMMIT");
  open_ = false;
}

}  // namespace synface::store
