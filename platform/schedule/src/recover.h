// After a coordinator's death: the attempts that it left marked running.
#pragma once

#include "synface/base/progress.h"
#include "synface/store/store.h"

namespace synface::schedule {

// Waits for each orphan's worker to be gone (it dies with its coordinator; the lock on its spec
// tells when), takes its journal up to the last whole record, and closes the row: as done or
// diverged where the journal says that it had finished, else as killed and queued again. The caller
// holds the database's lock. Returns how many there were.
int recover_orphans(store::Store& store, StatusLine& line);

}  // namespace synface::schedule
