// synface merge: journals and databases from other machines into this one.
#include <iostream>
#include <memory>

#include "output.h"
#include "synface/base/error.h"
#include "synface/schedule/writer.h"

namespace synface::cli {
namespace {

int merge(const Globals& globals, const std::string& from) {
  auto writer = schedule::open_writer(globals.database);
  std::error_code error;
  const auto report = std::filesystem::is_directory(from, error)
                          ? writer.store.merge_journals(from)
                          : writer.store.merge_database(from);
  writer.store.close();
  if (globals.json) {
    std::cout << merge_json(report).dump(2) << "\n";
  } else {
    print_merge(report);
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
