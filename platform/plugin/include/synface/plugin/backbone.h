// A backbone instance; <synface/backbone.h>.
#pragma once

#include <synface/plugin/instance.h>

namespace synface::plugin {

class Backbone : public ParametricInstance {
 public:
  // Error(kPlugin) when the plugin is of another kind. dims: height, width, embedding, max_batch.
  Backbone(PluginPtr plugin, const Json& params, const synface_dims& dims,
           CallTrace* trace = nullptr);

  // D: what the plugin settles by itself, else dims.embedding. Error(kPlugin) when it is below 1.
  std::int64_t embedding() const { return embedding_; }

  // Has a backward pass and something to train.
  bool trainable() const { return table().backward != nullptr && has_parameters(); }

  // phase EVAL.
  void forward(const synface_context& ctx, const synface_tensor& x,
               const synface_tensor& embeddings) const;
  // phase TRAIN: the tape is for one backward().
  Tape forward_train(const synface_context& ctx, const synface_tensor& x,
                     const synface_tensor& embeddings) const;
  // d_x may be NULL. accumulate: add to the bound gradients instead of overwriting them.
  void backward(const synface_context& ctx, const Tape& tape, const synface_tensor& d_embeddings,
                const synface_tensor* d_x, bool accumulate) const;

  bool has_calibrate() const { return table().calibrate != nullptr; }
  void calibrate(const synface_context& ctx, const synface_tensor& x, std::uint64_t call,
                 std::uint64_t n_calls) const;

 private:
  const synface_backbone_table& table() const { return Instance::table<synface_backbone_table>(); }

  std::int64_t embedding_ = 0;
};

}  // namespace synface::plugin
