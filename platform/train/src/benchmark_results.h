// Writes a benchmark's results into the journal, under the name that the configuration gives it.
#pragma once

#include <synface/plugin/benchmark.h>
#include <synface/train/evaluation.h>
#include <synface/train/recorder.h>

#include <map>
#include <string>

namespace synface::train {

class BenchmarkResults final : public plugin::Results {
 public:
  // All must outlive it.
  BenchmarkResults(const NamedBenchmark& named, const EvaluationSettings& settings,
                   Recorder& recorder);

  void scalar(std::string_view key, double value) override;
  void interval(std::string_view key, double low, double high, double level) override;
  void curve(std::string_view key, std::span<const double> x, std::span<const double> y,
             std::string_view x_label, std::string_view y_label) override;
  void artifact(std::string_view name, std::string_view media_type,
                std::string_view bytes) override;

 private:
  std::string full(std::string_view key) const { return named_.name + "." + std::string(key); }
  std::uint32_t define(std::string_view key);

  const NamedBenchmark& named_;
  const EvaluationSettings& settings_;
  JournalWriter& journal_;
  std::map<std::string, plugin::MetricSpec, std::less<>> specs_;
};

}  // namespace synface::train
