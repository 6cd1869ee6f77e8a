#include "layers/dropout.h"

#include <synface/sdk/philox.h>

namespace synface::layers {

at::Tensor dropout_mask(const Call& call, const at::Tensor& like, double rate) {
  if (call.mode != Mode::kTrain || rate <= 0.0) return {};
  at::Tensor mask = at::empty(like.sizes(), at::TensorOptions().dtype(at::kFloat));
  float* data = mask.data_ptr<float>();
  const auto below = static_cast<float>(rate);
  const auto kept = static_cast<float>(1.0 / (1.0 - rate));
  sdk::PhiloxStream random(*call.context, SYNFACE_STREAM_DROPOUT);
  const std::int64_t n = mask.numel();
  for (std::int64_t i = 0; i < n; ++i) data[i] = random.uniform() < below ? 0.0F : kept;
  return mask.to(like.device());
}

}  // namespace synface::layers
