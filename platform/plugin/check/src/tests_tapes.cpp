// Backward passes: what they leave in the gradients, and which tape is whose.
#include <algorithm>
#include <cmath>

#include "drive_backbone.h"
#include "drive_loss.h"
#include "tests.h"

namespace synface::plugin::check {
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
