// synface slurm write: a manifest and batch scripts of what is not done yet.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <iostream>
#include <memory>
#include <string_view>

#include "registering.h"
#include "slurm.h"
#include "synface/base/error.h"
#include "synface/base/paths.h"
#include "synface/base/text.h"
#include "synface/schedule/slurm.h"
#include "synface/schedule/writer.h"

namespace synface::cli {
namespace {

using experiment::Known;

struct Options {
  TrialOptions trials;
  std::string out, time, partition;
  std::vector<std::string> sbatch;
  int throttle = 0, max_array = schedule::SlurmOptions{}.max_array_size;
};

// Which of the experiment's trials a cluster gets, and why not the others.
struct Choice {
  schedule::Request tasks;
  std::int64_t done = 0;
  std::int64_t evaluate = 0;  // trained, their weights lie here
  std::int64_t over = 0;      // failed, diverged, pruned
};

Choice choose(const schedule::Request& request, const std::vector<Known>& known) {
  Choice choice;
  choice.tasks.experiment = request.experiment;
  for (std::size_t i = 0; i < request.trials.size(); ++i) {
    switch (known[i].state) {
      case Known::State::kDone:
        ++choice.done;
        break;
      case Known::State::kEvaluate:
        ++choice.evaluate;
        break;
      case Known::State::kFailed:
      case Known::State::kDiverged:
      case Known::State::kPruned:
        ++choice.over;
        break;
      case Known::State::kNew:
      case Known::State::kQueued:
      case Known::State::kRunning:  // nobody holds the lock: a run that died
        choice.tasks.trials.push_back(request.trials[i]);
    }
  }
  return choice;
}

schedule::SlurmOptions slurm_options(const Options& options,
                                     const experiment::Experiment& experiment) {
  schedule::SlurmOptions out;
  out.folder = options.out;
  out.program = executable_path();
  out.worker = worker_path();
  out.device = experiment.run.value("device", std::string("cpu"));
  out.at_once = options.throttle;
  out.max_array_size = options.max_array;
  if (!options.time.empty()) out.sbatch.push_back("--time=" + options.time);
  if (!options.partition.empty()) out.sbatch.push_back("--partition=" + options.partition);
  out.sbatch.insert(out.sbatch.end(), options.sbatch.begin(), options.sbatch.end());
  return out;
}

// In single quotes where a shell would read more than a word.
std::string shell_word(const std::string& text) {
  const bool plain = std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("/._-+,:=@").find(static_cast<char>(c)) != std::string_view::npos;
  });
  if (plain && !text.empty()) return text;
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

void print_left_out(const Choice& choice, const std::string& file) {
  if (choice.done > 0) std::cout << fmt::format("  left out: {} are done\n", choice.done);
  if (choice.evaluate > 0) {
    std::cout << fmt::format(
        "  left out: {} are trained and want an evaluation alone; `synface run {}` does it here\n",
        choice.evaluate, file);
  }
  if (choice.over > 0) {
    std::cout << fmt::format(
        "  left out: {} failed, diverged or were pruned; `synface retry --failed` tries failed "
        "ones again\n",
        choice.over);
  }
}

void report(const Globals& globals, const Options& options, const std::string& name,
            const Choice& choice, const schedule::SlurmPlan& plan) {
  std::vector<std::string> commands, scripts;
  for (const auto& script : plan.scripts) {
    scripts.push_back(script.string());
    commands.push_back("sbatch " + shell_word(script.string()));
  }
  if (globals.json) {
    std::cout << nlohmann::json{{"experiment", name},  {"tasks", choice.tasks.trials.size()},
                                {"done", choice.done}, {"evaluate", choice.evaluate},
                                {"over", choice.over}, {"manifest", plan.manifest.string()},
                                {"scripts", scripts},  {"commands", commands}}
                     .dump(2)
              << "\n";
    return;
  }
  if (plan.scripts.empty()) {
    std::cout << fmt::format("{}: nothing is left to train, nothing was written\n", name);
  } else {
    std::cout << fmt::format("{}: {} trials as {}\n", name, choice.tasks.trials.size(),
                             plan.scripts.size() == 1
                                 ? std::string("one job array")
                                 : fmt::format("{} job arrays", plan.scripts.size()));
  }
  print_left_out(choice, options.trials.file);
  for (const auto& command : commands) std::cout << command << "\n";
  if (!commands.empty()) {
    std::cout << fmt::format("then: synface slurm collect {}\n",
                             shell_word(plan.manifest.parent_path().string()));
  }
}

int write(const Globals& globals, const Options& options) {
  const auto plugins = scan_plugins();
  const auto experiment = load_experiment(options.trials, plugins);
  const auto request = request_of(experiment);
  auto writer = schedule::open_writer(globals.database);
  const auto choice = choose(request, known_trials(globals, experiment));
  schedule::SlurmPlan plan;
  if (!choice.tasks.trials.empty()) {
    plan = schedule::write_slurm(choice.tasks, slurm_options(options, experiment));
  }
  writer.store.register_experiment(request.experiment, request.trials);
  writer.store.close();
  if (!globals.json) {
    for (const auto& remark : experiment.remarks) std::cout << remark << "\n";
  }
  report(globals, options, experiment.name, choice, plan);
  return 0;
}

// What stands in a line of a script must stay in it.
std::string one_line(const std::string& text) {
  return text.find_first_of("\n\r") == std::string::npos ? "" : "must be one line";
}

}  // namespace

void add_slurm_write(CLI::App& slurm, const Globals& globals, Action& action) {
  auto* command = slurm.add_subcommand("write", "write a manifest and batch scripts for sbatch");
  command->footer(
      "The folder, this program, its plugins and the data must lie where all nodes see them; the\n"
      "database must not, no task opens it. Trials that are done are left out.\n\n"
      "Example:\n  synface slurm write experiments/quickstart.toml --out grid --time 01:00:00 \\\n"
      "      --partition cpu --sbatch=--mem=4G");
  const auto options = std::make_shared<Options>();
  add_choice_options(*command, options->trials);
  command->add_option("--out", options->out, "the grid's folder: new, or one written before alike")
      ->required()
      ->type_name("DIR");
  command->add_option("--throttle", options->throttle, "tasks of an array at once (0: no bound)")
      ->type_name("K")
      ->check(CLI::NonNegativeNumber);
  command
      ->add_option("--max-array", options->max_array,
                   "the cluster's MaxArraySize (default: 1001); longer grids become more arrays")
      ->type_name("N")
      ->check(CLI::Range(2, 4000001));
  const CLI::Validator line(one_line, "");
  command->add_option("--time", options->time, "limit of one task, as sbatch takes it")
      ->type_name("T")
      ->check(line);
  command->add_option("--partition", options->partition, "Slurm's partition")
      ->type_name("P")
      ->check(line);
  command
      ->add_option("--sbatch", options->sbatch,
                   "another option: --sbatch=--gres=gpu:1 (repeatable)")
      ->type_name("OPTION")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->check(line);
  command->callback([&globals, &action, options] {
    action = [&globals, options] { return write(globals, *options); };
  });
}

}  // namespace synface::cli
