#include "core/align.h"

namespace synface::morphable {

Similarity align(const std::array<Vec2, 5>& points, const std::array<Vec2, 5>& to) {
  Vec2 p;
  Vec2 t;
  for (std::size_t i = 0; i < 5; ++i) {
    p = {p.x + 0.2F * points[i].x, p.y + 0.2F * points[i].y};
    t = {t.x + 0.2F * to[i].x, t.y + 0.2F * to[i].y};
  }
  float along = 0;
  float across = 0;
  float size = 0;
  for (std::size_t i = 0; i < 5; ++i) {
    const Vec2 d{points[i].x - p.x, points[i].y - p.y};
    const Vec2 e{to[i].x - t.x, to[i].y - t.y};
    along += d.x * e.x + d.y * e.y;
    across += d.x * e.y - d.y * e.x;
    size += d.x * d.x + d.y * d.y;
  }
  Similarity s;
  if (size <= 0.0F) return s;
  s.a = along / size;
  s.b = across / size;
  s.u = t.x - s.a * p.x + s.b * p.y;
  s.v = t.y - s.b * p.x - s.a * p.y;
  return s;
}

std::array<Vec2, 5> template_for(int height, int width) {
  const float side = static_cast<float>(height < width ? height : width);
  const float scale = side / 112.0F;
  std::array<Vec2, 5> out = kTemplate;
  for (Vec2& p : out) {
    p.x = p.x * scale + 0.5F * (static_cast<float>(width) - side);
    p.y = p.y * scale + 0.5F * (static_cast<float>(height) - side);
  }
  return out;
}

}  // namespace synface::morphable
