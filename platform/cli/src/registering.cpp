#include "registering.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "synface/base/text.h"
#include "synface/schedule/writer.h"

namespace synface::cli {

schedule::Request request_of(const experiment::Experiment& experiment) {
  schedule::Request request;
  request.experiment.name = experiment.name;
  request.experiment.question = experiment.question;
  request.experiment.primary = experiment.primary;
  request.experiment.source = experiment.source;
  request.experiment.whole = experiment.counts.filtered == 0 && experiment.counts.limited == 0;
  for (const auto& trial : experiment.trials) {
    request.trials.push_back(schedule::new_trial(trial));
  }
  return request;
}

int register_only(const Globals& globals, const experiment::Experiment& experiment) {
  const auto request = request_of(experiment);
  auto writer = schedule::open_writer(globals.database);
  const auto registration = writer.store.register_experiment(request.experiment, request.trials);
  writer.store.close();
  const auto fresh = std::count_if(registration.trials.begin(), registration.trials.end(),
                                   [](const store::Registered& row) { return row.new_trial; });
  if (globals.json) {
    std::cout << nlohmann::json{{"experiment", experiment.name},
                                {"registered", registration.trials.size()},
                                {"new", fresh}}
                     .dump(2)
              << "\n";
  } else {
    std::cout << fmt::format(
        "{}: {} trials are registered in {}, {} of them new; nothing was run\n", experiment.name,
        registration.trials.size(), globals.database.string(), fresh);
  }
  return 0;
}

}  // namespace synface::cli
