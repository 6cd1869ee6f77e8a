#include "layers/parameters.h"

#include <synface/sdk/philox.h>

#include <cmath>

#include "layers/call.h"

namespace synface::layers {
namespace {

std::int64_t product(const std::vector<std::int64_t>& shape, std::size_t from) {
  std::int64_t n = 1;
  for (std::size_t i = from; i < shape.size(); ++i) n *= shape[i];
  return n;
}

// Square roots are exact in IEEE arithmetic, so that the bound has the same bits everywhere.
float bound_of(const std::vector<std::int64_t>& shape, Init init) {
  const double area = static_cast<double>(product(shape, 2));
  const double fan_in = static_cast<double>(shape[1]) * area;
  const double fan_out = static_cast<double>(shape[0]) * area;
  const double fan = init == Init::kXavier ? fan_in + fan_out : (1.0 + 0.25 * 0.25) * fan_in;
  return static_cast<float>(std::sqrt(6.0 / fan));
}

}  // namespace

ParameterId Parameters::add(Entry entry) {
  entries_.push_back(std::move(entry));
  return entries_.size() - 1;
}

ParameterId Parameters::weight(std::string name, std::vector<std::int64_t> shape, Init init) {
  const float bound = bound_of(shape, init);
  return add({std::move(name), std::move(shape), true, 0.0F, bound});
}

ParameterId Parameters::vector(std::string name, std::int64_t length, float value) {
  return add({std::move(name), {length}, true, value, 0.0F});
}

ParameterId Parameters::buffer(std::string name, std::int64_t length, float value) {
  return add({std::move(name), {length}, false, value, 0.0F});
}

std::vector<sdk::Weight> Parameters::list() const {
  std::vector<sdk::Weight> weights;
  for (const Entry& e : entries_) {
    sdk::Weight w;
    w.name = e.name;
    w.shape = e.shape;
    w.trainable = e.trainable;
    weights.push_back(std::move(w));
  }
  return weights;
}

void Parameters::init(const synface_context& context, const synface_tensor* const* values,
                      std::uint32_t n) const {
  if (n != entries_.size()) {
    throw sdk::Error(SYNFACE_ERR_INVALID, "another number of tensors than parameters", "init");
  }
  const TorchScope scope(context);
  sdk::PhiloxStream random(context, SYNFACE_STREAM_INIT);
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const Entry& e = entries_[i];
    at::Tensor to = to_torch(*values[i]);
    at::Tensor drawn = at::empty(e.shape, at::TensorOptions().dtype(at::kFloat));
    float* data = drawn.data_ptr<float>();
    const std::int64_t size = product(e.shape, 0);
    for (std::int64_t k = 0; k < size; ++k) {
      data[k] = e.bound > 0.0F ? (2.0F * random.uniform() - 1.0F) * e.bound : e.value;
    }
    to.copy_(drawn);
  }
}

void Parameters::bind(const synface_tensor* const* values, const synface_tensor* const* gradients,
                      std::uint32_t n) {
  if (n != entries_.size()) {
    throw sdk::Error(SYNFACE_ERR_INVALID, "another number of tensors than parameters", "bind");
  }
  values_.clear();
  gradients_.clear();
  has_gradients_ = true;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const Entry& e = entries_[i];
    values_.push_back(to_torch(*values[i]));
    if (values_.back().sizes() != at::IntArrayRef(e.shape)) {
      throw sdk::Error(SYNFACE_ERR_INVALID, "the tensor bound has another shape", e.name);
    }
    const synface_tensor* gradient = gradients == nullptr ? nullptr : gradients[i];
    gradients_.push_back(gradient == nullptr ? at::Tensor() : to_torch(*gradient));
    if (e.trainable && gradient == nullptr) has_gradients_ = false;
  }
}

const at::Tensor& Parameters::value(ParameterId id) const {
  if (id >= values_.size()) {
    throw sdk::Error(SYNFACE_ERR_INVALID, "bind() must come before the first compute call");
  }
  return values_[id];
}

const at::Tensor& Parameters::gradient(ParameterId id) const {
  return gradients_[id];
}

void Parameters::zero_gradients() const {
  for (const at::Tensor& gradient : gradients_) {
    if (gradient.defined()) gradient.zero_();
  }
}

}  // namespace synface::layers
