// soft_targets.h for a whole batch by LibTorch's operators. Includes LibTorch.
#pragma once

#include <ATen/ATen.h>

namespace synface::train {

// All [B, K]: labels int64, weights float32 (0: unused slot), and what the plugin gave.
struct TorchTargets {
  at::Tensor labels, weights, z, dz_dcos, dz_dnorm;
};

struct SoftmaxResult {
  at::Tensor losses;  // [B]
  at::Tensor d_norm;  // [B] d loss_b / d norm_b
};

// `rows` [B, C] turns from cosines into d loss_b / d cosine, in place.
SoftmaxResult torch_joint_softmax(at::Tensor& rows, double scale, const TorchTargets& targets);
SoftmaxResult torch_separate_softmax(at::Tensor& rows, double scale, const TorchTargets& targets);

}  // namespace synface::train
