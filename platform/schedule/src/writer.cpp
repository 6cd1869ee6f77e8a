#include "synface/schedule/writer.h"

#include "follow.h"
#include "recover.h"
#include "synface/base/error.h"
#include "synface/base/paths.h"

namespace synface::schedule {

Writer open_writer(const std::filesystem::path& database) {
  store::check_place(database);  // before the lock, which is a file beside it
  auto lock = FileLock::try_acquire(lock_of(database));
  if (!lock) {
    fail(ExitCode::kDatabase, "{} is being written by {}; wait until it has ended",
         database.string(), holder(lock_of(database)));
  }
  Writer writer{std::move(*lock), store::Store::open(database)};
  StatusLine line;
  recover_orphans(writer.store, line);
  return writer;
}

}  // namespace synface::schedule
