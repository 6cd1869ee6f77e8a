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
  // Linear value of each byte of sRGB.
  const std::array<float, 256>& linear() const { return linear_; }

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
// and the tint of the scene's light put on, and it is as bright as the light around the face. Owns
// nothing that it points to.
class PhotoCrop {
 public:
  PhotoCrop() = default;  // empty
  // exposure: from scene to display. photos has at least one.
  PhotoCrop(const Photos& photos, const Background& background, const Lights& lights,
            float exposure);
  // Linear RGB at (x, y), the shorter side of the image being 1.
  SYNFACE_BODY Vec3 at(float x, float y) const;

  SYNFACE_BODY bool empty() const { return rgb_ == nullptr; }

  // Which photograph; and the same crop of a copy of it and of the table that lie elsewhere.
  std::size_t photo() const { return photo_; }
  PhotoCrop elsewhere(const uint8_t* rgb, const float* linear) const {
    PhotoCrop out = *this;
    out.rgb_ = rgb;
    out.linear_ = linear;
    return out;
  }

 private:
  SYNFACE_BODY Vec3 pixel(int x, int y) const;
  SYNFACE_BODY Vec3 texel(float column, float row) const;

  std::size_t photo_ = 0;
  const uint8_t* rgb_ = nullptr;  // [height, width, 3]
  const float* linear_ = nullptr;
  int height_ = 0, width_ = 0;
  float left_ = 0, top_ = 0, across_ = 0, down_ = 0, blur_ = 0;  // in its pixels; across_ < 0:
                                                                 // mirrored
  Vec3 gain_;
};

SYNFACE_BODY Vec3 PhotoCrop::pixel(int x, int y) const {
  const uint8_t* const rgb =
      rgb_ + 3 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) +
                  static_cast<std::size_t>(x));
  return {linear_[rgb[0]], linear_[rgb[1]], linear_[rgb[2]]};
}

SYNFACE_BODY Vec3 PhotoCrop::texel(float column, float row) const {
  const float u = clamp(column - 0.5F, 0.0F, static_cast<float>(width_ - 1));
  const float v = clamp(row - 0.5F, 0.0F, static_cast<float>(height_ - 1));
  const int x = static_cast<int>(u);
  const int y = static_cast<int>(v);
  const int right = x + 1 < width_ ? x + 1 : width_ - 1;
  const int below = y + 1 < height_ ? y + 1 : height_ - 1;
  const float s = u - static_cast<float>(x);
  const float t = v - static_cast<float>(y);
  return mix(mix(pixel(x, y), pixel(right, y), s), mix(pixel(x, below), pixel(right, below), s), t);
}

SYNFACE_BODY Vec3 PhotoCrop::at(float x, float y) const {
  const float column = left_ + across_ * x;
  const float row = top_ + down_ * y;
  const float r = 0.25F + blur_;
  const Vec3 sum = texel(column - r, row - 0.5F * r) + texel(column + 0.5F * r, row - r) +
                   texel(column + r, row + 0.5F * r) + texel(column - 0.5F * r, row + r);
  return sum * gain_ * 0.25F;
}

}  // namespace synface::morphable
