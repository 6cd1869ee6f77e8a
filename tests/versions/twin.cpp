// A loss that is built twice, against two versions of the C++ layer, and loaded twice into one
// process. Its margin is its own number among the instances of its library.
#include <synface/sdk/loss.h>

// Of the plugin itself, with external linkage: one for both libraries if they shared anything.
inline int made = 0;

namespace {

namespace sdk = synface::sdk;

struct Twin {
  static constexpr sdk::Param parameters[] = {
      sdk::f64("offset", 0.25).range(0.0, 1.0).doc("z = c - offset"),
      sdk::text("fault", "").doc("what create() throws: error, unknown or nothing"),
  };

  explicit Twin(const sdk::Create& create) : offset_(create.f64("offset")), number_(++made) {
    const std::string fault = create.text("fault");
    if (fault == "unknown") throw 42;
    if (fault == "error") {
      throw sdk::Error(SYNFACE_ERR_INVALID, "offset, says SDK " SYNFACE_SDK_VERSION, "offset");
    }
  }

  sdk::LossInfo info() const {
    sdk::LossInfo info;
    info.scale = 16;
    info.margin = number_;
    return info;
  }

  void margin(const sdk::Context&, const sdk::Tensor& cos, const sdk::Tensor&, const sdk::Tensor&,
              const sdk::Tensor& z, const sdk::Tensor& dz_dcos, const sdk::Tensor* dz_dnorm) {
    const int64_t n = sdk::count(cos);
    for (int64_t i = 0; i < n; ++i) {
      sdk::data<float>(z, "z")[i] = sdk::data<float>(cos, "cos")[i] - static_cast<float>(offset_);
      sdk::data<float>(dz_dcos, "dz_dcos")[i] = 1;
      if (dz_dnorm != nullptr) sdk::data<float>(*dz_dnorm, "dz_dnorm")[i] = 0;
    }
  }

 private:
  double offset_;
  int number_;
};

}  // namespace

SYNFACE_LOSS_PLUGIN(Twin, "twin", 1, "0.1.0", "A twin, of SDK " SYNFACE_SDK_VERSION ".")
