#include "synface/plugin/backbone.h"

namespace synface::plugin {

Backbone::Backbone(PluginPtr plugin, const Json& params, const synface_dims& dims, CallTrace* trace)
    : ParametricInstance(of_kind(std::move(plugin), Kind::kBackbone), params, dims, trace),
      embedding_(dims.embedding) {
  if (table().embedding != nullptr) {
    invoke("embedding", 0, table().embedding, self_, &embedding_);
  }
  if (embedding_ < 1) broken(fmt::format("the length of an embedding is {}", embedding_));
}

void Backbone::forward(const synface_context& ctx, const synface_tensor& x,
                       const synface_tensor& embeddings) const {
  invoke("forward", ctx.step, table().forward, self_, &ctx, &x, &embeddings, nullptr);
}

Tape Backbone::forward_train(const synface_context& ctx, const synface_tensor& x,
                             const synface_tensor& embeddings) const {
  if (table().backward == nullptr) broken("it is frozen and cannot be trained");
  void* tape = nullptr;
  invoke("forward", ctx.step, table().forward, self_, &ctx, &x, &embeddings, &tape);
  return Tape(tape, self_, table().tape_free, told(ctx.step));
}

void Backbone::backward(const synface_context& ctx, const Tape& tape,
                        const synface_tensor& d_embeddings, const synface_tensor* d_x,
                        bool accumulate) const {
  if (table().backward == nullptr) broken("it is frozen and cannot be trained");
  invoke("backward", ctx.step, table().backward, self_, &ctx, tape.get(), &d_embeddings, d_x,
         accumulate ? 1 : 0);
}

void Backbone::calibrate(const synface_context& ctx, const synface_tensor& x, std::uint64_t call,
                         std::uint64_t n_calls) const {
  if (!has_calibrate()) broken("calibrate() of a backbone that has none");
  invoke("calibrate", ctx.step, table().calibrate, self_, &ctx, &x, call, n_calls);
}

}  // namespace synface::plugin
