// The three forms of a loss, each an id of its own: the ABI gives an instance exactly one.
#pragma once

#include <memory>

#include "instance.h"

namespace synface::python {

// What the three have in common.
class Loss {
 public:
  static constexpr double kScale = 30.0, kMargin = 0.0;
  static constexpr sdk::Param parameters[] = {
      kFile, kClass,
      sdk::f64("scale", kScale)
          .above(0.0)
          .max(1000.0)
          .doc("given to the class as `scale`: s, by which cosines are multiplied"),
      sdk::f64("margin", kMargin)
          .range(0.0, 100.0)
          .doc("given to the class as `margin`; its unit is the class's own"),
      kArgs};
  static constexpr uint32_t state_version = 1;

  Loss(const sdk::Create& create, const char* form)
      : instance_(
            create, form,
            {{"scale", create.f64("scale"), kScale}, {"margin", create.f64("margin"), kMargin}}) {}

  sdk::LossInfo info() const;
  std::string save() const { return instance_.save(); }
  void load(uint32_t version, std::string_view state) const { instance_.load(version, state); }

 protected:
  const Interpreter& python() const { return instance_.python(); }
  Instance instance_;
};

struct MarginLoss : Loss {
  explicit MarginLoss(const sdk::Create& create) : Loss(create, "margin") {}
  void margin(const sdk::Context& ctx, const sdk::Tensor& cos, const sdk::Tensor& norm,
              const sdk::Tensor& weights, const sdk::Tensor& z, const sdk::Tensor& dz_dcos,
              const sdk::Tensor* dz_dnorm);
};

struct LogitsLoss : Loss {
  using Tape = python::Tape;
  explicit LogitsLoss(const sdk::Create& create) : Loss(create, "logits") {}
  std::unique_ptr<Tape> logits(const sdk::Context& ctx, const sdk::Tensor& dot,
                               const sdk::Tensor& norm, const sdk::Tensor& label,
                               const sdk::Tensor& weights, const sdk::Tensor& z, bool keep_tape);
  void logits_backward(const sdk::Context& ctx, Tape& tape, const sdk::Tensor& d_z,
                       const sdk::Tensor& d_dot, const sdk::Tensor* d_norm);
};

struct EmbeddingLoss : Loss {
  using Tape = python::Tape;
  explicit EmbeddingLoss(const sdk::Create& create) : Loss(create, "embedding") {}
  std::unique_ptr<Tape> loss(const sdk::Context& ctx, const sdk::Tensor& embeddings,
                             const sdk::Tensor& label, const sdk::Tensor& weights,
                             const sdk::Tensor& value, bool keep_tape);
  void loss_backward(const sdk::Context& ctx, Tape& tape, const sdk::Tensor& d_value,
                     const sdk::Tensor& d_embeddings, bool accumulate);
};

}  // namespace synface::python
