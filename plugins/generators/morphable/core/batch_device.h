// Where batches are drawn: memory and passes of a device.
#pragma once

#include <cstddef>
#include <memory>
#include <stdexcept>

#include "core/batch.h"

namespace synface::morphable {

// A device that is not there, or that failed: names what and what to do.
struct DeviceError : std::runtime_error {
  using std::runtime_error::runtime_error;
};
// Too little of the device's memory, or of this machine's for copies.
struct DeviceMemoryError : DeviceError {
  using DeviceError::DeviceError;
};

// Calls may come from any thread, one at a time. Work is queued in one of kQueues queues, each in
// order; what is queued in one runs beside what is queued in the other. DeviceError on any fault,
// DeviceMemoryError where memory is short.
class BatchDevice {
 public:
  static constexpr int kQueues = 2;

  virtual ~BatchDevice() = default;

  virtual void* take(std::size_t bytes) = 0;  // of the device's memory; aligned to 256
  virtual void give(void* memory) noexcept = 0;
  virtual void* take_staging(std::size_t bytes) = 0;  // of this machine's, for copies
  virtual void give_staging(void* memory) noexcept = 0;

  virtual void upload(int queue, void* to, const void* from, std::size_t bytes) = 0;
  virtual void download(int queue, void* to, const void* from, std::size_t bytes) = 0;
  virtual void clear(int queue, void* memory, std::size_t bytes) = 0;  // to 0
  // All passes of batch_passes.inc; pictures: in the device's memory.
  virtual void draw(int queue, const Picture* pictures, int n, const Canvas& canvas,
                    const BatchExtent& most) = 0;
  virtual void wait(int queue) = 0;
};

// Whether this build has CUDA kernels.
bool has_cuda_kernels();
// The first GPU that is visible. DeviceError in a build without CUDA kernels, without NVIDIA's
// driver and without a GPU; DeviceMemoryError where others have all of its memory.
std::unique_ptr<BatchDevice> make_cuda_device();

}  // namespace synface::morphable
