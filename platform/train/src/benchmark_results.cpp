#include "benchmark_results.h"

#include <synface/base/error.h>
#include <synface/base/file.h>
#include <synface/base/hash.h>

namespace synface::train {

BenchmarkResults::BenchmarkResults(const NamedBenchmark& named, const EvaluationSettings& settings,
                                   Recorder& recorder)
    : named_(named), settings_(settings), journal_(recorder.journal()) {
  for (plugin::MetricSpec& spec : named.benchmark.metrics()) specs_[spec.key] = std::move(spec);
}

void BenchmarkResults::scalar(std::string_view key, double value) {
  journal_.final_value(define(key), value);
}

void BenchmarkResults::interval(std::string_view key, double low, double high, double level) {
  journal_.interval(define(key), low, high, level);
}

void BenchmarkResults::curve(std::string_view key, std::span<const double> x,
                             std::span<const double> y, std::string_view x_label,
                             std::string_view y_label) {
  journal_.curve({full(key), std::string(x_label), std::string(y_label),
                  std::vector<double>(x.begin(), x.end()),
                  std::vector<double>(y.begin(), y.end())});
}

void BenchmarkResults::artifact(std::string_view name, std::string_view media_type,
                                std::string_view bytes) {
  if (name.empty() || name.find('/') != std::string_view::npos || name[0] == '.') {
    fail(ExitCode::kPlugin, "{} gives an artifact the name \"{}\", which is no file name",
         named_.benchmark.info().name(), name);
  }
  const std::filesystem::path file = settings_.artifacts_folder / full(name);
  write_file_atomic(file, bytes);
  journal_.artifact({full(name), std::filesystem::proximate(file, settings_.root).string(),
                     std::string(media_type), sha256(bytes)});
}

std::uint32_t BenchmarkResults::define(std::string_view key) {
  const auto it = specs_.find(key);
  if (it == specs_.end()) {
    fail(ExitCode::kPlugin, "{} gives the figure \"{}\", which its metrics() does not list",
         named_.benchmark.info().name(), key);
  }
  const plugin::Goal goal = it->second.goal;
  return journal_.define(full(key), MetricClass::kMetric,
                         goal == plugin::Goal::kMaximise   ? MetricGoal::kMax
                         : goal == plugin::Goal::kMinimise ? MetricGoal::kMin
                                                           : MetricGoal::kNone,
                         it->second.unit);
}

}  // namespace synface::train
