// Grids of fake trials, and what tests ask of a database.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "synface/base/json.h"
#include "synface/schedule/run.h"
#include "synface/store/store.h"

namespace synface::testing {

// `count` trials that do what `fake` says (fake_worker.cpp), told apart by their seed.
schedule::Request grid(const std::string& name, int count, const Json& fake);
// Adds one trial with another `fake` and another "run" part of its spec.
void add_trial(schedule::Request& request, const Json& fake, const Json& run = Json::object());

void write_grid(const std::filesystem::path& file, const schedule::Request& request);
schedule::Request read_grid(const std::filesystem::path& file);

std::filesystem::path fake_worker();  // the program
std::filesystem::path fake_run();

// The first column of the first row, read through a connection of its own.
std::int64_t ask(const std::filesystem::path& database, const std::string& sql);
std::string ask_text(const std::filesystem::path& database, const std::string& sql);

}  // namespace synface::testing
