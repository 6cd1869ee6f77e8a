#include "core/raster.h"

#include <algorithm>

namespace synface::morphable {
namespace {

// Extents up to which the edge functions fit 32 bits: |A x + B y| <= 2 * (48 * 256)^2 < 2^29.
constexpr int64_t kNarrow = 40 * kSubpixel;

// E(x, y) = A x + B y + C, at least 0 inside; relative to an origin near the triangle.
struct Edge {
  int64_t a, b, c;
  Edge(const ScreenVertex& p, const ScreenVertex& q, int64_t ox, int64_t oy)
      : a(int64_t{p.y} - q.y), b(int64_t{q.x} - p.x), c(-(a * (p.x - ox) + b * (p.y - oy))) {
    // Fill rule: samples on the left and top edges are inside, those on the others are not.
    const bool top_left = a > 0 || (a == 0 && b > 0);
    if (!top_left) --c;
  }
};

int floor_pixel(int32_t fixed) {
  return fixed >> 8;
}

Int4 all(int32_t x) {
  return Int4{x, x, x, x};
}
Float4 all(float x) {
  return Float4{x, x, x, x};
}

// One edge at the four samples of successive pixels.
struct Narrow {
  Int4 row, step_x, step_y;
  Narrow(const Edge& e) {
    for (std::size_t s = 0; s < kSamples; ++s) {
      row[s] = static_cast<int32_t>(e.a * kSampleX[s] + e.b * kSampleY[s] + e.c);
    }
    step_x = all(static_cast<int32_t>(e.a * kSubpixel));
    step_y = all(static_cast<int32_t>(e.b * kSubpixel));
  }
};

}  // namespace

int32_t to_fixed(float pixels) {
  const float x = clamp(pixels, -16000.0F, 16000.0F) * static_cast<float>(kSubpixel);
  return floor_int(x + 0.5F);
}

void Raster::resize(int height, int width) {
  height_ = height;
  width_ = width;
  const auto pixels = static_cast<std::size_t>(height) * static_cast<std::size_t>(width);
  ids_.resize(pixels);
  depths_.resize(pixels);
}

void Raster::clear() {
  std::fill(ids_.begin(), ids_.end(), all(-1));
  std::fill(depths_.begin(), depths_.end(), all(0.0F));
}

void Raster::draw(const ScreenVertex& a, const ScreenVertex& b, const ScreenVertex& c, int32_t id,
                  bool both_sides) {
  // Rows run downwards, so counter-clockwise corners have a negative cross product.
  const int64_t cross =
      (int64_t{b.x} - a.x) * (int64_t{c.y} - a.y) - (int64_t{c.x} - a.x) * (int64_t{b.y} - a.y);
  if (cross == 0 || (cross > 0 && !both_sides)) return;
  const bool flip = cross < 0;
  const ScreenVertex& second = flip ? c : b;
  const ScreenVertex& third = flip ? b : c;
  const auto [x0, x1] = std::minmax({a.x, b.x, c.x});
  const auto [y0, y1] = std::minmax({a.y, b.y, c.y});
  const int64_t area = flip ? -cross : cross;
  if (int64_t{x1} - x0 <= kNarrow && int64_t{y1} - y0 <= kNarrow) {
    fill<false>(a, second, third, area, id);
  } else {
    fill<true>(a, second, third, area, id);
  }
}

template <bool kWide>
void Raster::fill(const ScreenVertex& a, const ScreenVertex& b, const ScreenVertex& c, int64_t area,
                  int32_t id) {
  const int left = std::max(floor_pixel(std::min({a.x, b.x, c.x})), 0);
  const int right = std::min(floor_pixel(std::max({a.x, b.x, c.x})), width_ - 1);
  const int top = std::max(floor_pixel(std::min({a.y, b.y, c.y})), 0);
  const int bottom = std::min(floor_pixel(std::max({a.y, b.y, c.y})), height_ - 1);
  if (left > right || top > bottom) return;
  const int64_t ox = int64_t{left} * kSubpixel;
  const int64_t oy = int64_t{top} * kSubpixel;
  const Edge edges[3] = {Edge(a, b, ox, oy), Edge(b, c, ox, oy), Edge(c, a, ox, oy)};
  // Depth as a plane over the same origin.
  const float scale = 1.0F / static_cast<float>(area);
  const float db = b.depth - a.depth;
  const float dc = c.depth - a.depth;
  const float gx =
      (db * static_cast<float>(c.y - a.y) - dc * static_cast<float>(b.y - a.y)) * scale;
  const float gy =
      (dc * static_cast<float>(b.x - a.x) - db * static_cast<float>(c.x - a.x)) * scale;
  const float d0 = a.depth - gx * static_cast<float>(a.x - ox) - gy * static_cast<float>(a.y - oy);
  Float4 depth_at;
  for (std::size_t s = 0; s < kSamples; ++s) {
    depth_at[s] = d0 + gx * static_cast<float>(kSampleX[s]) + gy * static_cast<float>(kSampleY[s]);
  }
  const float step_x = gx * static_cast<float>(kSubpixel);
  const float step_y = gy * static_cast<float>(kSubpixel);
  const auto visit = [&](std::size_t index, const Int4& inside, int column, int row) {
    const Float4 depth =
        depth_at + all(step_x * static_cast<float>(column) + step_y * static_cast<float>(row));
    const Int4 nearer = inside & (depth > depths_[index]);
    ids_[index] = (nearer & all(id)) | (~nearer & ids_[index]);
    depths_[index] = nearer ? depth : depths_[index];
  };
  if constexpr (!kWide) {
    const Narrow e0(edges[0]);
    const Narrow e1(edges[1]);
    const Narrow e2(edges[2]);
    Int4 r0 = e0.row;
    Int4 r1 = e1.row;
    Int4 r2 = e2.row;
    for (int y = top; y <= bottom; ++y, r0 += e0.step_y, r1 += e1.step_y, r2 += e2.step_y) {
      Int4 s0 = r0;
      Int4 s1 = r1;
      Int4 s2 = r2;
      auto index = static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) +
                   static_cast<std::size_t>(left);
      for (int x = left; x <= right; ++x, ++index) {
        const Int4 inside = (s0 | s1 | s2) >= 0;
        if ((inside[0] | inside[1] | inside[2] | inside[3]) != 0) {
          visit(index, inside, x - left, y - top);
        }
        s0 += e0.step_x;
        s1 += e1.step_x;
        s2 += e2.step_x;
      }
    }
  } else {
    for (int y = top; y <= bottom; ++y) {
      for (int x = left; x <= right; ++x) {
        Int4 inside = all(-1);
        for (std::size_t s = 0; s < kSamples; ++s) {
          const int64_t px = int64_t{x - left} * kSubpixel + kSampleX[s];
          const int64_t py = int64_t{y - top} * kSubpixel + kSampleY[s];
          for (const Edge& e : edges) {
            if (e.a * px + e.b * py + e.c < 0) inside[s] = 0;
          }
        }
        visit(static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) +
                  static_cast<std::size_t>(x),
              inside, x - left, y - top);
      }
    }
  }
}

}  // namespace synface::morphable
