#include "layers/norm.h"

#include <cmath>

#include "layers/norm_kernels.h"

namespace synface::layers {
namespace {

// How the rows of a tensor are cut: by its sizes alone, so that no result depends on threads.
struct Blocks {
  std::int64_t rows, channels, block_rows, count, grain;

  explicit Blocks(const at::Tensor& x) {
    channels = x.size(1);
    rows = x.numel() / channels;
    constexpr std::int64_t kRun = 64, kMost = 64;
    const std::int64_t runs = (rows + kRun - 1) / kRun;
    block_rows = kRun * ((runs + kMost - 1) / kMost);
    count = (rows + block_rows - 1) / block_rows;
    constexpr std::int64_t kWorthAThread = 32768;  // elements
    grain = kWorthAThread / (block_rows * channels) + 1;
  }
  std::int64_t first(std::int64_t block) const { return block * block_rows; }
  std::int64_t size(std::int64_t block) const { return std::min(block_rows, rows - first(block)); }
};

// Sums of each block, `sums` vectors of C doubles a block, then added up in the order of the
// blocks.
template <typename Body>
at::Tensor block_sums(const Call& call, const Blocks& blocks, std::int64_t sums, Body&& body) {
  const auto options = at::TensorOptions().dtype(at::kDouble);
  at::Tensor partial = at::zeros({blocks.count, sums, blocks.channels}, options);
  double* data = partial.data_ptr<double>();
  const std::int64_t stride = sums * blocks.channels;
  parallel_ranges(call, blocks.count, blocks.grain, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t b = first; b < last; ++b) body(b, data + b * stride);
  });
  for (std::int64_t b = 1; b < blocks.count; ++b) {
    for (std::int64_t i = 0; i < stride; ++i) data[i] += data[b * stride + i];
  }
  return partial;
}

void put(const at::Tensor& gradient, std::int64_t c, double value, bool accumulate) {
  float* to = gradient.data_ptr<float>() + c;
  *to = accumulate ? *to + static_cast<float>(value) : static_cast<float>(value);
}

}  // namespace

// Mean, 1 / sqrt(var + eps), scale of one call.
struct Norm::Prepared {
  at::Tensor stats;  // [3, C]
  Affine affine;
};

Norm::Norm(Parameters& parameters, const std::string& name, std::int64_t channels,
           const NormOptions& options)
    : parameters_(&parameters),
      channels_(channels),
      prelu_(options.prelu),
      fixed_scale_(options.fixed_scale) {
  weight_ = fixed_scale_ ? parameters.buffer(name + ".weight", channels, 1.0F)
                         : parameters.vector(name + ".weight", channels, 1.0F);
  bias_ = parameters.vector(name + ".bias", channels, 0.0F);
  running_mean_ = parameters.buffer(name + ".running_mean", channels, 0.0F);
  running_var_ = parameters.buffer(name + ".running_var", channels, 1.0F);
  if (prelu_) slope_ = parameters.vector(options.prelu_name + ".weight", channels, 0.25F);
}

// Statistics of the batch; the running ones follow them.
void Norm::batch_statistics(const Call& call, const at::Tensor& x, float* mean,
                            float* inverse) const {
  const Blocks blocks(x);
  const auto channels = static_cast<std::size_t>(channels_);
  const float* data = x.data_ptr<float>();  // the first row serves as pivot
  const NormKernels& kernels = norm_kernels();
  const at::Tensor sums = block_sums(call, blocks, 2, [&](std::int64_t b, double* to) {
    kernels.moments(data + blocks.first(b) * channels_, blocks.size(b), channels_, data, to,
                    to + channels);
  });
  const double* sum = sums.data_ptr<double>();
  const double* square = sum + channels;
  float* running_mean = parameters_->value(running_mean_).data_ptr<float>();
  float* running_var = parameters_->value(running_var_).data_ptr<float>();
  const auto follow = [&](float& running, double batch) {
    running = static_cast<float>((1.0 - call.momentum) * static_cast<double>(running) +
                                 call.momentum * batch);
  };
  const double n = static_cast<double>(blocks.rows);
  for (std::size_t c = 0; c < channels; ++c) {
    const double shifted = sum[c] / n;
    const double centre = static_cast<double>(data[c]) + shifted;
    const double variance = std::max(0.0, square[c] / n - shifted * shifted);
    mean[c] = static_cast<float>(centre);
    inverse[c] = static_cast<float>(1.0 / std::sqrt(variance + kEpsilon));
    follow(running_mean[c], centre);
    // One value has no unbiased variance; the running one then stays as it was.
    if (blocks.rows > 1) follow(running_var[c], variance * n / (n - 1.0));
  }
}

void Norm::running_statistics(float* mean, float* inverse) const {
  const float* running_mean = parameters_->value(running_mean_).data_ptr<float>();
  const float* running_var = parameters_->value(running_var_).data_ptr<float>();
  for (std::int64_t c = 0; c < channels_; ++c) {
    mean[c] = running_mean[c];
    inverse[c] =
        static_cast<float>(1.0 / std::sqrt(static_cast<double>(running_var[c]) + kEpsilon));
  }
}

Norm::Prepared Norm::prepare(const Call& call, const at::Tensor& x) const {
  Prepared p;
  p.stats = at::empty({3, channels_}, at::TensorOptions().dtype(at::kFloat));
  float* mean = p.stats.data_ptr<float>();
  float* inverse = mean + channels_;
  float* scale = inverse + channels_;
  if (call.uses_batch_statistics()) {
    batch_statistics(call, x, mean, inverse);
  } else {
    running_statistics(mean, inverse);
  }
  const float* gamma = parameters_->value(weight_).data_ptr<float>();
  for (std::int64_t c = 0; c < channels_; ++c) scale[c] = gamma[c] * inverse[c];
  p.affine = {mean, scale, parameters_->value(bias_).data_ptr<float>()};
  return p;
}

at::Tensor Norm::run(const Call& call, const at::Tensor& x, const Prepared& prepared,
                     const at::Tensor* residual, const Prepared* residual_prepared,
                     bool in_place) const {
  const Blocks blocks(x);
  at::Tensor y = in_place ? x : at::empty_like(x);
  ApplyArgs base{};
  base.x = x.data_ptr<float>();
  base.y = y.data_ptr<float>();
  base.norm = prepared.affine;
  base.slope = prelu_ ? parameters_->value(slope_).data_ptr<float>() : nullptr;
  base.residual = residual ? residual->data_ptr<float>() : nullptr;
  if (residual_prepared) base.residual_norm = residual_prepared->affine;
  const NormKernels& kernels = norm_kernels();
  parallel_ranges(call, blocks.count, blocks.grain, [&](std::int64_t first, std::int64_t last) {
    const std::int64_t at = blocks.first(first) * channels_;
    ApplyArgs args = base;
    args.x += at;
    args.y += at;
    if (args.residual) args.residual += at;
    kernels.apply(args, blocks.first(last - 1) + blocks.size(last - 1) - blocks.first(first),
                  channels_);
  });
  return y;
}

operators::NormValues Norm::values() const {
  return {parameters_->value(weight_), parameters_->value(bias_), parameters_->value(running_mean_),
          parameters_->value(running_var_), prelu_ ? parameters_->value(slope_) : at::Tensor()};
}

void Norm::keep_gradients(const operators::NormGradients& gradients, bool accumulate) const {
  const auto keep = [&](ParameterId id, const at::Tensor& gradient) {
    const at::Tensor& to = parameters_->gradient(id);
    accumulate ? to.add_(gradient) : to.copy_(gradient);
  };
  if (!fixed_scale_) keep(weight_, gradients.gamma);
  keep(bias_, gradients.beta);
  if (prelu_) keep(slope_, gradients.slope);
}

at::Tensor Norm::forward(const Call& call, const at::Tensor& x, Saved* saved, Input input) const {
  if (!x.is_cpu()) {
    return operators::norm_forward(call, x, values(), saved ? &saved->operators : nullptr);
  }
  const Prepared p = prepare(call, x);
  if (saved) *saved = {x, p.stats, {}};
  return run(call, x, p, nullptr, nullptr, saved == nullptr && input == Input::kMine);
}

at::Tensor Norm::forward_add(const Call& call, const at::Tensor& x, const at::Tensor& residual,
                             Saved* saved) const {
  if (!x.is_cpu()) return forward(call, x, saved) + residual;
  const Prepared p = prepare(call, x);
  if (saved) *saved = {x, p.stats, {}};
  return run(call, x, p, &residual, nullptr, saved == nullptr);
}

at::Tensor Norm::forward_sum(const Call& call, const Norm& first, const at::Tensor& x, Saved* saved,
                             const Norm& second, const at::Tensor& x2, Saved* saved2) {
  if (!x.is_cpu()) return first.forward(call, x, saved) + second.forward(call, x2, saved2);
  const Prepared p = first.prepare(call, x);
  const Prepared p2 = second.prepare(call, x2);
  if (saved) *saved = {x, p.stats, {}};
  if (saved2) *saved2 = {x2, p2.stats, {}};
  return first.run(call, x, p, &x2, &p2, saved == nullptr);
}

// [2, C], slant and level of BackwardArgs, from the sums [2 or 3, C] of ReduceArgs; the parameters'
// gradients on the way.
at::Tensor Norm::gradient_terms(const double* sum, double n, const float* inverse,
                                const float* scale, bool accumulate) const {
  at::Tensor terms = at::empty({2, channels_}, at::TensorOptions().dtype(at::kFloat));
  float* slant = terms.data_ptr<float>();
  float* level = slant + channels_;
  for (std::int64_t c = 0; c < channels_; ++c) {
    const double dz = sum[c];
    const double dz_xhat = sum[channels_ + c] * static_cast<double>(inverse[c]);
    const double factor = static_cast<double>(scale[c]) / n;
    slant[c] = static_cast<float>(-factor * dz_xhat * static_cast<double>(inverse[c]));
    level[c] = static_cast<float>(-factor * dz);
    if (!fixed_scale_) put(parameters_->gradient(weight_), c, dz_xhat, accumulate);
    put(parameters_->gradient(bias_), c, dz, accumulate);
    if (prelu_) put(parameters_->gradient(slope_), c, sum[2 * channels_ + c], accumulate);
  }
  return terms;
}

at::Tensor Norm::backward(const Call& call, const at::Tensor& dy, const Saved& saved,
                          const at::Tensor* extra, bool accumulate, bool reuse) const {
  if (!dy.is_cpu()) {
    const auto gradients = operators::norm_backward(dy, values(), saved.operators);
    keep_gradients(gradients, accumulate);
    return extra ? gradients.x + *extra : gradients.x;
  }
  const Blocks blocks(saved.x);
  const float* mean = saved.stats.data_ptr<float>();
  const float* inverse = mean + channels_;
  const float* scale = inverse + channels_;
  at::Tensor dx = reuse ? dy : at::empty_like(saved.x);
  BackwardArgs base{};
  base.x = saved.x.data_ptr<float>();
  base.dy = dy.data_ptr<float>();
  base.dx = dx.data_ptr<float>();
  base.norm = {mean, scale, parameters_->value(bias_).data_ptr<float>()};
  base.slope = prelu_ ? parameters_->value(slope_).data_ptr<float>() : nullptr;
  base.extra = extra ? extra->data_ptr<float>() : nullptr;
  const NormKernels& kernels = norm_kernels();

  const at::Tensor sums = block_sums(call, blocks, prelu_ ? 3 : 2, [&](std::int64_t b, double* to) {
    const std::int64_t at = blocks.first(b) * channels_;
    double* slope_sum = prelu_ ? to + 2 * channels_ : nullptr;
    const ReduceArgs args{base.x + at, base.dy + at,   base.norm, base.slope,
                          to,          to + channels_, slope_sum};
    kernels.reduce(args, blocks.size(b), channels_);
  });
  const at::Tensor terms = gradient_terms(sums.data_ptr<double>(), static_cast<double>(blocks.rows),
                                          inverse, scale, accumulate);
  base.slant = terms.data_ptr<float>();
  base.level = base.slant + channels_;

  parallel_ranges(call, blocks.count, blocks.grain, [&](std::int64_t first, std::int64_t last) {
    const std::int64_t at = blocks.first(first) * channels_;
    BackwardArgs args = base;
    args.x += at;
    args.dy += at;
    args.dx += at;
    if (args.extra) args.extra += at;
    kernels.backward(args, blocks.first(last - 1) + blocks.size(last - 1) - blocks.first(first),
                     channels_);
  });
  return dx;
}

}  // namespace synface::layers
