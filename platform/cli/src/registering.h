// The trials of an experiment in the database, without running them.
#pragma once

#include "session.h"
#include "synface/schedule/run.h"

namespace synface::cli {

// As the scheduler and the store take it; whole where neither --only nor --limit nor --trial took
// a part.
schedule::Request request_of(const experiment::Experiment& experiment);

// Registers them and says how many were new; returns the exit code.
int register_only(const Globals& globals, const experiment::Experiment& experiment);

}  // namespace synface::cli
