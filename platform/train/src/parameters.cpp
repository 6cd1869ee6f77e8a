#include <synface/base/error.h>
#include <synface/train/parallel.h>
#include <synface/train/parameters.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <tuple>

namespace synface::train {
namespace {

constexpr std::size_t kStep = 64;  // floats in 256 bytes

std::size_t elements(const ParameterSpec& spec) {
  std::size_t n = 1;
  for (const std::int64_t d : spec.shape) n *= static_cast<std::size_t>(d);
  return n;
}

}  // namespace

Parameters::Parameters(std::vector<ParameterSpec> specs, bool trains) : specs_(std::move(specs)) {
  std::set<std::string> names;
  for (const ParameterSpec& spec : specs_) {
    if (!names.insert(spec.name).second) {
      fail(ExitCode::kInternal, "two parameters are called {}", spec.name);
    }
    counts_.push_back(elements(spec));
  }
  std::vector<std::size_t> order(specs_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const auto key = [&](std::size_t i) {
      const ParameterSpec& s = specs_[i];
      return std::tuple(!s.trainable, !s.decay, s.trainable ? s.lr_scale : 0.0F);
    };
    return key(a) < key(b);
  });
  offsets_.resize(specs_.size());
  std::size_t next = 0, trainable_end = 0;
  for (const std::size_t i : order) {
    const ParameterSpec& s = specs_[i];
    offsets_[i] = next;
    next += (counts_[i] + kStep - 1) / kStep * kStep;
    if (!s.trainable) continue;
    trainable_end = next;
    trainable_count_ += static_cast<std::int64_t>(counts_[i]);
    if (groups_.empty() || groups_.back().decay != s.decay ||
        groups_.back().lr_scale != s.lr_scale) {
      groups_.push_back({offsets_[i], next, s.decay, s.lr_scale});
    }
    groups_.back().end = next;
  }
  value_ = Buffer<float>(next);
  if (trains) {
    gradient_ = Buffer<float>(trainable_end);
    momentum_ = Buffer<float>(trainable_end);
  }
  for (std::size_t i = 0; i < specs_.size(); ++i) {
    const auto type = dtype_of<float>();
    values_.emplace_back(value_.data() + offsets_[i], type, specs_[i].shape);
    const bool has = trains && specs_[i].trainable;
    gradients_.emplace_back(has ? gradient_.data() + offsets_[i] : nullptr, type, specs_[i].shape);
  }
}

const synface_tensor* Parameters::gradient(std::size_t i) const {
  return gradient_.size() > 0 && specs_[i].trainable ? gradients_[i].get() : nullptr;
}

void Parameters::step(const SgdSettings& settings, int threads) {
  for (const Group& group : groups_) {
    SgdSettings own = settings;
    own.learning_rate *= group.lr_scale;
    if (!group.decay) own.weight_decay = 0;
    parallel(threads, static_cast<std::int64_t>(group.end - group.begin), 65536,
             [&](std::int64_t first, std::int64_t last) {
               const std::size_t at = group.begin + static_cast<std::size_t>(first);
               sgd_step(own, static_cast<std::size_t>(last - first), gradient_.data() + at,
                        momentum_.data() + at, value_.data() + at);
             });
  }
}

double Parameters::gradient_norm() const {
  return std::sqrt(sum_of_squares(gradient_.data(), gradient_.size()));
}

std::string Parameters::find_not_finite() const {
  for (std::size_t i = 0; i < specs_.size(); ++i) {
    const bool sound =
        std::all_of(value_.data() + offsets_[i], value_.data() + offsets_[i] + counts_[i],
                    [](float v) { return std::isfinite(v); });
    if (!sound) return specs_[i].name;
  }
  return {};
}

}  // namespace synface::train
