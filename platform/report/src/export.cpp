#include "synface/report/export.h"

#include <array>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "synface/base/error.h"

namespace synface::report {
namespace {

// "AND metric IN (...)" with the names bound from `first` on.
std::string metric_filter(const ExportOptions& options) {
  if (options.metrics.empty()) return "";
  std::string marks;
  for (std::size_t i = 0; i < options.metrics.size(); ++i) marks += i == 0 ? "?" : ", ?";
  return " AND metric IN (" + marks + ")";
}

void bind_metrics(store::Statement& select, const ExportOptions& options, int first) {
  for (const std::string& metric : options.metrics) select.bind(first++, metric);
}

void check_experiment(store::Database& db, const std::string& name) {
  if (name.empty()) return;
  auto find = db.prepare("SELECT 1 FROM experiment WHERE name = ?");
  if (!find.with(name).step()) {
    fail(ExitCode::kUsage, "no experiment '{}' in {} (`synface ls` lists them)", name,
         db.path().string());
  }
}

std::string json_text(std::string_view text) {
  return nlohmann::json(text).dump();
}

std::string csv_integer(const store::Statement& row, int column) {
  return row.is_null(column) ? "" : std::to_string(row.integer(column));
}

std::string csv_bound(const store::Statement& row, int column) {
  return row.is_null(column) ? "" : format_double(row.real(column));
}

std::string json_integer(const store::Statement& row, int column) {
  return row.is_null(column) ? "null" : std::to_string(row.integer(column));
}

void say(const ExportOptions& options, std::int64_t done, std::int64_t total) {
  if (options.progress) options.progress(done, total);
}

void finals_csv(store::Statement& row, const ExportOptions& options, std::ostream& out) {
  std::int64_t done = 0;
  out << "hash,evaluation_hash,metric,value,n_nan,lo,hi,level,status,axes,seed_data,seed_train,"
         "seed_real,seed_test\n";
  while (row.step()) {
    say(options, ++done, 0);
    out << row.text(0) << ',' << row.text(1) << ',' << csv_field(std::string(row.text(2))) << ','
        << format_double(row.real(3)) << ',' << row.integer(4) << ',' << csv_bound(row, 5) << ','
        << csv_bound(row, 6) << ',' << csv_bound(row, 7) << ',' << row.text(8) << ','
        << csv_field(std::string(row.text(9)));
    for (int seed = 10; seed < 14; ++seed) out << ',' << csv_integer(row, seed);
    out << '\n';
  }
}

void finals_json(store::Statement& row, const ExportOptions& options, std::ostream& out) {
  std::int64_t done = 0;
  constexpr std::array<const char*, 4> kSeeds = {"seed_data", "seed_train", "seed_real",
                                                 "seed_test"};
  while (row.step()) {
    say(options, ++done, 0);
    out << "{\"hash\":\"" << row.text(0) << "\",\"evaluation_hash\":\"" << row.text(1)
        << "\",\"metric\":" << json_text(row.text(2)) << ",\"value\":" << json_double(row.real(3))
        << ",\"n_nan\":" << row.integer(4) << ",\"lo\":" << json_double(row.real(5))
        << ",\"hi\":" << json_double(row.real(6)) << ",\"level\":" << json_double(row.real(7))
        << ",\"status\":\"" << row.text(8) << "\",\"axes\":" << row.text(9);
    for (int i = 0; i < 4; ++i) {
      out << ",\"" << kSeeds[static_cast<std::size_t>(i)] << "\":" << json_integer(row, 10 + i);
    }
    out << "}\n";
  }
}

}  // namespace

ExportFormat parse_export_format(const std::string& name) {
  if (name == "csv") return ExportFormat::kCsv;
  if (name == "jsonl") return ExportFormat::kJsonLines;
  fail(ExitCode::kUsage, "export knows no format '{}': csv or jsonl", name);
}

std::string format_double(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  std::array<char, 32> text{};
  const auto result = std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), result.ptr};
}

std::string json_double(double value) {
  if (std::isnan(value)) return "null";
  if (std::isinf(value)) return value > 0 ? "1e999" : "-1e999";
  return format_double(value);
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

void export_points(store::Database& db, const ExportOptions& options, std::ostream& out) {
  check_experiment(db, options.experiment);
  // One trial at a time, each ordered by name and step: no sort of the whole table.
  const std::string chosen =
      "FROM trial t WHERE (?1 = '' OR EXISTS(SELECT 1 FROM member m JOIN experiment x ON x.id = "
      "m.experiment WHERE m.trial = t.id AND m.current = 1 AND x.name = ?1))" +
      tag_condition(options.tags, "t.id");
  auto count = db.prepare("SELECT count(*) " + chosen);
  count.with(options.experiment).step();
  const std::int64_t total = count.integer(0);
  auto trials = db.prepare("SELECT training_hash " + chosen + " ORDER BY training_hash");
  trials.with(options.experiment);
  auto points = db.prepare("SELECT metric, step, value FROM points WHERE hash = ?" +
                           std::string(options.timing ? "" : " AND class = 'metric'") +
                           metric_filter(options) + " ORDER BY metric, step");
  const bool csv = options.format == ExportFormat::kCsv;
  if (csv) out << "hash,metric,step,value\n";
  std::int64_t done = 0;
  while (trials.step()) {
    say(options, done++, total);
    const std::string hash(trials.text(0));
    points.bind(1, hash);
    bind_metrics(points, options, 2);
    while (points.step()) {
      const std::string metric(points.text(0));
      if (csv) {
        out << hash << ',' << csv_field(metric) << ',' << points.integer(1) << ','
            << format_double(points.real(2)) << '\n';
      } else {
        out << "{\"hash\":\"" << hash << "\",\"metric\":" << json_text(metric)
            << ",\"step\":" << points.integer(1) << ",\"value\":" << json_double(points.real(2))
            << "}\n";
      }
    }
  }
}

void export_finals(store::Database& db, const ExportOptions& options, std::ostream& out) {
  check_experiment(db, options.experiment);
  auto select = db.prepare(
      "SELECT DISTINCT hash, evaluation_hash, metric, value, n_nan, lo, hi, level, status, axes, "
      "seed_data, seed_train, seed_real, seed_test FROM finals WHERE (?1 = '' OR experiment = ?1)" +
      std::string(options.timing ? "" : " AND class = 'metric'") + metric_filter(options) +
      tag_condition(options.tags, "trial") + " ORDER BY hash, evaluation_hash, metric, axes");
  select.bind(1, options.experiment);
  bind_metrics(select, options, 2);
  if (options.format == ExportFormat::kCsv) {
    finals_csv(select, options, out);
  } else {
    finals_json(select, options, out);
  }
}

}  // namespace synface::report
