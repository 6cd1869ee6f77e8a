// synface prune: the space of finished trials.
#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "output.h"
#include "synface/base/text.h"
#include "synface/schedule/prune.h"

namespace synface::cli {
namespace {

void print(const schedule::Pruned& pruned, const schedule::PruneOptions& options) {
  const auto size = human_bytes(static_cast<double>(pruned.bytes));
  if (pruned.journals == 0 && pruned.weights == 0) {
    std::cout << "nothing to remove: no finished trial has journals"
              << (options.weights ? " or weights\n" : " (--weights: look at kept weights too)\n");
  } else {
    std::cout << fmt::format("{} {} journals and {} files of weights of {} finished trials, {}\n",
                             options.dry_run ? "would remove" : "removed", pruned.journals,
                             pruned.weights, pruned.trials, size);
  }
  for (const auto& spared : pruned.spared) std::cout << "  spared: " << spared << "\n";
}

}  // namespace

void add_prune(CLI::App& app, const Globals& globals, Action& action) {
  auto* command =
      app.add_subcommand("prune", "remove journals (and weights) of finished trials; results stay");
  command->footer(
      "Journals are a second copy of what the database holds; without them a damaged database\n"
      "cannot be made again. Without its weights a trial is trained again when another benchmark\n"
      "is added.\n\nExample:\n  synface prune quickstart --weights --dry-run");
  const auto options = std::make_shared<schedule::PruneOptions>();
  command->add_option("experiment", options->experiment, "its name; without one, all");
  command->add_flag("--weights", options->weights, "remove kept weights too");
  command->add_flag("-n,--dry-run", options->dry_run, "only say what would be removed");
  command->callback([&globals, &action, options] {
    action = [&globals, options] {
      open_results(globals).close();  // says what is wrong with the database before anything else
      options->database = globals.database;
      const auto pruned = schedule::prune(*options);
      if (globals.json) {
        std::cout << nlohmann::json{{"dry_run", options->dry_run}, {"trials", pruned.trials},
                                    {"journals", pruned.journals}, {"weights", pruned.weights},
                                    {"bytes", pruned.bytes},       {"spared", pruned.spared}}
                         .dump(2)
                  << "\n";
      } else {
        print(pruned, *options);
      }
      return 0;
    };
  });
}

}  // namespace synface::cli
