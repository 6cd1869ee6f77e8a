#include "synface/report/report_file.h"

#include <fmt/core.h>

#include "baselines.h"
#include "budget.h"
#include "commands.h"
#include "floor_words.h"
#include "numbers.h"
#include "plain_words.h"
#include "row_names.h"
#include "synface/base/error.h"
#include "synface/base/file.h"
#include "synface/base/text.h"
#include "synface/report/plots.h"
#include "synface/report/render.h"

namespace synface::report {
namespace {

// "host, device, instruction set" of the attempts that count, each once.
std::vector<std::string> machines(store::Database& db, const std::string& experiment) {
  auto select = db.prepare(
      "SELECT DISTINCT a.host, a.device, a.isa, a.environment ->> '$.cpu' FROM trials t "
      "JOIN attempt a ON a.trial = t.trial AND a.n = t.attempts WHERE t.experiment = ? "
      "AND t.status = 'done' ORDER BY 1, 2, 3, 4");
  select.with(experiment);
  std::vector<std::string> result;
  while (select.step()) {
    std::vector<std::string> words;
    for (int i = 0; i < 4; ++i) {
      if (!select.text(i).empty()) words.emplace_back(select.text(i));
    }
    result.push_back(join(words, ", "));
  }
  return result;
}

std::string primary_section(const Comparison& comparison) {
  if (!comparison.primary) {
    return "None was stated: the table is exploration, and its verdicts are to be read as such.\n";
  }
  const PrimaryResult& primary = *comparison.primary;
  std::string text = fmt::format("`{}`: {}. Stated {}", primary.primary.metric,
                                 primary.primary.contrast_text, primary.stated);
  text += primary.known_before == 0
              ? ", before any of its trials had ended.\n"
              : fmt::format(", when {} of its trials had ended already: not a prediction.\n",
                            primary.known_before);
  return text;
}

std::string counts_section(const Comparison& comparison) {
  int done = 0, failed = 0, diverged = 0, pruned = 0, unfinished = 0, nan = 0;
  for (const Cell& cell : comparison.cells) {
    done += cell.done;
    failed += cell.failed;
    diverged += cell.diverged;
    pruned += cell.pruned;
    unfinished += cell.unfinished;
    for (const auto& [name, metric] : cell.metrics) nan += metric.nan + metric.infinite;
  }
  return fmt::format(
      "{} trials done, {} failed, {} diverged, {} pruned, {} unfinished; {} finals of done trials "
      "are "
      "no finite number. None of these but finite finals of done trials enters a mean.\n",
      done, failed, diverged, pruned, unfinished, nan);
}

// Floors that are rows of the table, by the first metric; then those beside it.
std::string floors_section(const Comparison& comparison) {
  std::string text;
  const auto add = [&](const std::string& label, const std::string& metric, const Summary& value) {
    const Style style = style_of(comparison, metric);
    text += fmt::format("- {} for `{}`: ", label, metric);
    if (!value.mean) {
      text += "not measured\n";
    } else if (value.n == 0) {
      text += with_unit(*value.mean, style) + "\n";
    } else {
      text += fmt::format("{} {} (n = {})\n", mean_sd(value, style), style.unit, value.n);
    }
  };
  for (const Cell& cell : comparison.cells) {
    if (!is_floor(cell) || comparison.metrics.empty()) continue;
    const std::string& metric = comparison.metrics.front().name;
    add(plain(cell.axes.at("floor")), metric, cell.metrics.at(metric).summary);
  }
  for (const Floor& floor : comparison.floors) add(floor.label, floor.metric, floor.summary);
  return text.empty() ? "No floor was measured beside these cells.\n" : text;
}

std::string failures_section(store::Database& db, const std::string& experiment) {
  auto select = db.prepare(
      "SELECT substr(hash, 1, 12), attempt, status, coalesce(error, ''), axes FROM failures "
      "WHERE experiment = ? ORDER BY hash, attempt");
  select.with(experiment);
  std::string text;
  while (select.step()) {
    text += fmt::format("- {} attempt {}: {}, {} {}\n", select.text(0), select.integer(1),
                        select.text(2), select.text(4), select.text(3));
  }
  return text;
}

}  // namespace

std::string report_markdown(store::Database& db, const Comparison& comparison,
                            const ReportOptions& options,
                            const std::vector<std::string>& plot_files) {
  Table table = comparison_table(comparison);
  table.title.clear();
  table.notes = {
      fmt::format("mean ± sd over n {}; the difference is to the baseline over equal seeds, with "
                  "its {:.0f}% t interval; p is Holm's, over all differences of the metric",
                  unit_name(comparison.seed_design), 100 * comparison.level)};
  for (const std::string& words :
       {describe_baselines(comparison), floors_missing(comparison), axes_left_out(comparison)}) {
    if (!words.empty()) table.notes.push_back(words);
  }
  std::string text = fmt::format("# {}\n\n", comparison.experiment);
  text += "## Question\n\n" +
          (comparison.question.empty() ? "None was stated." : comparison.question) + "\n\n";
  text += "## Primary contrast\n\n" + primary_section(comparison) + "\n";
  text += "## Verdict\n\n" + primary_in_words(comparison) + ".\n\n";
  text += "## In plain words\n\n" + plain_words(comparison) + "\n";
  text += "## Table\n\n" + to_markdown(table) + "\n";
  text += "## Floors\n\n" + floors_section(comparison) + "\n";
  const Table against = floor_table(comparison, false);
  if (!against.rows.empty()) text += to_markdown(against) + "\n";
  text += "## Seeds\n\n" + describe_variance(comparison) + ".\n\n";
  const std::string budget = budget_in_words(db, comparison);
  if (!budget.empty()) text += "## Images read\n\n" + budget + "\n";
  text += "## Trials\n\n" + counts_section(comparison);
  const std::string failures = failures_section(db, comparison.experiment);
  if (!failures.empty()) text += "\nAttempts that failed, diverged or were killed:\n\n" + failures;
  text += "\n## Machine and command\n\n";
  for (const std::string& machine : machines(db, comparison.experiment)) {
    text += "- " + machine + "\n";
  }
  for (const std::string& mixed : comparison.mixed) text += "- mixed numerics: " + mixed + "\n";
  text += "\n```\n" + join(report_commands(db, options), "\n") + "\n```\n";
  if (!plot_files.empty()) text += "\n## Plots\n\n";
  for (const std::string& file : plot_files) {
    const bool picture = file.ends_with(".svg") || file.ends_with(".png");
    text += picture ? fmt::format("![{0}]({0})\n\n", file)
                    : fmt::format("- [{0}]({0}) (a Vega-Lite specification)\n", file);
  }
  return text;
}

std::filesystem::path write_report(store::Database& db, const ReportOptions& options) {
  const Comparison comparison = compare(db, options.comparison);
  const std::string& name = comparison.experiment;
  std::vector<std::string> files;
  const auto write = [&](const std::string& what, const nlohmann::json& plot) {
    const std::string base = fmt::format("{}/{}", name, what);
    write_file_atomic(options.folder / (base + ".vl.json"), plot.dump(1) + "\n", false);
    try {
      render_plot(plot, options.folder / (base + ".svg"), options.vl_convert);
      files.push_back(base + ".svg");
    } catch (const Error& error) {
      // Without the converter the specification is the plot; the report names it as one.
      if (error.code() != ExitCode::kSetup || !options.vl_convert.empty()) throw;
      files.push_back(base + ".vl.json");
    }
  };
  if (!comparison.metrics.empty()) {
    write(comparison.metrics[0].name, bar_plot(comparison, comparison.metrics[0].name));
  }
  for (const std::string& metric : options.curve_metrics) {
    write("curve_" + metric, curve_plot(db, comparison, metric));
  }
  const auto path = options.folder / (name + ".md");
  write_file_atomic(path, report_markdown(db, comparison, options, files), false);
  return path;
}

}  // namespace synface::report
