// The three forms of losses.
#include "drive_loss.h"

#include "drives.h"

namespace synface::plugin::check {
namespace {

constexpr std::uint32_t kUsual = 64, kMany = 8192;
constexpr std::int64_t kLabels = 2;

Output output(const char* name, const Lent& tensor, std::size_t n) {
  return {name, tensor.rows(n), true, true, tensor.view()->dtype.bits, true};
}

}  // namespace

// ---- shared -------------------------------------------------------------------------------------

LossDrive::LossDrive(Scene& scene, const Making& making) : Drive(scene, making) {
  dims_ = making.dims ? *making.dims : scene.dims();
  synface_loss_info info{};
  info.struct_size = sizeof info;
  info.subcentres = 1;
  must("info",
       [&](synface_error* error) { return table<synface_loss_table>().info(self_, &info, error); });
  info_ = info;
}

std::uint32_t LossDrive::usual_rows() const {
  return kUsual;
}
std::uint32_t LossDrive::many_rows() const {
  return kMany;
}

LossDrive::Labels LossDrive::labels(const Round& round, synface_dtype weight_type) {
  const auto n = static_cast<std::int64_t>(round.rows.size());
  Labels made{Lent(memory(), "labels", kI64, {n, kLabels}, Role::kInput),
              Lent(memory(), "weights", weight_type, {n, kLabels}, Role::kInput)};
  for (std::int64_t b = 0; b < n; ++b) {
    Random r = random(1, round.rows[static_cast<std::size_t>(b)]);
    const auto first =
        static_cast<std::int64_t>(r.below(static_cast<std::uint64_t>(dims_.classes)));
    const auto step =
        1 + static_cast<std::int64_t>(r.below(static_cast<std::uint64_t>(dims_.classes - 1)));
    made.labels.as<std::int64_t>()[kLabels * b] = first;
    made.labels.as<std::int64_t>()[kLabels * b + 1] = (first + step) % dims_.classes;
    // Sixteenths, so that a row sums to 1 exactly.
    const double share = static_cast<double>(1 + r.below(15)) / 16;
    made.weights.set(kLabels * b, share);
    made.weights.set(kLabels * b + 1, 1 - share);
  }
  return made;
}

void LossDrive::fill(Lent& tensor, const Round& round, std::uint64_t stream, double low,
                     double high) {
  const std::size_t n = round.rows.size();
  const std::int64_t size = n == 0 ? 0 : tensor.count() / static_cast<std::int64_t>(n);
  for (std::size_t b = 0; b < n; ++b) {
    Random r = random(stream, round.rows[b]);
    for (std::int64_t i = 0; i < size; ++i) {
      tensor.set(static_cast<std::int64_t>(b) * size + i, r.uniform(low, high));
    }
  }
}

void LossDrive::shift(Lent& tensor, const Probe& probe, Probe::Of of) {
  if (probe.of != of) return;
  for (std::size_t i = 0; i < probe.direction.size(); ++i) {
    const auto at = static_cast<std::int64_t>(i);
    tensor.set(at, tensor.get(at) + probe.step * probe.direction[i]);
  }
}

// ---- MARGIN -------------------------------------------------------------------------------------

MarginDrive::Result MarginDrive::compute(const Round& round, const Probe& probe) {
  const auto n = static_cast<std::int64_t>(round.rows.size());
  Labels rows = labels(round, round.dtype);
  Result r{Lent(memory(), "cos", round.dtype, {n, kLabels}, Role::kInput),
           Lent(memory(), "norm", round.dtype, {n}, Role::kInput),
           Lent(memory(), "z", round.dtype, {n, kLabels}, Role::kOutput),
           Lent(memory(), "dz_dcos", round.dtype, {n, kLabels}, Role::kOutput),
           Lent(memory(), "dz_dnorm", round.dtype, {n, kLabels}, Role::kOutput)};
  fill(r.cos, round, 2, -0.9, 0.9);
  fill(r.norm, round, 3, 5, 20);
  shift(r.cos, probe, Probe::kMain);
  shift(r.norm, probe, Probe::kNorm);
  synface_context* ctx = context(round);
  call(round, "margin", [&](synface_error* error) {
    return table<synface_loss_table>().margin(
        self_, ctx, r.cos, r.norm, rows.weights, r.z, r.dz_dcos,
        round.null_optional ? nullptr : r.dz_dnorm.view(), error);
  });
  return r;
}

Outputs MarginDrive::run(const Round& round) {
  const std::size_t n = round.rows.size();
  const Result r = compute(round, {});
  Outputs outputs = {output("z", r.z, n), output("dz_dcos", r.dz_dcos, n)};
  if (!round.null_optional) outputs.push_back(output("dz_dnorm", r.dz_dnorm, n));
  done(round, false);
  return outputs;
}

// ---- LOGITS -------------------------------------------------------------------------------------

LogitsDrive::Result LogitsDrive::compute(const Round& round, const Probe& probe) {
  const auto n = static_cast<std::int64_t>(round.rows.size());
  Result r{labels(round, kF32),
           Lent(memory(), "dot", round.dtype, {n, dims_.classes}, Role::kInput),
           Lent(memory(), "norm", round.dtype, {n}, Role::kInput),
           Lent(memory(), "z", round.dtype, {n, dims_.classes}, Role::kOutput)};
  fill(r.dot, round, 2, -0.9, 0.9);
  fill(r.norm, round, 3, 5, 20);
  shift(r.dot, probe, Probe::kMain);
  shift(r.norm, probe, Probe::kNorm);
  synface_context* ctx = context(round);
  call(round, "logits", [&](synface_error* error) {
    return table<synface_loss_table>().logits(self_, ctx, r.dot, r.norm, r.rows.labels,
                                              r.rows.weights, r.z, round.train ? &r.tape : nullptr,
                                              error);
  });
  return r;
}

LogitsDrive::Gradient LogitsDrive::back(const Round& round, Result& r) {
  const auto n = static_cast<std::int64_t>(round.rows.size());
  Gradient g{Lent(memory(), "d_z", round.dtype, {n, dims_.classes}, Role::kInput),
             Lent(memory(), "d_dot", round.dtype, {n, dims_.classes}, Role::kOutput),
             Lent(memory(), "d_norm", round.dtype, {n}, Role::kOutput)};
  fill(g.d_z, round, 4, -1, 1);
  synface_context* ctx = context(round);
  call(round, "logits_backward", [&](synface_error* error) {
    return table<synface_loss_table>().logits_backward(
        self_, ctx, r.tape, g.d_z, g.d_dot, round.null_optional ? nullptr : g.d_norm.view(), error);
  });
  return g;
}

void LogitsDrive::free_tape(const Round& round, void* tape) {
  if (tape == nullptr) return;
  call(round, "tape_free", [&](synface_error*) {
    table<synface_loss_table>().tape_free(self_, tape);
    return SYNFACE_OK;
  });
}

Outputs LogitsDrive::run(const Round& round) {
  const std::size_t n = round.rows.size();
  Result r = compute(round, {});
  Outputs outputs = {output("z", r.z, n)};
  done(round, true);
  if (round.train) {
    const Gradient g = back(round, r);
    outputs.push_back(output("d_dot", g.d_dot, n));
    if (!round.null_optional) outputs.push_back(output("d_norm", g.d_norm, n));
    done(round, true);
    free_tape(round, r.tape);
  }
  done(round, false);
  return outputs;
}

// ---- EMBEDDING ----------------------------------------------------------------------------------

EmbeddingDrive::EmbeddingDrive(Scene& scene, const Making& making)
    : LossDrive(scene, making), bound_(scene, self_, true) {}

EmbeddingDrive::Result EmbeddingDrive::compute(const Round& round, const Probe& probe) {
  const auto n = static_cast<std::int64_t>(round.rows.size());
  Result r{labels(round, kF32),
           Lent(memory(), "embeddings", round.dtype, {n, dims_.embedding}, Role::kInput),
           Lent(memory(), "value", round.dtype, {n}, Role::kOutput)};
  fill(r.embeddings, round, 2, -1, 1);
  shift(r.embeddings, probe, Probe::kMain);
  synface_context* ctx = context(round);
  call(round, "loss", [&](synface_error* error) {
    return table<synface_loss_table>().loss(self_, ctx, r.embeddings, r.rows.labels, r.rows.weights,
                                            r.value, round.train ? &r.tape : nullptr, error);
  });
  return r;
}

EmbeddingDrive::Gradient EmbeddingDrive::back(const Round& round, Result& r) {
  const auto n = static_cast<std::int64_t>(round.rows.size());
  Gradient g{Lent(memory(), "d_value", round.dtype, {n}, Role::kInput),
             Lent(memory(), "d_embeddings", round.dtype, {n, dims_.embedding}, Role::kOutput)};
  fill(g.d_value, round, 4, 0.5, 1);
  synface_context* ctx = context(round);
  call(round, "loss_backward", [&](synface_error* error) {
    return table<synface_loss_table>().loss_backward(self_, ctx, r.tape, g.d_value, g.d_embeddings,
                                                     round.accumulate, error);
  });
  return g;
}

void EmbeddingDrive::free_tape(const Round& round, void* tape) {
  if (tape == nullptr) return;
  call(round, "tape_free", [&](synface_error*) {
    table<synface_loss_table>().tape_free(self_, tape);
    return SYNFACE_OK;
  });
}

Outputs EmbeddingDrive::run(const Round& round) {
  const std::size_t n = round.rows.size();
  Result r = compute(round, {});
  Outputs outputs = {output("value", r.value, n)};
  done(round, true);
  if (round.train) {
    const Gradient g = back(round, r);
    outputs.push_back(output("d_embeddings", g.d_embeddings, n));
    done(round, true);
    free_tape(round, r.tape);
    add_gradients(outputs, bound_);
  }
  done(round, false);
  return outputs;
}

std::unique_ptr<Drive> make_loss_drive(Scene& scene, const Making& making) {
  const auto& table = std::get<synface_loss_table>(scene.plugin().tables.table);
  if (table.margin != nullptr) return std::make_unique<MarginDrive>(scene, making);
  if (table.logits != nullptr) return std::make_unique<LogitsDrive>(scene, making);
  return std::make_unique<EmbeddingDrive>(scene, making);
}

}  // namespace synface::plugin::check
