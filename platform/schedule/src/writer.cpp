#include "synface/schedule/writer.h"

#include "follow.h"
#include "inbox.h"
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

void bring_forward(const std::filesystem::path& database) {
  if (store::is_older(database)) open_writer(database).store.close();
}

Annotated annotate(const std::filesystem::path& database,
                   const std::vector<store::Annotation>& annotations) {
  Annotated result;
  auto lock = FileLock::try_acquire(lock_of(database));
  if (!lock) {
    Message message;
    message.kind = Message::Kind::kAnnotate;
    message.annotations = annotations;
    const auto inbox = folder_of(database) / "inbox";
    make_folders(inbox);
    post(inbox, message);
    result.handed_to = holder(lock_of(database));
    return result;
  }
  auto store = store::Store::open(database);
  result.changed = store.annotate(annotations);
  store.close();
  return result;
}

}  // namespace synface::schedule
