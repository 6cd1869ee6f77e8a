// The Markdown report of one experiment: results/reports/<experiment>.md.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "synface/report/comparison.h"
#include "synface/store/sqlite.h"

namespace synface::report {

struct ReportOptions {
  ComparisonOptions comparison;
  // The experiment's file and the values given to `--set`, for the command that the report prints:
  // local paths in them are left out. Empty: the experiment's name stands for the file.
  std::filesystem::path file;
  std::vector<std::string> set;
  std::vector<std::string> curve_metrics;  // plotted beside the primary metric's points
  std::filesystem::path folder;            // the plots' place: <folder>/<experiment>/*.vl.json
  std::filesystem::path vl_convert;  // empty: looked for; absent: specifications only, said so
};

// Question, primary contrast (and when it was stated), verdict, the result in plain words, table,
// floors, n and seeds, failures, machine, commands, plots. Pure: writes nothing.
std::string report_markdown(store::Database& db, const Comparison& comparison,
                            const ReportOptions& options,
                            const std::vector<std::string>& plot_files);

// Writes <folder>/<experiment>.md and its plots; returns the report's path.
std::filesystem::path write_report(store::Database& db, const ReportOptions& options);

}  // namespace synface::report
