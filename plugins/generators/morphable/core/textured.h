// Meshes with a texture under light in spherical harmonics: what a graphics card draws, for meshes
// that bring a texture of their own, and the part of drawing that others can be measured by.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/fragments.h"
#include "core/view.h"

namespace synface::morphable {

// RGB in 0..1 with its mip chain: each level is the mean of 2 x 2 texels of the one before.
class Texture {
 public:
  // rgb [size, size, 3], size a power of two from 2 to 4096 (std::invalid_argument otherwise); rows
  // run along v.
  Texture(int size, const uint8_t* rgb);
  int size() const { return size_; }
  int levels() const { return levels_; }
  const uint32_t* texels() const { return texels_.data(); }  // all levels, 0xBBGGRR
  const int32_t* offsets() const { return offset_.data(); }  // of each level

 private:
  int size_, levels_ = 0;
  std::vector<uint32_t> texels_;
  std::array<int32_t, 16> offset_{};
};

// Nine coefficients a channel of 1, y, z, x, xy, yz, 3 z^2 - 1, xz, x^2 - y^2 in camera axes; the
// sum is what arrives at a surface of that normal (Ramamoorthi and Hanrahan 2001).
struct SphericalLight {
  std::array<Vec3, 9> c;
  Vec3 at(Vec3 normal) const;
};

// Vertices in head axes, normals of unit length, texture coordinates in 0..1.
struct TexturedMesh {
  std::vector<Vec3> positions, normals;
  std::vector<Vec2> uv;
  std::vector<Corners> triangles;
};

struct TexturedScratch {
  std::vector<ScreenVertex> screen;
  std::vector<float> attributes;  // [V, kTexturedAttributes]
  std::vector<float> colors;      // [3, fragments]
  Raster raster;
  Fragments fragments;
};

// image [height, width, 3] = texture x light, nothing behind the mesh; trilinear texture, light and
// texture once a fragment, perspective-correct, the mean of four samples a pixel.
void draw_textured(const TexturedMesh& mesh, const View& view, const Texture& texture,
                   const SphericalLight& light, int height, int width, TexturedScratch& scratch,
                   uint8_t* image, const Kernels& kernels = best_kernels());

}  // namespace synface::morphable
