// One latent row to one aligned image.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/align.h"
#include "core/fragments.h"
#include "core/paint.h"
#include "core/photos.h"
#include "core/raster.h"
#include "core/shade.h"
#include "core/shadow.h"
#include "core/shape.h"
#include "core/view.h"

namespace synface::morphable {

struct RenderOptions {
  int height = 112, width = 112;
  bool detail = true;  // skin finer than brows and lips
  bool shadow = true;  // cast by the key lamp
  const Kernels* kernels = &best_kernels();
  std::shared_ptr<const Photos> photos = nullptr;  // behind the head; none: the pattern
};

// Which image: seeds the sensor noise.
struct ImageKey {
  uint64_t seed = 0;
  uint32_t identity = 0, sample = 0, set = 0;
};

// Normal, place in the shadow map, q, ear, occlusion, albedo and pixel position of a vertex.
using VertexRow = float __attribute__((vector_size(64)));

// What a thread needs while it renders; keeps the last person, so that several images of one
// identity shape it once. The picture does not depend on what was rendered before.
struct Scratch {
  Person person;
  std::vector<Person> ahead;  // who was shaped by shape_ahead() and is not `person`
  ShapeModel::Work shaping;
  std::vector<Vec3> posed, normals;
  std::vector<ScreenVertex> screen;
  std::vector<Corners> triangles;  // of the head, then of the outfit
  Raster raster, lenses;
  Fragments fragments;
  std::vector<VertexRow> rows;  // of the head's vertices, then of the outfit's
  ShadowMap shadow;
  std::vector<Vec3> linear, blurred;  // [H * W]
  std::vector<float> planes;          // of JPEG
};

// One surface within a pixel: neighbouring triangles of the same part count as one.
struct Surface {
  Fragment fragment;
  float distance = 0;  // from the camera, eye distances
  float samples = 0;

  bool continues(const Surface& other) const {
    const float gap = distance - other.distance;
    return fragment.part == other.fragment.part && fragment.back == other.fragment.back &&
           gap < 0.12F && gap > -0.12F;
  }
  // Attributes become the mean over the samples of both.
  void join(const Surface& other);
};

class Renderer {
 public:
  // Shares `head`; one renderer serves any number of threads, each with a scratch of its own.
  Renderer(std::shared_ptr<const HeadModel> head, const RenderOptions& options);

  // Shapes the heads of n rows' identities side by side, which is faster than one after the other;
  // render() then finds them in the scratch, those of earlier calls are dropped. Rows of one
  // identity follow each other. std::domain_error as render().
  void shape_ahead(const float* const* rows, std::size_t n, Scratch& scratch) const;

  // row: Layout(head).size floats. image [H, W, 3] sRGB. std::domain_error when a latent is not
  // finite or beyond +-1000.
  void render(const float* row, const ImageKey& key, Scratch& scratch, uint8_t* image) const;

  // mask [H, W]: the region (synface/generator.h, `masks`) that most of a pixel's samples see, at
  // equal numbers the lower one. What is seen through a lens counts; glasses are their frames and
  // dark lenses.
  void masks(const float* row, Scratch& scratch, uint8_t* mask) const;

  // Pixel positions (column, row; pixel centres at .5) of the five landmarks of a row's image.
  std::array<Vec2, 5> landmarks(const float* row, Scratch& scratch) const;

  const HeadModel& head() const { return *head_; }
  const Layout& layout() const { return layout_; }

 private:
  bool is_head_of(const Person& person, const float* row) const;
  void find_person(const float* row, Scratch& scratch) const;
  View pose(const float* row, Scratch& scratch) const;
  void project(const View& view, Scratch& scratch) const;
  void draw(const float* row, const View& view, Scratch& scratch) const;
  void fill_rows(Scratch& scratch) const;
  void fetch_ahead(const Scratch& scratch, std::size_t fragment) const;
  // The surfaces that a pixel sees, of its fragments [first, last), each shaded once.
  int surfaces(const Scratch& scratch, std::size_t first, std::size_t last,
               Surface (&out)[kSamples]) const;
  bool behind_lens(const Scratch& scratch, int x, int y) const;
  Vec3 through_lenses(const Scratch& scratch, const Shader& shader, int x, int y, float exposure,
                      Vec3 behind) const;
  void resolve(const float* row, const View& view, Scratch& scratch) const;
  Fragment fragment(const Scratch& scratch, int32_t triangle, float x, float y) const;
  void finish(const float* row, const ImageKey& key, Scratch& scratch, uint8_t* image) const;

  std::shared_ptr<const HeadModel> head_;
  Layout layout_;
  RenderOptions options_;
  Chart chart_;
  ShapeModel shape_;
  std::vector<uint8_t> tone_;  // sRGB of sqrt(linear)
};

}  // namespace synface::morphable
