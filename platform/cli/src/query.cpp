// synface query: SQL over the views of results/schema.md, read-only.
#include <iostream>
#include <memory>

#include "output.h"

namespace synface::cli {

void add_query(CLI::App& app, const Globals& globals, Action& action) {
  auto* command = app.add_subcommand("query", "ask the database in SQL (read-only)");
  command->footer(
      "Example:\n  synface query \"SELECT hash, value FROM finals WHERE metric = 'heldout.auc'\"\n"
      "The views are described in results/schema.md.");
  const auto sql = std::make_shared<std::string>();
  command->add_option("sql", *sql, "one SELECT statement")->required();
  const auto format = add_format(*command);
  command->callback([&globals, &action, sql, format] {
    action = [&globals, sql, format] {
      auto db = open_results(globals);
      report::run_query(db, *sql, output_of(globals, *format), std::cout);
      return 0;
    };
  });
}

}  // namespace synface::cli
