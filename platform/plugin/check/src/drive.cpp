#include "drive.h"

#include <algorithm>
#include <cmath>
#include <exception>

#include "drives.h"

namespace synface::plugin::check {

Drive::Drive(Scene& scene, const Making& making)
    : scene_(scene), plugin_(scene.plugin()), self_(scene.create(making)) {}

Drive::~Drive() {
  scene_.destroy(self_);
}

Round Drive::usual() const {
  return with_rows(0, usual_rows());
}

Round Drive::with_rows(std::uint32_t first, std::uint32_t n) const {
  Round round;
  for (std::uint32_t i = 0; i < n; ++i) round.rows.push_back(first + i);
  return round;
}

void Drive::on_own_thread(const std::function<void()>& body) {
  std::exception_ptr thrown;
  std::thread([&] {
    try {
      body();
    } catch (...) {
      thrown = std::current_exception();
    }
  }).join();
  if (thrown) std::rethrow_exception(thrown);
}

void Drive::lock(const Round& round, bool locked) {
  if (round.inputs_closed_to_writes) {
    memory().protect(Role::kInput, locked);
    memory().protect(Role::kCall, locked);
  }
  if (round.bound_closed_to_writes) memory().protect(Role::kBound, locked);
}

void Drive::done(const Round& round, bool keep_inputs) {
  if (round.close) memory().close(!keep_inputs);
}

synface_context* Drive::context(const Round& round) {
  synface_context* ctx = lend_context(memory());
  ctx->phase = round.train ? SYNFACE_PHASE_TRAIN : SYNFACE_PHASE_EVAL;
  ctx->threads = round.threads;
  ctx->margin_scale = round.margin_scale;
  ctx->counter = round.two_seeds ? 12345 : 7;
  if (round.two_seeds) ctx->key[0] ^= 0x5555U;
  ctx->step = round.two_seeds ? 400 : 3;
  ctx->cancel = round.cancel;
  return ctx;
}

std::unique_ptr<Drive> make_drive(Scene& scene, const Making& making) {
  switch (scene.kind()) {
    case Kind::kGenerator:
      return make_generator_drive(scene, making);
    case Kind::kMixup:
      return make_mixup_drive(scene, making);
    case Kind::kBackbone:
      return make_backbone_drive(scene, making);
    case Kind::kLoss:
      return make_loss_drive(scene, making);
    case Kind::kBenchmark:
      break;
  }
  return make_benchmark_drive(scene, making);
}

namespace {

double element(const std::string& bytes, std::size_t i, std::uint8_t bits) {
  if (bits == 64) {
    double value = 0;
    std::memcpy(&value, bytes.data() + 8 * i, 8);
    return value;
  }
  float value = 0;
  std::memcpy(&value, bytes.data() + 4 * i, 4);
  return value;
}

std::string shown(const Output& output, const std::string& bytes, std::size_t byte) {
  if (!output.floats) return fmt::format("{}", static_cast<unsigned char>(bytes[byte]));
  return fmt::format("{}", element(bytes, byte / (output.bits / 8), output.bits));
}

// Where two rows differ: the byte, or npos.
std::size_t first_difference(const Output& output, const std::string& a, const std::string& b,
                             double tolerance) {
  if (a == b) return std::string::npos;
  const std::size_t n = std::min(a.size(), b.size());
  const std::size_t size = output.bits / 8;
  if (!output.floats || tolerance == 0 || a.size() != b.size()) {
    const auto at = std::mismatch(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(n), b.begin());
    return static_cast<std::size_t>(at.first - a.begin());
  }
  double largest = 1e-12;
  for (std::size_t i = 0; i < n / size; ++i) {
    largest = std::max(largest, std::abs(element(a, i, output.bits)));
  }
  for (std::size_t i = 0; i < n / size; ++i) {
    const double gap = std::abs(element(a, i, output.bits) - element(b, i, output.bits));
    if (!(gap <= tolerance * largest)) return i * size;
  }
  return std::string::npos;
}

}  // namespace

std::string difference(const Outputs& a, const Outputs& b, double tolerance) {
  for (std::size_t o = 0; o < std::min(a.size(), b.size()); ++o) {
    if (a[o].rows.size() != b[o].rows.size()) {
      return fmt::format("{} has {} rows here and {} there", a[o].name, a[o].rows.size(),
                         b[o].rows.size());
    }
    for (std::size_t r = 0; r < a[o].rows.size(); ++r) {
      const std::string &x = a[o].rows[r], &y = b[o].rows[r];
      const std::size_t at =
          first_difference(a[o], x, y, a[o].exact ? tolerance : std::max(tolerance, 2e-4));
      if (at == std::string::npos) continue;
      if (at >= std::min(x.size(), y.size())) {
        return fmt::format("{} has {} and {} bytes in row {}", a[o].name, x.size(), y.size(), r);
      }
      const std::size_t unit = a[o].floats ? a[o].bits / 8 : 1;
      return fmt::format("{}[{}, {}] is {} and {}", a[o].name, r, at / unit,
                         shown(a[o], x, at / unit * unit), shown(a[o], y, at / unit * unit));
    }
  }
  return a.size() == b.size() ? "" : "another number of outputs";
}

Bound::Bound(Scene& scene, void* self, bool with_gradients) {
  const Plugin& plugin = scene.plugin();
  if (!plugin.tables.has_parameters) return;
  const synface_parameters_table& table = plugin.tables.parameters;
  const synface_parameter* const* list = nullptr;
  std::uint32_t n = 0;
  must("parameters.list", [&](synface_error* error) { return table.list(self, &list, &n, error); });
  for (std::uint32_t i = 0; i < n; ++i) {
    const synface_parameter& p = *list[i];
    const std::vector<std::int64_t> shape(p.shape, p.shape + p.ndim);
    names.emplace_back(p.name.data, static_cast<std::size_t>(p.name.size));
    trainable.push_back((p.flags & SYNFACE_PARAMETER_TRAINABLE) != 0);
    values.emplace_back(scene.memory(), names.back(), kF32, shape, Role::kBound);
    gradients.emplace_back(
        scene.memory(), "gradient of " + names.back(), kF32,
        trainable.back() && with_gradients ? shape : std::vector<std::int64_t>{0}, Role::kBound);
  }
  std::vector<const synface_tensor*> views, gradient_views;
  for (std::uint32_t i = 0; i < n; ++i) {
    views.push_back(values[i]);
    gradient_views.push_back(trainable[i] && with_gradients ? gradients[i].view() : nullptr);
  }
  synface_context* ctx = lend_context(scene.memory());
  ctx->phase = SYNFACE_PHASE_TRAIN;
  must("parameters.init",
       [&](synface_error* error) { return table.init(self, ctx, views.data(), n, error); });
  must("parameters.bind", [&](synface_error* error) {
    return table.bind(self, views.data(), gradient_views.data(), n, error);
  });
}

void add_gradients(Outputs& outputs, const Bound& bound) {
  for (std::size_t i = 0; i < bound.values.size(); ++i) {
    if (!bound.trainable[i]) continue;
    outputs.push_back(
        {"gradient of " + bound.names[i], bound.gradients[i].rows(1), false, true, 32, true});
  }
}

}  // namespace synface::plugin::check
