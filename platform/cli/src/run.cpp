// synface run: plan, register, schedule, and the comparison at the end.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iostream>
#include <memory>
#include <set>
#include <thread>

#include "devices.h"
#include "plan_text.h"
#include "registering.h"
#include "session.h"
#include "synface/base/text.h"
#include "synface/report/render.h"
#include "synface/schedule/run.h"
#include "synface/schedule/writer.h"
#include "synface/store/store.h"
#include "terminal.h"

namespace synface::cli {
namespace {

struct RunOptions {
  TrialOptions trials;
  std::string trial;  // --trial: one by its hash
  bool in_process = false, wait_debugger = false, quiet = false, register_only = false;
  std::optional<double> time_limit;
};

schedule::Options schedule_options(const Globals& globals, const RunOptions& options,
                                   const experiment::Experiment& experiment) {
  schedule::Options out;
  out.database = globals.database;
  out.worker = worker_path();
  out.jobs = jobs_of(options.trials, experiment);
  out.retries = options.trials.retries;
  out.time_limit_s = options.time_limit;
  out.device = experiment.run.value("device", std::string("cpu"));
  out.quiet = options.quiet || globals.json;
  return out;
}

// The primary metric, then AUC and accuracy of every benchmark: `compare` shows the rest.
std::vector<std::string> headline_metrics(store::Database& db,
                                          const experiment::Experiment& experiment) {
  std::vector<std::string> recorded;
  auto rows = db.prepare("SELECT DISTINCT metric FROM finals WHERE experiment = ?");
  rows.with(experiment.name);
  while (rows.step()) recorded.emplace_back(rows.text(0));
  std::vector<std::string> names;
  const auto add = [&](const std::string& name) {
    const bool there = std::find(recorded.begin(), recorded.end(), name) != recorded.end();
    const bool twice = std::find(names.begin(), names.end(), name) != names.end();
    if (there && !twice) names.push_back(name);
  };
  if (experiment.primary.is_object()) add(experiment.primary.value("metric", ""));
  for (const auto& trial : experiment.trials) {
    for (const auto& benchmark : trial.config.at("benchmark")) {
      const auto name = benchmark.at("name").get<std::string>();
      add(name + ".auc");
      add(name + ".accuracy");
    }
  }
  return names;
}

// The table over the trials that the file asks for as it stands now; nothing is compared before a
// trial is done.
std::optional<report::Comparison> comparison_of(const Globals& globals,
                                                const experiment::Experiment& experiment) {
  auto db = store::open_reader(globals.database);
  report::ComparisonOptions options;
  options.experiment = experiment.name;
  for (const auto& trial : experiment.trials) options.only.insert(trial.training_hash);
  options.metrics = headline_metrics(db, experiment);
  const auto comparison = report::compare(db, options);
  const bool any = std::any_of(comparison.cells.begin(), comparison.cells.end(),
                               [](const report::Cell& cell) { return cell.done > 0; });
  if (!any) return std::nullopt;
  return comparison;
}

nlohmann::json summary_json(const schedule::Summary& summary) {
  return {{"total", summary.total},       {"already_done", summary.already},
          {"done", summary.done},         {"failed", summary.failed},
          {"diverged", summary.diverged}, {"pruned", summary.pruned},
          {"queued", summary.queued},     {"attempts", summary.attempts},
          {"seconds", summary.seconds},   {"problems", summary.problems}};
}

// "HASH {axes}: reason" of many trials with one reason becomes "13 trials (HASH, HASH, ...):
// reason".
std::vector<std::string> grouped(const std::vector<std::string>& problems) {
  std::vector<std::pair<std::string, std::vector<std::string>>> by_reason;
  for (const auto& problem : problems) {
    const auto end = problem.find("}: ");
    const auto reason = end == std::string::npos ? problem : problem.substr(end + 3);
    const auto same = std::find_if(by_reason.begin(), by_reason.end(),
                                   [&](const auto& group) { return group.first == reason; });
    if (same == by_reason.end()) {
      by_reason.push_back({reason, {problem}});
    } else {
      same->second.push_back(problem);
    }
  }
  std::vector<std::string> out;
  for (const auto& [reason, whole] : by_reason) {
    if (whole.size() == 1) {
      out.push_back(whole.front());
      continue;
    }
    std::vector<std::string> hashes;
    for (const auto& problem : whole) {
      if (hashes.size() == 4) {
        hashes.emplace_back("...");
        break;
      }
      hashes.push_back(problem.substr(0, problem.find(' ')));
    }
    out.push_back(fmt::format("{} trials ({}): {}", whole.size(), join(hashes, ", "), reason));
  }
  return out;
}

void print_summary(const schedule::Summary& summary, const Terminal& terminal) {
  std::vector<std::string> parts = {terminal.green(fmt::format("{} done", summary.done))};
  const auto add = [&](std::int64_t n, const char* word) {
    if (n > 0) parts.push_back(terminal.red(fmt::format("{} {}", n, word)));
  };
  add(summary.failed, "failed");
  add(summary.diverged, "diverged");
  add(summary.pruned, "pruned");
  if (summary.queued > 0) parts.push_back(fmt::format("{} left to do", summary.queued));
  std::cout << fmt::format("{} of {} trials in {}\n", join(parts, ", "), summary.total,
                           human_duration(summary.seconds));
  for (const auto& problem : grouped(summary.problems)) std::cout << "  " << problem << "\n";
  if (summary.queued > 0) std::cout << "The same command goes on where it stopped.\n";
  if (summary.failed > 0) {
    std::cout << "`synface retry --failed` tries the failed ones again, `synface show TRIAL` has "
                 "their logs.\n";
  }
}

void print_comparison(const report::Comparison& comparison, const Terminal& terminal) {
  std::cout << "\n" << report::to_terminal(report::comparison_table(comparison), terminal.width);
}

// The number of the process that traces this one; 0: none.
long tracer() {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    long pid = 0;
    if (word == "TracerPid:" && status >> pid) return pid;
  }
  return 0;
}

// The worker replaces this program under the same number, so that a debugger follows into it.
void wait_for_debugger() {
  std::cerr << fmt::format("process {} waits for a debugger: gdb -p {}, then `continue`\n",
                           getpid(), getpid());
  while (tracer() == 0) std::this_thread::sleep_for(std::chrono::milliseconds(50));
}

// A missing GPU is told before anything starts.
void check_device(const std::string& device) {
  if (!device.starts_with("cuda")) return;
  const auto cuda = find_cuda();
  if (!cuda.usable()) fail(ExitCode::kSetup, "--device {}: {}", device, cuda.text());
}

int run_one_here(const Globals& globals, const RunOptions& options,
                 const experiment::Experiment& experiment) {
  auto arguments = schedule::debug_command(request_of(experiment), options.trial,
                                           schedule_options(globals, options, experiment));
  arguments.erase(arguments.begin());  // the worker itself
  if (options.wait_debugger) wait_for_debugger();
  exec_worker(arguments);
}

bool nothing_to_do(const experiment::Plan& plan, const experiment::Experiment& experiment) {
  const auto done = plan.count.find("done");
  return done != plan.count.end() &&
         done->second == static_cast<std::int64_t>(experiment.trials.size());
}

// Whether the database knows that this experiment asks for all these trials, and what it asks.
bool registered(const Globals& globals, const experiment::Experiment& experiment) {
  auto db = store::open_reader(globals.database);
  auto statement = db.prepare(
      "SELECT question, primary_json FROM statement s JOIN experiment x ON x.id = s.experiment "
      "WHERE x.name = ? ORDER BY stated_ms DESC LIMIT 1");
  statement.with(experiment.name);
  if (!statement.step() || statement.text(0) != experiment.question) return false;
  const auto primary =
      statement.is_null(1) ? nlohmann::json() : nlohmann::json::parse(statement.text(1));
  if (primary != experiment.primary) return false;
  auto member = db.prepare(
      "SELECT t.training_hash, e.evaluation_hash FROM member m "
      "JOIN experiment x ON x.id = m.experiment JOIN trial t ON t.id = m.trial "
      "JOIN evaluation e ON e.id = m.evaluation WHERE x.name = ? AND m.current");
  member.with(experiment.name);
  std::set<std::pair<std::string, std::string>> members;
  while (member.step()) members.emplace(member.text(0), member.text(1));
  return std::all_of(experiment.trials.begin(), experiment.trials.end(), [&](const auto& trial) {
    return members.count({trial.training_hash, trial.evaluation_hash}) != 0;
  });
}

void announce(const experiment::Experiment& experiment, const experiment::Plan& plan, bool idle,
              const Terminal& terminal) {
  if (idle) {
    std::cout << fmt::format("{}: nothing to do, all {} trials are done\n", experiment.name,
                             experiment.trials.size());
  } else {
    std::cout << terminal.bold(experiment.name)
              << (experiment.question.empty() ? "" : ": " + experiment.question) << "\n"
              << terminal.field("to do",
                                fmt::format("{} of {} trials, {}", plan.to_run,
                                            experiment.trials.size(), time_text(plan.estimate)));
  }
  print_remarks(experiment, plan, std::cout);
  std::cout.flush();
}

int run(const Globals& globals, const RunOptions& options) {
  const auto plugins = scan_plugins();
  auto experiment = load_experiment(options.trials, plugins, globals.json || options.quiet);
  if (options.in_process) return run_one_here(globals, options, experiment);
  if (!options.trial.empty()) {
    experiment.trials = {experiment::find_trial(experiment, options.trial)};
    experiment.counts.limited += 1;  // not the whole experiment
  }
  schedule::bring_forward(globals.database);
  if (options.register_only) return register_only(globals, experiment);
  const auto terminal = Terminal::of_stdout();
  const auto known = known_trials(globals, experiment);
  const auto plan = experiment::make_plan(experiment, known, measured_rates(globals),
                                          this_machine(), jobs_of(options.trials, experiment));
  const bool idle = nothing_to_do(plan, experiment);
  if (!globals.json) announce(experiment, plan, idle, terminal);
  schedule::Summary summary;
  if (idle && registered(globals, experiment)) {
    summary.total = summary.done = summary.already =
        static_cast<std::int64_t>(experiment.trials.size());
  } else {
    check_device(experiment.run.value("device", std::string("cpu")));
    auto scheduling = schedule_options(globals, options, experiment);
    scheduling.quiet = scheduling.quiet || idle;
    summary = schedule::run(request_of(experiment), scheduling);
    if (!globals.json && !idle) print_summary(summary, terminal);
  }
  const auto comparison = comparison_of(globals, experiment);
  if (globals.json) {
    nlohmann::json out = {{"experiment", experiment.name}, {"summary", summary_json(summary)}};
    out["warnings"] = plan.warnings;
    out["remarks"] = experiment.remarks;
    out["comparison"] = comparison ? report::comparison_json(*comparison) : nlohmann::json();
    std::cout << out.dump(2) << "\n";
  } else if (comparison) {
    print_comparison(*comparison, terminal);
  }
  return static_cast<int>(summary.exit_code());
}

}  // namespace

void add_run(CLI::App& app, const Globals& globals, Action& action) {
  auto* command = app.add_subcommand("run", "run what is not done yet, then compare");
  command->footer("Example:\n  synface run experiments/quickstart.toml --jobs 2");
  const auto options = std::make_shared<RunOptions>();
  add_trial_options(*command, options->trials);
  auto* trial = command->add_option("--trial", options->trial, "only the trial of this hash");
  auto* here =
      command->add_flag("--in-process", options->in_process,
                        "run --trial under this terminal, for a debugger; records nothing");
  here->needs(trial);
  command->add_flag("--wait-debugger", options->wait_debugger, "wait until a debugger is attached")
      ->needs(here);
  command->add_option("--time-limit", options->time_limit, "seconds for one attempt (0: no limit)")
      ->type_name("S")
      ->check(CLI::NonNegativeNumber);
  command->add_flag("-q,--quiet", options->quiet, "no progress line");
  command
      ->add_flag("--register-only", options->register_only,
                 "only write the trials into the database, so that journals can be merged into it")
      ->excludes(here);
  command->callback([&globals, &action, options] {
    action = [&globals, options] { return run(globals, *options); };
  });
}

}  // namespace synface::cli
