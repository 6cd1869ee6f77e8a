// The picture that dlib's network was trained on, cut out of an aligned crop.
//
// dlib's chip has 150 x 150 pixels and places the face by its mean shape with padding 0.25
// (get_face_chip_details of dlib/image_transforms/interpolation.h, with which the network was
// trained). It reaches an eighth of the crop's height below the 112 x 112 crop of ArcFace; there
// the crop's last row is repeated.
#pragma once

#include <cstdint>

namespace dlib_embedder {

constexpr std::int64_t kChip = 150;

// An image [3, H, W] in memory of any layout.
struct Picture {
  const float* data;
  std::int64_t channel, row, column;  // strides
};

class Cutter {
 public:
  // Crops of height x width pixels whose faces lie as ArcFace's template for 112 x 112, scaled to
  // the shorter side, centred, and drawn in towards the middle by `face_scale`.
  Cutter(std::int64_t height, std::int64_t width, double face_scale);

  // chip [150, 150, 3]: the picture's values, bilinear.
  void cut(const Picture& picture, float* chip) const;

 private:
  // Where a chip's place lies in the crop; both in pixels, whose middles have whole numbers.
  void place(double column, double row, double& x, double& y) const;

  std::int64_t height_, width_;
  double a_, b_, u_, v_;  // chip to crop: (a x - b y + u, b x + a y + v)
};

}  // namespace dlib_embedder
