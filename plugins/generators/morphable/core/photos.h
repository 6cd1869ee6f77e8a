// Photographs behind the head, from a folder of the user's.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/light.h"

namespace synface::morphable {

struct Photo {
  int height = 0, width = 0;
  std::vector<uint8_t> rgb;  // [height, width, 3] sRGB
  Vec3 mean;                 // linear RGB
};

// In the order of the listing; all of them are kept in memory, shrunk.
class Photos {
 public:
  // rgb: height x width x 3 bytes.
  void add(int height, int width, std::vector<uint8_t> rgb);
  std::size_t size() const { return photos_.size(); }
  const Photo& operator[](std::size_t i) const { return photos_[i]; }
  Vec3 linear(const uint8_t* rgb) const {
    return {linear_[rgb[0]], linear_[rgb[1]], linear_[rgb[2]]};
  }

 private:
  std::vector<Photo> photos_;
  std::array<float, 256> linear_ = linear_table();
  static std::array<float, 256> linear_table();
};

// The shorter side, in pixels, at which `n` photographs for images of `side` pixels are kept: a
// little over the image's own, less where they would take over 256 MB together.
int photo_side(std::size_t n, int side);

// A square crop of one photograph by the numbers of a background block: which photograph, where and
// how large, mirrored or not. Its mean colour follows the scene: half of its own tint is taken off
// and the tint of the scene's light put on, and it is as bright as the light around the face.
class PhotoCrop {
 public:
  // exposure: from scene to display. photos has at least one.
  PhotoCrop(const Photos& photos, const Background& background, const Lights& lights,
            float exposure);
  // Linear RGB at (x, y), the shorter side of the image being 1.
  Vec3 at(float x, float y) const;

 private:
  Vec3 texel(float column, float row) const;

  const Photos& photos_;
  const Photo& photo_;
  float left_, top_, across_, down_, blur_;  // in its pixels; across_ < 0: mirrored
  Vec3 gain_;
};

}  // namespace synface::morphable
