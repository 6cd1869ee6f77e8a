// The similarity that brings five landmarks to where face recognition expects them.
#pragma once

#include <array>

#include "core/head_model.h"

namespace synface::morphable {

// ArcFace's template for 112 x 112 (eye, eye, nose tip, mouth corner, mouth corner; the subject's
// right first, which is the image's left). Deng et al., CVPR 2019, InsightFace's constants.
constexpr std::array<Vec2, 5> kTemplate = {Vec2{38.2946F, 51.6963F},
                                           {73.5318F, 51.5014F},
                                           {56.0252F, 71.7366F},
                                           {41.5493F, 92.3655F},
                                           {70.7299F, 92.2041F}};

// p -> (a x - b y + u, b x + a y + v)
struct Similarity {
  float a = 1, b = 0, u = 0, v = 0;
  SYNFACE_BODY Vec2 map(Vec2 p) const { return {a * p.x - b * p.y + u, b * p.x + a * p.y + v}; }
};

// Least squares over the five points without reflection (Umeyama 1991 in the plane, closed form).
Similarity align(const std::array<Vec2, 5>& points, const std::array<Vec2, 5>& to);

// The template for an image of height x width pixels: scaled by the shorter side, centred.
std::array<Vec2, 5> template_for(int height, int width);

}  // namespace synface::morphable
