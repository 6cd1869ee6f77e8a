// What a camera and a file do to a picture between the lens and whoever sees it.
#pragma once

#include <cstdint>
#include <vector>

#include "core/latents.h"
#include "core/sensor_body.h"

namespace synface::morphable {

// Which image: seeds the sensor noise.
struct ImageKey {
  uint64_t seed = 0;
  uint32_t identity = 0, sample = 0, set = 0;
};

// What a camera's figures are for a picture of `side` pixels. They speak of one of 112; a smaller
// picture is that one made smaller: its pixels are means, so that blur spans fewer of them, grain
// and the errors of compression average out, and a resolution that was lost may not be missed. In a
// larger one motion is longer; the other figures speak of its own pixels.
Camera at_size(const Camera& camera, int side);

// The numbers of all steps below for one picture; the camera's figures are those at 112 pixels.
Film film_of(const Camera& camera, const ImageKey& key, int height, int width);

// [8, 8] of the cosine transform, [frequency][place], orthonormal.
const float* jpeg_cosines();

// The steps of develop(), each by its numbers in the film. image [H, W] linear RGB; work: of any
// size, overwritten.

// image += amount * (3 x 3 binomial blur - image)
void soften(int height, int width, float amount, std::vector<Vec3>& image, std::vector<Vec3>& work);

// Mean along a straight path around each pixel.
void move(int height, int width, const Motion& motion, std::vector<Vec3>& image,
          std::vector<Vec3>& work);

// The picture as it comes back from a smaller size: means over areas, then bilinear.
void shrink(int height, int width, const Shrinking& shrinking, std::vector<Vec3>& image,
            std::vector<Vec3>& work);

// image [H, W, 3] sRGB, through baseline JPEG (ITU-T T.81) without its lossless part: YCbCr with
// chroma of half the resolution. steps [2, 8, 8]: the tables of annex K scaled to a quality as the
// Independent JPEG Group does.
void compress(int height, int width, const float* steps, uint8_t* image, std::vector<float>& work);

// All of them: linear [H, W] to image [H, W, 3] sRGB. tone: tone_table() (camera.h).
void develop(int height, int width, const Film& film, const uint8_t* tone,
             std::vector<Vec3>& linear, std::vector<Vec3>& work, std::vector<float>& planes,
             uint8_t* image);

}  // namespace synface::morphable
