// A loss instance; <synface/loss.h>.
#pragma once

#include <synface/plugin/instance.h>

namespace synface::plugin {

class Loss : public ParametricInstance {
 public:
  // Error(kPlugin) when the plugin is of another kind. dims: classes, embedding, max_batch.
  Loss(PluginPtr plugin, const Json& params, const synface_dims& dims, CallTrace* trace = nullptr);

  // Asked for once and checked: a known form whose functions the table has, no unknown flag.
  const synface_loss_info& loss_info() const { return info_; }

  // MARGIN. dz_dnorm may be NULL.
  void margin(const synface_context& ctx, const synface_tensor& cos, const synface_tensor& norm,
              const synface_tensor& weights, const synface_tensor& z, const synface_tensor& dz_dcos,
              const synface_tensor* dz_dnorm) const;

  // LOGITS. With train a tape for logits_backward() is kept, else the result is empty.
  Tape logits(const synface_context& ctx, const synface_tensor& dot, const synface_tensor& norm,
              const synface_tensor& labels, const synface_tensor& weights, const synface_tensor& z,
              bool train) const;
  // d_norm may be NULL.
  void logits_backward(const synface_context& ctx, const Tape& tape, const synface_tensor& d_z,
                       const synface_tensor& d_dot, const synface_tensor* d_norm) const;

  // EMBEDDING.
  Tape loss(const synface_context& ctx, const synface_tensor& embeddings,
            const synface_tensor& labels, const synface_tensor& weights,
            const synface_tensor& value, bool train) const;
  void loss_backward(const synface_context& ctx, const Tape& tape, const synface_tensor& d_value,
                     const synface_tensor& d_embeddings, bool accumulate) const;

 private:
  const synface_loss_table& table() const { return Instance::table<synface_loss_table>(); }

  synface_loss_info info_{};
};

}  // namespace synface::plugin
