// A loss plugin of any of the three forms behind one call.
#pragma once

#include <synface/plugin/loss.h>
#include <synface/train/device.h>
#include <synface/train/head.h>
#include <synface/train/parameters.h>

#include <memory>
#include <vector>

namespace synface::train {

// Owns the loss instance and, for MARGIN and LOGITS, the class weights' place in the parameters.
class LossPath {
 public:
  LossPath(plugin::Loss loss, const HeadShape& shape, int threads);
  // On a device, which must outlive this. `loss_place`: where the plugin was made for; on the CPU
  // (a plugin without a form for the device) its small inputs are brought to the host at each step.
  // Error(kSetup) for a loss that has parameters of its own and computes on the CPU.
  LossPath(plugin::Loss loss, const HeadShape& shape, Device& device, const Place& loss_place);
  ~LossPath();
  LossPath(LossPath&&) noexcept;
  LossPath& operator=(LossPath&&) noexcept;

  // "loss.weight" [C * subcentres, D] for MARGIN and LOGITS; "loss.<name>" of the plugin's own.
  std::vector<ParameterSpec> parameters() const;
  // Takes the parameters from position `first` on; they must outlive this.
  void attach(Parameters& parameters, std::size_t first);
  // Draws initial values: class weights are normal with standard deviation 0.01 (as in
  // insightface's arcface_torch).
  void init(const synface_context& ctx);
  // Hands the plugin's own parameters to it; after init() or a load.
  void bind();

  // x [B, D] as the backbone gave it; writes d_x [B, D] and the gradients of the parameters.
  HeadResult step(const synface_context& ctx, const float* x, const Labels& labels, float* d_x);
  // On the CPU: the memory that the plugin's calls are lent is taken away and taken anew. What is
  // made at first is of the kind whose late use faults (memory.h, set_lending()).
  void renew_buffers();
  // On a device: step() in two halves. All pointers are the device's; enqueue() does not wait for
  // it (unless the plugin computes on the CPU), result() does.
  void enqueue(const synface_context& ctx, const float* x, const Labels& labels, float* d_x);
  HeadResult result() const;
  // For the contexts of its calls.
  const Place& place() const;

  plugin::Loss& loss();
  const plugin::Loss& loss() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace synface::train
