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
  Model(plugin::Backbone backbone, std::optional<LossPath> loss, bool trains);

  const plugin::Backbone& backbone() const { return backbone_; }
  LossPath& loss() { return *loss_; }
  Parameters& parameters() { return *parameters_; }
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
  std::size_t backbone_count_ = 0;
  std::unique_ptr<Parameters> parameters_;
};

}  // namespace synface::train
