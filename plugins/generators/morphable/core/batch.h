// A batch of pictures in the memory of a device that draws many at once. batch_passes.inc: from
// their vertices to their bytes.
#pragma once

#include <cstddef>

#include "core/sensor_body.h"
#include "core/stage.h"

namespace synface::morphable {

// Nearest triangle of a sample: depth's bits, then the complement of its number, so that the
// greatest key is the nearest triangle and, of several, the first. 0: none.
using SampleKey = unsigned long long;

// One picture. Every pointer is into the device's memory.
struct Picture {
  Stage stage;
  Projection projection;
  LampView lamp;
  Film film;
  int32_t vertices, triangles, lens_count;  // of the head and of what is worn
  bool shadow;
  // In, [vertices]: head axes, of the head and then of what is worn; [V']: of what is worn.
  const Vec3 *positions, *normals;
  const Vec3 *worn_q, *worn_albedo;
  const float* worn_occlusion;
  // Between the passes.
  ScreenVertex *screen, *lamp_screen;  // [vertices]
  VertexRow* rows;                     // [vertices]
  SampleKey *samples, *lens_samples;   // [H, W, 4]; lens_samples: nothing without lenses
  SampleKey* lamp_samples;             // [kShadowSize, kShadowSize, 4]
  float* lamp_depths;                  // the same
  Vec3 *linear, *work;                 // [H, W]
  float* planes;                       // of JPEG
  // Out, [H, W, 3].
  uint8_t* image;
};

// What all pictures of a batch share.
struct Canvas {
  int32_t height, width;
  const Vec3* canonical;  // [V] of the head model, as the next two
  const float *occlusion, *ear;
  const uint8_t* tone;   // [kToneSteps + 1]
  const float* cosines;  // [8, 8] of JPEG
  SYNFACE_BODY int32_t pixels() const { return height * width; }
  std::size_t bytes() const { return 3 * static_cast<std::size_t>(pixels()); }  // of an image
};

// The most items that a picture of the batch has.
struct BatchExtent {
  int32_t vertices, triangles, lenses;
  bool shadow, softened, compressed;  // any picture
};

}  // namespace synface::morphable
