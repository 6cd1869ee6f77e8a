#include <synface/train/recorder.h>

namespace synface::train {

Recorder::Recorder(JournalWriter& journal)
    : journal_(journal),
      loss_(journal.define("train.loss", MetricClass::kMetric, MetricGoal::kMin)),
      accuracy_(
          journal.define("train.accuracy", MetricClass::kMetric, MetricGoal::kMax, "fraction")),
      rate_(journal.define("train.learning_rate")),
      norm_(journal.define("train.gradient_norm")),
      speed_(journal.define("train.images_per_s", MetricClass::kTiming, MetricGoal::kMax, "1/s")) {}

void Recorder::training_point(std::int64_t step, const Window& window, double learning_rate,
                              double gradient_norm, double images_per_s) {
  journal_.point(loss_, step, window.loss / window.steps);
  journal_.point(accuracy_, step, window.accuracy / window.steps);
  journal_.point(rate_, step, learning_rate);
  journal_.point(norm_, step, gradient_norm);
  journal_.point(speed_, step, images_per_s);
}

std::uint32_t Recorder::define(std::string_view name, std::string_view unit) {
  return journal_.define(name, MetricClass::kMetric, MetricGoal::kNone, unit);
}

void Recorder::point(std::uint32_t metric, std::int64_t step, double value) {
  journal_.point(metric, step, value);
}

void Recorder::final_value(std::string_view name, MetricGoal goal, std::string_view unit,
                           double value) {
  journal_.final_value(journal_.define(name, MetricClass::kMetric, goal, unit), value);
}

void Recorder::phase(std::string_view name, std::uint64_t done, std::uint64_t total) {
  journal_.event(journal_event::kPhase, {{"name", name}, {"done", done}, {"total", total}});
}

}  // namespace synface::train
