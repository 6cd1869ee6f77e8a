#include "schema.h"

#include <sqlite3.h>

#include <array>

#include "migration_001.h"
#include "migration_002.h"
#include "synface/base/error.h"

namespace synface::store {
namespace {

constexpr std::array<Migration, 2> kMigrations = {{{1, {kMigration001Tables, kMigration001Views}},
                                                   {2, {kMigration002Tables, kMigration002Views}}}};

// A copy by SQLite's backup interface, whole at one moment, whatever the -wal holds.
void back_up(Database& db, const std::filesystem::path& target) {
  std::filesystem::remove(target);
  Database copy(target, Database::Mode::kCreate);
  sqlite3_backup* backup = sqlite3_backup_init(copy.handle(), "main", db.handle(), "main");
  if (backup == nullptr)
    copy.raise(sqlite3_errcode(copy.handle()), "backing up before a migration");
  sqlite3_backup_step(backup, -1);
  const int code = sqlite3_backup_finish(backup);
  if (code != SQLITE_OK) copy.raise(code, "backing up before a migration");
  copy.close();
}

}  // namespace

std::span<const Migration> migrations() {
  return kMigrations;
}
int newest_version() {
  return kMigrations.back().version;
}

int check_identity(Database& db, int newest, bool may_be_empty) {
  const std::int64_t id = db.integer("PRAGMA application_id");
  const int version = static_cast<int>(db.integer("PRAGMA user_version"));
  const bool empty = db.integer("SELECT count(*) FROM sqlite_schema") == 0;
  const std::string path = db.path().string();
  if (empty && id == 0 && version == 0) {
    if (may_be_empty) return 0;
    fail(ExitCode::kDatabase, "database {}: is empty; `synface run FILE` fills one", path);
  }
  if (id != kApplicationId) {
    fail(ExitCode::kDatabase,
         "database {}: is an SQLite database of another program (application_id {:#x}, ours is "
         "{:#x}); nothing was changed: name another file with --db",
         path, id, kApplicationId);
  }
  if (version > newest) {
    fail(
        ExitCode::kDatabase,
        "database {}: has schema version {}, this synface knows up to {}; nothing was changed: use "
        "the newer synface that wrote it, or name another file with --db",
        path, version, newest);
  }
  if (version < 1) {
    fail(ExitCode::kDatabase, "database {}: has no schema version; the file is damaged", path);
  }
  return version;
}

void migrate(Database& db, std::span<const Migration> steps) {
  const int newest = steps.back().version;
  const int found = check_identity(db, newest, true);
  if (found == newest) return;
  if (found > 0) back_up(db, db.path().string() + fmt::format(".v{}.bak", found));
  for (const Migration& step : steps) {
    db.exec("BEGIN EXCLUSIVE");
    try {
      const auto version = db.integer("PRAGMA user_version");
      if (version < step.version) {
        for (const std::string_view sql : step.sql) db.exec(sql);
        db.exec(fmt::format("PRAGMA application_id={}; PRAGMA user_version={}", kApplicationId,
                            step.version));
      }
      db.exec("COMMIT");
    } catch (...) {
      sqlite3_exec(db.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
      throw;
    }
  }
}

}  // namespace synface::store
