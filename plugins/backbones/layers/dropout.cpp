#include "layers/dropout.h"

#include <synface/sdk/philox.h>

namespace synface::layers {

// Drawn on the host for a GPU as well, so that one source gives one mask everywhere. That takes 4
// ns a number (measured on a Zen 4 core), 11 ms for 128 rows of SynFace's network at 112 x 96; the
// device works on the layers before it meanwhile, which are enqueued already, so that a step ought
// to wait for the copy of 11 MB alone (not measured on a GPU). A small network on a fast device,
// which cannot hide the draw, would want a kernel here.
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
