// Choosing a printed form, opening the database for reading, and what several commands print.
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

// --tag and --without, both repeatable.
void add_tag_options(CLI::App& command, report::TagFilter& filter);

store::Database open_results(const Globals& globals);

// What merging brought.
nlohmann::json merge_json(const store::MergeReport& report);
void print_merge(const store::MergeReport& report);

}  // namespace synface::cli
