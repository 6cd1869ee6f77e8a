// The host's parameters: one flat buffer each of values, gradients and momentum.
#pragma once

#include <synface/train/device.h>
#include <synface/train/memory.h>
#include <synface/train/sgd.h>
#include <synface/train/view.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace synface::train {

// A tensor of the flat buffers; float32.
struct ParameterSpec {
  std::string name;  // unique: "backbone.stage1.0.conv1.weight", "loss.weight"
  std::vector<std::int64_t> shape;
  bool trainable = true;  // else a buffer, without gradient and momentum
  bool decay = true;
  float lr_scale = 1.0F;
};

// Trainable parameters come first, sorted by (decay, lr_scale) so that the optimiser needs one call
// a group, then the buffers; every tensor starts at a multiple of 256 bytes, the gaps stay 0.
// Addresses never change.
//
// With a device the tensors lie there, and the host has a copy of values and momentum (not of the
// gradients) for files: pull() brings it up to date, push() takes it to the device.
class Parameters {
 public:
  // `trains` false: no gradients and momentum are held. `device` must outlive this; nullptr: the
  // CPU, where the copy is the thing itself.
  Parameters(std::vector<ParameterSpec> specs, bool trains, Device* device = nullptr);

  const std::vector<ParameterSpec>& specs() const { return specs_; }
  // By the position in specs().
  const View& value(std::size_t i) const { return values_[i]; }
  // nullptr for a buffer, or when nothing is trained.
  const synface_tensor* gradient(std::size_t i) const;

  // Where the tensor's values lie in the host's copy.
  float* host_value(std::size_t i) { return value_.data() + offsets_[i]; }
  const float* host_value(std::size_t i) const { return value_.data() + offsets_[i]; }
  void pull();
  void push();
  Device* device() const { return device_; }

  // Whole buffers of the host, gaps included.
  std::span<float> flat_values() { return value_.span(); }
  std::span<float> flat_momentum() { return momentum_.span(); }
  // Elements of all trainable tensors.
  std::int64_t trainable_count() const { return trainable_count_; }

  // One step of all groups, on the device; a group's learning rate is multiplied by its lr_scale.
  void step(const SgdSettings& settings, int threads);
  // Euclidean length of all gradients.
  double gradient_norm() const;
  // The first of a trainable tensor's values or gradients that is not finite, by name; "" if none.
  std::string find_not_finite();

 private:
  struct Group {
    std::size_t begin = 0, end = 0;
    bool decay = true;
    float lr_scale = 1.0F;
  };

  void take_memory(std::size_t values, std::size_t trained);

  std::vector<ParameterSpec> specs_;
  std::vector<std::size_t> offsets_, counts_;
  std::vector<Group> groups_;
  std::vector<View> values_, gradients_;
  std::int64_t trainable_count_ = 0;
  Device* device_ = nullptr;
  bool has_gradients_ = false;
  Buffer<float> value_, gradient_, momentum_;
  DeviceArray<float> device_value_, device_gradient_, device_momentum_;
};

}  // namespace synface::train
