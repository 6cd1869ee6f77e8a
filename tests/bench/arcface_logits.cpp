// What plugins/bridges/python/examples/arcface_logits.py does, in C++: the other side of
// python_bench. One label a row.
#include <synface/sdk/loss.h>

#include <cmath>
#include <vector>

namespace {

namespace sdk = synface::sdk;

struct ArcFaceLogits {
  static constexpr sdk::Param parameters[] = {
      sdk::f64("scale", 30.0).above(0.0).max(1000.0).doc("s: logits are s times the cosine"),
      sdk::f64("margin", 0.5).range(0.0, 1.5).unit("radian").doc("m, added to the target's angle")};
  struct Tape {
    std::vector<float> slopes;
    std::vector<int64_t> labels;
  };

  explicit ArcFaceLogits(const sdk::Create& create)
      : scale_(static_cast<float>(create.f64("scale"))),
        margin_(static_cast<float>(create.f64("margin"))) {}
  sdk::LossInfo info() const { return {}; }

  std::unique_ptr<Tape> logits(const sdk::Context& ctx, const sdk::Tensor& dot, const sdk::Tensor&,
                               const sdk::Tensor& labels, const sdk::Tensor&, const sdk::Tensor& z,
                               bool) {
    const float m = margin_ * ctx.margin_scale, pi = 3.14159265F;
    const float cos_m = std::cos(m), sin_m = std::sin(m), edge = std::cos(pi - m);
    const auto* c = sdk::data<float>(dot);
    auto* out = sdk::data<float>(z);
    auto tape = std::make_unique<Tape>();
    const int64_t classes = dot.shape[1], n = sdk::count(dot);
    for (int64_t i = 0; i < n; ++i) out[i] = scale_ * c[i];
    for (int64_t b = 0; b < dot.shape[0]; ++b) {
      const int64_t label = sdk::data<int64_t>(labels)[b], at = b * classes + label;
      const float sine = std::sqrt(std::max(1.0F - c[at] * c[at], 1e-7F));
      const bool beyond = c[at] <= edge;
      out[at] = scale_ * (beyond ? c[at] - m * std::sin(pi - m) : c[at] * cos_m - sine * sin_m);
      tape->slopes.push_back(scale_ * (beyond ? 1.0F : cos_m + c[at] * sin_m / sine));
      tape->labels.push_back(label);
    }
    return tape;
  }

  void logits_backward(const sdk::Context&, Tape& tape, const sdk::Tensor& d_z,
                       const sdk::Tensor& d_dot, const sdk::Tensor*) {
    const auto* in = sdk::data<float>(d_z);
    auto* out = sdk::data<float>(d_dot);
    const int64_t classes = d_dot.shape[1], n = sdk::count(d_dot);
    for (int64_t i = 0; i < n; ++i) out[i] = scale_ * in[i];
    for (int64_t b = 0; b < d_dot.shape[0]; ++b) {
      const auto row = static_cast<std::size_t>(b);
      const int64_t at = b * classes + tape.labels[row];
      out[at] = in[at] * tape.slopes[row];
    }
  }

  float scale_, margin_;
};

}  // namespace

SYNFACE_LOSS_PLUGIN(ArcFaceLogits, "bench_arcface_logits", 1, "1.0.0",
                    "ArcFace as a loss of the LOGITS form, for python_bench.")
