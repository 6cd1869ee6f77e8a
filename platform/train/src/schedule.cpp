#include <synface/base/error.h>
#include <synface/train/schedule.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace synface::train {

double learning_rate(const Schedule& s, std::int64_t step, std::int64_t total) {
  const auto at = static_cast<double>(step);
  const auto all = static_cast<double>(total);
  const double warm = std::floor(s.warmup * all);
  if (at < warm) return s.peak * (at + 1) / warm;
  if (s.name == "constant") return s.peak;
  if (s.name == "cosine") {
    const double t = (at - warm) / (all - warm);
    return s.peak * 0.5 * (1 + std::cos(std::numbers::pi * t));
  }
  if (s.name != "step") fail(ExitCode::kUsage, "train.schedule = \"{}\" is unknown", s.name);
  double rate = s.peak;
  for (const double milestone : s.milestones) {
    if (at >= milestone * all) rate /= 10;
  }
  return rate;
}

double margin_scale(const Schedule& s, std::int64_t step, std::int64_t total) {
  const double length = s.margin_ramp * static_cast<double>(total);
  return length <= 0 ? 1.0 : std::min(1.0, static_cast<double>(step) / length);
}

}  // namespace synface::train
