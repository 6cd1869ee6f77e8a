#include "core/outfit.h"

namespace synface::morphable {
namespace {

float absolute(float x) {
  return x < 0.0F ? -x : x;
}

// The octahedron unfolded with the face in the middle and the folds at the back of the head; in
// -1..1.
Vec2 unfold(Vec3 d) {
  const float sum = absolute(d.x) + absolute(d.y) + absolute(d.z);
  const float scale = sum > 0.0F ? 1.0F / sum : 0.0F;
  const Vec2 p{d.x * scale, d.y * scale};
  if (d.z >= 0.0F) return p;
  return {(1.0F - absolute(p.y)) * (p.x < 0.0F ? -1.0F : 1.0F),
          (1.0F - absolute(p.x)) * (p.y < 0.0F ? -1.0F : 1.0F)};
}

// Two unit vectors across a direction.
void frame(Vec3 along, Vec3& side, Vec3& up) {
  const Vec3 helper = along.y * along.y < 0.7F ? Vec3{0, 1, 0} : Vec3{1, 0, 0};
  side = normalized(cross(helper, along));
  up = cross(along, side);
}

}  // namespace

void Outfit::clear() {
  positions.clear();
  normals.clear();
  q.clear();
  albedo.clear();
  occlusion.clear();
  triangles.clear();
  part.clear();
  lenses.clear();
}

int32_t Tailor::vertex(Vec3 position, Vec3 normal, Vec3 q, Vec3 albedo, float occlusion) {
  const int32_t index = next();
  outfit_.positions.push_back(position);
  outfit_.normals.push_back(normal);
  outfit_.q.push_back(q);
  outfit_.albedo.push_back(albedo);
  outfit_.occlusion.push_back(occlusion);
  return index;
}

void Tailor::triangle(Part part, int32_t a, int32_t b, int32_t c) {
  outfit_.triangles.push_back({a, b, c});
  outfit_.part.push_back(part);
}

void Tailor::weave(Part part, int32_t first, std::size_t columns, std::size_t rows, bool closed) {
  const std::size_t wide = closed ? columns : columns - 1;
  const auto at = [&](std::size_t column, std::size_t row) {
    return first + static_cast<int32_t>(row * columns + column % columns);
  };
  for (std::size_t r = 0; r + 1 < rows; ++r) {
    for (std::size_t c = 0; c < wide; ++c) {
      triangle(part, at(c, r), at(c, r + 1), at(c + 1, r + 1));
      triangle(part, at(c, r), at(c + 1, r + 1), at(c + 1, r));
    }
  }
}

void Tailor::smooth_normals(int32_t first, std::size_t triangle) {
  const auto local = [this](int32_t v) { return static_cast<std::size_t>(v - first_); };
  for (std::size_t v = local(first); v < outfit_.size(); ++v) outfit_.normals[v] = Vec3{};
  for (std::size_t t = triangle; t < outfit_.triangles.size(); ++t) {
    const Corners& c = outfit_.triangles[t];
    const std::size_t i = local(c[0]);
    const std::size_t j = local(c[1]);
    const std::size_t k = local(c[2]);
    const auto& p = outfit_.positions;
    const Vec3 n = cross(p[j] - p[i], p[k] - p[i]);
    outfit_.normals[i] += n;
    outfit_.normals[j] += n;
    outfit_.normals[k] += n;
  }
  for (std::size_t v = local(first); v < outfit_.size(); ++v) {
    outfit_.normals[v] = normalized(outfit_.normals[v]);
  }
}

void Tailor::pipe(Part part, const Ring* rings, std::size_t n, std::size_t sides, Vec3 albedo,
                  float occlusion) {
  const int32_t first = next();
  for (std::size_t r = 0; r < n; ++r) {
    const std::size_t before = r > 0 ? r - 1 : r;
    const std::size_t after = r + 1 < n ? r + 1 : r;
    const Vec3 along = normalized(rings[after].center - rings[before].center);
    Vec3 side;
    Vec3 up;
    frame(along, side, up);
    for (std::size_t s = 0; s < sides; ++s) {
      const SinCos turn =
          sincos_of(2.0 * kPi * static_cast<double>(s) / static_cast<double>(sides));
      const Vec3 out = side * static_cast<float>(turn.cos) + up * static_cast<float>(turn.sin);
      const Vec3 p = rings[r].center + out * rings[r].radius;
      vertex(p, out, p, albedo, occlusion);
    }
  }
  weave(part, first, sides, n, true);
}

void Tailor::ball(Part part, Vec3 center, Vec3 radii, Vec3 albedo, float occlusion) {
  constexpr std::size_t kRows = 9;
  constexpr std::size_t kColumns = 14;
  const int32_t first = next();
  for (std::size_t r = 0; r < kRows; ++r) {
    const SinCos down = sincos_of(kPi * static_cast<double>(r) / (kRows - 1));
    for (std::size_t c = 0; c < kColumns; ++c) {
      const SinCos turn = sincos_of(2.0 * kPi * static_cast<double>(c) / kColumns);
      const Vec3 d{static_cast<float>(down.sin * turn.sin), static_cast<float>(down.cos),
                   static_cast<float>(down.sin * turn.cos)};
      const Vec3 p = center + d * radii;
      vertex(p, normalized({d.x / radii.x, d.y / radii.y, d.z / radii.z}), p, albedo, occlusion);
    }
  }
  weave(part, first, kColumns, kRows, true);
}

Hull::Hull(const HeadModel& head, const std::vector<Vec3>& positions,
           const std::vector<Vec3>& push) {
  constexpr float kScale = 0.5F * static_cast<float>(kSide);
  for (std::size_t v = 0; v < head.base.size(); ++v) {
    if (head.ear[v] > 0.3F) continue;
    const Vec3 d = positions[v] + push[v] - kMiddle;
    const Vec2 p = unfold(d);
    const int x = clamp(static_cast<int>((p.x + 1.0F) * kScale), 0, kSide - 1);
    const int y = clamp(static_cast<int>((p.y + 1.0F) * kScale), 0, kSide - 1);
    float& r = radius_[static_cast<std::size_t>(y * kSide + x)];
    const float length_of = length(d);
    if (length_of > r) r = length_of;
  }
  // Cells without a vertex take the mean of their neighbours, until none is left; then all cells
  // are smoothed once.
  for (int pass = 0; pass < 8; ++pass) {
    const auto old = radius_;
    bool gaps = false;
    for (int y = 0; y < kSide; ++y) {
      for (int x = 0; x < kSide; ++x) {
        const auto at = static_cast<std::size_t>(y * kSide + x);
        const bool empty = old[at] <= 0.0F;
        if (!empty && pass < 7) continue;
        float sum = 0;
        float weight = 0;
        for (int j = -1; j <= 1; ++j) {
          for (int i = -1; i <= 1; ++i) {
            const int u = clamp(x + i, 0, kSide - 1);
            const int v = clamp(y + j, 0, kSide - 1);
            const float r = old[static_cast<std::size_t>(v * kSide + u)];
            if (r <= 0.0F) continue;
            const float share = i == 0 && j == 0 ? 3.0F : 1.0F;
            sum += share * r;
            weight += share;
          }
        }
        if (weight > 0.0F) radius_[at] = sum / weight;
        gaps = gaps || weight <= 0.0F;
      }
    }
    if (!gaps && pass < 6) pass = 6;
  }
}

float Hull::radius(Vec3 direction) const {
  const Vec2 p = unfold(direction);
  constexpr float kScale = 0.5F * static_cast<float>(kSide);
  const float x = clamp((p.x + 1.0F) * kScale - 0.5F, 0.0F, static_cast<float>(kSide) - 1.001F);
  const float y = clamp((p.y + 1.0F) * kScale - 0.5F, 0.0F, static_cast<float>(kSide) - 1.001F);
  const auto ix = static_cast<std::size_t>(x);
  const auto iy = static_cast<std::size_t>(y);
  const float fx = x - static_cast<float>(ix);
  const float fy = y - static_cast<float>(iy);
  const float* at = &radius_[iy * kSide + ix];
  return mix(mix(at[0], at[1], fx), mix(at[kSide], at[kSide + 1], fx), fy);
}

Vec3 Hull::at(Vec3 direction, float over) const {
  return kMiddle + normalized(direction) * (radius(direction) + over);
}

Vec3 Hull::outside(Vec3 p, float over) const {
  const Vec3 d = p - kMiddle;
  const float away = length(d);
  const float least = radius(d) + over;
  return away >= least || away <= 0.0F ? p : kMiddle + d * (least / away);
}

}  // namespace synface::morphable
