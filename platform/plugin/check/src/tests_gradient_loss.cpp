// The backward calls of losses of the forms LOGITS and EMBEDDING against central differences.
#include "differences.h"
#include "drive_loss.h"
#include "tests.h"

namespace synface::plugin::check {

void logits_gradient(Scene& scene, const Precision& precision) {
  Random random(scene.seed() + 1);
  const auto base = make_drive(scene);
  auto& drive = dynamic_cast<LogitsDrive&>(*base);
  Round round = base->usual();
  round.dtype = precision.dtype;
  LogitsDrive::Result r = drive.compute(round, {});
  const LogitsDrive::Gradient g = drive.back(round, r);
  drive.free_tape(round, r.tape);
  for (const Probe::Of of : {Probe::kMain, Probe::kNorm}) {
    const Lent& gradient = of == Probe::kMain ? g.d_dot : g.d_norm;
    const auto v = direction(random, static_cast<std::size_t>(gradient.count()));
    agree(of == Probe::kMain ? "<d_z, z> along a direction of dot" : "<d_z, z> along one of norm",
          precision, dot(gradient, v), [&](double h) {
            const auto fresh = make_drive(scene);
            auto& other = dynamic_cast<LogitsDrive&>(*fresh);
            const LogitsDrive::Result moved = other.compute(round, {of, h, v});
            other.free_tape(round, moved.tape);
            return dot(g.d_z, moved.z);
          });
  }
}

void embedding_gradient(Scene& scene, const Precision& precision) {
  Random random(scene.seed() + 1);
  const auto base = make_drive(scene);
  auto& drive = dynamic_cast<EmbeddingDrive&>(*base);
  Round round = base->usual();
  round.dtype = precision.dtype;
  EmbeddingDrive::Result r = drive.compute(round, {});
  const EmbeddingDrive::Gradient g = drive.back(round, r);
  drive.free_tape(round, r.tape);
  const auto value = [&](const Probe& probe, std::size_t parameter, const std::vector<double>& v) {
    const auto fresh = make_drive(scene);
    auto& other = dynamic_cast<EmbeddingDrive&>(*fresh);
    for (std::size_t i = 0; i < v.size(); ++i) {
      Lent& tensor = other.bound().values[parameter];
      const auto at = static_cast<std::int64_t>(i);
      tensor.set(at, tensor.get(at) + v[i]);
    }
    const EmbeddingDrive::Result moved = other.compute(round, probe);
    other.free_tape(round, moved.tape);
    return dot(g.d_value, moved.value);
  };
  const auto v = direction(random, static_cast<std::size_t>(g.d_embeddings.count()));
  agree("the loss along a direction of the embeddings", precision, dot(g.d_embeddings, v),
        [&](double h) { return value({Probe::kMain, h, v}, 0, {}); });
  for (std::size_t p = 0; p < drive.bound().values.size(); ++p) {
    if (!drive.bound().trainable[p]) continue;
    const Lent& gradient = drive.bound().gradients[p];
    const auto u = direction(random, static_cast<std::size_t>(gradient.count()));
    // Parameters are float32, whatever the embeddings are.
    agree("the loss along a direction of " + drive.bound().names[p], kCoarse, dot(gradient, u),
          [&](double h) {
            std::vector<double> step = u;
            for (double& x : step) x *= h;
            return value({}, p, step);
          });
  }
}

}  // namespace synface::plugin::check
