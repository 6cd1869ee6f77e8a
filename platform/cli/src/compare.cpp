// synface compare: the table of an experiment, and its report as files.
#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "long_work.h"
#include "output.h"
#include "session.h"
#include "synface/base/error.h"
#include "synface/base/text.h"
#include "synface/report/render.h"
#include "synface/report/report_file.h"

namespace synface::cli {
namespace {

constexpr int kPeopleResamples = 1000;

struct Options {
  TrialOptions trials;
  std::vector<std::string> metrics, curves;
  std::string baseline, report;
  bool wide = false;
  report::TagFilter tags;
};

// A file is read and its trials as they stand now are compared; a name means what is recorded.
report::ComparisonOptions comparison_options(const Options& options, bool quiet) {
  report::ComparisonOptions out;
  out.tags = options.tags;
  out.metrics = options.metrics;
  out.people_resamples = kPeopleResamples;
  if (!options.baseline.empty()) {
    out.baseline = report::parse_contrast(options.baseline + " against 0").treatment;
  }
  std::error_code error;
  if (!std::filesystem::is_regular_file(options.trials.file, error)) {
    out.experiment = options.trials.file;
    return out;
  }
  const auto plugins = scan_plugins();
  const auto experiment = load_experiment(options.trials, plugins, quiet);
  out.experiment = experiment.name;
  for (const auto& trial : experiment.trials) out.only.insert(trial.training_hash);
  return out;
}

// Where the experiment is read from: as given, or where its name says.
std::filesystem::path experiment_file(const Options& options, const std::string& name) {
  std::error_code error;
  if (std::filesystem::is_regular_file(options.trials.file, error)) return options.trials.file;
  const auto usual = std::filesystem::path("experiments") / (name + ".toml");
  return std::filesystem::is_regular_file(usual, error) ? usual : std::filesystem::path();
}

int compare(const Globals& globals, const Options& options, const std::string& format) {
  auto db = open_results(globals);
  auto comparison_request = comparison_options(options, globals.json);
  LongWork work(globals.json);
  comparison_request.progress = [&](const char* what, std::int64_t done, std::int64_t total) {
    work.show(what, total == 0 ? "rows" : "times", done, total);
  };
  if (!options.report.empty()) {
    report::ReportOptions report;
    report.comparison = comparison_request;
    report.file = experiment_file(options, comparison_request.experiment);
    report.set = options.trials.set;
    report.curve_metrics = options.curves;
    report.folder = options.report;
    const auto path = report::write_report(db, report);
    if (globals.json) {
      std::cout << nlohmann::json{{"report", path.string()}}.dump(2) << "\n";
    } else {
      std::cout << path.string() << "\n";
    }
    return 0;
  }
  const auto comparison = report::compare(db, comparison_request);
  const auto output = output_of(globals, format);
  if (output.format == report::Format::kJson) {
    std::cout << report::comparison_json(comparison).dump(2) << "\n";
    return 0;
  }
  if (output.format == report::Format::kCsv) {
    std::cout << report::comparison_csv(comparison);
    return 0;
  }
  std::vector<std::string> texts;
  for (const auto& table : report::comparison_tables(comparison, options.wide)) {
    texts.push_back(output.format == report::Format::kMarkdown ? report::to_markdown(table)
                    : output.format == report::Format::kLatex
                        ? report::to_latex(table)
                        : report::to_terminal(table, output.width));
  }
  std::cout << join(texts, "\n");
  return 0;
}

}  // namespace

void add_compare(CLI::App& app, const Globals& globals, Action& action) {
  auto* command = app.add_subcommand("compare", "compare the cells of an experiment");
  command->footer(
      "Example:\n  synface compare experiments/quickstart.toml --metric heldout.auc\n"
      "  synface compare quickstart --report results/reports");
  const auto options = std::make_shared<Options>();
  add_trial_options(*command, options->trials);
  command->get_option("file")->description("the experiment: its file, or its name in the database");
  command->add_option("--metric", options->metrics, "this metric (repeatable)")
      ->type_name("NAME")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->add_option("--baseline", options->baseline,
                      "the cell against which the others are compared: 'im = false'");
  command->add_flag("--wide", options->wide,
                    "a column for every axis, those too that the rows are told apart without");
  command->add_option("--report", options->report, "write a Markdown report and plots to a folder")
      ->type_name("FOLDER");
  command->add_option("--curve", options->curves, "a metric to plot over the steps (repeatable)")
      ->type_name("NAME")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  add_tag_options(*command, options->tags);
  const auto format = add_format(*command);
  command->callback([&globals, &action, options, format] {
    action = [&globals, options, format] { return compare(globals, *options, *format); };
  });
}

}  // namespace synface::cli
