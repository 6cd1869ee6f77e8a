// Parts of an aligned face.
//
// They are fixed shapes on the ArcFace template (five points on 112 x 112 pixels: eyes at (38.3,
// 51.7) and (73.5, 51.5), nose (56.0, 71.7), corners of the mouth (41.5, 92.4) and (70.7, 92.2);
// Deng et al., CVPR 2019), scaled to the picture. A generator may know its regions to the pixel, a
// photograph does not: cut by two kinds of outline, the outlines alone would tell the one from the
// other. So both are cut by the template.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace dataset_quality {

enum class Region { kFace, kSurround, kEyes, kMouth, kSkin };
struct RegionName {
  Region region;
  const char* key;
  const char* doc;
};
constexpr std::array<RegionName, 5> kRegions = {{
    {Region::kFace, "face", "an ellipse from the hairline to the chin"},
    {Region::kSurround, "surround", "all but the ellipse: hair, ears, clothes, background"},
    {Region::kEyes, "eyes", "a box with both eyes and brows"},
    {Region::kMouth, "mouth", "a box with the mouth"},
    {Region::kSkin, "skin", "the ellipse without the boxes of eyes and mouth"},
}};

// Whether the pixel belongs to the region.
bool in_region(Region region, std::size_t y, std::size_t x, std::size_t height, std::size_t width);

// [H, W, 3]: all pixels outside of the region become mid grey.
void keep_region(Region region, std::size_t height, std::size_t width, uint8_t* pixels);

}  // namespace dataset_quality
