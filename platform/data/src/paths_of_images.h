// Which suffixes images have, in lower case.
#pragma once

#include <array>
#include <string_view>

namespace synface::data {

inline constexpr std::array<std::string_view, 3> kImageSuffixes = {".jpg", ".jpeg", ".png"};

}  // namespace synface::data
