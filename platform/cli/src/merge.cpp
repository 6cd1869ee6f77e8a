// synface merge: journals and databases from other machines into this one.
#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "command.h"
#include "synface/base/error.h"
#include "synface/base/file.h"
#include "synface/base/paths.h"
#include "synface/store/store.h"

namespace synface::cli {
namespace {

int merge(const Globals& globals, const std::string& from) {
  const auto lock = FileLock::try_acquire(lock_of(globals.database));
  if (!lock) {
    fail(ExitCode::kDatabase, "{} is being written ({}); wait until that run has ended",
         globals.database.string(), FileLock::read_note(lock_of(globals.database)));
  }
  auto store = store::Store::open(globals.database);
  std::error_code error;
  const auto report = std::filesystem::is_directory(from, error) ? store.merge_journals(from)
                                                                 : store.merge_database(from);
  store.close();
  if (globals.json) {
    std::cout << nlohmann::json{{"trials", report.trials},
                                {"evaluations", report.evaluations},
                                {"attempts", report.attempts},
                                {"points", report.points},
                                {"known_attempts", report.known_attempts},
                                {"unknown", report.unknown},
                                {"damaged", report.damaged}}
                     .dump(2)
              << "\n";
  } else {
    std::cout << fmt::format("{} new attempts with {} points, {} were here already\n",
                             report.attempts, report.points, report.known_attempts);
    for (const auto& name : report.unknown) {
      std::cout << fmt::format("  {}: its trial is not registered here\n", name);
    }
    for (const auto& name : report.damaged) std::cout << "  " << name << "\n";
  }
  return report.damaged.empty() ? 0 : static_cast<int>(ExitCode::kData);
}

}  // namespace

void add_merge(CLI::App& app, const Globals& globals, Action& action) {
  auto* command = app.add_subcommand("merge", "take over the results of another machine");
  command->footer("Example:\n  synface merge other/synface.sqlite");
  const auto from = std::make_shared<std::string>();
  command->add_option("from", *from, "a database, or a folder with journals")
      ->required()
      ->check(CLI::ExistingPath);
  command->callback(
      [&globals, &action, from] { action = [&globals, from] { return merge(globals, *from); }; });
}

}  // namespace synface::cli
