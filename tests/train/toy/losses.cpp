// A cosine margin for tests.
#include <synface/sdk/loss.h>

namespace {

namespace sdk = synface::sdk;

struct Margin {
  static constexpr sdk::Param parameters[] = {sdk::f64("scale", 8.0).above(0).doc("s"),
                                              sdk::f64("margin", 0.1).range(0, 1).doc("m")};

  explicit Margin(const sdk::Create& create)
      : scale(create.f64("scale")), m(static_cast<float>(create.f64("margin"))) {}

  sdk::LossInfo info() const {
    sdk::LossInfo info;
    info.scale = scale;
    info.margin = static_cast<double>(m);
    info.margin_unit = 1;
    return info;
  }
  void margin(const sdk::Context& ctx, const sdk::Tensor& cos, const sdk::Tensor&,
              const sdk::Tensor&, const sdk::Tensor& z, const sdk::Tensor& dz_dcos,
              const sdk::Tensor*) const {
    for (int64_t i = 0; i < sdk::count(cos); ++i) {
      sdk::data<float>(z)[i] = sdk::data<float>(cos)[i] - ctx.margin_scale * m;
      sdk::data<float>(dz_dcos)[i] = 1;
    }
  }

  double scale;
  float m;
};

}  // namespace

SYNFACE_LOSS_PLUGIN(Margin, "toy_margin", 1, "1.0.0", "a cosine margin, for tests")
