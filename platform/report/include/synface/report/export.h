// Rows for other tools, byte-stable: ordered by training hash, metric and step; no ids, times or
// attempts; doubles as the shortest text that reads back to the same bits.
#pragma once

#include <cstdint>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "synface/report/tags.h"
#include "synface/store/sqlite.h"

namespace synface::report {

enum class ExportFormat { kCsv, kJsonLines };
ExportFormat parse_export_format(const std::string& name);  // "csv" | "jsonl"; throws kUsage

struct ExportOptions {
  std::string experiment;  // empty: all
  ExportFormat format = ExportFormat::kCsv;
  bool timing = true;                // false: metrics of the timing class are left out
  std::vector<std::string> metrics;  // empty: all
  TagFilter tags;                    // of trials
  // Called with the number of trials (of finals: rows) written, and of all (0: not known).
  std::function<void(std::int64_t, std::int64_t)> progress;
};

// Columns hash, metric, step, value. NaN: "nan" in CSV, null in JSON; infinities: "inf" and "-inf"
// in CSV, 1e999 and -1e999 in JSON (valid there, and read back as infinities).
void export_points(store::Database& db, const ExportOptions& options, std::ostream& out);
// Columns hash, metric, value, n_nan, lo, hi, level, then the trial's status, axes and seeds.
void export_finals(store::Database& db, const ExportOptions& options, std::ostream& out);

// The shortest decimal text that reads back to the same double; "nan", "inf", "-inf".
std::string format_double(double value);
// The same as a JSON value: null, 1e999, -1e999.
std::string json_double(double value);
std::string csv_field(const std::string& text);  // quoted where it must be (RFC 4180)

}  // namespace synface::report
