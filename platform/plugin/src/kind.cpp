#include <synface/plugin/kind.h>

namespace synface::plugin {

std::string_view to_text(Kind kind) {
  switch (kind) {
    case Kind::kGenerator:
      return "generator";
    case Kind::kMixup:
      return "mixup";
    case Kind::kBackbone:
      return "backbone";
    case Kind::kLoss:
      return "loss";
    case Kind::kBenchmark:
      return "benchmark";
  }
  return "unknown kind";
}

std::optional<Kind> kind_from_text(std::string_view text) {
  for (const Kind kind : kKinds) {
    if (to_text(kind) == text) return kind;
  }
  return std::nullopt;
}

std::optional<Kind> kind_from_number(std::uint32_t number) {
  for (const Kind kind : kKinds) {
    if (static_cast<std::uint32_t>(kind) == number) return kind;
  }
  return std::nullopt;
}

}  // namespace synface::plugin
