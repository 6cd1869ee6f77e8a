// What the pixels of one picture are made of, and the colour of each: one text for the CPU's loop
// over pixels and for the GPU's threads. Views only: nothing is owned, and where the pointers
// point to the GPU's memory, a stage works there.
#pragma once

#include <new>

#include "core/backdrop.h"
#include "core/fragments.h"
#include "core/shade_body.h"
#include "core/view.h"

namespace synface::morphable {

// What a fragment interpolates between vertices: normal (camera axes), place in the shadow map, q,
// ear, occlusion, albedo, pixel position.
struct alignas(64) VertexRow {
  float at[16];
  SYNFACE_BODY Vec3 triple(int first) const { return {at[first], at[first + 1], at[first + 2]}; }
};

SYNFACE_BODY VertexRow row_of(Vec3 n, Vec3 lamp, Vec3 q, float ear, float occlusion, Vec3 albedo,
                              const ScreenVertex& screen) {
  constexpr float kStep = 1.0F / static_cast<float>(kSubpixel);
  return {{n.x, n.y, n.z, lamp.x, lamp.y, lamp.z, q.x, q.y, q.z, ear, occlusion, albedo.x, albedo.y,
           albedo.z, static_cast<float>(screen.x) * kStep, static_cast<float>(screen.y) * kStep}};
}

SYNFACE_BODY VertexRow blended(const VertexRow& a, const VertexRow& b, const VertexRow& c,
                               const float (&share)[3]) {
  VertexRow out;
#ifdef __CUDA_ARCH__  // nvcc's host half is this function as well: it must have the CPU's body
  for (int i = 0; i < 16; ++i)
    out.at[i] = a.at[i] * share[0] + b.at[i] * share[1] + c.at[i] * share[2];
#else  // the same as vectors, which GCC does not make of the loop
  using Sixteen = float __attribute__((vector_size(64)));
  Sixteen p;
  Sixteen q;
  Sixteen r;
  __builtin_memcpy(&p, a.at, sizeof p);
  __builtin_memcpy(&q, b.at, sizeof q);
  __builtin_memcpy(&r, c.at, sizeof r);
  p = p * share[0] + q * share[1] + r * share[2];
  __builtin_memcpy(out.at, &p, sizeof p);
#endif
  return out;
}

// A point of the head's axes on the screen.
struct Projection {
  Rotation rotation;
  float distance;
  Similarity similarity;
  SYNFACE_BODY ScreenVertex at(Vec3 position) const {
    const Vec3 p = through_lens(rotation.apply(position), distance);
    const Vec2 pixel = similarity.map({p.x, p.y});
    return {to_fixed(pixel.x), to_fixed(pixel.y), p.z};
  }
};

// Of the head model, the same in all pictures.
struct HeadArrays {
  int32_t vertices, triangle_count;
  const int32_t* triangles;        // [T, 3]
  const int32_t* paint_triangles;  // [T, 3]
  const Vec2* paint;
  const Part* part;  // [T]
  const Chart* chart;
};
// Of one picture. What is worn counts from 0, but its corners count the head's vertices first.
struct PictureArrays {
  const int32_t* worn_triangles;  // [T', 3]
  const Part* worn_part;          // [T']
  const int32_t* lenses;          // [L, 3]
  const VertexRow* rows;          // [V + V']
  Shadow shadow;
};

struct Stage {
  HeadArrays head;
  PictureArrays picture;
  Shader shader;
  Backdrop backdrop;
  float exposure;  // from scene to display
  float side;      // 1 / the shorter side of the image

  SYNFACE_BODY const int32_t* corners(int32_t triangle) const {
    const int32_t worn = triangle - head.triangle_count;
    return worn < 0 ? head.triangles + 3 * triangle : picture.worn_triangles + 3 * worn;
  }
};

// Attributes at a point of the image (in pixels), linear in the triangle.
SYNFACE_BODY Fragment fragment_of(const Stage& s, int32_t triangle, float x, float y) {
  const bool worn = triangle >= s.head.triangle_count;
  const int32_t* const corners = s.corners(triangle);
  const VertexRow& r0 = s.picture.rows[corners[0]];
  const VertexRow& r1 = s.picture.rows[corners[1]];
  const VertexRow& r2 = s.picture.rows[corners[2]];
  // In doubles the area of a needle is exact, as the raster's is, and not 0.
  const auto x0 = static_cast<double>(r0.at[14]);
  const auto y0 = static_cast<double>(r0.at[15]);
  const double ux = static_cast<double>(r1.at[14]) - x0;
  const double uy = static_cast<double>(r1.at[15]) - y0;
  const double wx = static_cast<double>(r2.at[14]) - x0;
  const double wy = static_cast<double>(r2.at[15]) - y0;
  const double px = static_cast<double>(x) - x0;
  const double py = static_cast<double>(y) - y0;
  const double area = ux * wy - wx * uy;
  float k[3];
  k[1] = static_cast<float>((px * wy - wx * py) / area);
  k[2] = static_cast<float>((ux * py - px * uy) / area);
  k[0] = 1.0F - k[1] - k[2];
  const VertexRow row = blended(r0, r1, r2, k);
  Fragment f;
  f.normal = row.triple(0);
  f.light = row.triple(3);
  f.part = worn ? s.picture.worn_part[triangle - s.head.triangle_count] : s.head.part[triangle];
  if (f.part == Part::kLeftEye || f.part == Part::kRightEye) return f;
  f.q = row.triple(6);
  f.ear = row.at[9];
  f.occlusion = row.at[10];
  if (worn) {
    f.back = area > 0.0;
    f.albedo = row.triple(11);
    return f;
  }
  for (int i = 0; i < 3; ++i) {
    const Vec2 p = s.head.paint[s.head.paint_triangles[3 * triangle + i]];
    f.a += k[i] * p.x;
    f.b += k[i] * p.y;
  }
  return f;
}

// One surface within a pixel: neighbouring triangles of the same part count as one.
struct Surface {
  Fragment fragment;
  float distance = 0;  // from the camera, eye distances
  float samples = 0;

  SYNFACE_BODY bool continues(const Surface& other) const {
    const float gap = distance - other.distance;
    return fragment.part == other.fragment.part && fragment.back == other.fragment.back &&
           gap < 0.12F && gap > -0.12F;
  }
  // Attributes become the mean over the samples of both.
  SYNFACE_BODY void join(const Surface& other) {
    const float t = other.samples / (samples + other.samples);
    const Fragment& g = other.fragment;
    Fragment& f = fragment;
    f.normal = mix(f.normal, g.normal, t);
    f.q = mix(f.q, g.q, t);
    f.light = mix(f.light, g.light, t);
    f.albedo = mix(f.albedo, g.albedo, t);
    f.a = mix(f.a, g.a, t);
    f.b = mix(f.b, g.b, t);
    f.occlusion = mix(f.occlusion, g.occlusion, t);
    f.ear = mix(f.ear, g.ear, t);
    samples += other.samples;
  }
};

// Room for one; nothing is written before there is one.
union SurfaceRoom {
  Surface surface;
  SYNFACE_BODY SurfaceRoom() {}
};

// The surfaces of a pixel's n patches; their number.
SYNFACE_BODY int surfaces_of(const Stage& s, const Patch* patches, int n,
                             SurfaceRoom (&out)[kSamples]) {
  int found = 0;
  for (int i = 0; i < n; ++i) {
    const Patch& p = patches[i];
    const Surface seen{fragment_of(s, p.triangle, p.x, p.y), 1.0F / p.depth, p.samples};
    int at = 0;
    while (at < found && !out[at].surface.continues(seen)) ++at;
    if (at == found) {
      new (&out[found++].surface) Surface(seen);
    } else {
      out[at].surface.join(seen);
    }
  }
  return found;
}

// Linear RGB on the display of the pixel (x, y), which sees n patches: each surface shaded once.
SYNFACE_BODY Vec3 pixel_color(const Stage& s, const Patch* patches, int n, int y, int x) {
  Vec3 sum;
  float open = static_cast<float>(kSamples);
  SurfaceRoom seen[kSamples];
  const int found = surfaces_of(s, patches, n, seen);
  for (int i = 0; i < found; ++i) {
    const Surface& surface = seen[i].surface;
    sum +=
        s.shader.shade(surface.fragment, s.picture.shadow) * (0.25F * s.exposure * surface.samples);
    open -= surface.samples;
  }
  if (open > 0.0F) {
    const Vec3 behind = s.backdrop.at((static_cast<float>(x) + 0.5F) * s.side,
                                      (static_cast<float>(y) + 0.5F) * s.side);
    sum += behind * (0.25F * open);
  }
  return sum;
}

// Lenses let through what is behind them, tinted, and mirror the lamps. lenses: what of them the
// pixel would see if nothing else was there.
SYNFACE_BODY Vec3 through_lenses(const Stage& s, const Sight& lenses, const Sight& seen,
                                 Vec3 behind) {
  Vec3 out = behind;
  for (int i = 0; i < kSamples; ++i) {
    if (lenses.ids[i] < 0 || lenses.depths[i] < seen.depths[i]) continue;
    const int32_t* const c = s.picture.lenses + 3 * lenses.ids[i];
    const VertexRow& first = s.picture.rows[c[0]];
    const Vec3 normal =
        first.triple(0) + s.picture.rows[c[1]].triple(0) + s.picture.rows[c[2]].triple(0);
    const Shader::Lens lens = s.shader.lens(normal, first.triple(11));
    out += (behind * (lens.through - Vec3{1, 1, 1}) + lens.light * s.exposure) * 0.25F;
  }
  return out;
}

}  // namespace synface::morphable
