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

Parameters::Parameters(std::vector<ParameterSpec> specs, bool trains, Device* device)
    : specs_(std::move(specs)), device_(device) {
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
  take_memory(next, trains ? trainable_end : 0);
}

// Buffers of so many floats, and the views of them.
void Parameters::take_memory(std::size_t values, std::size_t trained) {
  has_gradients_ = trained > 0;
  value_ = Buffer<float>(values, "the parameters");
  momentum_ = Buffer<float>(trained);
  if (device_ == nullptr) {
    gradient_ = Buffer<float>(trained, "the gradients");
  } else {
    device_value_ = DeviceArray<float>(*device_, values);
    device_gradient_ = DeviceArray<float>(*device_, trained);
    device_momentum_ = DeviceArray<float>(*device_, trained);
  }
  const Place place = device_ == nullptr ? Place{} : device_->place();
  float* const value = device_ == nullptr ? value_.data() : device_value_.data();
  float* const gradient = device_ == nullptr ? gradient_.data() : device_gradient_.data();
  for (std::size_t i = 0; i < specs_.size(); ++i) {
    const auto type = dtype_of<float>();
    values_.push_back(View(value + offsets_[i], type, specs_[i].shape).on(place));
    const bool has = has_gradients_ && specs_[i].trainable;
    gradients_.push_back(
        View(has ? gradient + offsets_[i] : nullptr, type, specs_[i].shape).on(place));
  }
}

const synface_tensor* Parameters::gradient(std::size_t i) const {
  return has_gradients_ && specs_[i].trainable ? gradients_[i].get() : nullptr;
}

void Parameters::pull() {
  if (device_ == nullptr) return;
  device_value_.download(value_.data(), value_.size());
  device_momentum_.download(momentum_.data(), momentum_.size());
}

void Parameters::push() {
  if (device_ == nullptr) return;
  device_value_.upload(value_.data(), value_.size());
  device_momentum_.upload(momentum_.data(), momentum_.size());
  device_->wait();  // the copies may change again
}

void Parameters::step(const SgdSettings& settings, int threads) {
  for (const Group& group : groups_) {
    SgdSettings own = settings;
    own.learning_rate *= group.lr_scale;
    if (!group.decay) own.weight_decay = 0;
    if (device_ != nullptr) {
      device_->sgd(own, group.end - group.begin, device_gradient_.data() + group.begin,
                   device_momentum_.data() + group.begin, device_value_.data() + group.begin);
      continue;
    }
    parallel(threads, static_cast<std::int64_t>(group.end - group.begin), 65536,
             [&](std::int64_t first, std::int64_t last) {
               const std::size_t at = group.begin + static_cast<std::size_t>(first);
               sgd_step(own, static_cast<std::size_t>(last - first), gradient_.data() + at,
                        momentum_.data() + at, value_.data() + at);
             });
  }
}

double Parameters::gradient_norm() const {
  return std::sqrt(device_ != nullptr
                       ? device_->squares(device_gradient_.data(), device_gradient_.size())
                       : sum_of_squares(gradient_.data(), gradient_.size()));
}

std::string Parameters::find_not_finite() {
  pull();
  for (std::size_t i = 0; i < specs_.size(); ++i) {
    const bool sound =
        std::all_of(value_.data() + offsets_[i], value_.data() + offsets_[i] + counts_[i],
                    [](float v) { return std::isfinite(v); });
    if (!sound) return specs_[i].name;
  }
  return {};
}

}  // namespace synface::train
