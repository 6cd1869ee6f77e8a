// The drives of the five kinds.
#pragma once

#include "drive.h"

namespace synface::plugin::check {

std::unique_ptr<Drive> make_generator_drive(Scene& scene, const Making& making);
std::unique_ptr<Drive> make_mixup_drive(Scene& scene, const Making& making);
std::unique_ptr<Drive> make_backbone_drive(Scene& scene, const Making& making);
std::unique_ptr<Drive> make_loss_drive(Scene& scene, const Making& making);
std::unique_ptr<Drive> make_benchmark_drive(Scene& scene, const Making& making);

}  // namespace synface::plugin::check
