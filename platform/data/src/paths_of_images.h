// Which files count as images.
#pragma once

#include <array>
#include <filesystem>
#include <string_view>

namespace synface::data {

inline constexpr std::array<std::string_view, 3> kImageSuffixes = {".jpg", ".jpeg", ".png"};

// Any case.
bool has_image_suffix(const std::filesystem::path& path);

}  // namespace synface::data
