// synface export: rows for other tools.
#include <fstream>
#include <iostream>
#include <memory>

#include "output.h"
#include "synface/base/error.h"
#include "synface/report/export.h"

namespace synface::cli {
namespace {

struct Options {
  report::ExportOptions rows;
  std::string format = "csv", out;
  bool finals = false, no_timing = false;
};

int export_rows(const Globals& globals, Options options) {
  auto db = open_results(globals);
  options.rows.format = report::parse_export_format(options.format);
  options.rows.timing = !options.no_timing;
  std::ofstream file;
  if (!options.out.empty()) {
    file.open(options.out, std::ios::binary);
    if (!file) fail(ExitCode::kUsage, "cannot write {}", options.out);
  }
  auto& out = options.out.empty() ? std::cout : file;
  if (options.finals) {
    report::export_finals(db, options.rows, out);
  } else {
    report::export_points(db, options.rows, out);
  }
  out.flush();
  if (!out) fail(ExitCode::kNoSpace, "{} was not written whole; is the disk full?", options.out);
  return 0;
}

}  // namespace

void add_export(CLI::App& app, const Globals& globals, Action& action) {
  auto* command = app.add_subcommand("export", "write points or finals as CSV or JSON lines");
  command->footer("Example:\n  synface export quickstart --finals --out finals.csv");
  const auto options = std::make_shared<Options>();
  command->add_option("experiment", options->rows.experiment, "its name; without one, all");
  command->add_flag("--finals", options->finals,
                    "the scalars that stand for each trial, instead of the points");
  command->add_flag("--no-timing", options->no_timing,
                    "without the timing class, so that equal runs give equal bytes");
  command->add_option("--metric", options->rows.metrics, "only this metric (repeatable)")
      ->type_name("NAME")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->add_option("--format", options->format, "csv or jsonl (default: csv)")
      ->type_name("FORMAT");
  command->add_option("--out", options->out, "a file instead of standard output")
      ->type_name("FILE");
  command->callback([&globals, &action, options] {
    action = [&globals, options] { return export_rows(globals, *options); };
  });
}

}  // namespace synface::cli
