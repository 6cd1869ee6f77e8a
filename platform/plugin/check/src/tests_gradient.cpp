// Derivatives of MARGIN losses and of backbones against central differences.
#include <algorithm>
#include <cmath>

#include "differences.h"
#include "drive_backbone.h"
#include "drive_loss.h"
#include "tests.h"

namespace synface::plugin::check {
namespace {

// ---- MARGIN: element by element -----------------------------------------------------------------

// Of n derivatives a few may lie at a kink.
void check_elements(Scene& scene, const char* what, const Precision& precision, Probe::Of of) {
  const auto fresh = [&](double h) {
    const auto drive = make_drive(scene);
    auto& margin = dynamic_cast<MarginDrive&>(*drive);
    Round round = drive->usual();
    round.dtype = precision.dtype;
    const std::size_t n = round.rows.size() * (of == Probe::kMain ? 2 : 1);
    return margin.compute(round, {of, h, std::vector<double>(n, 1.0)});
  };
  const MarginDrive::Result base = fresh(0);
  const Lent& derivative = of == Probe::kMain ? base.dz_dcos : base.dz_dnorm;
  const auto n = static_cast<std::size_t>(base.z.count());
  std::vector<Pair> best(n, Pair{0, std::nan("")});
  for (const double h : precision.steps) {
    const MarginDrive::Result up = fresh(h), down = fresh(-h);
    for (std::size_t i = 0; i < n; ++i) {
      const auto at = static_cast<std::int64_t>(i);
      const Pair pair{derivative.get(at), (up.z.get(at) - down.z.get(at)) / (2 * h)};
      if (!(best[i].gap() <= pair.gap())) best[i] = pair;
    }
  }
  std::size_t off = 0;
  Pair worst;
  for (const Pair& pair : best) {
    if (pair.gap() <= precision.tolerance) continue;
    ++off;
    if (pair.gap() > worst.gap()) worst = pair;
  }
  if (off > n / 20) wrong(fmt::format("{} ({} of {} elements)", what, off, n), worst, precision);
}

void margin_gradient(Scene& scene, const Precision& precision) {
  check_elements(scene, "z by the cosine", precision, Probe::kMain);
  check_elements(scene, "z by the norm", precision, Probe::kNorm);
}

// ---- backbone -----------------------------------------------------------------------------------

// <d_embeddings, embeddings> with one parameter moved.
double moved_value(BackboneDrive& drive, const Round& round, const Lent& d, Lent* parameter,
                   const std::vector<double>& v, double h) {
  std::vector<double> old;
  for (std::size_t i = 0; parameter != nullptr && i < v.size(); ++i) {
    const auto at = static_cast<std::int64_t>(i);
    old.push_back(parameter->get(at));
    parameter->set(at, old.back() + h * v[i]);
  }
  std::vector<double> shift;
  if (parameter == nullptr) {
    shift = v;
    for (double& x : shift) x *= h;
  }
  const BackboneDrive::Result r = drive.compute(round, shift);
  drive.free_tape(round, r.tape);
  for (std::size_t i = 0; i < old.size(); ++i) parameter->set(static_cast<std::int64_t>(i), old[i]);
  return dot(d, r.embeddings);
}

// Along the gradient itself with random weights, so that the derivative stands out from the
// rounding of float32, and a little along a random direction, so that no element is left out.
std::vector<double> steep(Random& random, const Lent& gradient, double size) {
  double squares = 0;
  for (std::int64_t i = 0; i < gradient.count(); ++i) squares += gradient.get(i) * gradient.get(i);
  const double scale = std::sqrt(squares) > 0 ? 1 / std::sqrt(squares) : 0;
  std::vector<double> v(static_cast<std::size_t>(gradient.count()));
  double length = 0;
  for (std::size_t i = 0; i < v.size(); ++i) {
    const double noise = random.uniform(-1, 1) / std::sqrt(static_cast<double>(v.size()));
    v[i] = gradient.get(static_cast<std::int64_t>(i)) * scale * random.uniform(0, 2) + noise;
    length += v[i] * v[i];
  }
  for (double& x : v) x *= size / std::sqrt(std::max(length, 1e-30));
  return v;
}

double norm_of(const Lent& tensor) {
  return std::sqrt(dot(tensor, tensor));
}

void backbone_gradient(Scene& scene) {
  // Steps relative to the length of what is moved.
  const Precision precision{kF32, {1e-1, 3e-2, 1e-2, 3e-3, 1e-3, 3e-4}, 5e-2};
  constexpr std::size_t kMostParameters = 8;
  Random random(scene.seed() + 1);
  const auto base = make_drive(scene);
  auto& drive = dynamic_cast<BackboneDrive&>(*base);
  if (!drive.trainable()) skipped("it is frozen: there is no backward()");
  const Round round = base->usual();
  BackboneDrive::Result r = drive.compute(round);
  const BackboneDrive::Gradient g = drive.back(round, r);
  drive.free_tape(round, r.tape);
  Bound& bound = drive.bound();
  std::vector<std::size_t> chosen;
  for (std::size_t p = 0; p < bound.values.size(); ++p) {
    if (bound.trainable[p]) chosen.push_back(p);
  }
  while (chosen.size() > kMostParameters) {
    chosen.erase(chosen.begin() + static_cast<std::ptrdiff_t>(random.below(chosen.size())));
  }
  const auto x = steep(random, g.d_x, norm_of(r.x));
  agree("<d_embeddings, embeddings> along a direction of x", precision, dot(g.d_x, x),
        [&](double h) { return moved_value(drive, round, g.d_embeddings, nullptr, x, h); });
  for (const std::size_t p : chosen) {
    Lent& tensor = bound.values[p];
    const auto v = steep(random, bound.gradients[p], std::max(norm_of(tensor), 1e-2));
    agree("<d_embeddings, embeddings> along a direction of " + bound.names[p], precision,
          dot(bound.gradients[p], v),
          [&](double h) { return moved_value(drive, round, g.d_embeddings, &tensor, v, h); });
  }
}

void loss_gradient(Scene& scene, const Precision& precision) {
  const auto& table = std::get<synface_loss_table>(scene.plugin().tables.table);
  if (table.margin != nullptr) {
    margin_gradient(scene, precision);
  } else if (table.logits != nullptr) {
    logits_gradient(scene, precision);
  } else {
    embedding_gradient(scene, precision);
  }
}

}  // namespace

void gradient(Scene& scene) {
  if (scene.kind() == Kind::kBackbone) {
    backbone_gradient(scene);
    return;
  }
  try {
    loss_gradient(scene, kFine);
  } catch (const CallFailed&) {
    loss_gradient(scene, kCoarse);  // it refuses float64
  }
}

}  // namespace synface::plugin::check
