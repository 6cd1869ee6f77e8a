// The training loop.
#pragma once

#include <synface/train/batches.h>
#include <synface/train/device_batches.h>
#include <synface/train/model.h>
#include <synface/train/recorder.h>
#include <synface/train/schedule.h>
#include <synface/train/spec.h>

#include <functional>
#include <optional>

namespace synface::train {

// A curve's point every so many steps, and at the last one.
inline constexpr std::int64_t kPointEvery = 20;

// On the model's device where it has one: the steps are enqueued there, and the host makes the next
// batch meanwhile; it waits once a step, for the loss.
class Trainer {
 public:
  struct Hooks {
    // Asked after every step; true ends the loop with a checkpoint.
    std::function<bool()> stop;
    // Writes a checkpoint; called every `checkpoint_every_s`, at a stop and at the end.
    std::function<void(const Position&)> checkpoint;
  };
  enum class End { kDone, kStopped, kDiverged };

  Trainer(const TrialSpec& spec, const CallSettings& calls, Model& model, Batches& batches,
          Recorder& recorder);

  // Trains from `position` to the last step and leaves the end there. On divergence (a loss that is
  // not finite) position.step is the step at fault and the event is recorded.
  End run(Position& position, const Hooks& hooks);

  // One step without record: for benchmarks and tests. Returns loss and accuracy.
  HeadResult step(std::int64_t step);

 private:
  HeadResult host_step(std::int64_t step);
  HeadResult device_step(std::int64_t step);
  void take_buffers();
  void renew_buffers();
  double update(std::int64_t step, bool measure);
  synface_context context(std::int64_t step, std::uint64_t call, const Place& place) const;
  void add(std::int64_t step, const HeadResult& result, Window& window) const;

  const TrialSpec& spec_;
  CallSettings calls_;
  Model& model_;
  Batches& batches_;
  Recorder& recorder_;
  bool lent_ =
      true;  // the buffers below, the head's and the batches', until the first step is over
  Batch batch_;
  Buffer<float> embeddings_, d_embeddings_;
  std::optional<DeviceBatches> device_batches_;
  DeviceArray<float> device_embeddings_, device_d_embeddings_;
};

}  // namespace synface::train
