#include <synface/train/device_head.h>

#include <utility>

#include "torch_device.h"
#include "torch_softmax.h"
#include "torch_tensor.h"

namespace synface::train {
namespace {

View view_of(const at::Tensor& t, const Place& place) {
  const auto type = t.scalar_type() == at::kLong ? dtype_of<std::int64_t>() : dtype_of<float>();
  return View(t.data_ptr(), type, {t.sizes().data(), t.sizes().size()}).on(place);
}

}  // namespace

struct DeviceHead::State {
  HeadShape shape;
  Place place, loss;
  double scale = 1;
  bool norm_x = true, norm_w = true, joint = false;
  std::int64_t rows_w = 0;  // C * subcentres

  // Of the last call.
  at::Tensor weight, labels, weights;  // as they were given
  at::Tensor norm, unit, inverse;      // [B, 1], [B, D], [C * subcentres] 1 / |w|
  at::Tensor cosines, which;           // [B, C]; with sub-centres the largest of a class, and which
  SoftmaxResult softmax;
  at::Tensor hits;  // [B]

  State(const HeadShape& s, const synface_loss_info& info, const Place& at, const Place& loss_at)
      : shape(s), place(at), loss(loss_at), scale(info.scale), rows_w(s.classes * s.subcentres) {
    norm_x = (info.flags & SYNFACE_LOSS_NORM_X) != 0;
    norm_w = (info.flags & SYNFACE_LOSS_NORM_W) != 0;
    joint = (info.flags & SYNFACE_LOSS_JOINT_TARGETS) != 0;
  }

  void take(const float* x, const Labels& l, const float* w);
  at::Tensor targets() const;
  void finish(float* d_weight, float* d_x);

  // A tensor as the plugin sees it, and what it wrote, brought back.
  at::Tensor lent(const at::Tensor& t) const {
    return t.to(torch_device(loss), t.scalar_type()).contiguous();
  }
  at::Tensor blank(at::IntArrayRef sizes) const {
    return at::zeros(sizes, at::TensorOptions(torch_device(loss)).dtype(at::kFloat));
  }
  at::Tensor back(const at::Tensor& t) const { return t.to(torch_device(place)); }
};

// Lengths, x^, and the products: cosines where both flags are set.
void DeviceHead::State::take(const float* x, const Labels& l, const float* w) {
  const std::int64_t b = l.batch, d = shape.embedding, k = shape.max_labels;
  weight = over(place, w, {rows_w, d});
  labels = over(place, l.labels, {b, k});
  weights = over(place, l.weights, {b, k});
  const at::Tensor given = over(place, x, {b, d});
  norm = at::linalg_vector_norm(given, 2, {1}, true);
  unit = norm_x ? given / norm.clamp_min(1e-12) : given;
  at::Tensor products = at::mm(unit, weight.t());
  if (norm_w) {
    inverse = at::linalg_vector_norm(weight, 2, {1}).clamp_min_(1e-12).reciprocal_();
    products.mul_(inverse);
  }
  cosines = std::move(products);
  if (shape.subcentres > 1) {
    std::tie(cosines, which) = cosines.view({b, shape.classes, shape.subcentres}).max(2);
  }
  const at::Tensor predicted = cosines.argmax(1, true);
  hits = ((labels == predicted).to(at::kFloat) * weights).sum(1);
}

// The targets' cosines [B, K], before any margin.
at::Tensor DeviceHead::State::targets() const {
  at::Tensor c = cosines.gather(1, labels);
  return norm_x && norm_w ? c.clamp_(-1, 1) : c;
}

// From d loss_b / d cosine in `cosines` to the gradients of the mean loss.
void DeviceHead::State::finish(float* d_weight, float* d_x) {
  const std::int64_t b = unit.size(0), d = shape.embedding, u = shape.subcentres;
  const double mean = 1.0 / static_cast<double>(b);
  at::Tensor rows = cosines;
  if (u > 1) {
    rows = at::zeros({b, shape.classes, u}, cosines.options());
    rows.scatter_(2, which.unsqueeze(2), cosines.unsqueeze(2));
    rows = rows.view({b, rows_w});
  }
  rows.mul_(mean);
  if (norm_w) rows.mul_(inverse);
  at::Tensor to_weight = over(place, d_weight, {rows_w, d}), to_x = over(place, d_x, {b, d});
  at::mm_out(to_weight, rows.t(), unit);
  at::mm_out(to_x, rows, weight);
  if (norm_w) {
    const at::Tensor along = (to_weight * weight).sum(1).mul_(inverse).mul_(inverse);
    to_weight.addcmul_(weight, along.unsqueeze(1), -1);
  }
  const at::Tensor length = norm.clamp_min(1e-12);
  const at::Tensor by_norm = (mean * softmax.d_norm).unsqueeze(1);
  if (norm_x) {
    const at::Tensor along = (to_x * unit).sum(1, true);
    to_x.addcmul_(along, unit, -1).div_(length).addcmul_(by_norm, unit);
  } else {
    to_x.addcmul_(by_norm / length, unit);
  }
}

DeviceHead::DeviceHead(const HeadShape& shape, const synface_loss_info& info, const Place& place,
                       const Place& loss)
    : state_(std::make_unique<State>(shape, info, place, loss)) {}
DeviceHead::~DeviceHead() = default;
DeviceHead::DeviceHead(DeviceHead&&) noexcept = default;
DeviceHead& DeviceHead::operator=(DeviceHead&&) noexcept = default;

void DeviceHead::margin(const float* x, const Labels& labels, const float* weight,
                        const Margin& call, float* d_weight, float* d_x) {
  State& s = *state_;
  const TorchPlace scope(s.place);
  s.take(x, labels, weight);
  const at::Tensor cos = s.lent(s.targets()), norm = s.lent(s.norm.squeeze(1));
  const at::Tensor weights = s.lent(s.weights);
  const at::Tensor z = s.blank(cos.sizes()), dz_dcos = s.blank(cos.sizes());
  const at::Tensor dz_dnorm = s.blank(cos.sizes());
  const auto view = [&](const at::Tensor& t) { return view_of(t, s.loss); };
  call({view(cos), view(norm), view(weights), view(z), view(dz_dcos), view(dz_dnorm)});
  const TorchTargets targets{s.labels, s.weights, s.back(z), s.back(dz_dcos), s.back(dz_dnorm)};
  s.softmax = s.joint ? torch_joint_softmax(s.cosines, s.scale, targets)
                      : torch_separate_softmax(s.cosines, s.scale, targets);
  s.finish(d_weight, d_x);
}

void DeviceHead::logits(const float* x, const Labels& labels, const float* weight,
                        const Logits& call, const LogitsBackward& backward, float* d_weight,
                        float* d_x) {
  State& s = *state_;
  const TorchPlace scope(s.place);
  s.take(x, labels, weight);
  const auto view = [&](const at::Tensor& t) { return view_of(t, s.loss); };
  const at::Tensor dot = s.lent(s.cosines), norm = s.lent(s.norm.squeeze(1));
  const at::Tensor ids = s.lent(s.labels), weights = s.lent(s.weights);
  const at::Tensor z = s.blank(dot.sizes());
  call({view(dot), view(norm), view(ids), view(weights), view(z)});
  // The plugin's logits are final: scale 1, targets as they are.
  at::Tensor rows = s.back(z);
  const at::Tensor ones = at::ones_like(s.weights), none = at::zeros_like(s.weights);
  s.softmax =
      torch_joint_softmax(rows, 1, {s.labels, s.weights, rows.gather(1, s.labels), ones, none});
  const at::Tensor d_z = s.lent(rows), d_dot = s.blank(dot.sizes()), d_norm = s.blank(norm.sizes());
  backward({view(d_z), view(d_dot), view(d_norm)});
  s.cosines = s.back(d_dot);
  s.softmax.d_norm = s.back(d_norm);
  s.finish(d_weight, d_x);
}

HeadResult DeviceHead::result() const {
  const State& s = *state_;
  const TorchPlace scope(s.place);
  const at::Tensor both =
      at::stack({s.softmax.losses.to(at::kDouble).mean(), s.hits.to(at::kDouble).mean()})
          .to(at::kCPU);
  const double* const values = both.const_data_ptr<double>();
  return {values[0], values[1]};
}

}  // namespace synface::train
