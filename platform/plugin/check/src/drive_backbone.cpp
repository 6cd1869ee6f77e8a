#include "drive_backbone.h"

#include "drives.h"

namespace synface::plugin::check {
namespace {

constexpr std::uint32_t kUsual = 4, kMany = 64;

std::int64_t length_of(const Plugin& plugin, void* self, const synface_dims& dims) {
  const auto embedding = std::get<synface_backbone_table>(plugin.tables.table).embedding;
  std::int64_t length = dims.embedding;
  if (embedding != nullptr) {
    must("embedding", [&](synface_error* error) { return embedding(self, &length, error); });
  }
  if (length < 1) failed("an embedding of at least one element", fmt::format("{}", length));
  return length;
}

}  // namespace

BackboneDrive::BackboneDrive(Scene& scene, const Making& making)
    : Drive(scene, making),
      dims_(making.dims ? *making.dims : scene.dims()),
      length_(length_of(plugin_, self_, dims_)),
      bound_(scene, self_, trainable()) {}

std::uint32_t BackboneDrive::usual_rows() const {
  return kUsual;
}
std::uint32_t BackboneDrive::many_rows() const {
  return kMany;
}

BackboneDrive::Result BackboneDrive::compute(const Round& round, const std::vector<double>& shift) {
  const auto n = static_cast<std::int64_t>(round.rows.size());
  const std::int64_t h = dims_.height, w = dims_.width, pixels = h * w;
  Result r{Lent(memory(), "x", round.dtype, {n, 3, h, w}, Role::kInput, round.channels_last),
           Lent(memory(), "embeddings", round.dtype, {n, length_}, Role::kOutput)};
  for (std::int64_t b = 0; b < n; ++b) {
    Random numbers = random(2, round.rows[static_cast<std::size_t>(b)]);
    for (std::int64_t i = 0; i < 3 * pixels; ++i) {
      const std::int64_t inside = round.channels_last ? i % pixels * 3 + i / pixels : i;
      const double more = shift.empty() ? 0 : shift[static_cast<std::size_t>(b * 3 * pixels + i)];
      r.x.set(b * 3 * pixels + inside, numbers.uniform(-1, 1) + more);
    }
  }
  synface_context* ctx = context(round);
  void** tape = round.train && trainable() ? &r.tape : nullptr;
  call(round, "forward", [&](synface_error* error) {
    return table<synface_backbone_table>().forward(self_, ctx, r.x, r.embeddings, tape, error);
  });
  return r;
}

BackboneDrive::Gradient BackboneDrive::back(const Round& round, Result& r) {
  const auto n = static_cast<std::int64_t>(round.rows.size());
  Gradient g{Lent(memory(), "d_embeddings", round.dtype, {n, length_}, Role::kInput),
             Lent(memory(), "d_x", round.dtype, {n, 3, dims_.height, dims_.width}, Role::kOutput)};
  for (std::int64_t b = 0; b < n; ++b) {
    Random numbers = random(4, round.rows[static_cast<std::size_t>(b)]);
    for (std::int64_t d = 0; d < length_; ++d) {
      g.d_embeddings.set(b * length_ + d, numbers.uniform(-1, 1));
    }
  }
  synface_context* ctx = context(round);
  call(round, "backward", [&](synface_error* error) {
    return table<synface_backbone_table>().backward(self_, ctx, r.tape, g.d_embeddings,
                                                    round.null_optional ? nullptr : g.d_x.view(),
                                                    round.accumulate, error);
  });
  return g;
}

void BackboneDrive::free_tape(const Round& round, void* tape) {
  if (tape == nullptr) return;
  call(round, "tape_free", [&](synface_error*) {
    table<synface_backbone_table>().tape_free(self_, tape);
    return SYNFACE_OK;
  });
}

Outputs BackboneDrive::run(const Round& round) {
  const std::size_t n = round.rows.size();
  Result r = compute(round);
  // A convolution may choose another order of summation for another batch. In training a batch's
  // statistics are those of all its rows.
  const bool by_row = !round.train || !trainable();
  Outputs outputs = {
      {"embeddings", r.embeddings.rows(by_row ? n : 1), by_row, true, round.dtype.bits, false}};
  done(round, true);
  if (r.tape != nullptr) {
    const Gradient g = back(round, r);
    if (!round.null_optional) {
      outputs.push_back({"d_x", g.d_x.rows(1), false, true, round.dtype.bits, true});
    }
    done(round, true);
    free_tape(round, r.tape);
    add_gradients(outputs, bound_);
  }
  done(round, false);
  return outputs;
}

std::unique_ptr<Drive> make_backbone_drive(Scene& scene, const Making& making) {
  return std::make_unique<BackboneDrive>(scene, making);
}

}  // namespace synface::plugin::check
