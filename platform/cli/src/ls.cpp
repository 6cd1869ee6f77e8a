// synface ls: experiments, or one experiment's trials.
#include <iostream>
#include <memory>

#include "output.h"

namespace synface::cli {

void add_ls(CLI::App& app, const Globals& globals, Action& action) {
  auto* command = app.add_subcommand("ls", "list experiments, or the trials of one");
  command->footer("Example:\n  synface ls quickstart --status failed");
  struct Options {
    std::string experiment;
    std::optional<std::string> status;
    int limit = 0;
    report::TagFilter tags;
  };
  const auto options = std::make_shared<Options>();
  command->add_option("experiment", options->experiment, "its name; without one, all are listed");
  command->add_option("--status", options->status, "only trials in this state")
      ->check(CLI::IsMember({"queued", "running", "done", "failed", "diverged", "pruned"}));
  command->add_option("--limit", options->limit, "only the first N trials (0: all)")
      ->check(CLI::NonNegativeNumber);
  add_tag_options(*command, options->tags);
  const auto format = add_format(*command);
  command->callback([&globals, &action, options, format] {
    action = [&globals, options, format] {
      auto db = open_results(globals);
      const auto output = output_of(globals, *format);
      if (options->experiment.empty()) {
        report::list_experiments(db, options->tags, output, std::cout);
      } else {
        const int limit = options->limit == 0 ? -1 : options->limit;  // SQL's word for all
        report::list_trials(db, options->experiment, options->status, options->tags, limit, output,
                            std::cout);
      }
      return 0;
    };
  });
}

}  // namespace synface::cli
