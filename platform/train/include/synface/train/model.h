// A network with its loss and the parameters of both.
#pragma once

#include <synface/plugin/backbone.h>
#include <synface/train/calls.h>
#include <synface/train/checkpoint.h>
#include <synface/train/loss_path.h>
#include <synface/train/parameters.h>

#include <memory>
#include <optional>

namespace synface::train {

class Model {
 public:
  // `loss` is left out where only embeddings are wanted. `trains`: gradients will be needed.
  // `device`: where the backbone was made for, and the loss path too; it must outlive this.
  Model(plugin::Backbone backbone, std::optional<LossPath> loss, bool trains,
        Device* device = nullptr);

  const plugin::Backbone& backbone() const { return backbone_; }
  LossPath& loss() { return *loss_; }
  Parameters& parameters() { return *parameters_; }
  // nullptr: the CPU's own path.
  Device* device() const { return device_; }
  // For the backbone's calls.
  Place place() const { return device_ == nullptr ? Place{} : device_->place(); }
  // The plugins' init() with key `seed`; then they may be bound.
  void init(const CallSettings& calls, std::uint64_t seed);
  // Hands the views to the plugins; once, after init() or a load into parameters().
  void bind();

  // States beside the parameters, for and from a checkpoint.
  void save_states(Position& position) const;
  void load_states(const Position& position);

 private:
  plugin::Backbone backbone_;
  std::optional<LossPath> loss_;
  Device* device_;
  std::size_t backbone_count_ = 0;
  std::unique_ptr<Parameters> parameters_;
};

}  // namespace synface::train
