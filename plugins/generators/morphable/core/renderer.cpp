#include "core/renderer.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>

#include "core/camera.h"
#include "core/dress.h"

namespace synface::morphable {

namespace {

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

View Renderer::place(const float* row, Scratch& s) const {
  const View view = pose(row, s);
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
  return view;
}

void Renderer::draw(const float* row, const View& view, Scratch& s) const {
  const Projection projection = projection_of(view);
  s.screen.resize(s.posed.size());
  for (std::size_t v = 0; v < s.posed.size(); ++v) s.screen[v] = projection.at(s.posed[v]);
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
    const Lights lights = lights_of_row(row);
    s.shadow.build(s.posed, s.triangles, n, of_head, view.rotation.undo(lights.lamp[0].direction),
                   *options_.kernels);
  }
  s.rows.resize(s.posed.size());
  const std::size_t vertices = head_->base.size();
  for (std::size_t v = 0; v < s.posed.size(); ++v) {
    const bool worn = v >= vertices;
    const std::size_t own = worn ? v - vertices : v;
    s.rows[v] = row_of(view.rotation.apply(s.normals[v]), options_.shadow ? s.shadow.at(v) : Vec3{},
                       worn ? outfit.q[own] : head_->canonical[own], worn ? 0.0F : head_->ear[own],
                       worn ? outfit.occlusion[own] : head_->occlusion[own],
                       worn ? outfit.albedo[own] : Vec3{}, s.screen[v]);
  }
}

HeadArrays Renderer::head_arrays() const {
  return {static_cast<int32_t>(head_->base.size()),
          static_cast<int32_t>(head_->triangles.size()),
          head_->triangles.data()->data(),
          head_->paint_triangles.data()->data(),
          head_->paint.data(),
          head_->part.data(),
          &chart_};
}

PictureArrays Renderer::picture_arrays(const Scratch& s) const {
  const Outfit& outfit = s.person.outfit;
  return {(s.triangles.data() + head_->triangles.size())->data(), outfit.part.data(),
          outfit.lenses.empty() ? nullptr : outfit.lenses.data()->data(), s.rows.data(),
          options_.shadow ? s.shadow.view() : Shadow{}};
}

PhotoCrop Renderer::photo_of(const float* row, const Person& person) const {
  const auto background = load_block<Background>(row + layout_.camera_end);
  if (!options_.photos || options_.photos->size() == 0 || !(background.photo >= 0.0F)) return {};
  const auto light = load_block<Illumination>(row + layout_.expression_end);
  const Lights lights = lights_of(light);
  return {*options_.photos, background, lights,
          exposure_of(lights, skin_color(person.look), light.exposure)};
}

Stage Renderer::stage_of(const float* row, const View& view, const Person& person,
                         const HeadArrays& head, const PictureArrays& picture,
                         const PhotoCrop& photo) const {
  const auto light = load_block<Illumination>(row + layout_.expression_end);
  const auto background = load_block<Background>(row + layout_.camera_end);
  const Lights lights = lights_of(light);
  const float exposure = exposure_of(lights, skin_color(person.look), light.exposure);
  const float side = 1.0F / static_cast<float>(std::min(options_.height, options_.width));
  return {head,
          picture,
          Shader(head.chart, person, lights, view.rotation, view.gaze, pixel_of(view),
                 options_.detail, background.clothes),
          Backdrop(background, side, photo, room_light(lights, exposure)),
          exposure,
          side};
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

// Whether half of a pixel or more lies behind a lens.
bool Renderer::behind_lens(const Scratch& s, int x, int y) const {
  const Int4 ids = s.lenses.ids(y, x);
  int n = 0;
  for (std::size_t i = 0; i < kSamples; ++i) {
    n += ids[i] >= 0 && s.lenses.depths(y, x)[i] >= s.raster.depths(y, x)[i] ? 1 : 0;
  }
  return 2 * n >= kSamples;
}

void Renderer::resolve(const Stage& stage, Scratch& s) const {
  s.linear.resize(static_cast<std::size_t>(options_.height) *
                  static_cast<std::size_t>(options_.width));
  const bool glasses = stage.picture.lenses != nullptr;
  s.fragments.collect(s.raster);
  const Fragments& list = s.fragments;
  std::size_t next = 0;
  std::size_t index = 0;
  for (int y = 0; y < options_.height; ++y) {
    for (int x = 0; x < options_.width; ++x, ++index) {
      Patch patches[kSamples];
      int n = 0;
      for (; next < list.size && list.pixel[next] == static_cast<int32_t>(index); ++next) {
        fetch_ahead(s, next);
        patches[n++] = list[next];
      }
      Vec3 color = pixel_color(stage, patches, n, y, x);
      if (glasses) {
        color = through_lenses(stage, s.lenses.sight(y, x), s.raster.sight(y, x), color);
      }
      s.linear[index] = color;
    }
  }
}

void Renderer::masks(const float* row, Scratch& s, uint8_t* mask) const {
  const View view = place(row, s);
  draw(row, view, s);
  const Stage stage = stage_of(row, view, s.person, head_arrays(), picture_arrays(s), {});
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
        const Fragment f = fragment_of(stage, list.triangle[next], list.x[next], list.y[next]);
        share[static_cast<std::size_t>(stage.shader.region(f))] += list.samples[next];
        open -= list.samples[next];
      }
      const bool clothed = stage.backdrop.clothed((static_cast<float>(x) + 0.5F) * stage.side,
                                                  (static_cast<float>(y) + 0.5F) * stage.side);
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
  const View view = place(row, scratch);
  draw(row, view, scratch);
  resolve(stage_of(row, view, scratch.person, head_arrays(), picture_arrays(scratch),
                   photo_of(row, scratch.person)),
          scratch);
  const Film film = film_of(view.camera, key, options_.height, options_.width);
  develop(options_.height, options_.width, film, tone_.data(), scratch.linear, scratch.blurred,
          scratch.planes, image);
}

}  // namespace synface::morphable
