// How the trials of a request stand in the database.
#pragma once

#include <vector>

#include "synface/schedule/run.h"
#include "synface/store/store.h"

namespace synface::schedule {

Summary summarize(store::Database& database, const std::vector<Request>& requests);

}  // namespace synface::schedule
