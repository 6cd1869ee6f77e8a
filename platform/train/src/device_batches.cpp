#include <synface/train/device_batches.h>

#include <algorithm>

#include "augment_passes.h"

namespace synface::train {

DeviceBatches::DeviceBatches(Device& device, Batches& batches, std::int64_t batch_size,
                             std::int64_t height, std::int64_t width)
    : device_(device), batches_(batches), batch_size_(batch_size), height_(height), width_(width) {
  const auto b = static_cast<std::size_t>(batch_size);
  const auto k = b * static_cast<std::size_t>(batches.max_labels());
  const auto values = b * static_cast<std::size_t>(3 * height * width);
  const bool raw = !batches.mixes_images();
  for (Slot& slot : slots_) {
    slot.pixels = {device, raw ? values : 0, DeviceArray<std::uint8_t>::Kind::kStaging};
    slot.mixed = {device, raw ? 0 : values, DeviceArray<float>::Kind::kStaging};
    slot.recipes = {device, raw ? b : 0, DeviceArray<Recipe>::Kind::kStaging};
    slot.labels = {device, k, DeviceArray<std::int64_t>::Kind::kStaging};
    slot.weights = {device, k, DeviceArray<float>::Kind::kStaging};
  }
  if (!raw) host_ = batches.make_batch();
  pixels_ = {device, raw ? values : 0};
  recipes_ = {device, raw ? b : 0};
  scratch_ = {device, raw ? values : 0};
  labels_ = {device, k};
  weights_ = {device, k};
  x_ = {device, values};
}

void DeviceBatches::prepare(std::int64_t step) {
  Slot& slot = slot_of(step);
  if (slot.step == step) return;
  slot.step = step;
  if (!batches_.mixes_images()) {
    batches_.fill_raw(
        step, {slot.pixels.data(), slot.recipes.data(), slot.labels.data(), slot.weights.data()});
    return;
  }
  batches_.fill(step, host_);
  std::copy_n(host_.x.data(), host_.x.size(), slot.mixed.data());
  std::copy(host_.labels.begin(), host_.labels.end(), slot.labels.data());
  std::copy(host_.weights.begin(), host_.weights.end(), slot.weights.data());
}

void DeviceBatches::upload(std::int64_t step) {
  prepare(step);
  Slot& slot = slot_of(step);
  labels_.upload(slot.labels.data(), slot.labels.size());
  weights_.upload(slot.weights.data(), slot.weights.size());
  if (batches_.mixes_images()) {
    x_.upload(slot.mixed.data(), slot.mixed.size());
    return;
  }
  pixels_.upload(slot.pixels.data(), slot.pixels.size());
  recipes_.upload(slot.recipes.data(), slot.recipes.size());
  device_.augment(batch_size_, height_, width_, stages_of(batch_size_, slot.recipes.data()),
                  pixels_.data(), recipes_.data(), scratch_.data(), x_.data());
}

}  // namespace synface::train
