#include "core/renderer.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "core/camera.h"
#include "core/hair.h"
#include "core/noise.h"

namespace synface::morphable {

// Everything that follows from a row but the person.
struct Renderer::View {
  Rotation rotation;
  Camera camera;
  Vec3 eye_shift[2];  // eyeballs go back under a closing lid
  Similarity similarity;
  Vec3 gaze[2];
};

namespace {

Rotation rotation_of(const Pose& p) {
  const auto turn = [](float angle) { return sincos_of(static_cast<double>(angle)); };
  const SinCos y = turn(p.yaw);
  const SinCos x = turn(p.pitch);
  const SinCos z = turn(p.roll);
  const auto f = [](double v) { return static_cast<float>(v); };
  // Yaw, then pitch (up is positive), then roll.
  const Vec3 r0{f(y.cos), 0, f(y.sin)};
  const Vec3 r1{f(-x.sin * y.sin), f(x.cos), f(x.sin * y.cos)};
  const Vec3 r2{f(-x.cos * y.sin), f(-x.sin), f(x.cos * y.cos)};
  return {{r0 * f(z.cos) - r1 * f(z.sin), r0 * f(z.sin) + r1 * f(z.cos), r2}};
}

// Central projection; x to the right and y down, in eye distances at the eyes' depth.
Vec3 through_lens(Vec3 p, float distance) {
  const float depth = 1.0F / std::max(distance - p.z, 0.5F);
  return {p.x * depth * distance, -p.y * depth * distance, depth};
}

void check_row(const float* row, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    if (!(row[i] > -1e4F && row[i] < 1e4F)) {
      throw std::domain_error("latent " + std::to_string(i) +
                              " of a row is not finite or beyond +-10000");
    }
  }
}

Vec3 gaze_of(const Rotation& rotation, float yaw, float pitch, float outwards) {
  const SinCos y = sincos_of(static_cast<double>(clamp(yaw, -0.5F, 0.5F) + outwards));
  const SinCos x = sincos_of(static_cast<double>(clamp(pitch, -0.45F, 0.45F)));
  return rotation.apply({static_cast<float>(y.sin * x.cos), static_cast<float>(x.sin),
                         static_cast<float>(y.cos * x.cos)});
}

}  // namespace

Renderer::Renderer(std::shared_ptr<const HeadModel> head, const RenderOptions& options)
    : head_(std::move(head)),
      layout_(*head_),
      options_(options),
      chart_(*head_),
      triangles_(head_->triangles),
      tone_(tone_table()) {
  const auto sheet = sheet_triangles(static_cast<int32_t>(head_->base.size()));
  triangles_.insert(triangles_.end(), sheet.begin(), sheet.end());
}

Renderer::View Renderer::pose(const float* row, Scratch& s) const {
  check_row(row, layout_.size);
  if (s.person.key.size() != layout_.identity_end ||
      std::memcmp(s.person.key.data(), row, layout_.identity_end * sizeof(float)) != 0) {
    shape_person(*head_, row, s.person);
  }
  View view;
  view.rotation = rotation_of(load_block<Pose>(row + layout_.illumination_end));
  view.camera = load_block<Camera>(row + layout_.pose_end);
  view.camera.distance = clamp(view.camera.distance, 6.0F, 1000.0F);

  const float* units = row + layout_.identity_end;
  const int blink[2] = {head_->unit("eyeBlinkLeft"), head_->unit("eyeBlinkRight")};
  s.posed.assign(s.person.positions.begin(), s.person.positions.end());
  for (std::size_t u = 0; u < head_->units.size(); ++u) {
    float weight = clamp(units[u], 0.0F, 1.0F);
    if (weight == 0.0F) continue;
    for (std::size_t side = 0; side < 2; ++side) {
      if (static_cast<int>(u) != blink[side]) continue;
      // A lid closes fully only at 1.15 with the ball 0.03 eye distances back.
      view.eye_shift[side] = {0, 0, -0.03F * weight};
      weight *= 1.15F;
    }
    head_->units.add(u, weight * s.person.unit, s.posed);
  }
  for (std::size_t side = 0; side < 2; ++side) {
    for (const int32_t v : head_->eye_vertices[side]) {
      // The ball is rigid: a face unit may move the lids only.
      s.posed[static_cast<std::size_t>(v)] =
          s.person.positions[static_cast<std::size_t>(v)] + view.eye_shift[side];
    }
  }
  const std::size_t n = head_->units.size();
  constexpr float kOutwards = 0.035F;  // the visual axes of relaxed eyes part by 2 degrees
  view.gaze[0] = gaze_of(view.rotation, units[n], units[n + 1], kOutwards);
  view.gaze[1] = gaze_of(view.rotation, units[n], units[n + 1], -kOutwards);

  const auto seen = [&](Vec3 p) {
    const Vec3 q = through_lens(view.rotation.apply(p), view.camera.distance);
    return Vec2{q.x, q.y};
  };
  const auto eye = [&](std::size_t first) {
    Vec3 sum;
    for (std::size_t l = first; l < first + 6; ++l) sum += head_->landmark(s.posed, l);
    return sum * (1.0F / 6.0F);
  };
  const std::array<Vec2, 5> points = {
      seen(eye(36)), seen(eye(42)), seen(head_->landmark(s.posed, 30)),
      seen(head_->landmark(s.posed, 48)), seen(head_->landmark(s.posed, 54))};
  // A detector errs on the landmarks: the crop follows the landmarks that it believes in.
  std::array<Vec2, 5> to = template_for(options_.height, options_.width);
  const float scale = static_cast<float>(std::min(options_.height, options_.width)) / 112.0F;
  for (std::size_t i = 0; i < 5; ++i) {
    to[i].x -= view.camera.jitter[2 * i] * scale;
    to[i].y -= view.camera.jitter[2 * i + 1] * scale;
  }
  view.similarity = align(points, to);
  return view;
}

std::array<Vec2, 5> Renderer::landmarks(const float* row, Scratch& s) const {
  const View view = pose(row, s);
  std::array<Vec2, 5> out;
  const std::size_t first[5] = {36, 42, 30, 48, 54};
  for (std::size_t i = 0; i < 5; ++i) {
    Vec3 p = head_->landmark(s.posed, first[i]);
    if (i < 2) {
      for (std::size_t l = 1; l < 6; ++l) p += head_->landmark(s.posed, first[i] + l);
      p = p * (1.0F / 6.0F);
    }
    const Vec3 q = through_lens(view.rotation.apply(p), view.camera.distance);
    out[i] = view.similarity.map({q.x, q.y});
  }
  return out;
}

void Renderer::project(const View& view, Scratch& s) const {
  const std::size_t vertices = head_->base.size();
  for (std::size_t v = 0; v < vertices; ++v) s.posed[v] += s.person.push[v];
  vertex_normals(triangles_, s.posed, s.normals);
  for (std::size_t side = 0; side < 2; ++side) {
    for (const int32_t v : head_->eye_vertices[side]) {
      const auto i = static_cast<std::size_t>(v);
      s.normals[i] = normalized(s.posed[i] - s.person.eye_center[side] - view.eye_shift[side]);
    }
  }
  s.screen.resize(s.posed.size());
  for (std::size_t v = 0; v < s.posed.size(); ++v) {
    const Vec3 p = through_lens(view.rotation.apply(s.posed[v]), view.camera.distance);
    const Vec2 pixel = view.similarity.map({p.x, p.y});
    s.screen[v] = {to_fixed(pixel.x), to_fixed(pixel.y), p.z};
    s.normals[v] = view.rotation.apply(s.normals[v]);
  }
}

void Renderer::draw(const float* row, const View& view, Scratch& s) const {
  s.raster.resize(options_.height, options_.width);
  s.raster.clear();
  const bool hanging = s.person.look.hair_length * s.person.look.hair_presence > 0.0F;
  const std::size_t n = hanging ? triangles_.size() : head_->triangles.size();
  for (std::size_t t = 0; t < n; ++t) {
    const Corners& c = triangles_[t];
    s.raster.draw(s.screen[static_cast<std::size_t>(c[0])],
                  s.screen[static_cast<std::size_t>(c[1])],
                  s.screen[static_cast<std::size_t>(c[2])], static_cast<int32_t>(t),
                  t >= head_->triangles.size());
  }
  if (options_.shadow) {
    const Lights lights = lights_of(load_block<Illumination>(row + layout_.expression_end));
    s.shadow.build(s.posed, triangles_, n, head_->triangles.size(),
                   view.rotation.undo(lights.lamp[0].direction));
  }
}

// Attributes at a point of the image (in pixels), linear in the triangle.
Fragment Renderer::fragment(const Scratch& s, int32_t triangle, float x, float y) const {
  const auto t = static_cast<std::size_t>(triangle);
  std::size_t v[3];
  for (std::size_t k = 0; k < 3; ++k) v[k] = static_cast<std::size_t>(triangles_[t][k]);
  const float step = 1.0F / static_cast<float>(kSubpixel);
  const float x0 = static_cast<float>(s.screen[v[0]].x) * step;
  const float y0 = static_cast<float>(s.screen[v[0]].y) * step;
  const float ux = static_cast<float>(s.screen[v[1]].x) * step - x0;
  const float uy = static_cast<float>(s.screen[v[1]].y) * step - y0;
  const float wx = static_cast<float>(s.screen[v[2]].x) * step - x0;
  const float wy = static_cast<float>(s.screen[v[2]].y) * step - y0;
  const float area = ux * wy - wx * uy;
  float k[3];
  k[1] = ((x - x0) * wy - wx * (y - y0)) / area;
  k[2] = (ux * (y - y0) - (x - x0) * uy) / area;
  k[0] = 1.0F - k[1] - k[2];
  Fragment f;
  if (options_.shadow) {
    f.light = s.shadow.at(v[0]) * k[0] + s.shadow.at(v[1]) * k[1] + s.shadow.at(v[2]) * k[2];
  }
  f.normal = s.normals[v[0]] * k[0] + s.normals[v[1]] * k[1] + s.normals[v[2]] * k[2];
  if (t >= head_->triangles.size()) {
    f.part = Part::kHair;
    f.back = area > 0.0F;
    const auto& p = s.person.positions;
    f.q = p[v[0]] * k[0] + p[v[1]] * k[1] + p[v[2]] * k[2];
    f.occlusion = 0.75F;
    return f;
  }
  f.part = head_->part[t];
  if (f.part == Part::kLeftEye || f.part == Part::kRightEye) return f;
  const auto& q = head_->canonical;
  f.q = q[v[0]] * k[0] + q[v[1]] * k[1] + q[v[2]] * k[2];
  f.occlusion = 0;
  f.ear = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    const Vec2 p = head_->paint[static_cast<std::size_t>(head_->paint_triangles[t][i])];
    f.a += k[i] * p.x;
    f.b += k[i] * p.y;
    f.occlusion += k[i] * head_->occlusion[v[i]];
    f.ear += k[i] * head_->ear[v[i]];
  }
  return f;
}

void Renderer::resolve(const float* row, const View& view, Scratch& s) const {
  const auto light = load_block<Illumination>(row + layout_.expression_end);
  const Lights lights = lights_of(light);
  const float spread =
      view.similarity.a * view.similarity.a + view.similarity.b * view.similarity.b;
  const float pixel = 1.0F / sqrt_of(spread > 1e-6F ? spread : 1e-6F);
  const auto background = load_block<Background>(row + layout_.camera_end);
  const Shader shader(chart_, s.person, lights, view.rotation, view.gaze, pixel, options_.detail,
                      background.clothes, options_.shadow ? &s.shadow : nullptr);
  const float exposure = exposure_of(lights, skin_color(s.person.look), light.exposure);
  const float side = 1.0F / static_cast<float>(std::min(options_.height, options_.width));
  const Backdrop backdrop(background, side);
  s.linear.resize(static_cast<std::size_t>(options_.height) *
                  static_cast<std::size_t>(options_.width));
  std::size_t index = 0;
  for (int y = 0; y < options_.height; ++y) {
    for (int x = 0; x < options_.width; ++x, ++index) {
      const Int4 ids = s.raster.ids(index);
      Vec3 sum;
      Int4 done{};
      for (std::size_t first = 0; first < kSamples; ++first) {
        if (done[first] != 0) continue;
        // The samples that see this triangle, and the middle of them.
        float count = 0;
        float px = 0;
        float py = 0;
        for (std::size_t i = first; i < kSamples; ++i) {
          if (ids[i] != ids[first]) continue;
          done[i] = 1;
          count += 1.0F;
          px += static_cast<float>(kSampleX[i]);
          py += static_cast<float>(kSampleY[i]);
        }
        const float scale = 1.0F / (count * static_cast<float>(kSubpixel));
        const float fx = static_cast<float>(x) + px * scale;
        const float fy = static_cast<float>(y) + py * scale;
        const Vec3 color = ids[first] < 0
                               ? backdrop.at(fx * side, fy * side)
                               : shader.shade(fragment(s, ids[first], fx, fy)) * exposure;
        sum += color * (0.25F * count);
      }
      s.linear[index] = sum;
    }
  }
}

void Renderer::finish(const float* row, const ImageKey& key, Scratch& s, uint8_t* image) const {
  const auto camera = load_block<Camera>(row + layout_.pose_end);
  soften(options_.height, options_.width, clamp(camera.softness, 0.0F, 1.0F), s.linear, s.blurred);
  uint32_t seed = hash2(static_cast<uint32_t>(key.seed), static_cast<uint32_t>(key.seed >> 32));
  seed = hash2(seed ^ key.identity, key.sample * 3U + key.set);
  const float grain = clamp(camera.noise, 0.0F, 64.0F);
  for (std::size_t i = 0; i < s.linear.size(); ++i) {
    const Vec3 c = s.linear[i];
    const float channels[3] = {c.x, c.y, c.z};
    for (std::size_t k = 0; k < 3; ++k) {
      const float root = sqrt_of(channels[k] > 0.0F ? channels[k] : 0.0F) *
                         (static_cast<float>(kToneSteps) / 1.25F);
      const float top = static_cast<float>(kToneSteps);
      float level = static_cast<float>(tone_[static_cast<std::size_t>(root < top ? root : top)]);
      if (grain > 0.0F) {
        // Sum of four bytes: close to a normal distribution, mean 510, sd 147.8.
        const uint32_t h = hash2(seed, static_cast<uint32_t>(3 * i + k));
        const auto four = (h & 255U) + ((h >> 8) & 255U) + ((h >> 16) & 255U) + (h >> 24);
        level += grain * (static_cast<float>(four) - 510.0F) * (1.0F / 147.8F);
      }
      image[3 * i + k] = static_cast<uint8_t>(clamp(level + 0.5F, 0.0F, 255.0F));
    }
  }
}

void Renderer::render(const float* row, const ImageKey& key, Scratch& scratch,
                      uint8_t* image) const {
  const View view = pose(row, scratch);
  project(view, scratch);
  draw(row, view, scratch);
  resolve(row, view, scratch);
  finish(row, key, scratch, image);
}

}  // namespace synface::morphable
