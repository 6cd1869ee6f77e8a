// The parameters of a network: declared by its layers, initialised, bound to the host's memory.
#ifndef SYNFACE_BACKBONES_LAYERS_PARAMETERS_H
#define SYNFACE_BACKBONES_LAYERS_PARAMETERS_H

#include <ATen/ATen.h>
#include <synface/sdk/core.h>

#include <string>
#include <vector>

namespace synface::layers {

// How a weight is drawn; uniform in [-b, b):
//   kXavier  b = sqrt(6 / (fan_in + fan_out))                 (Glorot & Bengio 2010, eq. 16)
//   kHe      b = sqrt(6 / ((1 + 0.25^2) fan_in))              (He et al. 2015, eq. 15, whose normal
//            distribution is replaced by the uniform one of the same variance; 0.25 is PReLU's
//            slope)
enum class Init { kXavier, kHe };

using ParameterId = std::size_t;

class Parameters {
 public:
  // A weight whose fans follow from its shape [out, in, ...].
  ParameterId weight(std::string name, std::vector<std::int64_t> shape, Init init);
  // A trainable vector that starts at `value`.
  ParameterId vector(std::string name, std::int64_t length, float value);
  // State without a gradient that starts at `value`.
  ParameterId buffer(std::string name, std::int64_t length, float value);

  // As the SDK wants them listed.
  std::vector<sdk::Weight> list() const;
  // Writes initial values; Philox, stream SYNFACE_STREAM_INIT, one stream over all weights in
  // order, so that the values depend on the key and on the architecture alone.
  void init(const synface_context& context, const synface_tensor* const* values,
            std::uint32_t n) const;
  void bind(const synface_tensor* const* values, const synface_tensor* const* gradients,
            std::uint32_t n);

  // Bound memory. A gradient is undefined for a buffer and in an instance that is only evaluated.
  const at::Tensor& value(ParameterId id) const;
  const at::Tensor& gradient(ParameterId id) const;
  bool has_gradients() const noexcept { return has_gradients_; }
  void zero_gradients() const;

 private:
  struct Entry {
    std::string name;
    std::vector<std::int64_t> shape;
    bool trainable;
    float value;  // of a constant
    float bound;  // of a uniform draw; 0: constant
  };
  ParameterId add(Entry entry);

  std::vector<Entry> entries_;
  std::vector<at::Tensor> values_, gradients_;
  bool has_gradients_ = false;
};

}  // namespace synface::layers

#endif
