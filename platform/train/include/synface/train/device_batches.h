// Training batches on a device: bytes go up, the augmentation happens there.
#pragma once

#include <synface/train/batches.h>
#include <synface/train/device.h>

#include <array>
#include <cstdint>

namespace synface::train {

// Two slots of page-locked memory, so that the host makes the next batch while the device works on
// the present one. With a batch mixup, whose plugin computes on the CPU, the images are augmented
// and mixed on the CPU and go up as float32.
class DeviceBatches {
 public:
  // Both must outlive this. Sizes as in the settings of `batches`.
  DeviceBatches(Device& device, Batches& batches, std::int64_t batch_size, std::int64_t height,
                std::int64_t width);

  // Makes the batch of a step in the host's memory, unless it is there. Before the slot is used
  // again the device must have passed the upload of two steps ago.
  void prepare(std::int64_t step);
  // Enqueues its upload and augmentation.
  void upload(std::int64_t step);

  // The device's, as the last upload leaves them; x is channels-last.
  const float* x() const { return x_.data(); }
  Labels labels() const { return {batch_size_, labels_.data(), weights_.data()}; }

 private:
  struct Slot {
    std::int64_t step = -1;
    DeviceArray<std::uint8_t> pixels;  // or, with a batch mixup,
    DeviceArray<float> mixed;
    DeviceArray<Recipe> recipes;
    DeviceArray<std::int64_t> labels;
    DeviceArray<float> weights;
  };
  Slot& slot_of(std::int64_t step) { return slots_[static_cast<std::size_t>(step % 2)]; }

  Device& device_;
  Batches& batches_;
  std::int64_t batch_size_, height_, width_;
  std::array<Slot, 2> slots_;
  Batch host_;  // of a batch mixup
  DeviceArray<std::uint8_t> pixels_;
  DeviceArray<Recipe> recipes_;
  DeviceArray<std::int64_t> labels_;
  DeviceArray<float> weights_, scratch_, x_;
};

}  // namespace synface::train
