// How learning rate and margins move over a training.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace synface::train {

struct Schedule {
  std::string name = "cosine";  // "cosine", "step", "constant"
  double peak = 0.1;
  double warmup = 0.05;            // part of the steps
  std::vector<double> milestones;  // parts of the steps, for "step"
  double margin_ramp = 0;          // part of the steps
};

// Learning rate of step 0 .. total - 1. During the first w = floor(warmup * total) steps
// peak * (step + 1) / w; afterwards, with t = (step - w) / (total - w):
//   cosine: peak * (1 + cos(pi t)) / 2 (Loshchilov and Hutter, ICLR 2017, without restarts);
//   step: peak / 10^(number of milestones with step >= milestone * total); constant: peak.
double learning_rate(const Schedule& schedule, std::int64_t step, std::int64_t total);

// By how much margins are multiplied: step / (margin_ramp * total), at most 1.
double margin_scale(const Schedule& schedule, std::int64_t step, std::int64_t total);

}  // namespace synface::train
