// The colour of a fragment: what a pixel sees of one surface. The bodies: shade_body.h.
#pragma once

#include "core/light.h"
#include "core/paint.h"
#include "core/shadow.h"
#include "core/shape.h"

namespace synface::morphable {

struct Fragment {
  Vec3 normal;         // camera axes, not normalised
  Vec3 q;              // canonical position; of what is worn: outfit.h
  float a = 0, b = 0;  // chart
  float occlusion = 1, ear = 0;
  Part part = Part::kSkin;
  bool back = false;  // the inner side of hanging hair or cloth
  Vec3 light;         // where the shadow map has it
  Vec3 albedo;        // of what is worn (Outfit)
};

// synface/generator.h, masks.
enum class Region : uint8_t { kBackground, kSkin, kHair, kEyes, kBrows, kLips, kWorn };
constexpr std::size_t kRegions = 7;

// Axes of the head in the camera: rows x, y, z of the rotation's transpose are its columns.
struct Rotation {
  Vec3 row[3];
  SYNFACE_BODY Vec3 apply(Vec3 p) const { return {dot(row[0], p), dot(row[1], p), dot(row[2], p)}; }
  // The head's forward axis in the camera.
  SYNFACE_BODY Vec3 forward() const { return {row[0].z, row[1].z, row[2].z}; }
  SYNFACE_BODY Vec3 undo(Vec3 p) const { return row[0] * p.x + row[1] * p.y + row[2] * p.z; }
};

// Colours of one picture's surfaces. Owns nothing that it points to, so that a copy in the GPU's
// memory works there.
class Shader {
 public:
  // gaze: unit vectors of the left and right eye in camera axes. pixel:
  // eye distances a pixel. chart: the head model's.
  Shader(const Chart* chart, const Person& person, const Lights& lights, const Rotation& head,
         const Vec3 (&gaze)[2], float pixel, bool detail, Vec3 clothes)
      : chart_(chart),
        look_(person.look),
        lights_(lights),
        head_(head),
        gaze_{gaze[0], gaze[1]},
        eye_radius_{person.eye_radius[0], person.eye_radius[1]},
        lid_height_{person.lid_height[0], person.lid_height[1]},
        skin_(skin_color(person.look)),
        pixel_(pixel),
        detail_(detail),
        clothes_(clothes) {}

  // Region of a fragment as the ABI's masks number them.
  SYNFACE_BODY Region region(const Fragment& f) const;
  // Linear RGB before exposure. shadow: of the first lamp.
  SYNFACE_BODY Vec3 shade(const Fragment& f, const Shadow& shadow) const;

  struct Lens {
    Vec3 through;  // share of the light from behind
    Vec3 light;    // what it adds, before exposure
  };
  // normal: camera axes, not normalised; tint: share of the light that glass lets through.
  SYNFACE_BODY Lens lens(Vec3 normal, Vec3 tint) const;

 private:
  // key: share of the first lamp that no shadow takes.
  SYNFACE_BODY Vec3 irradiance(Vec3 n, float occlusion, float key) const;
  SYNFACE_BODY float hair_cover(const Fragment& f, float field) const;
  SYNFACE_BODY Vec3 shade_skin(const Fragment& f, Vec3 n, float key) const;
  SYNFACE_BODY Vec3 shade_hair(Vec3 q, Vec3 n, float occlusion, float key, float tone = 1,
                               float beard = 0) const;
  SYNFACE_BODY Vec3 shade_cloth(const Fragment& f, Vec3 n, float key) const;
  SYNFACE_BODY Vec3 shade_gloss(Vec3 albedo, Vec3 n, float occlusion, float key, float gloss) const;
  SYNFACE_BODY Vec3 shade_eye(const Fragment& f, Vec3 n, float key) const;

  const Chart* chart_;
  Appearance look_;
  Lights lights_;
  Rotation head_;
  Vec3 gaze_[2];
  float eye_radius_[2], lid_height_[2];
  Vec3 skin_;
  float pixel_;
  bool detail_;
  Vec3 clothes_;
};

}  // namespace synface::morphable
