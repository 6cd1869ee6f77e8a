// Latent rows to images, many at a time on a device. The CPU prepares (heads, poses, clothes,
// light), the device draws from the vertices to the bytes; meanwhile the CPU prepares the next
// ones.
#pragma once

#include <functional>
#include <mutex>
#include <vector>

#include "core/batch_memory.h"
#include "core/renderer.h"

namespace synface::morphable {

class BatchRenderer {
 public:
  // `renderer` must live longer. Copies the head model and the photographs to the device.
  BatchRenderer(const Renderer& renderer, std::unique_ptr<BatchDevice> device);
  ~BatchRenderer();
  BatchRenderer(const BatchRenderer&) = delete;
  BatchRenderer& operator=(const BatchRenderer&) = delete;

  // Calls body(first, last) for ranges of 0 .. n - 1, on as many threads as it likes.
  using Body = std::function<void(std::size_t first, std::size_t last)>;
  using Parallel = std::function<void(std::size_t n, const Body& body)>;

  // images [n, H, W, 3] of n rows: what Renderer::render() draws, but for what a device rounds in
  // another way. One call at a time. Errors: those of Renderer::render() and of BatchDevice
  // (DeviceMemoryError with the size of the batch), and what `parallel` throws.
  void render(const float* const* rows, const ImageKey* keys, std::size_t n,
              const Parallel& parallel, uint8_t* images);

  std::size_t together() const { return together_; }  // the most pictures of a batch

 private:
  struct Prepared;
  struct Sheet;

  void copy_tables();
  std::size_t batch_of(std::size_t n) const;  // pictures of a batch where n are to be drawn
  void prepare(Sheet& sheet, const float* const* rows, const ImageKey* keys,
               const Parallel& parallel);
  void prepare_one(Prepared& p, const float* row, const ImageKey& key, Scratch& scratch) const;
  BatchExtent plan(Sheet& sheet) const;
  Picture picture_of(const Sheet& sheet, std::size_t i) const;
  void send(Sheet& sheet, const Parallel& parallel);
  void collect(Sheet& sheet);

  const Renderer& renderer_;
  std::unique_ptr<BatchDevice> device_;
  std::size_t together_;
  DeviceBuffer tables_;
  HeadArrays head_{};  // in the device's memory, as are the next three
  Canvas canvas_{};
  const float* photo_levels_ = nullptr;
  std::vector<const uint8_t*> photos_;
  std::vector<std::unique_ptr<Sheet>> sheets_;
  std::mutex scratches_lock_;
  std::vector<std::unique_ptr<Scratch>> scratches_;  // that no thread uses now
};

}  // namespace synface::morphable
