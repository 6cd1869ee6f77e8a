#include "plan_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "synface/base/text.h"
#include "synface/report/table.h"
#include "terminal.h"

namespace synface::cli {
namespace {

using experiment::Experiment;
using experiment::Known;
using Json = nlohmann::json;

std::string plain(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string counted(std::uint64_t n, std::string_view what) {
  return fmt::format("{} {}", human_count(static_cast<std::int64_t>(n)), what);
}

// "16 of the grid, 5 floors; 4 cells excluded".
std::string trials_text(const Experiment& experiment) {
  const auto& counts = experiment.counts;
  const auto total = experiment.trials.size();
  auto text = counted(total, total == 1 ? "trial" : "trials");
  if (counts.floors > 0) {
    text += fmt::format(": {} of the grid, {}", total - counts.floors,
                        counted(counts.floors, counts.floors == 1 ? "floor" : "floors"));
  }
  std::vector<std::string> less;
  if (counts.excluded > 0) less.push_back(counted(counts.excluded, "excluded"));
  if (counts.filtered > 0) less.push_back(counted(counts.filtered, "left out by --only"));
  if (counts.limited > 0) less.push_back(counted(counts.limited, "beyond --limit"));
  if (counts.equal > 0) less.push_back(counted(counts.equal, "equal to another"));
  return less.empty() ? text : text + " (" + join(less, ", ") + ")";
}

std::string states_text(const experiment::Plan& plan, const Terminal& terminal) {
  std::vector<std::string> parts;
  for (const auto* state :
       {"done", "new", "evaluate", "queued", "running", "failed", "diverged", "pruned"}) {
    const auto found = plan.count.find(state);
    if (found == plan.count.end()) continue;
    auto text = fmt::format("{} {}", found->second, state);
    const bool bad = std::string_view(state) == "failed" || std::string_view(state) == "diverged";
    if (std::string_view(state) == "done") text = terminal.green(text);
    parts.push_back(bad ? terminal.red(text) : text);
  }
  return join(parts, ", ");
}

// "12,800 images seen, 2.6 to 25.6 epochs", over the trials that train.
std::string budget_text(const Experiment& experiment) {
  std::set<std::int64_t> seen;
  std::set<double> epochs;
  for (const auto& trial : experiment.trials) {
    const auto images = trial.config.at("train").at("images_seen").get<std::int64_t>();
    if (images == 0) continue;
    seen.insert(images);
    if (const auto passes = experiment::epochs_of(trial.config)) epochs.insert(*passes);
  }
  if (seen.empty()) return "nothing is trained";
  auto text = human_count(*seen.begin());
  if (seen.size() > 1) text += " to " + human_count(*seen.rbegin());
  text += " images seen a trial";
  if (epochs.empty()) return text;
  text += fmt::format(", {:.3g}", *epochs.begin());
  if (epochs.size() > 1) text += fmt::format(" to {:.3g}", *epochs.rbegin());
  return text + " epochs";
}

// Axes that follow from others of their zip have no column, unless `wide`.
std::vector<std::string> axis_columns(const Experiment& experiment, bool wide) {
  std::vector<std::string> names;
  const auto& tied = experiment.tied_axes;
  const auto add = [&](const std::string& name) {
    if (!wide && std::find(tied.begin(), tied.end(), name) != tied.end()) return;
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  };
  for (const auto& name : experiment.axes) add(name);
  // Only floors, which come last, have axes that the grid has not.
  const auto floors = std::min<std::size_t>(experiment.counts.floors, experiment.trials.size());
  for (std::size_t i = experiment.trials.size() - floors; i < experiment.trials.size(); ++i) {
    for (const auto& axis : experiment.trials[i].axes.members()) add(axis->first);
  }
  return names;
}

report::Table trial_table(const Experiment& experiment, const std::vector<Known>& known,
                          const std::vector<std::string>& differ, std::size_t rows, bool wide) {
  report::Table table;
  table.columns = {{"trial", false}};
  const auto axes = axis_columns(experiment, wide);
  for (const auto& name : axes) table.columns.push_back({name, true});
  table.columns.push_back({"images seen", true});
  table.columns.push_back({"epochs", true});
  table.columns.push_back({"state", false});
  const bool any_differs = std::any_of(differ.begin(), differ.end(),
                                       [](const std::string& text) { return !text.empty(); });
  if (any_differs) table.columns.push_back({"differs from what is recorded", false});
  for (std::size_t i = 0; i < rows; ++i) {
    const auto& trial = experiment.trials[i];
    std::vector<std::string> row = {trial.training_hash.substr(0, 8)};
    for (const auto& name : axes) {
      row.push_back(trial.axes.contains(name) ? plain(trial.axes[name]) : "");
    }
    row.push_back(human_count(trial.config.at("train").at("images_seen").get<std::int64_t>()));
    const auto epochs = experiment::epochs_of(trial.config);
    row.push_back(epochs ? fmt::format("{:.3g}", *epochs) : "");
    auto state = std::string(experiment::to_text(known[i].state));
    if (!known[i].other_binaries.empty()) state += ", other binary";
    row.push_back(state);
    if (any_differs) row.push_back(differ[i]);
    table.rows.push_back(std::move(row));
  }
  if (!wide && !experiment.tied_axes.empty()) {
    table.notes.push_back("with them go (--wide shows it): " + join(experiment.tied_axes, ", "));
  }
  return table;
}

Json estimate_json(const experiment::Estimate& estimate) {
  return {{"seconds", estimate.seconds},
          {"core_seconds", estimate.core_seconds},
          {"measured", estimate.measured},
          {"jobs", estimate.jobs},
          {"render_images", estimate.render_images},
          {"cache_bytes", estimate.cache_bytes},
          {"weight_bytes", estimate.weight_bytes},
          {"journal_bytes", estimate.journal_bytes}};
}

}  // namespace

std::string time_text(const experiment::Estimate& estimate) {
  return fmt::format(
      "about {} with {}{}", human_duration(estimate.seconds),
      estimate.jobs == 1 ? "1 job" : fmt::format("{} jobs", estimate.jobs),
      estimate.measured
          ? ", from the speed of earlier trials"
          : fmt::format("; assumed: {:.0f} images/s a core at 48 px, {:.0f} rendered",
                        experiment::kDefaultTrainRate, experiment::kDefaultRenderRate));
}

namespace {

Json trial_json(const experiment::Trial& trial, const Known& known, const std::string& differs) {
  Json row = {{"hash", trial.training_hash},
              {"evaluation_hash", trial.evaluation_hash},
              {"axes", trial.axes},
              {"state", experiment::to_text(known.state)},
              {"images_seen", trial.config.at("train").at("images_seen")},
              {"other_binaries", known.other_binaries},
              {"config", trial.config}};
  const auto epochs = experiment::epochs_of(trial.config);
  row["epochs"] = epochs ? Json(*epochs) : Json();
  if (!differs.empty()) row["differs"] = differs;
  return row;
}

Json head_json(const Experiment& experiment, const experiment::Plan& plan) {
  const auto& counts = experiment.counts;
  return {{"experiment", experiment.name},
          {"question", experiment.question},
          {"primary", experiment.primary},
          {"axes", experiment.axes},
          {"count", plan.count},
          {"cells",
           {{"all", counts.cells},
            {"excluded", counts.excluded},
            {"filtered", counts.filtered},
            {"equal", counts.equal},
            {"limited", counts.limited},
            {"floors", counts.floors}}},
          {"to_run", plan.to_run},
          {"estimate", estimate_json(plan.estimate)},
          {"warnings", plan.warnings},
          {"remarks", experiment.remarks}};
}

}  // namespace

void print_plan_json(const Experiment& experiment, const std::vector<Known>& known,
                     const std::vector<std::string>& differ, const experiment::Plan& plan,
                     std::ostream& out) {
  auto head = head_json(experiment, plan).dump(2);
  head.resize(head.size() - 2);  // without its "\n}"
  out << head << ",\n  \"trials\": [";
  for (std::size_t i = 0; i < experiment.trials.size(); ++i) {
    out << (i == 0 ? "\n" : ",\n") << trial_json(experiment.trials[i], known[i], differ[i]).dump();
  }
  out << "\n  ]\n}\n";
}

void print_remarks(const Experiment& experiment, const experiment::Plan& plan, std::ostream& out) {
  const auto terminal = Terminal::of_stdout();
  for (const auto& remark : experiment.remarks) out << remark << "\n";
  for (const auto& warning : plan.warnings) {
    out << terminal.field("warning", terminal.yellow(warning));
  }
}

void print_plan(const Experiment& experiment, const std::vector<Known>& known,
                const std::vector<std::string>& differ, const experiment::Plan& plan,
                const PlanOptions& options, std::ostream& out) {
  const auto terminal = Terminal::of_stdout();
  out << terminal.bold(experiment.name);
  if (!experiment.question.empty()) out << ": " << experiment.question;
  out << "\n";
  if (experiment.primary.is_object()) {
    out << terminal.field("primary", fmt::format("{}, {}", experiment.primary.value("metric", ""),
                                                 experiment.primary.value("contrast", "")));
  }
  if (!experiment.axes.empty()) out << terminal.field("axes", join(experiment.axes, ", "));
  out << terminal.field("trials", trials_text(experiment));
  out << terminal.field("state", states_text(plan, terminal));
  out << terminal.field("budget", budget_text(experiment));
  if (plan.to_run == 0) {
    out << terminal.field("to do", "nothing");
  } else {
    const auto& estimate = plan.estimate;
    out << terminal.field("time", time_text(estimate));
    out << terminal.field(
        "disk", fmt::format("up to {} of images ({} to render where none is cached), {} of weights "
                            "and journals",
                            human_bytes(static_cast<double>(estimate.cache_bytes)),
                            human_count(static_cast<std::int64_t>(estimate.render_images)),
                            human_bytes(static_cast<double>(estimate.weight_bytes +
                                                            estimate.journal_bytes))));
  }
  constexpr std::size_t kRows = 40;
  const auto rows =
      options.all ? experiment.trials.size() : std::min(kRows, experiment.trials.size());
  out << "\n"
      << report::to_terminal(trial_table(experiment, known, differ, rows, options.wide),
                             terminal.width);
  if (rows < experiment.trials.size()) {
    out << terminal.dim(
        fmt::format("... and {} more; --trials lists them\n", experiment.trials.size() - rows));
  }
  if (!experiment.remarks.empty() || !plan.warnings.empty()) out << "\n";
  print_remarks(experiment, plan, out);
}

}  // namespace synface::cli
