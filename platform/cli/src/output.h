// Choosing a printed form, and opening the database for reading.
#pragma once

#include <memory>
#include <string>

#include "command.h"
#include "synface/report/trials.h"
#include "synface/store/store.h"

namespace synface::cli {

// --format table|md|latex|csv|json; --json overrules it.
std::shared_ptr<std::string> add_format(CLI::App& command);
report::Output output_of(const Globals& globals, const std::string& format);

store::Database open_results(const Globals& globals);

}  // namespace synface::cli
