#include <fmt/format.h>

#include <cmath>

#include "synface/experiment/plan.h"

namespace synface::experiment {
namespace {

constexpr double kImagesAClass = 6.5;  // for each unit of s m
constexpr double kLeastImagesAClass = 5.0;

// The margin in units of the cosine at a right angle, where training starts.
double cosine_margin(const Json& loss) {
  const double margin = loss.value("margin", 0.0);
  return loss.value("plugin", "") == "arcface" ? std::sin(margin) : margin;
}

}  // namespace

std::optional<std::string> cannot_converge(const SharedObject& config, bool reads_real) {
  const auto& train = config.at("train");
  const auto& loss = config.at("loss");
  const double seen = train.at("images_seen").get<double>();
  double classes = config.at("generator").value("identities", 0.0);
  if (reads_real) classes += config.at("real").value("identities", 0.0);
  if (seen == 0 || classes == 0 || train.value("shuffle_labels", false)) return std::nullopt;
  const double a_class = seen / classes;
  if (a_class < kLeastImagesAClass) {
    return fmt::format(
        "train.images_seen = {} shows each of {} classes only {:.1f} times: nothing will be "
        "learnt; "
        "show more images or take fewer people",
        seen, classes, a_class);
  }
  const double scale = loss.value("scale", 1.0);
  const double ramp = train.value("margin_ramp", 0.0);
  const double burden = scale * cosine_margin(loss) * (1.0 - ramp);
  const double wanted = kImagesAClass * burden;
  if (a_class >= wanted) return std::nullopt;
  return fmt::format(
      "loss.scale = {} with loss.margin = {} will probably not converge: {} classes are seen "
      "{:.0f} "
      "times each, about {:.0f} would be needed; use loss.margin = 0 with loss.scale = 16, a "
      "train.margin_ramp, or more images",
      scale, loss.value("margin", 0.0), classes, a_class, wanted);
}

}  // namespace synface::experiment
