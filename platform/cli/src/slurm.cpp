// synface slurm: one trial as a task of a job array, and what the tasks leave.
#include "slurm.h"

#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "output.h"
#include "synface/base/error.h"
#include "synface/base/text.h"
#include "synface/schedule/slurm.h"
#include "synface/schedule/writer.h"

namespace synface::cli {
namespace {

namespace fs = std::filesystem;

int run_task(const Globals& globals, const std::string& manifest, std::size_t index) {
  const int code = schedule::run_slurm_task(manifest, index);
  if (globals.json) {
    std::cout << nlohmann::json{{"manifest", manifest}, {"index", index}, {"exit_code", code}}.dump(
                     2)
              << "\n";
  }
  return code;
}

fs::path folder_of_grid(const std::string& given) {
  const fs::path path = fs::absolute(given);
  return fs::is_directory(path) ? path : path.parent_path();
}

std::string trials_text(const schedule::Summary& trials) {
  std::string text =
      fmt::format("{} of {} trials done", human_count(trials.done), human_count(trials.total));
  const auto add = [&](std::int64_t number, const char* word) {
    if (number > 0) text += fmt::format(", {} {}", human_count(number), word);
  };
  add(trials.failed, "failed");
  add(trials.diverged, "diverged");
  add(trials.pruned, "pruned");
  add(trials.queued, "still to come");
  return text;
}

int collect(const Globals& globals, const std::string& from) {
  auto writer = schedule::open_writer(globals.database);
  const auto report = schedule::collect_slurm(writer.store, folder_of_grid(from));
  writer.store.close();
  const auto& trials = report.trials;
  if (globals.json) {
    std::cout << nlohmann::json{{"merged", merge_json(report.merged)},
                                {"total", trials.total},
                                {"done", trials.done},
                                {"failed", trials.failed},
                                {"diverged", trials.diverged},
                                {"pruned", trials.pruned},
                                {"left", trials.queued},
                                {"problems", trials.problems}}
                     .dump(2)
              << "\n";
  } else {
    print_merge(report.merged);
    std::cout << trials_text(trials) << "\n";
    for (const auto& problem : trials.problems) std::cout << "  " << problem << "\n";
    if (trials.failed + trials.queued > 0) {
      std::cout << "Submitting a script again runs what is not done; trials that are done end at "
                   "once.\n";
    }
  }
  return static_cast<int>(report.merged.damaged.empty() ? trials.exit_code() : ExitCode::kData);
}

}  // namespace

void add_slurm_task(CLI::App& slurm, const Globals& globals, Action& action) {
  auto* command = slurm.add_subcommand("task", "run one trial; the batch scripts call this");
  command->footer(
      "Touches no database. Ends with the trial's own exit code; 0 too where the trial was done\n"
      "already, or was put back into Slurm's queue because its time was up.\n\n"
      "Example:\n  synface slurm task grid/manifest.json 0");
  struct Options {
    std::string manifest;
    std::size_t index = 0;
  };
  const auto options = std::make_shared<Options>();
  command->add_option("manifest", options->manifest, "the grid's manifest.json")->required();
  command->add_option("index", options->index, "which of its trials, from 0")->required();
  command->callback([&globals, &action, options] {
    action = [&globals, options] { return run_task(globals, options->manifest, options->index); };
  });
}

void add_slurm_collect(CLI::App& slurm, const Globals& globals, Action& action) {
  auto* command = slurm.add_subcommand("collect", "take over what the tasks have recorded");
  command->footer(
      "May be repeated, and while tasks still run: what is there already is left alone.\n"
      "Exit code 4 where a journal cannot be read, 5 where a trial has failed or diverged.\n\n"
      "Example:\n  synface slurm collect grid");
  const auto from = std::make_shared<std::string>();
  command->add_option("from", *from, "the folder that `slurm write` made, or its manifest.json")
      ->required()
      ->check(CLI::ExistingPath);
  command->callback(
      [&globals, &action, from] { action = [&globals, from] { return collect(globals, *from); }; });
}

void add_slurm(CLI::App& app, const Globals& globals, Action& action) {
  auto* command = app.add_subcommand("slurm", "run a grid on a cluster as Slurm job arrays");
  command->require_subcommand(1);
  command->footer(
      "Example:\n  synface slurm write experiments/quickstart.toml --out grid --time 01:00:00");
  add_slurm_write(*command, globals, action);
  add_slurm_task(*command, globals, action);
  add_slurm_collect(*command, globals, action);
}

}  // namespace synface::cli
