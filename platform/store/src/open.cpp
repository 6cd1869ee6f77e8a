// Opening a database safely: the right kind of file, on the right kind of disk.
#include <sqlite3.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <array>

#include "schema.h"
#include "store_impl.h"
#include "synface/base/error.h"

namespace synface::store {
namespace {

// Linux's statfs magic numbers (statfs(2), linux/magic.h and the filesystems' own sources).
struct NetworkMagic {
  long magic;
  std::string_view name;
};
constexpr std::array<NetworkMagic, 13> kNetworkMagics = {{{0x6969, "NFS"},
                                                          {0x517B, "SMB"},
                                                          {0xFF534D42, "CIFS"},
                                                          {0xFE534D42, "SMB2"},
                                                          {0x0BD00BD0, "Lustre"},
                                                          {0x47504653, "GPFS"},
                                                          {0x65735546, "FUSE"},
                                                          {0x00C36400, "CephFS"},
                                                          {0x5346414F, "AFS"},
                                                          {0x01021997, "9P"},
                                                          {0x564C, "NCP"},
                                                          {0x19830326, "BeeGFS"},
                                                          {0x7461636f, "OCFS2"}}};

void refuse_folder(const std::filesystem::path& path) {
  std::error_code unreadable;
  if (std::filesystem::is_directory(path, unreadable)) {
    fail(ExitCode::kDatabase, "database {}: is a folder; name a file with --db", path.string());
  }
}

void refuse_network_filesystem(const std::filesystem::path& path) {
  std::filesystem::path folder = std::filesystem::absolute(path).parent_path();
  struct statfs info {};
  if (::statfs(folder.c_str(), &info) != 0) return;
  const std::string_view name = network_filesystem(static_cast<long>(info.f_type));
  if (!name.empty()) {
    fail(ExitCode::kDatabase,
         "database {}: lies on a network filesystem ({}), where SQLite's locks and its shared "
         "memory "
         "cannot be trusted; name a local one with --db and bring results together with "
         "`synface merge`",
         path.string(), name);
  }
}

// Creates nothing: says early and in our words what SQLite would say late.
void check_writable(const std::filesystem::path& path) {
  const std::filesystem::path folder = std::filesystem::absolute(path).parent_path();
  const bool exists = std::filesystem::exists(path);
  const bool writable = exists ? ::access(path.c_str(), W_OK) == 0 : true;
  if (!writable || ::access(folder.c_str(), W_OK | X_OK) != 0) {
    fail(ExitCode::kDatabase,
         "database {}: cannot be written ({} is read-only for you); change its rights or name "
         "another "
         "one with --db",
         path.string(), writable ? "its folder" : "the file");
  }
}

void set_pragmas(Database& db) {
  const std::string mode = db.text("PRAGMA journal_mode=WAL");
  if (mode != "wal") {
    fail(ExitCode::kDatabase,
         "database {}: SQLite refused the write-ahead log (journal mode is '{}'); the filesystem "
         "does "
         "not support it: name a database on a local disk with --db",
         db.path().string(), mode);
  }
  db.exec(
      "PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA wal_autocheckpoint=4000;"
      "PRAGMA temp_store=MEMORY; PRAGMA cache_size=-65536; PRAGMA journal_size_limit=67108864");
}

void record_library(Database& db) {
  auto known = db.prepare("SELECT value FROM meta WHERE key='sqlite_sourceid'");
  const bool same = known.step() && known.text(0) == sqlite3_sourceid();
  known.reset();
  if (same) return;
  Transaction transaction(db);
  auto put = db.prepare("INSERT OR REPLACE INTO meta(key, value) VALUES(?, ?)");
  put.with("sqlite_sourceid", sqlite3_sourceid()).run();
  put.with("sqlite_version", sqlite3_libversion()).run();
  transaction.commit();
}

}  // namespace

std::string_view network_filesystem(long magic) {
  for (const NetworkMagic& known : kNetworkMagics) {
    if (static_cast<unsigned long>(known.magic) ==
        (static_cast<unsigned long>(magic) & 0xFFFFFFFF)) {
      return known.name;
    }
  }
  return {};
}

bool is_older(const std::filesystem::path& path) {
  std::error_code unreadable;
  if (!std::filesystem::exists(path, unreadable) && !unreadable) return false;
  refuse_folder(path);
  Database db(path, Database::Mode::kReadOnly);
  const int version = check_identity(db, newest_version(), true);
  return version > 0 && version < newest_version();
}

std::optional<Database> open_reader_if_any(const std::filesystem::path& path) {
  std::error_code unreadable;
  if (!std::filesystem::exists(path, unreadable) && !unreadable) return std::nullopt;
  refuse_folder(path);
  Database db(path, Database::Mode::kReadOnly);
  const int version = check_identity(db, newest_version(), true);
  if (version == 0) return std::nullopt;
  if (version < newest_version()) {
    fail(ExitCode::kDatabase,
         "database {}: has the older schema version {}, this synface reads {}; `synface run` on it "
         "brings it forward (and keeps a copy)",
         path.string(), version, newest_version());
  }
  return db;
}

Database open_reader(const std::filesystem::path& path) {
  auto db = open_reader_if_any(path);
  if (!db) {
    fail(ExitCode::kDatabase,
         "database {}: {}; `synface run FILE` fills it, --db names another one", path.string(),
         std::filesystem::exists(path) ? "is empty" : "does not exist");
  }
  return std::move(*db);
}

void check_place(const std::filesystem::path& path) {
  refuse_folder(path);
  const std::filesystem::path parent = std::filesystem::absolute(path).parent_path();
  std::error_code error;
  std::filesystem::create_directories(parent, error);
  if (error) {
    const bool full = error == std::errc::no_space_on_device;
    fail(full ? ExitCode::kNoSpace : ExitCode::kDatabase,
         "database {}: cannot make its folder: {}; name another one with --db", path.string(),
         error.message());
  }
  refuse_network_filesystem(path);
  check_writable(path);
}

Store Store::open(const std::filesystem::path& path) {
  check_place(path);
  auto impl = std::make_unique<Impl>();
  impl->db = Database(path, Database::Mode::kCreate);
  check_identity(impl->db, newest_version(), true);  // before anything is written
  set_pragmas(impl->db);
  migrate(impl->db, migrations());
  record_library(impl->db);
  return Store(std::move(impl));
}

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

void Store::close() {
  impl_->statements.clear();
  impl_->db.close();
}

Database& Store::database() {
  return impl_->db;
}

std::filesystem::path Store::folder() const {
  return impl_->db.path().string() + ".d";
}

}  // namespace synface::store
