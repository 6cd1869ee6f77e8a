// synface retry: failed trials once more.
#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "output.h"
#include "synface/base/text.h"
#include "synface/schedule/run.h"

namespace synface::cli {

void add_retry(CLI::App& app, const Globals& globals, Action& action) {
  auto* command = app.add_subcommand("retry", "run failed trials again");
  command->footer("Example:\n  synface retry --failed quickstart");
  struct Options {
    std::optional<std::string> experiment;
    bool failed = false, diverged = false;
    int jobs = 0;
  };
  const auto options = std::make_shared<Options>();
  command->add_option("experiment", options->experiment, "its name; without one, all");
  command->add_flag("--failed", options->failed, "trials that failed")->required();
  command->add_flag("--diverged", options->diverged, "and those whose loss became NaN");
  command->add_option("-j,--jobs", options->jobs, "trials at once (0: as many as the cores carry)")
      ->check(CLI::Range(0, 1024));
  command->callback([&globals, &action, options] {
    action = [&globals, options] {
      open_results(globals).close();  // says what is wrong with the database before anything else
      schedule::Options how;
      how.database = globals.database;
      how.worker = worker_path();
      how.jobs = options->jobs;
      how.quiet = globals.json;
      const auto summary = schedule::retry_failed(options->experiment, options->diverged, how);
      if (globals.json) {
        std::cout << nlohmann::json{{"total", summary.total},
                                    {"done", summary.done},
                                    {"failed", summary.failed},
                                    {"diverged", summary.diverged},
                                    {"problems", summary.problems}}
                         .dump(2)
                  << "\n";
      } else if (summary.total == 0) {
        std::cout << "nothing to do: no trial has failed\n";
      } else {
        std::cout << fmt::format("{} of {} trials done in {}\n", summary.done, summary.total,
                                 human_duration(summary.seconds));
        for (const auto& problem : summary.problems) std::cout << "  " << problem << "\n";
      }
      return static_cast<int>(summary.exit_code());
    };
  });
}

}  // namespace synface::cli
