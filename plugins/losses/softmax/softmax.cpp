// Softmax cross-entropy without a margin.
#include <synface/sdk/loss.h>

namespace {

namespace sdk = synface::sdk;

struct Softmax {
  static constexpr sdk::Param parameters[] = {
      sdk::f64("scale", 16.0)
          .above(0.0)
          .max(1000.0)
          .doc("s: logits are s times the cosine (or times the inner product)"),
      sdk::flag("normalise", true)
          .doc("scale embeddings and class weights to length 1 (NormFace); false: plain W x"),
  };

  explicit Softmax(const sdk::Create& create)
      : scale_(create.f64("scale")), normalise_(create.flag("normalise")) {}

  sdk::LossInfo info() const {
    sdk::LossInfo info;
    info.scale = scale_;
    info.normalise_embeddings = info.normalise_weights = normalise_;
    return info;
  }

  // z = c.
  void margin(const sdk::Context&, const sdk::Tensor& cos, const sdk::Tensor&, const sdk::Tensor&,
              const sdk::Tensor& z, const sdk::Tensor& dz_dcos, const sdk::Tensor* dz_dnorm) {
    sdk::for_float_type(cos, [&](auto zero) {
      using T = decltype(zero);
      const int64_t n = sdk::count(cos);
      const T* c = sdk::data<T>(cos, "cos");
      T* out = sdk::data<T>(z, "z");
      T* slope = sdk::data<T>(dz_dcos, "dz_dcos");
      T* by_norm = dz_dnorm == nullptr ? nullptr : sdk::data<T>(*dz_dnorm, "dz_dnorm");
      for (int64_t i = 0; i < n; ++i) {
        out[i] = c[i];
        slope[i] = T{1};
        if (by_norm != nullptr) by_norm[i] = T{0};
      }
    });
  }

 private:
  double scale_;
  bool normalise_;
};

}  // namespace

SYNFACE_LOSS_PLUGIN(Softmax, "softmax", 1, "1.0.0",
                    "Softmax cross-entropy on scaled cosines (NormFace: Wang et al., ACM MM 2017), "
                    "or on plain inner products with normalise = false.")
