// A margin that grows with the target's angle: z(c) = c - m (1 - c) / 2.
//
// The host computes the cosines c, and turns z into a loss and z's derivative into gradients; this
// file is the formula and its derivative. <synface/loss.h> is the contract.
#include <synface/sdk/loss.h>

namespace {

namespace sdk = synface::sdk;

struct Loss {
  static constexpr sdk::Param parameters[] = {
      sdk::f64("scale", 16.0).above(0.0).max(1000.0).doc("s: logits are s times z"),
      sdk::f64("margin", 0.2)
          .range(0.0, 1.0)
          .doc("m, taken whole off the cosine of an opposite target and not at all off a perfect "
               "one"),
  };

  explicit Loss(const sdk::Create& create)
      : scale_(create.f64("scale")), margin_(create.f64("margin")) {
    if (create.dims().dev_type != SYNFACE_DEVICE_CPU) {
      throw sdk::Error(SYNFACE_ERR_UNSUPPORTED, "@NAME@ computes on the CPU only", "device");
    }
  }

  sdk::LossInfo info() const {
    sdk::LossInfo info;
    info.scale = scale_;
    info.margin = margin_;
    info.margin_unit = 1;  // of a cosine
    return info;
  }

  // All tensors [B, K], float32 in a training and float64 where `plugin check` compares gradients.
  void margin(const sdk::Context& ctx, const sdk::Tensor& cos, const sdk::Tensor& /*norm*/,
              const sdk::Tensor& /*weights*/, const sdk::Tensor& z, const sdk::Tensor& dz_dcos,
              const sdk::Tensor* dz_dnorm) {
    const int64_t n = sdk::count(cos);
    if (n == 0) return;
    sdk::for_float_type(cos, [&](auto zero) {
      using T = decltype(zero);
      const T m = static_cast<T>(margin_ * static_cast<double>(ctx.margin_scale));
      const T* c = sdk::data<T>(cos, "cos");
      T* out = sdk::data<T>(z, "z");
      T* slope = sdk::data<T>(dz_dcos, "dz_dcos");
      T* by_norm = dz_dnorm == nullptr ? nullptr : sdk::data<T>(*dz_dnorm, "dz_dnorm");
      for (int64_t i = 0; i < n; ++i) {
        out[i] = c[i] - m * (1 - c[i]) / 2;
        slope[i] = 1 + m / 2;
        if (by_norm != nullptr) by_norm[i] = 0;
      }
    });
  }

 private:
  double scale_, margin_;
};

}  // namespace

SYNFACE_LOSS_PLUGIN(Loss, "@NAME@", 1, "0.1.0",
                    "A margin that grows with the target's angle: c - m (1 - c) / 2.")
