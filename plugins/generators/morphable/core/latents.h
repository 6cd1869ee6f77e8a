// The latent row of one image: eight blocks of float32, one after the other.
//
//   identity      5 + C + appearance   per identity, mixable: gender, age, three ethnicities, the
//                                      C coefficients of the head model, Appearance
//   expression    U + 2                weights of the U face units (0..1), gaze yaw and pitch
//   illumination, pose, camera, background, grooming, accessories: the structs below
//
// Every number is continuous, so that a linear mixture of two identities is an identity again: a
// feature that a person has or has not (hair, beard, freckles) is an amount, and the noise of the
// skin is placed by an offset that moves with the mixture.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "core/head_model.h"
#include "core/math.h"

namespace synface::morphable {

// Lengths in eye distances, colours linear RGB, amounts 0..1, unless said otherwise.
struct Appearance {
  float melanin, redness, yellowness;  // of the skin ramp; the two tints about N(0, 0.6)
  float mottle, flush, under_eye, freckles, moles, wrinkles, oil;
  Vec3 lip_tint;  // lips = skin x tint
  float makeup;
  Vec3 makeup_color;
  float fold, frown, crease, hollow, socket;  // nasolabial folds, lines between the brows, the
                                              // upper lid's crease, cheeks, eye sockets
  float brow_width, brow_alpha, brow_shift, brow_tail, brow_arch;  // width: a factor
  float brow_gap, brow_taper;  // inner ends outwards; how much thinner the tail is
  Vec3 iris;
  float sclera_red, lash, liner;
  Vec3 hair_color;
  float hair_presence;  // 0: shaven, 1: full
  float hairline, hairline_curve, hairline_depth, hairline_tilt, recession, fringe;
  float hair_volume, hair_curl, hair_length, hair_open, hair_wave, hair_gloss;
  float hair_part, hair_lift;   // side of the parting (q_x); how far locks stand off, 0..1
  float bun, ponytail, plaits;  // tied hair: on the crown, behind, before the shoulders
  float rows;                   // braided along the scalp
  float scarf, hat;             // head cover that goes with the person
  float moustache, chin_beard, side_beard, beard_density, beard_length;
  Vec3 beard_color;
  float noise_u, noise_v;
};
struct Illumination {
  Vec3 ambient;
  float ambient_tilt;                // how much brighter the sky is than the floor
  float key_azimuth, key_elevation;  // radians
  Vec3 key;
  float fill_azimuth, fill_elevation;
  Vec3 fill;
  float exposure;  // stops
};
struct Pose {
  float yaw, pitch, roll;  // radians; yaw > 0: towards the subject's left
};
struct Camera {
  float distance;              // eye distances
  float softness;              // share of a 3 x 3 binomial blur at 112, 0..1
  float noise;                 // standard deviation at 112, grey levels
  float jitter[10];            // the detector's errors of the five landmarks (x, y), pixels at 112
  float warm, green;           // white balance: natural logarithms of gains, 0 neutral
  float saturation;            // 1 as drawn, 0 grey
  float motion, motion_angle;  // length of the path in pixels at 112; radians
  float detail;                // share of the resolution at 112 that is left, 1: all
  float jpeg;                  // quality 1..100 at 112; above 100: not compressed
};
struct Background {
  Vec3 color[3];
  float angle, edge, softness;  // of the border between colours 0 and 1
  float blobs, frequency;       // amount of colour 2, blobs per image side
  float u, v;
  Vec3 clothes;
  float shoulder;  // height of the collar over the image's lower edge
  // Of a photograph from the user's folder, 0..1: which, where its crop lies, its side over the
  // photograph's shorter one, mirrored over 0.5. photo < 0: none.
  float photo, photo_x, photo_y, photo_size, photo_mirror;
};

// How a person comes to this picture; factors are 1 and offsets 0 for the person as such.
struct Grooming {
  float hair_length, hair_volume;  // factors
  float hair_density;              // factor of the presence
  float hair_shade;                // natural logarithm of a factor of the colour
  float hair_part, hair_lift;      // offsets
  float beard_density;             // factor
  float makeup;                    // added to the person's own
  Vec3 makeup_color;
  float tan;     // added to melanin
  float flush;   // added
  float tousle;  // places the locks
};
// What is worn or held before the face. Amounts: 0 nothing, 1 all of it.
struct Accessories {
  float glasses, glasses_width, glasses_height;  // half axes of a lens
  float glasses_power, glasses_tube;             // of the super-ellipse; half the rim's width
  float glasses_drop;                            // below the eyes' line
  float lens_alpha;
  Vec3 frame_color, lens_color;
  float hat;      // worn in this picture, beside the person's own
  float uncover;  // share of the person's own head cover that is taken off
  float hat_rim, hat_tilt, hat_height, hat_flare;  // rim over the eyes, side tilt (radians)
  float visor, brim, knit;
  Vec3 hat_color, hat_accent, scarf_color;
  float scarf_open;  // how far the scarf leaves the forehead free, 0..1
  float earrings;
  float occluder, occluder_kind;  // kind: 0 mask, 1 shawl, 2 microphone, 3 hand, 4 card
  float occluder_x, occluder_y, occluder_size, occluder_angle;
  Vec3 occluder_color;
};

constexpr std::size_t kMacros = 5;
constexpr std::size_t kGender = 0;     // 0 female, 1 male
constexpr std::size_t kAge = 1;        // 0.5: 25 years, 1: 90
constexpr std::size_t kEthnicity = 2;  // african, asian, caucasian

template <typename Block>
constexpr std::size_t floats_of() {
  static_assert(sizeof(Block) % sizeof(float) == 0 && alignof(Block) == alignof(float));
  return sizeof(Block) / sizeof(float);
}

template <typename Block>
Block load_block(const float* from) {
  static_assert(std::is_trivially_copyable_v<Block>);
  Block block;
  std::memcpy(static_cast<void*>(&block), from, floats_of<Block>() * sizeof(float));
  return block;
}
template <typename Block>
void store_block(const Block& block, float* to) {
  static_assert(std::is_trivially_copyable_v<Block>);
  std::memcpy(to, &block, floats_of<Block>() * sizeof(float));
}

// Where the blocks lie in a row.
struct Layout {
  std::size_t appearance, identity_end, expression_end, illumination_end, pose_end, camera_end,
      background_end, grooming_end, size;

  explicit Layout(const HeadModel& head)
      : appearance(kMacros + head.coefficients.size()),
        identity_end(appearance + floats_of<Appearance>()),
        expression_end(identity_end + head.units.size() + 2),
        illumination_end(expression_end + floats_of<Illumination>()),
        pose_end(illumination_end + floats_of<Pose>()),
        camera_end(pose_end + floats_of<Camera>()),
        background_end(camera_end + floats_of<Background>()),
        grooming_end(background_end + floats_of<Grooming>()),
        size(grooming_end + floats_of<Accessories>()) {}
};

}  // namespace synface::morphable
