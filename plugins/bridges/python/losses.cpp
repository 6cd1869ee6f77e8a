#include "losses.h"

namespace synface::python {

sdk::LossInfo Loss::info() const {
  const Interpreter& py = python();
  const Gil gil(py.api());
  const Object given = instance_.call("loss_info", py.tuple({}));
  sdk::LossInfo info;
  info.scale = py.as_real(given, 0);
  info.margin = py.as_real(given, 1);
  info.margin_unit = static_cast<uint32_t>(py.as_integer(given, 2));
  info.normalise_embeddings = py.as_integer(given, 3) != 0;
  info.normalise_weights = py.as_integer(given, 4) != 0;
  info.joint_targets = py.as_integer(given, 5) != 0;
  info.subcentres = static_cast<uint32_t>(py.as_integer(given, 6));
  return info;
}

void MarginLoss::margin(const sdk::Context& ctx, const sdk::Tensor& cos, const sdk::Tensor& norm,
                        const sdk::Tensor& weights, const sdk::Tensor& z,
                        const sdk::Tensor& dz_dcos, const sdk::Tensor* dz_dnorm) {
  const Interpreter& py = python();
  const Gil gil(py.api());
  Object context = context_of(py, ctx), c = floats(py, cos, "cos", false),
         length = floats(py, norm, "norm", false), w = floats(py, weights, "weights", false),
         out = floats(py, z, "z", true), slope = floats(py, dz_dcos, "dz_dcos", true),
         by_norm = floats_or_none(py, dz_dnorm, "dz_dnorm", true);
  instance_.call("margin", py.tuple({&context, &c, &length, &w, &out, &slope, &by_norm}));
}

std::unique_ptr<Tape> LogitsLoss::logits(const sdk::Context& ctx, const sdk::Tensor& dot,
                                         const sdk::Tensor& norm, const sdk::Tensor& label,
                                         const sdk::Tensor& weights, const sdk::Tensor& z,
                                         bool keep_tape) {
  const Interpreter& py = python();
  const Gil gil(py.api());
  Object context = context_of(py, ctx), c = floats(py, dot, "dot", false),
         length = floats(py, norm, "norm", false), names = labels(py, label, "labels"),
         w = floats(py, weights, "weights", false), out = floats(py, z, "z", true);
  Object kept = instance_.call("logits", py.tuple({&context, &c, &length, &names, &w, &out}));
  return keep_tape ? std::make_unique<Tape>(py, std::move(kept)) : nullptr;
}

void LogitsLoss::logits_backward(const sdk::Context& ctx, Tape& tape, const sdk::Tensor& d_z,
                                 const sdk::Tensor& d_dot, const sdk::Tensor* d_norm) {
  const Interpreter& py = python();
  const Gil gil(py.api());
  Object context = context_of(py, ctx), by_z = floats(py, d_z, "d_z", false),
         by_dot = floats(py, d_dot, "d_dot", true),
         by_norm = floats_or_none(py, d_norm, "d_norm", true);
  instance_.call("logits_backward", py.tuple({&context, &tape.kept, &by_z, &by_dot, &by_norm}));
}

std::unique_ptr<Tape> EmbeddingLoss::loss(const sdk::Context& ctx, const sdk::Tensor& embeddings,
                                          const sdk::Tensor& label, const sdk::Tensor& weights,
                                          const sdk::Tensor& value, bool keep_tape) {
  const Interpreter& py = python();
  const Gil gil(py.api());
  Object context = context_of(py, ctx), x = floats(py, embeddings, "embeddings", false),
         names = labels(py, label, "labels"), w = floats(py, weights, "weights", false),
         out = floats(py, value, "value", true);
  Object kept = instance_.call("loss", py.tuple({&context, &x, &names, &w, &out}));
  return keep_tape ? std::make_unique<Tape>(py, std::move(kept)) : nullptr;
}

// `accumulate` is about parameters, of which such a loss has none.
void EmbeddingLoss::loss_backward(const sdk::Context& ctx, Tape& tape, const sdk::Tensor& d_value,
                                  const sdk::Tensor& d_embeddings, bool) {
  const Interpreter& py = python();
  const Gil gil(py.api());
  Object context = context_of(py, ctx), by_value = floats(py, d_value, "d_value", false),
         by_x = floats(py, d_embeddings, "d_embeddings", true);
  instance_.call("loss_backward", py.tuple({&context, &tape.kept, &by_value, &by_x}));
}

}  // namespace synface::python
