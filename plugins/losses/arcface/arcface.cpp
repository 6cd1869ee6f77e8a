// ArcFace (Deng et al., CVPR 2019), on the CPU and, where built with it, on CUDA.
#include <synface/sdk/loss.h>

#include <cmath>

#include "arcface_cuda.h"
#include "arcface_margin.h"

namespace {

namespace sdk = synface::sdk;

constexpr double kPi = 3.14159265358979323846;

struct ArcFace {
  static constexpr sdk::Choices kTargets{"separate", "synface"};
  static constexpr sdk::Choices kGradients{"exact", "straight_through"};
  static constexpr sdk::Param parameters[] = {
      sdk::f64("scale", 30.0)
          .above(0.0)
          .max(1000.0)
          .doc("s: logits are s times the cosine; SynFace uses 30, the paper 64"),
      sdk::f64("margin", 0.5).range(0.0, 1.5).unit("radian").doc("m, added to the target's angle"),
      sdk::one_of("targets", kTargets, 0)
          .neutral_str("separate")
          .doc("rows with several labels: separate, one softmax a label with the whole margin; "
               "synface, one softmax for all, each margin times its label's weight (as SynFace's "
               "code has it)"),
      sdk::one_of("gradient", kGradients, 0)
          .neutral_str("exact")
          .doc("exact, the derivative of cos(theta + m); straight_through, 1 (as insightface's "
               "code has it)"),
  };

  explicit ArcFace(const sdk::Create& create)
      : scale_(create.f64("scale")),
        margin_(create.f64("margin")),
        weighted_(create.choice_index("targets") == 1),
        straight_through_(create.choice_index("gradient") == 1) {
#ifndef SYNFACE_PLUGIN_CUDA
    if (create.dims().dev_type != SYNFACE_DEVICE_CPU) {
      throw sdk::Error(SYNFACE_ERR_UNSUPPORTED,
                       "this build of arcface has no CUDA kernel; build with the preset cuda",
                       "device");
    }
#endif
  }

  sdk::LossInfo info() const {
    sdk::LossInfo info;
    info.scale = scale_;
    info.margin = margin_;
    info.margin_unit = 2;
    info.joint_targets = weighted_;
    return info;
  }

  void margin(const sdk::Context& ctx, const sdk::Tensor& cos, const sdk::Tensor&,
              const sdk::Tensor& weights, const sdk::Tensor& z, const sdk::Tensor& dz_dcos,
              const sdk::Tensor* dz_dnorm) {
    const arcface::Setting setting = setting_for(ctx);
    const int64_t n = sdk::count(cos);
    if (n == 0) return;
#ifdef SYNFACE_PLUGIN_CUDA
    if (ctx.dev_type == SYNFACE_DEVICE_CUDA) {
      const char* fault =
          arcface::enqueue(ctx.stream, setting, n, sdk::data<float>(cos, "cos"),
                           sdk::data<float>(weights, "weights"), sdk::data<float>(z, "z"),
                           sdk::data<float>(dz_dcos, "dz_dcos"),
                           dz_dnorm == nullptr ? nullptr : sdk::data<float>(*dz_dnorm, "dz_dnorm"));
      if (fault != nullptr) throw sdk::Error(SYNFACE_ERR_INTERNAL, fault, "margin kernel");
      return;
    }
#endif
    sdk::for_float_type(cos, [&](auto zero) {
      using T = decltype(zero);
      const T* c = sdk::data<T>(cos, "cos");
      const T* w = sdk::data<T>(weights, "weights");
      T* out = sdk::data<T>(z, "z");
      T* slope = sdk::data<T>(dz_dcos, "dz_dcos");
      T* by_norm = dz_dnorm == nullptr ? nullptr : sdk::data<T>(*dz_dnorm, "dz_dnorm");
      for (int64_t i = 0; i < n; ++i) {
        const arcface::Value<T> value = arcface::margin<T>(setting, c[i], w[i]);
        out[i] = value.z;
        slope[i] = value.dz_dcos;
        if (by_norm != nullptr) by_norm[i] = T{0};
      }
    });
  }

 private:
  arcface::Setting setting_for(const sdk::Context& ctx) const {
    const double m = margin_ * static_cast<double>(ctx.margin_scale);
    arcface::Setting setting{};
    setting.cos_m = std::cos(m);
    setting.sin_m = std::sin(m);
    setting.edge = std::cos(kPi - m);
    setting.drop = m * std::sin(kPi - m);
    setting.weighted = weighted_ ? 1 : 0;
    setting.straight_through = straight_through_ ? 1 : 0;
    return setting;
  }

  double scale_, margin_;
  bool weighted_, straight_through_;
};

}  // namespace

SYNFACE_LOSS_PLUGIN(ArcFace, "arcface", 1, "1.0.0",
                    "ArcFace: a margin added to the target's angle (Deng et al., CVPR 2019, "
                    "equation 3), without the easy margin.")
