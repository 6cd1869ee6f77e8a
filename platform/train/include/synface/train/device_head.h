// The head (head.h) on a device: the same formulas by LibTorch's operators, on whatever place they
// are given.
#pragma once

#include <synface/train/head.h>
#include <synface/train/place.h>

#include <cstdint>
#include <memory>

namespace synface::train {

// Everything is enqueued on the place's stream; result() waits. float32.
class DeviceHead {
 public:
  using Margin = Head<float>::Margin;
  using Logits = Head<float>::Logits;
  using LogitsBackward = Head<float>::LogitsBackward;

  // `loss`: where the plugin computes. Where that is the CPU and `place` is not, what a call reads
  // is brought to the host and what it writes is taken back, which waits for the device: [B, K]
  // numbers for a margin, [B, C] for logits.
  DeviceHead(const HeadShape& shape, const synface_loss_info& info, const Place& place,
             const Place& loss);
  ~DeviceHead();
  DeviceHead(DeviceHead&&) noexcept;
  DeviceHead& operator=(DeviceHead&&) noexcept;

  // As Head's; all pointers, those of `labels` too, are the place's.
  void margin(const float* x, const Labels& labels, const float* weight, const Margin& call,
              float* d_weight, float* d_x);
  void logits(const float* x, const Labels& labels, const float* weight, const Logits& call,
              const LogitsBackward& backward, float* d_weight, float* d_x);
  // Of the last call.
  HeadResult result() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace synface::train
