#include <synface/train/device.h>
#include <synface/train/memory.h>

#include <cstring>
#include <vector>

#include "augment_body.h"

namespace synface::train {
namespace {

class HostDevice final : public Device {
 public:
  HostDevice() : Device(Place{}) {}

  std::string text() const override { return "the CPU, by the steps of a device"; }
  void* take(std::size_t bytes) override {
    void* memory = process_allocator().take(bytes);
    if (memory != nullptr) std::memset(memory, 0, bytes);
    return memory;
  }
  void give(void* memory) noexcept override { process_allocator().give(memory); }
  void* take_staging(std::size_t bytes) override { return take(bytes); }
  void give_staging(void* memory) noexcept override { give(memory); }
  void upload(void* to, const void* from, std::size_t bytes) override {
    if (bytes > 0) std::memcpy(to, from, bytes);
  }
  void download(void* to, const void* from, std::size_t bytes) override { upload(to, from, bytes); }
  void wait() override {}

  void augment(std::int64_t n, std::int64_t height, std::int64_t width, const std::uint8_t* pixels,
               const Recipe* recipes, float* scratch, float* out) override {
    const ImageSize size{height, width};
    const std::int64_t count = height * width;
    const auto each = [&](const auto& body) {
      for (std::int64_t b = 0; b < n; ++b) {
        for (std::int64_t i = 0; i < count; ++i) body(recipes[b], 3 * b * count, i);
      }
    };
    each([&](const Recipe& r, std::int64_t at, std::int64_t i) {
      warp_pixel(r, size, i, pixels + at, out + at);
    });
    each([&](const Recipe& r, std::int64_t at, std::int64_t i) {
      across_pixel(r, size, i, out + at, scratch + at);
    });
    each([&](const Recipe& r, std::int64_t at, std::int64_t i) {
      down_pixel(r, size, i, scratch + at, out + at);
    });
  }
  void sgd(const SgdSettings& settings, std::size_t n, const float* gradient, float* momentum,
           float* value) override {
    sgd_step(settings, n, gradient, momentum, value);
  }
  double squares(const float* values, std::size_t n) override { return sum_of_squares(values, n); }
};

}  // namespace

std::unique_ptr<Device> make_host_device() {
  return std::make_unique<HostDevice>();
}

}  // namespace synface::train
