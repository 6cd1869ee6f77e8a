#include "core/renderer.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>

#include "core/camera.h"
#include "core/dress.h"
#include "core/noise.h"
#include "core/sensor.h"

namespace synface::morphable {

namespace {

constexpr std::size_t kRowX = 14;  // in a VertexRow

void check_row(const float* row, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    if (!(row[i] > -1e3F && row[i] < 1e3F)) {
      throw std::domain_error("latent " + std::to_string(i) +
                              " of a row is not finite or beyond +-1000");
    }
  }
}

// Eye distances a pixel, at the eyes' depth.
float pixel_of(const View& view) {
  const Similarity& s = view.similarity;
  const float spread = s.a * s.a + s.b * s.b;
  return 1.0F / sqrt_of(spread > 1e-6F ? spread : 1e-6F);
}

}  // namespace

void Surface::join(const Surface& other) {
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

Renderer::Renderer(std::shared_ptr<const HeadModel> head, const RenderOptions& options)
    : head_(std::move(head)),
      layout_(*head_),
      options_(options),
      chart_(*head_),
      shape_(*head_),
      tone_(tone_table()) {}

bool Renderer::is_head_of(const Person& person, const float* row) const {
  return person.key.size() == layout_.identity_end &&
         std::memcmp(person.key.data(), row, layout_.identity_end * sizeof(float)) == 0;
}

void Renderer::shape_ahead(const float* const* rows, std::size_t n, Scratch& s) const {
  std::vector<const float*> people;
  for (std::size_t i = 0; i < n; ++i) {
    check_row(rows[i], layout_.size);
    const bool known = !people.empty() && std::memcmp(people.back(), rows[i],
                                                      layout_.identity_end * sizeof(float)) == 0;
    if (!known) people.push_back(rows[i]);
  }
  s.ahead.resize(people.size());
  shape_.shape(people.data(), people.size(), s.ahead.data(), s.shaping, *options_.kernels);
}

void Renderer::find_person(const float* row, Scratch& s) const {
  if (is_head_of(s.person, row)) return;
  for (Person& person : s.ahead) {
    if (is_head_of(person, row)) return std::swap(s.person, person);
  }
  shape_.shape(&row, 1, &s.person, s.shaping, *options_.kernels);
}

View Renderer::pose(const float* row, Scratch& s) const {
  check_row(row, layout_.size);
  find_person(row, s);
  dress_person(*head_, layout_, row, s.person);
  View view;
  view.rotation = rotation_of(load_block<Pose>(row + layout_.illumination_end));
  view.camera = load_block<Camera>(row + layout_.pose_end);
  view.camera.distance = clamp(view.camera.distance, 6.0F, 1000.0F);
  const float* units = row + layout_.identity_end;
  s.posed.assign(s.person.positions.begin(), s.person.positions.end());
  express(*head_, units, s.person.unit, view, s.posed);
  for (std::size_t side = 0; side < 2; ++side) {
    for (const int32_t v : head_->eye_vertices[side]) {
      const auto i = static_cast<std::size_t>(v);
      s.posed[i] = s.person.positions[i] + view.eye_shift[side];
    }
  }
  const std::size_t n = head_->units.size();
  constexpr float kOutwards = 0.035F;  // the visual axes of relaxed eyes part by 2 degrees
  view.gaze[0] = gaze_of(view.rotation, units[n], units[n + 1], kOutwards);
  view.gaze[1] = gaze_of(view.rotation, units[n], units[n + 1], -kOutwards);
  view.similarity =
      crop_of(seen_landmarks(*head_, s.posed, view), view.camera, options_.height, options_.width);
  return view;
}

std::array<Vec2, 5> Renderer::landmarks(const float* row, Scratch& s) const {
  const View view = pose(row, s);
  std::array<Vec2, 5> out = seen_landmarks(*head_, s.posed, view);
  for (Vec2& p : out) p = view.similarity.map(p);
  return out;
}

void Renderer::project(const View& view, Scratch& s) const {
  const std::size_t vertices = head_->base.size();
  for (std::size_t v = 0; v < vertices; ++v) s.posed[v] += s.person.push[v];
  vertex_normals(head_->triangles, s.posed, s.normals);
  for (std::size_t side = 0; side < 2; ++side) {
    for (const int32_t v : head_->eye_vertices[side]) {
      const auto i = static_cast<std::size_t>(v);
      s.normals[i] = normalized(s.posed[i] - s.person.eye_center[side] - view.eye_shift[side]);
    }
  }
  const Outfit& outfit = s.person.outfit;
  s.posed.insert(s.posed.end(), outfit.positions.begin(), outfit.positions.end());
  s.normals.insert(s.normals.end(), outfit.normals.begin(), outfit.normals.end());
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
  const Outfit& outfit = s.person.outfit;
  const std::size_t of_head = head_->triangles.size();
  if (s.triangles.size() < of_head) s.triangles = head_->triangles;
  s.triangles.resize(of_head);
  s.triangles.insert(s.triangles.end(), outfit.triangles.begin(), outfit.triangles.end());
  const std::size_t n = s.triangles.size();
  s.raster.draw(s.screen, s.triangles, n, of_head, *options_.kernels);
  if (!outfit.lenses.empty()) {
    s.lenses.resize(options_.height, options_.width);
    s.lenses.clear();
    s.lenses.draw(s.screen, outfit.lenses, outfit.lenses.size(), 0, *options_.kernels);
  }
  if (options_.shadow) {
    const Lights lights = lights_of(load_block<Illumination>(row + layout_.expression_end));
    s.shadow.build(s.posed, s.triangles, n, of_head, view.rotation.undo(lights.lamp[0].direction),
                   *options_.kernels);
  }
  fill_rows(s);
}

// What a fragment interpolates, one row a vertex.
void Renderer::fill_rows(Scratch& s) const {
  constexpr float kStep = 1.0F / static_cast<float>(kSubpixel);
  s.rows.resize(s.posed.size());
  const std::size_t vertices = head_->base.size();
  const Outfit& outfit = s.person.outfit;
  for (std::size_t v = 0; v < s.posed.size(); ++v) {
    const bool worn = v >= vertices;
    const std::size_t own = worn ? v - vertices : v;
    const Vec3 n = s.normals[v];
    const Vec3 l = options_.shadow ? s.shadow.at(v) : Vec3{};
    const Vec3 q = worn ? outfit.q[own] : head_->canonical[own];
    const Vec3 albedo = worn ? outfit.albedo[own] : Vec3{};
    const float occlusion = worn ? outfit.occlusion[own] : head_->occlusion[own];
    const float ear = worn ? 0.0F : head_->ear[own];
    const float x = static_cast<float>(s.screen[v].x) * kStep;
    const float y = static_cast<float>(s.screen[v].y) * kStep;
    s.rows[v] = VertexRow{n.x, n.y, n.z,       l.x,      l.y,      l.z,      q.x, q.y,
                          q.z, ear, occlusion, albedo.x, albedo.y, albedo.z, x,   y};
  }
}

// Attributes at a point of the image (in pixels), linear in the triangle.
Fragment Renderer::fragment(const Scratch& s, int32_t triangle, float x, float y) const {
  const auto t = static_cast<std::size_t>(triangle);
  const bool worn = t >= head_->triangles.size();
  const std::size_t piece = worn ? t - head_->triangles.size() : t;
  const Corners& corners = s.triangles[t];
  const VertexRow& r0 = s.rows[static_cast<std::size_t>(corners[0])];
  const VertexRow& r1 = s.rows[static_cast<std::size_t>(corners[1])];
  const VertexRow& r2 = s.rows[static_cast<std::size_t>(corners[2])];
  // In doubles the area of a needle is exact, as the raster's is, and not 0.
  const auto x0 = static_cast<double>(r0[kRowX]);
  const auto y0 = static_cast<double>(r0[kRowX + 1]);
  const double ux = static_cast<double>(r1[kRowX]) - x0;
  const double uy = static_cast<double>(r1[kRowX + 1]) - y0;
  const double wx = static_cast<double>(r2[kRowX]) - x0;
  const double wy = static_cast<double>(r2[kRowX + 1]) - y0;
  const double px = static_cast<double>(x) - x0;
  const double py = static_cast<double>(y) - y0;
  const double area = ux * wy - wx * uy;
  float k[3];
  k[1] = static_cast<float>((px * wy - wx * py) / area);
  k[2] = static_cast<float>((ux * py - px * uy) / area);
  k[0] = 1.0F - k[1] - k[2];
  const VertexRow row = r0 * k[0] + r1 * k[1] + r2 * k[2];
  Fragment f;
  f.normal = {row[0], row[1], row[2]};
  f.light = {row[3], row[4], row[5]};
  f.part = worn ? s.person.outfit.part[piece] : head_->part[t];
  if (f.part == Part::kLeftEye || f.part == Part::kRightEye) return f;
  f.q = {row[6], row[7], row[8]};
  f.ear = row[9];
  f.occlusion = row[10];
  if (worn) {
    f.back = area > 0.0;
    f.albedo = {row[11], row[12], row[13]};
    return f;
  }
  for (std::size_t i = 0; i < 3; ++i) {
    const Vec2 p = head_->paint[static_cast<std::size_t>(head_->paint_triangles[t][i])];
    f.a += k[i] * p.x;
    f.b += k[i] * p.y;
  }
  return f;
}

// The rows of a fragment to come; they lie anywhere.
void Renderer::fetch_ahead(const Scratch& s, std::size_t i) const {
  const Fragments& list = s.fragments;
  if (i + 12 < list.size) {
    __builtin_prefetch(&s.triangles[static_cast<std::size_t>(list.triangle[i + 12])]);
  }
  if (i + 6 < list.size) {
    for (const int32_t v : s.triangles[static_cast<std::size_t>(list.triangle[i + 6])]) {
      __builtin_prefetch(&s.rows[static_cast<std::size_t>(v)]);
    }
  }
}

int Renderer::surfaces(const Scratch& s, std::size_t first, std::size_t last,
                       Surface (&out)[kSamples]) const {
  const Fragments& list = s.fragments;
  int n = 0;
  for (std::size_t i = first; i < last; ++i) {
    const Surface seen{fragment(s, list.triangle[i], list.x[i], list.y[i]), 1.0F / list.depth[i],
                       list.samples[i]};
    int at = 0;
    while (at < n && !out[at].continues(seen)) ++at;
    if (at == n) {
      out[n++] = seen;
    } else {
      out[at].join(seen);
    }
  }
  return n;
}

// Whether half of a pixel or more lies behind a lens.
bool Renderer::behind_lens(const Scratch& s, int x, int y) const {
  const Int4 ids = s.lenses.ids(y, x);
  int n = 0;
  for (std::size_t i = 0; i < kSamples; ++i) {
    n += ids[i] >= 0 && s.lenses.depths(y, x)[i] >= s.raster.depths(y, x)[i] ? 1 : 0;
  }
  return 2 * n >= kSamples;
}

// Lenses let through what is behind them, tinted, and mirror the lamps.
Vec3 Renderer::through_lenses(const Scratch& s, const Shader& shader, int x, int y, float exposure,
                              Vec3 behind) const {
  const Int4 ids = s.lenses.ids(y, x);
  Vec3 out = behind;
  for (std::size_t i = 0; i < kSamples; ++i) {
    if (ids[i] < 0 || s.lenses.depths(y, x)[i] < s.raster.depths(y, x)[i]) continue;
    const Corners& c = s.person.outfit.lenses[static_cast<std::size_t>(ids[i])];
    const Vec3 normal = s.normals[static_cast<std::size_t>(c[0])] +
                        s.normals[static_cast<std::size_t>(c[1])] +
                        s.normals[static_cast<std::size_t>(c[2])];
    const Vec3 tint = s.person.outfit.albedo[static_cast<std::size_t>(c[0]) - head_->base.size()];
    const Shader::Lens lens = shader.lens(normal, tint);
    out += (behind * (lens.through - Vec3{1, 1, 1}) + lens.light * exposure) * 0.25F;
  }
  return out;
}

void Renderer::resolve(const float* row, const View& view, Scratch& s) const {
  const auto light = load_block<Illumination>(row + layout_.expression_end);
  const auto background = load_block<Background>(row + layout_.camera_end);
  const Lights lights = lights_of(light);
  const float pixel = pixel_of(view);
  const Shader shader(chart_, s.person, lights, view.rotation, view.gaze, pixel, options_.detail,
                      background.clothes, options_.shadow ? &s.shadow : nullptr);
  const float exposure = exposure_of(lights, skin_color(s.person.look), light.exposure);
  const float side = 1.0F / static_cast<float>(std::min(options_.height, options_.width));
  std::optional<PhotoCrop> photo;
  if (options_.photos && options_.photos->size() > 0 && background.photo >= 0.0F) {
    photo.emplace(*options_.photos, background, lights, exposure);
  }
  const Backdrop backdrop(background, side, photo ? &*photo : nullptr);
  s.linear.resize(static_cast<std::size_t>(options_.height) *
                  static_cast<std::size_t>(options_.width));
  const bool glasses = !s.person.outfit.lenses.empty();
  s.fragments.collect(s.raster);
  const Fragments& list = s.fragments;
  std::size_t next = 0;
  std::size_t index = 0;
  for (int y = 0; y < options_.height; ++y) {
    for (int x = 0; x < options_.width; ++x, ++index) {
      std::size_t last = next;
      while (last < list.size && list.pixel[last] == static_cast<int32_t>(index)) {
        fetch_ahead(s, last++);
      }
      Vec3 sum;
      float open = static_cast<float>(kSamples);
      const auto add = [&](const Fragment& f, float samples) {
        sum += shader.shade(f) * (0.25F * exposure * samples);
        open -= samples;
      };
      if (last == next + 1) {
        add(fragment(s, list.triangle[next], list.x[next], list.y[next]), list.samples[next]);
      } else if (last > next) {
        Surface seen[kSamples];
        const int n = surfaces(s, next, last, seen);
        for (int i = 0; i < n; ++i) add(seen[i].fragment, seen[i].samples);
      }
      next = last;
      if (open > 0.0F) {
        const Vec3 behind = backdrop.at((static_cast<float>(x) + 0.5F) * side,
                                        (static_cast<float>(y) + 0.5F) * side);
        sum += behind * (0.25F * open);
      }
      if (glasses) sum = through_lenses(s, shader, x, y, exposure, sum);
      s.linear[index] = sum;
    }
  }
}

void Renderer::finish(const float* row, const ImageKey& key, Scratch& s, uint8_t* image) const {
  const auto camera = load_block<Camera>(row + layout_.pose_end);
  soften(options_.height, options_.width, clamp(camera.softness, 0.0F, 1.0F), s.linear, s.blurred);
  const float scale = static_cast<float>(std::min(options_.height, options_.width)) / 112.0F;
  blur_motion(options_.height, options_.width, camera.motion * scale, camera.motion_angle, s.linear,
              s.blurred);
  lose_resolution(options_.height, options_.width, camera.detail, s.linear, s.blurred);
  grade(camera.warm, camera.green, camera.saturation, s.linear);
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
  if (camera.jpeg <= 100.0F) {
    compress(options_.height, options_.width, camera.jpeg, image, s.planes);
  }
}

void Renderer::masks(const float* row, Scratch& s, uint8_t* mask) const {
  const View view = pose(row, s);
  project(view, s);
  draw(row, view, s);
  const auto background = load_block<Background>(row + layout_.camera_end);
  const Lights lights = lights_of(load_block<Illumination>(row + layout_.expression_end));
  const Shader shader(chart_, s.person, lights, view.rotation, view.gaze, pixel_of(view),
                      options_.detail, background.clothes, nullptr);
  const float side = 1.0F / static_cast<float>(std::min(options_.height, options_.width));
  const Backdrop backdrop(background, side);
  const auto worn = load_block<Accessories>(row + layout_.grooming_end);
  const bool dark = !s.person.outfit.lenses.empty() && worn.lens_color.y < 0.5F;
  s.fragments.collect(s.raster);
  const Fragments& list = s.fragments;
  std::size_t next = 0;
  int32_t index = 0;
  for (int y = 0; y < options_.height; ++y) {
    for (int x = 0; x < options_.width; ++x, ++index) {
      float share[kRegions] = {};
      float open = static_cast<float>(kSamples);
      for (; next < list.size && list.pixel[next] == index; ++next) {
        const Fragment f = fragment(s, list.triangle[next], list.x[next], list.y[next]);
        share[static_cast<std::size_t>(shader.region(f))] += list.samples[next];
        open -= list.samples[next];
      }
      const bool clothed = backdrop.clothed((static_cast<float>(x) + 0.5F) * side,
                                            (static_cast<float>(y) + 0.5F) * side);
      share[static_cast<std::size_t>(clothed ? Region::kWorn : Region::kBackground)] += open;
      std::size_t most = 0;
      for (std::size_t r = 1; r < kRegions; ++r) {
        if (share[r] > share[most]) most = r;
      }
      if (dark && behind_lens(s, x, y)) most = static_cast<std::size_t>(Region::kWorn);
      *mask++ = static_cast<uint8_t>(most);
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
