// What the store makes of a journal's events.
#pragma once

#include <string>

#include "store_impl.h"
#include "synface/base/journal.h"

namespace synface::store {

// Applies one event to the attempt's rows (see journal_event in base/journal.h; further kinds that
// mean something here: dataset{name, digest, ...}). `seq` is its number among the journal's events.
void apply_event(Store::Impl& impl, IngestState& state, const JournalEvent& event, std::int64_t seq,
                 IngestReport& report);

}  // namespace synface::store
