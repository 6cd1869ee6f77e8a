// The five kinds of plugin.
#pragma once

#include <synface/entry.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace synface::plugin {

// The numbers are the ABI's SYNFACE_KIND_*.
enum class Kind : std::uint32_t {
  kGenerator = SYNFACE_KIND_GENERATOR,
  kMixup = SYNFACE_KIND_MIXUP,
  kBackbone = SYNFACE_KIND_BACKBONE,
  kLoss = SYNFACE_KIND_LOSS,
  kBenchmark = SYNFACE_KIND_BENCHMARK,
};

inline constexpr std::array kKinds = {Kind::kGenerator, Kind::kMixup, Kind::kBackbone, Kind::kLoss,
                                      Kind::kBenchmark};

// "generator", "mixup", "backbone", "loss", "benchmark".
std::string_view to_text(Kind kind);
std::optional<Kind> kind_from_text(std::string_view text);
std::optional<Kind> kind_from_number(std::uint32_t number);

}  // namespace synface::plugin
