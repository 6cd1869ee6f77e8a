#include <synface/train/device.h>
#include <synface/train/memory.h>

#include <cstring>
#include <vector>

#include "augment_passes.h"

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

  void augment(std::int64_t n, std::int64_t height, std::int64_t width, const Stages& stages,
               const std::uint8_t* pixels, const Recipe* recipes, float* scratch,
               float* out) override {
    const ImageSize size{height, width};
    const std::int64_t count = height * width;
    for (std::int64_t b = 0; b < n; ++b) {
      const std::int64_t at = 3 * b * count;
      for (std::int64_t i = 0; i < count; ++i) {
        warp_pixel(recipes[b], size, i, pixels + at, out + at);
      }
    }
    for_each_pass(stages, size, out, scratch,
                  [&]<PassBody kBody>(std::int64_t threads, const float* from, float* to) {
                    for (std::int64_t b = 0; b < n; ++b) {
                      const std::int64_t at = 3 * b * count;
                      for (std::int64_t i = 0; i < threads; ++i) {
                        kBody(recipes[b], size, i, from + at, to + at);
                      }
                    }
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
