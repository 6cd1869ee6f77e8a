// synface plan: what a run would do, before it does it.
#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "plan_text.h"
#include "session.h"

namespace synface::cli {

void add_plan(CLI::App& app, const Globals& globals, Action& action) {
  auto* command = app.add_subcommand("plan", "say what a run would do: trials, time, disk, doubts");
  command->footer(
      "Example:\n  synface plan experiments/quickstart.toml --set seed.train='[0, 1, 2]'");
  const auto options = std::make_shared<TrialOptions>();
  const auto shown = std::make_shared<PlanOptions>();
  add_trial_options(*command, *options);
  command->add_flag("--trials", shown->all, "list every trial, however many there are");
  command->add_flag("--wide", shown->wide,
                    "a column for every axis, those too that follow from others of their zip");
  command->callback([&globals, &action, options, shown] {
    action = [&globals, options, shown] {
      const auto plugins = scan_plugins();
      const auto experiment = load_experiment(*options, plugins, globals.json);
      const auto known = known_trials(globals, experiment);
      const auto plan = experiment::make_plan(experiment, known, measured_rates(globals),
                                              this_machine(), jobs_of(*options, experiment));
      const auto differ = differences(globals, experiment, known);
      if (globals.json) {
        print_plan_json(experiment, known, differ, plan, std::cout);
      } else {
        print_plan(experiment, known, differ, plan, *shown, std::cout);
      }
      return 0;
    };
  });
}

}  // namespace synface::cli
