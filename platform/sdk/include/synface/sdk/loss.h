// A loss plugin as one struct; the contract is <synface/loss.h>.
//
//   struct CosFace {
//     static constexpr synface::sdk::Param parameters[] = {synface::sdk::f64("scale", 30.0)...};
//     explicit CosFace(const synface::sdk::Create& create);
//     synface::sdk::LossInfo info() const;
//     exactly one of
//       void margin(const Context&, const Tensor& cos, const Tensor& norm, const Tensor& weights,
//                   const Tensor& z, const Tensor& dz_dcos, const Tensor* dz_dnorm);
//       std::unique_ptr<Tape> logits(const Context&, const Tensor& dot, const Tensor& norm,
//                                    const Tensor& labels, const Tensor& weights, const Tensor& z,
//                                    bool keep_tape);
//         with struct Tape and logits_backward(const Context&, Tape&, const Tensor& d_z,
//                                              const Tensor& d_dot, const Tensor* d_norm)
//       std::unique_ptr<Tape> loss(const Context&, const Tensor& embeddings, const Tensor& labels,
//                                  const Tensor& weights, const Tensor& value, bool keep_tape);
//         with loss_backward(const Context&, Tape&, const Tensor& d_value,
//                            const Tensor& d_embeddings, bool accumulate)
//         and, for parameters of its own, weights(), init(), bind() as in sdk/backbone.h
//   };
//   SYNFACE_LOSS_PLUGIN(CosFace, "cosface", 1, "1.0.0", "what it is, with its source")
#pragma once

#include <synface/sdk/core.h>

namespace synface::sdk {
inline namespace v0_1 {

struct LossInfo {
  double scale = 1.0;
  double margin = 0.0;
  uint32_t margin_unit = 0;  // 0 none, 1 cosine, 2 radian
  bool normalise_embeddings = true;
  bool normalise_weights = true;
  bool joint_targets = false;
  uint32_t subcentres = 1;
};

SYNFACE_SDK_CAPABILITY(margin)
SYNFACE_SDK_CAPABILITY(logits)
SYNFACE_SDK_CAPABILITY(loss)

template <typename T>
struct LossTable {
  static_assert(has_margin<T>::value + has_logits<T>::value + has_loss<T>::value == 1,
                "a loss has exactly one of margin(), logits() and loss()");

  static synface_status info(void* self, synface_loss_info* info, synface_error* error) noexcept {
    return guard(error, [&] {
      const LossInfo given = plugin_of<T>(self).info();
      info->form = has_margin<T>::value   ? SYNFACE_LOSS_MARGIN
                   : has_logits<T>::value ? SYNFACE_LOSS_LOGITS
                                          : SYNFACE_LOSS_EMBEDDING;
      info->flags = (given.normalise_embeddings ? SYNFACE_LOSS_NORM_X : 0) |
                    (given.normalise_weights ? SYNFACE_LOSS_NORM_W : 0) |
                    (given.joint_targets ? SYNFACE_LOSS_JOINT_TARGETS : 0);
      info->scale = given.scale;
      info->margin = given.margin;
      info->margin_unit = given.margin_unit;
      info->subcentres = given.subcentres;
    });
  }
  static synface_status margin(void* self, const synface_context* ctx, const synface_tensor* cos,
                               const synface_tensor* norm, const synface_tensor* weights,
                               const synface_tensor* z, const synface_tensor* dz_dcos,
                               const synface_tensor* dz_dnorm, synface_error* error) noexcept {
    return guard(error, [&] {
      plugin_of<T>(self).margin(*ctx, *cos, *norm, *weights, *z, *dz_dcos, dz_dnorm);
    });
  }
  static synface_status logits(void* self, const synface_context* ctx, const synface_tensor* dot,
                               const synface_tensor* norm, const synface_tensor* labels,
                               const synface_tensor* weights, const synface_tensor* z, void** tape,
                               synface_error* error) noexcept {
    return guard(error, [&] {
      auto kept =
          plugin_of<T>(self).logits(*ctx, *dot, *norm, *labels, *weights, *z, tape != nullptr);
      if (tape != nullptr) *tape = kept.release();
    });
  }
  static synface_status logits_backward(void* self, const synface_context* ctx, void* tape,
                                        const synface_tensor* d_z, const synface_tensor* d_dot,
                                        const synface_tensor* d_norm,
                                        synface_error* error) noexcept {
    return guard(error, [&] {
      plugin_of<T>(self).logits_backward(*ctx, *static_cast<typename T::Tape*>(tape), *d_z, *d_dot,
                                         d_norm);
    });
  }
  static synface_status loss(void* self, const synface_context* ctx,
                             const synface_tensor* embeddings, const synface_tensor* labels,
                             const synface_tensor* weights, const synface_tensor* value,
                             void** tape, synface_error* error) noexcept {
    return guard(error, [&] {
      auto kept =
          plugin_of<T>(self).loss(*ctx, *embeddings, *labels, *weights, *value, tape != nullptr);
      if (tape != nullptr) *tape = kept.release();
    });
  }
  static synface_status loss_backward(void* self, const synface_context* ctx, void* tape,
                                      const synface_tensor* d_value,
                                      const synface_tensor* d_embeddings, uint32_t accumulate,
                                      synface_error* error) noexcept {
    return guard(error, [&] {
      plugin_of<T>(self).loss_backward(*ctx, *static_cast<typename T::Tape*>(tape), *d_value,
                                       *d_embeddings, accumulate != 0);
    });
  }
  static void tape_free(void*, void* tape) noexcept {
    if constexpr (!has_margin<T>::value) delete static_cast<typename T::Tape*>(tape);
    static_cast<void>(tape);
  }

  static constexpr synface_loss_table table() noexcept {
    synface_loss_table t{};
    t.base = Life<T>::table(sizeof(synface_loss_table));
    t.info = &LossTable::info;
    if constexpr (has_weights<T>::value) t.parameters = &kParametersTable<T>;
    if constexpr (has_margin<T>::value) {
      t.margin = &LossTable::margin;
    } else if constexpr (has_logits<T>::value) {
      t.logits = &LossTable::logits;
      t.logits_backward = &LossTable::logits_backward;
      t.tape_free = &LossTable::tape_free;
    } else {
      t.loss = &LossTable::loss;
      t.loss_backward = &LossTable::loss_backward;
      t.tape_free = &LossTable::tape_free;
    }
    return t;
  }
};
template <typename T>
constexpr synface_loss_table kLossTable = LossTable<T>::table();

}  // namespace v0_1
}  // namespace synface::sdk

#define SYNFACE_LOSS_PLUGIN(TYPE, ID, REVISION, VERSION, DOC)                                     \
  SYNFACE_SDK_ONE_PLUGIN("loss", SYNFACE_KIND_LOSS, synface::sdk::kLossTable, TYPE, ID, REVISION, \
                         VERSION, DOC)
