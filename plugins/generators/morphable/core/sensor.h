// What a camera and a file do to a picture between the lens and whoever sees it.
#pragma once

#include <cstdint>
#include <vector>

#include "core/math.h"

namespace synface::morphable {

// image [H, W] linear RGB; work: of any size, overwritten.

// Mean along a straight path of `length` pixels around each pixel.
void blur_motion(int height, int width, float length, float angle, std::vector<Vec3>& image,
                 std::vector<Vec3>& work);

// The picture as it comes back from `share` (0.05..1) of its height and width: means over areas,
// then bilinear.
void lose_resolution(int height, int width, float share, std::vector<Vec3>& image,
                     std::vector<Vec3>& work);

// White balance, logarithms of gains (warm: red up, blue down), and saturation about the luminance.
void grade(float warm, float green, float saturation, std::vector<Vec3>& image);

// image [H, W, 3] sRGB, through baseline JPEG (ITU-T T.81) without its lossless part: YCbCr with
// chroma of half the resolution, the tables of annex K scaled to `quality` 1..100 as the
// Independent JPEG Group does.
void compress(int height, int width, float quality, uint8_t* image, std::vector<float>& work);

}  // namespace synface::morphable
