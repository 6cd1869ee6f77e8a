#include "core/textured.h"

#include <stdexcept>
#include <string>

namespace synface::morphable {

Texture::Texture(int size, const uint8_t* rgb) : size_(size) {
  if (size < 2 || size > 4096 || (size & (size - 1)) != 0) {
    throw std::invalid_argument("a texture's side must be a power of two from 2 to 4096, not " +
                                std::to_string(size));
  }
  const auto side = static_cast<std::size_t>(size);
  for (std::size_t i = 0; i < side * side; ++i) {
    texels_.push_back(uint32_t{rgb[3 * i]} | uint32_t{rgb[3 * i + 1]} << 8 |
                      uint32_t{rgb[3 * i + 2]} << 16);
  }
  std::size_t from = 0;
  for (std::size_t n = side; n > 1; n /= 2) {
    const std::size_t to = texels_.size();
    offset_[static_cast<std::size_t>(++levels_)] = static_cast<int32_t>(to);
    for (std::size_t y = 0; y < n; y += 2) {
      for (std::size_t x = 0; x < n; x += 2) {
        const std::size_t at = from + y * n + x;
        uint32_t mean = 0;
        for (int shift = 0; shift < 24; shift += 8) {
          uint32_t sum = 2;
          for (const std::size_t i : {at, at + 1, at + n, at + n + 1}) {
            sum += (texels_[i] >> shift) & 255U;
          }
          mean |= (sum / 4) << shift;
        }
        texels_.push_back(mean);
      }
    }
    from = to;
  }
  ++levels_;
}

Vec3 SphericalLight::at(Vec3 n) const {
  return c[0] + c[1] * n.y + c[2] * n.z + c[3] * n.x + c[4] * (n.x * n.y) + c[5] * (n.y * n.z) +
         c[6] * (3.0F * n.z * n.z - 1.0F) + c[7] * (n.x * n.z) + c[8] * (n.x * n.x - n.y * n.y);
}

namespace {

void place_vertices(const TexturedMesh& mesh, const View& view, TexturedScratch& s) {
  const std::size_t vertices = mesh.positions.size();
  s.screen.resize(vertices);
  s.attributes.resize(vertices * kTexturedAttributes);
  constexpr float kStep = 1.0F / static_cast<float>(kSubpixel);
  for (std::size_t v = 0; v < vertices; ++v) {
    const Vec3 p = through_lens(view.rotation.apply(mesh.positions[v]), view.camera.distance);
    const Vec2 pixel = view.similarity.map({p.x, p.y});
    const ScreenVertex screen{to_fixed(pixel.x), to_fixed(pixel.y), p.z};
    const Vec3 n = view.rotation.apply(mesh.normals[v]);
    s.screen[v] = screen;
    const float row[kTexturedAttributes] = {static_cast<float>(screen.x) * kStep,
                                            static_cast<float>(screen.y) * kStep,
                                            p.z,
                                            n.x,
                                            n.y,
                                            n.z,
                                            mesh.uv[v].x,
                                            mesh.uv[v].y};
    float* const to = &s.attributes[v * kTexturedAttributes];
    for (std::size_t k = 0; k < kTexturedAttributes; ++k) to[k] = row[k];
  }
}

uint8_t level_of(float sum) {
  return static_cast<uint8_t>(clamp(sum, 0.0F, 255.0F) + 0.5F);
}

}  // namespace

void draw_textured(const TexturedMesh& mesh, const View& view, const Texture& texture,
                   const SphericalLight& light, int height, int width, TexturedScratch& s,
                   uint8_t* image, const Kernels& kernels) {
  place_vertices(mesh, view, s);
  s.raster.resize(height, width);
  s.raster.clear();
  s.raster.draw(s.screen, mesh.triangles, mesh.triangles.size(), mesh.triangles.size(), kernels);
  s.fragments.collect(s.raster);
  const Fragments& f = s.fragments;
  const std::size_t room = f.pixel.size();
  s.colors.resize(3 * room);
  float* const red = s.colors.data();
  float* const green = red + room;
  float* const blue = green + room;
  kernels.textured({f.size, f.triangle.data(), f.x.data(), f.y.data(),
                    mesh.triangles.data()->data(), s.attributes.data(), light.c.data(),
                    texture.texels(), texture.offsets(), texture.size(), texture.levels(), red,
                    green, blue});
  std::fill(image, image + 3 * static_cast<std::size_t>(height) * static_cast<std::size_t>(width),
            uint8_t{0});
  for (std::size_t i = 0; i < f.size;) {
    const int32_t pixel = f.pixel[i];
    float sum[3] = {0, 0, 0};
    for (; i < f.size && f.pixel[i] == pixel; ++i) {
      const float share = f.samples[i] * (255.0F / static_cast<float>(kSamples));
      sum[0] += red[i] * share;
      sum[1] += green[i] * share;
      sum[2] += blue[i] * share;
    }
    uint8_t* const to = image + 3 * static_cast<std::size_t>(pixel);
    for (std::size_t k = 0; k < 3; ++k) to[k] = level_of(sum[k]);
  }
}

}  // namespace synface::morphable
