// The device of a trial that does not run on the CPU's own path: its memory, its one stream, and
// the host's kernels on it.
//
// Everything of a training step is enqueued on one stream (Place::stream), which plugins get in
// their context; only download() and wait() wait for it. The parameters, the gradients, the
// momentum, the batch and the head's matrices stay on the device.
#pragma once

#include <synface/train/augment.h>
#include <synface/train/place.h>
#include <synface/train/sgd.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>

namespace synface::train {

struct Recipe;  // augment_body.h: what happens to one image
struct Stages;  // augment_passes.h: what happens to any image of a batch

class Device {
 public:
  virtual ~Device() = default;
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  const Place& place() const { return place_; }
  // For people and the journal: name, memory, versions.
  virtual std::string text() const = 0;

  // Memory of the device, and page-locked memory of the host for upload(); zeroed, aligned to 256
  // bytes. std::bad_alloc where there is no more. 0 bytes: nullptr.
  virtual void* take(std::size_t bytes) = 0;
  virtual void give(void* memory) noexcept = 0;
  virtual void* take_staging(std::size_t bytes) = 0;
  virtual void give_staging(void* memory) noexcept = 0;

  // Enqueued; `from` must stay as it is until the stream has passed.
  virtual void upload(void* to, const void* from, std::size_t bytes) = 0;
  // Waits until it is there.
  virtual void download(void* to, const void* from, std::size_t bytes) = 0;
  virtual void wait() = 0;

  // The following are enqueued; all pointers are the device's.

  // augment() of n images: pixels [n, H, W, 3] uint8, recipes [n], out and scratch
  // [n, H, W, 3] float32; `stages` (the host's) are those of the recipes.
  virtual void augment(std::int64_t n, std::int64_t height, std::int64_t width,
                       const Stages& stages, const std::uint8_t* pixels, const Recipe* recipes,
                       float* scratch, float* out) = 0;
  // sgd_step().
  virtual void sgd(const SgdSettings& settings, std::size_t n, const float* gradient,
                   float* momentum, float* value) = 0;
  // sum_of_squares(), but with another fixed order of summation; waits.
  virtual double squares(const float* values, std::size_t n) = 0;

 protected:
  explicit Device(const Place& place) : place_(place) {}

 private:
  Place place_;
};

// The device "cuda" or "cuda:<number>", after LibTorch's CUDA half has been loaded and set up:
// float32 means float32 (no TF32), and with `deterministic` its deterministic algorithms alone.
// Once in a process, before LibTorch's first use. Error(kSetup) that says what is missing: a build
// without CUDA, the driver, a GPU of that number, a library of LibTorch's.
std::unique_ptr<Device> open_device(const std::string& name, bool deterministic);

// The steps of a device on the CPU: the same code, kernels' bodies and LibTorch operators, in the
// host's memory. Slower than the CPU's own path; it is how the tests run the device's path.
std::unique_ptr<Device> make_host_device();

// An array of the device's memory (or page-locked memory of the host), zeroed.
template <typename T>
class DeviceArray {
 public:
  enum class Kind { kDevice, kStaging };

  DeviceArray() = default;
  DeviceArray(Device& device, std::size_t count, Kind kind = Kind::kDevice)
      : device_(&device), count_(count), kind_(kind) {
    const std::size_t bytes = count * sizeof(T);
    data_ =
        static_cast<T*>(kind == Kind::kDevice ? device.take(bytes) : device.take_staging(bytes));
  }
  DeviceArray(DeviceArray&& other) noexcept { *this = std::move(other); }
  DeviceArray& operator=(DeviceArray&& other) noexcept {
    std::swap(device_, other.device_);
    std::swap(data_, other.data_);
    std::swap(count_, other.count_);
    std::swap(kind_, other.kind_);
    return *this;
  }
  ~DeviceArray() {
    if (data_ == nullptr) return;
    kind_ == Kind::kDevice ? device_->give(data_) : device_->give_staging(data_);
  }

  T* data() { return data_; }
  const T* data() const { return data_; }
  std::size_t size() const { return count_; }

  // Between this array and the host's memory.
  void upload(const T* from, std::size_t count) { device_->upload(data_, from, count * sizeof(T)); }
  void download(T* to, std::size_t count) const { device_->download(to, data_, count * sizeof(T)); }

 private:
  Device* device_ = nullptr;
  T* data_ = nullptr;
  std::size_t count_ = 0;
  Kind kind_ = Kind::kDevice;
};

}  // namespace synface::train
