#include "augmented_rows.h"

#include <fmt/format.h>
#include <synface/base/error.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace synface::worker {
namespace {

using train::Augmentation;

constexpr int kDraws = 4;
constexpr Augmentation kNothing{false, 0, 0, 0, 0, 0, 0};

struct Strength {
  const char* name;
  double Augmentation::*value;
  bool probability;
};
constexpr Strength kParts[] = {
    {"scale", &Augmentation::scale, false},
    {"rotation", &Augmentation::rotation, false},
    {"shift", &Augmentation::shift, false},
    {"warp", &Augmentation::warp, false},
    {"blur", &Augmentation::blur, true},
    {"resample", &Augmentation::resample, true},
    {"gamma", &Augmentation::gamma, false},
    {"color", &Augmentation::color, false},
    {"contrast", &Augmentation::contrast, false},
    {"white_balance", &Augmentation::white_balance, false},
    {"grey", &Augmentation::grey, true},
    {"jpeg", &Augmentation::jpeg, true},
    {"erasing", &Augmentation::erasing, true},
};

}  // namespace

Json given_augmentation(const std::string& text) {
  Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) {
    fail(ExitCode::kUsage, "--augment {}: `synface render` reads the file and hands over JSON",
         text);
  }
  return json;
}

std::vector<SheetRow> augmented_rows(const Augmentation& settings, std::uint64_t seed,
                                     std::int64_t height, std::int64_t width, std::int64_t columns,
                                     const std::vector<std::uint8_t>& pictures) {
  const std::int64_t floats = 3 * height * width;
  std::vector<float> scratch(static_cast<std::size_t>(train::augment_scratch(height, width)));
  std::vector<float> seen(static_cast<std::size_t>(floats));
  std::vector<SheetRow> rows;
  std::uint64_t image = 0;
  const auto add = [&](std::string label, const Augmentation& with) {
    SheetRow row{std::move(label), {}, {}};
    for (std::int64_t c = 0; c < columns; ++c) {
      train::augment(with, seed, image++, height, width, pictures.data() + c * floats,
                     scratch.data(), seen.data());
      for (const float v : seen) {
        row.pictures.push_back(static_cast<std::uint8_t>(std::lround(127.5F * (v + 1))));
      }
    }
    rows.push_back(std::move(row));
  };
  for (int i = 0; i < kDraws; ++i) add("as seen", settings);
  if (settings.flip) {
    Augmentation alone = kNothing;
    alone.flip = true;
    add("flip", alone);
  }
  for (const Strength& part : kParts) {
    const double value = settings.*part.value;
    if (value == 0) continue;
    Augmentation alone = kNothing;
    alone.*part.value = part.probability ? 1 : value;
    add(fmt::format("{} {:g}", part.name, value), alone);
  }
  return rows;
}

}  // namespace synface::worker
