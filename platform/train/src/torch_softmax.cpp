#include "torch_softmax.h"

#include <limits>
#include <utility>

namespace synface::train {
namespace {

// An unused slot has label 0, which another slot may use. Unused slots are made copies of the row's
// heaviest one, so that what is scattered twice is the same twice.
class Slots {
 public:
  explicit Slots(const TorchTargets& t)
      : used_(t.weights != 0), first_(t.weights.argmax(1, true)), labels_(copy(t.labels)) {}

  const at::Tensor& labels() const { return labels_; }
  at::Tensor gather(const at::Tensor& rows) const { return rows.gather(1, labels_); }
  void scatter(at::Tensor& rows, const at::Tensor& values) const {
    rows.scatter_(1, labels_, copy(values));
  }
  // Sum over the used slots: [B].
  at::Tensor sum(const at::Tensor& values) const { return used_only(values).sum(1); }
  at::Tensor used_only(const at::Tensor& values) const {
    return at::where(used_, values, at::zeros({}, values.options()));
  }
  const at::Tensor& used() const { return used_; }

 private:
  at::Tensor copy(const at::Tensor& values) const {
    return at::where(used_, values, values.gather(1, first_).expand_as(values));
  }

  at::Tensor used_, first_, labels_;
};

}  // namespace

SoftmaxResult torch_joint_softmax(at::Tensor& rows, double scale, const TorchTargets& t) {
  const Slots slots(t);
  slots.scatter(rows, t.z);
  rows.mul_(scale);
  const at::Tensor top = rows.amax(1, true);
  const at::Tensor target = slots.gather(rows) - top;
  rows.sub_(top).exp_();
  const at::Tensor sum = rows.sum(1, true);
  const at::Tensor total = t.weights.sum(1, true);
  SoftmaxResult result;
  result.losses = slots.sum(t.weights * (sum.to(at::kDouble).log() - target.to(at::kDouble)));
  rows.mul_(scale * total / sum);
  const at::Tensor d_z = slots.gather(rows) - scale * t.weights;
  slots.scatter(rows, d_z * t.dz_dcos);
  result.d_norm = slots.sum(d_z * t.dz_dnorm);
  return result;
}

SoftmaxResult torch_separate_softmax(at::Tensor& rows, double scale, const TorchTargets& t) {
  if (t.labels.size(1) == 1) return torch_joint_softmax(rows, scale, t);
  const Slots slots(t);
  const at::Tensor cosine = slots.gather(rows);
  const at::Tensor lowest = at::full({}, -std::numeric_limits<double>::infinity(), rows.options());
  const at::Tensor z = scale * t.z;
  const at::Tensor top =
      at::maximum(scale * rows.amax(1, true), at::where(slots.used(), z, lowest).amax(1, true));
  // Of each target: e its exponential without, m with the margin. The rest is summed without them,
  // so that nothing is taken from a sum that it dominates.
  const at::Tensor e = slots.used_only((scale * cosine - top).exp());
  const at::Tensor m = slots.used_only((z - top).exp());
  slots.scatter(rows, lowest.expand_as(cosine));
  rows.mul_(scale).sub_(top).exp_();
  const at::Tensor rest = rows.sum(1, true);
  // Sum of the other targets' e.
  const at::Tensor not_own = 1 - at::eye(t.labels.size(1), rows.options());
  const at::Tensor others = (e.unsqueeze(1) * not_own).sum(2);
  const at::Tensor sums = rest + m + others;
  const at::Tensor each = slots.used_only(t.weights / sums);
  const at::Tensor share = each.sum(1, true);
  SoftmaxResult result;
  result.losses = slots.sum(t.weights * (sums.to(at::kDouble).log() - (z - top).to(at::kDouble)));
  rows.mul_(scale * share);
  const at::Tensor d_z = scale * t.weights * (m / sums - 1);
  slots.scatter(rows, scale * e * (share - each) + d_z * t.dz_dcos);
  result.d_norm = slots.sum(d_z * t.dz_dnorm);
  return result;
}

}  // namespace synface::train
