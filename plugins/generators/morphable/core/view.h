// Where a head stands before the camera and how the image is cut: what follows from a latent row
// but the person.
#pragma once

#include "core/align.h"
#include "core/shade.h"

namespace synface::morphable {

struct View {
  Rotation rotation;
  Camera camera;
  Vec3 eye_shift[2];  // eyeballs go back under a closing lid
  Vec3 gaze[2];       // unit vectors in camera axes
  Similarity similarity;
};

// Yaw, then pitch (up is positive), then roll.
Rotation rotation_of(const Pose& pose);

// Central projection: x to the right and y down in eye distances at the eyes' depth, z = 1 /
// distance.
SYNFACE_BODY Vec3 through_lens(Vec3 p, float distance) {
  const float room = distance - p.z;
  const float depth = 1.0F / (room < 0.5F ? 0.5F : room);
  return {p.x * depth * distance, -p.y * depth * distance, depth};
}

// Axis of an eye; outwards: the angle by which it departs from the gaze, towards the left.
Vec3 gaze_of(const Rotation& rotation, float yaw, float pitch, float outwards);

// The five landmarks of posed positions as the camera sees them, before the crop.
std::array<Vec2, 5> seen_landmarks(const HeadModel& head, const std::vector<Vec3>& posed,
                                   const View& view);

// The crop: the landmarks with their detection errors fall on the template.
Similarity crop_of(const std::array<Vec2, 5>& seen, const Camera& camera, int height, int width);

// positions += face units of `weights` [U]; sets how far the eyeballs give way to closing lids.
void express(const HeadModel& head, const float* weights, float unit, View& view,
             std::vector<Vec3>& positions);

}  // namespace synface::morphable
