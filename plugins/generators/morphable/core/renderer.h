// One latent row to one aligned image.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/sensor.h"
#include "core/shadow.h"
#include "core/shape.h"
#include "core/stage.h"

namespace synface::morphable {

struct RenderOptions {
  int height = 112, width = 112;
  bool detail = true;  // skin finer than brows and lips
  bool shadow = true;  // cast by the key lamp
  const Kernels* kernels = &best_kernels();
  std::shared_ptr<const Photos> photos = nullptr;  // behind the head; none: the pattern
};

// What a thread needs while it renders; keeps the last person, so that several images of one
// identity shape it once. The picture does not depend on what was rendered before.
struct Scratch {
  Person person;
  std::vector<Person> ahead;  // who was shaped by shape_ahead() and is not `person`
  ShapeModel::Work shaping;
  std::vector<Vec3> posed, normals;  // of the head, then of the outfit; head axes
  std::vector<ScreenVertex> screen;
  std::vector<Corners> triangles;  // of the head, then of the outfit
  Raster raster, lenses;
  Fragments fragments;
  std::vector<VertexRow> rows;  // of the head's vertices, then of the outfit's
  ShadowMap shadow;
  std::vector<Vec3> linear, blurred;  // [H * W]
  std::vector<float> planes;          // of JPEG
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
  const RenderOptions& options() const { return options_; }
  const Chart& chart() const { return chart_; }
  const std::vector<uint8_t>& tone() const { return tone_; }

  // What render() does before it turns to pixels, for who draws them elsewhere (batch.h): puts the
  // person of a row, dressed, and positions and normals of all vertices into the scratch.
  View place(const float* row, Scratch& scratch) const;
  Projection projection_of(const View& view) const {
    return {view.rotation, view.camera.distance, view.similarity};
  }
  Lights lights_of_row(const float* row) const {
    return lights_of(load_block<Illumination>(row + layout_.expression_end));
  }
  // photo: the picture's crop of a photograph, by which a copy elsewhere may be named, or empty.
  Stage stage_of(const float* row, const View& view, const Person& person, const HeadArrays& head,
                 const PictureArrays& picture, const PhotoCrop& photo) const;
  PhotoCrop photo_of(const float* row, const Person& person) const;

 private:
  bool is_head_of(const Person& person, const float* row) const;
  void find_person(const float* row, Scratch& scratch) const;
  View pose(const float* row, Scratch& scratch) const;
  void draw(const float* row, const View& view, Scratch& scratch) const;
  HeadArrays head_arrays() const;
  PictureArrays picture_arrays(const Scratch& scratch) const;
  void fetch_ahead(const Scratch& scratch, std::size_t fragment) const;
  bool behind_lens(const Scratch& scratch, int x, int y) const;
  void resolve(const Stage& stage, Scratch& scratch) const;

  std::shared_ptr<const HeadModel> head_;
  Layout layout_;
  RenderOptions options_;
  Chart chart_;
  ShapeModel shape_;
  std::vector<uint8_t> tone_;  // sRGB of sqrt(linear)
};

}  // namespace synface::morphable
