#include "synface/plugin/loss.h"

#include <cmath>

#include "abi_copy.h"

namespace synface::plugin {

Loss::Loss(PluginPtr plugin, const Json& params, const synface_dims& dims, CallTrace* trace)
    : ParametricInstance(of_kind(std::move(plugin), Kind::kLoss), params, dims, trace) {
  info_.struct_size = sizeof info_;
  info_.subcentres = 1;
  invoke("info", 0, table().info, self_, &info_);
  const bool fits = (info_.form == SYNFACE_LOSS_MARGIN && table().margin != nullptr) ||
                    (info_.form == SYNFACE_LOSS_LOGITS && table().logits != nullptr) ||
                    (info_.form == SYNFACE_LOSS_EMBEDDING && table().loss != nullptr);
  if (!fits) broken(fmt::format("info() gave the form {}, which its table has not", info_.form));
  try {
    check_flags(info_.flags, SYNFACE_LOSS_NORM_X | SYNFACE_LOSS_NORM_W | SYNFACE_LOSS_JOINT_TARGETS,
                "info()");
  } catch (const Error& e) {
    broken(e.what());
  }
  if (!std::isfinite(info_.scale) || !std::isfinite(info_.margin) || info_.subcentres < 1 ||
      info_.margin_unit > 2) {
    broken(fmt::format("info() gave scale {}, margin {} in unit {}, {} subcentres", info_.scale,
                       info_.margin, info_.margin_unit, info_.subcentres));
  }
}

void Loss::margin(const synface_context& ctx, const synface_tensor& cos, const synface_tensor& norm,
                  const synface_tensor& weights, const synface_tensor& z,
                  const synface_tensor& dz_dcos, const synface_tensor* dz_dnorm) const {
  if (table().margin == nullptr) broken("margin() of a loss of another form");
  invoke("margin", ctx.step, table().margin, self_, &ctx, &cos, &norm, &weights, &z, &dz_dcos,
         dz_dnorm);
}

Tape Loss::logits(const synface_context& ctx, const synface_tensor& dot, const synface_tensor& norm,
                  const synface_tensor& labels, const synface_tensor& weights,
                  const synface_tensor& z, bool train) const {
  if (table().logits == nullptr) broken("logits() of a loss of another form");
  void* tape = nullptr;
  invoke("logits", ctx.step, table().logits, self_, &ctx, &dot, &norm, &labels, &weights, &z,
         train ? &tape : nullptr);
  return Tape(tape, self_, table().tape_free, told(ctx.step));
}

void Loss::logits_backward(const synface_context& ctx, const Tape& tape, const synface_tensor& d_z,
                           const synface_tensor& d_dot, const synface_tensor* d_norm) const {
  if (table().logits_backward == nullptr) broken("logits_backward() of a loss of another form");
  invoke("logits_backward", ctx.step, table().logits_backward, self_, &ctx, tape.get(), &d_z,
         &d_dot, d_norm);
}

Tape Loss::loss(const synface_context& ctx, const synface_tensor& embeddings,
                const synface_tensor& labels, const synface_tensor& weights,
                const synface_tensor& value, bool train) const {
  if (table().loss == nullptr) broken("loss() of a loss of another form");
  void* tape = nullptr;
  invoke("loss", ctx.step, table().loss, self_, &ctx, &embeddings, &labels, &weights, &value,
         train ? &tape : nullptr);
  return Tape(tape, self_, table().tape_free, told(ctx.step));
}

void Loss::loss_backward(const synface_context& ctx, const Tape& tape,
                         const synface_tensor& d_value, const synface_tensor& d_embeddings,
                         bool accumulate) const {
  if (table().loss_backward == nullptr) broken("loss_backward() of a loss of another form");
  invoke("loss_backward", ctx.step, table().loss_backward, self_, &ctx, tape.get(), &d_value,
         &d_embeddings, accumulate ? 1 : 0);
}

}  // namespace synface::plugin
