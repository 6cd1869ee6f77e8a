// Backward passes against central differences, accumulation, and tapes.
#include <algorithm>
#include <cmath>

#include "drive_backbone.h"
#include "drive_loss.h"
#include "tests.h"

namespace synface::plugin::check {
namespace {

// A derivative by finite differences beside the plugin's.
struct Pair {
  double plugin = 0, numeric = 0;
  double size = 1;  // of the function, to which rounding is relative
  double gap() const {
    const double floor = 1e-3 * std::max(size, 1.0);
    return std::abs(plugin - numeric) / std::max({std::abs(plugin), std::abs(numeric), floor});
  }
};

std::vector<double> direction(Random& random, std::size_t n) {
  std::vector<double> v(n);
  for (double& x : v) x = random.uniform(-1, 1);
  return v;
}

double dot(const Lent& a, const Lent& b) {
  double sum = 0;
  for (std::int64_t i = 0; i < a.count(); ++i) sum += a.get(i) * b.get(i);
  return sum;
}
double dot(const Lent& a, const std::vector<double>& v) {
  double sum = 0;
  for (std::size_t i = 0; i < v.size(); ++i) sum += a.get(static_cast<std::int64_t>(i)) * v[i];
  return sum;
}

// float64 where the plugin takes it, else float32 with a coarser step.
struct Precision {
  synface_dtype dtype;
  std::vector<double> steps;  // the derivative has to come out with one of them
  double tolerance;
};
const Precision kFine{kF64, {1e-5, 1e-6}, 1e-4};
const Precision kCoarse{kF32, {1e-1, 3e-2, 1e-2, 3e-3, 1e-3}, 2e-2};

[[noreturn]] void wrong(const std::string& what, const Pair& best, const Precision& precision) {
  failed(fmt::format("the derivative of {} by central differences in float{}: {:.6g}", what,
                     precision.dtype.bits, best.numeric),
         fmt::format("{:.6g}", best.plugin));
}

// The pair of the step that fits best: a kink or rounding spoils some of them.
template <typename Evaluate>
void agree(const std::string& what, const Precision& precision, double plugin, Evaluate&& at) {
  Pair best{plugin, std::nan("")};
  for (const double h : precision.steps) {
    const double up = at(h), down = at(-h);
    const Pair pair{plugin, (up - down) / (2 * h), std::abs(up)};
    if (pair.gap() <= precision.tolerance) return;
    if (!(best.gap() <= pair.gap())) best = pair;
  }
  wrong(what, best, precision);
}

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

// ---- LOGITS, EMBEDDING: along directions --------------------------------------------------------

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

// ---- accumulation -------------------------------------------------------------------------------

namespace {

std::vector<std::vector<double>> gradients_of(Bound& bound) {
  std::vector<std::vector<double>> all;
  for (std::size_t p = 0; p < bound.values.size(); ++p) {
    all.emplace_back();
    for (std::int64_t i = 0; bound.trainable[p] && i < bound.gradients[p].count(); ++i) {
      all.back().push_back(bound.gradients[p].get(i));
    }
  }
  return all;
}

void fill_gradients(Bound& bound, double value) {
  for (std::size_t p = 0; p < bound.values.size(); ++p) {
    for (std::int64_t i = 0; bound.trainable[p] && i < bound.gradients[p].count(); ++i) {
      bound.gradients[p].set(i, value);
    }
  }
}

template <typename AnyDrive>
void check_accumulate(Drive& base) {
  constexpr double kBefore = 3.0;
  auto& drive = dynamic_cast<AnyDrive&>(base);
  const auto round_with = [&](std::uint32_t accumulate, double before) {
    Round round = base.usual();
    round.accumulate = accumulate;
    auto r = drive.compute(round, {});
    fill_gradients(drive.bound(), before);
    drive.back(round, r);
    drive.free_tape(round, r.tape);
    return gradients_of(drive.bound());
  };
  const auto clean = round_with(0, 0.0), over = round_with(0, kBefore),
             added = round_with(1, kBefore);
  for (std::size_t p = 0; p < clean.size(); ++p) {
    double largest = kBefore;
    for (const double g : clean[p]) largest = std::max(largest, std::abs(g));
    for (std::size_t i = 0; i < clean[p].size(); ++i) {
      const auto off = [&](double value, double wanted) {
        return !(std::abs(value - wanted) <= 1e-4 * largest);
      };
      const auto seen = [&](double value) {
        return fmt::format("gradient of {}[{}] is {} where {} was before and {} is the gradient",
                           drive.bound().names[p], i, value, kBefore, clean[p][i]);
      };
      if (off(over[p][i], clean[p][i])) {
        failed("accumulate = 0 overwrites what was in a gradient", seen(over[p][i]));
      }
      if (off(added[p][i], kBefore + clean[p][i])) {
        failed("accumulate = 1 adds to what was in a gradient", seen(added[p][i]));
      }
    }
  }
}

}  // namespace

void gradient_accumulate(Scene& scene) {
  const auto drive = make_drive(scene);
  if (!scene.plugin().tables.has_parameters) skipped("it has no parameters");
  if (auto* backbone = dynamic_cast<BackboneDrive*>(drive.get())) {
    if (!backbone->trainable()) skipped("it is frozen: there is no backward()");
    check_accumulate<BackboneDrive>(*drive);
  } else {
    check_accumulate<EmbeddingDrive>(*drive);
  }
}

// ---- tapes --------------------------------------------------------------------------------------

namespace {

std::string bytes_of(const Lent& tensor) {
  return tensor.rows(1).front();
}

// All that a backward pass gave, as bytes.
std::string gradient_of(LogitsDrive&, const LogitsDrive::Gradient& g) {
  return bytes_of(g.d_dot) + bytes_of(g.d_norm);
}
std::string bound_gradients(const Bound& bound) {
  Outputs outputs;
  add_gradients(outputs, bound);
  std::string bytes;
  for (const Output& output : outputs) bytes += output.rows.front();
  return bytes;
}
std::string gradient_of(EmbeddingDrive& drive, const EmbeddingDrive::Gradient& g) {
  return bytes_of(g.d_embeddings) + bound_gradients(drive.bound());
}
std::string gradient_of(BackboneDrive& drive, const BackboneDrive::Gradient& g) {
  return bytes_of(g.d_x) + bound_gradients(drive.bound());
}

// Whether backward() overwrites is the business of another test.
void clear_gradients(LogitsDrive&) {}
template <typename AnyDrive>
void clear_gradients(AnyDrive& drive) {
  fill_gradients(drive.bound(), 0.0);
}

template <typename AnyDrive>
std::string cleared_gradient(AnyDrive& drive, const Round& round,
                             typename AnyDrive::Result& result) {
  clear_gradients(drive);
  return gradient_of(drive, drive.back(round, result));
}

template <typename AnyDrive>
void check_tapes(Scene& scene) {
  const auto alone = [&](std::uint32_t first) {
    const auto base = make_drive(scene);
    auto& drive = dynamic_cast<AnyDrive&>(*base);
    const Round round = base->with_rows(first, base->usual_rows());
    auto r = drive.compute(round, {});
    const std::string g = cleared_gradient(drive, round, r);
    drive.free_tape(round, r.tape);
    return g;
  };
  const std::string wanted[] = {alone(0), alone(100)};
  const auto base = make_drive(scene);
  auto& drive = dynamic_cast<AnyDrive&>(*base);
  const Round first = base->with_rows(0, base->usual_rows());
  const Round second = base->with_rows(100, base->usual_rows());
  auto a = drive.compute(first, {});
  auto unused = drive.compute(first, {});
  auto b = drive.compute(second, {});
  const std::string of_b = cleared_gradient(drive, second, b);
  drive.free_tape(first, unused.tape);
  const std::string of_a = cleared_gradient(drive, first, a);
  drive.free_tape(second, b.tape);
  drive.free_tape(first, a.tape);
  if (of_a != wanted[0] || of_b != wanted[1]) {
    failed("each tape knows its own forward, in whatever order they come back",
           fmt::format("the gradient of the {} of two open tapes is another than alone",
                       of_a != wanted[0] ? "first" : "second"));
  }
}

}  // namespace

void tape_order(Scene& scene) {
  const auto& table = scene.plugin().tables.table;
  if (const auto* backbone = std::get_if<synface_backbone_table>(&table)) {
    if (backbone->backward == nullptr) skipped("it is frozen: there is no tape");
    check_tapes<BackboneDrive>(scene);
    return;
  }
  const auto& loss = std::get<synface_loss_table>(table);
  if (loss.margin != nullptr) skipped("the MARGIN form has no tape");
  if (loss.logits != nullptr) {
    check_tapes<LogitsDrive>(scene);
  } else {
    check_tapes<EmbeddingDrive>(scene);
  }
}

}  // namespace synface::plugin::check
