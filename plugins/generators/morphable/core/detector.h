// The errors of a landmark detector: real training sets are cropped by what it believes to see.
#pragma once

#include <array>

namespace synface::morphable {

class Random;

// Measured errors of MTCNN's five landmarks (x, y; eye, eye, nose tip, mouth corner, mouth corner,
// the subject's right first), in pixels of the 112 x 112 crop after the similarity that brings the
// true landmarks to the template. Their mean, and the lower triangle of the Cholesky factor L of
// their covariance: error = mean + L z, z ~ N(0, I).
//
// Method: 121 renders of this generator's default prior (revision 3, default head, seed 77), in
// loose crops of 160 to 250 pixels with 18 to 54 pixels between the eyes; MTCNN (Zhang et al. 2016;
// weights in PyPI's facenet-pytorch 2.6.0, MIT; thresholds 0.6, 0.7, 0.7, factor 0.709) found all;
// the most certain box; one image whose points were over 12 pixels off was left out. The truth is
// the mesh: means of the six lid landmarks, nose tip, mouth corners. Detections and template are
// taken as pixel indices, as common aligners take them; the renderer's pixel centres lie at .5.
//
// Standard deviations: 1.23 1.40 1.41 1.12 1.39 1.84 1.63 2.03 1.80 1.90; standard errors of the
// means 0.1 to 0.2. The mouth corners' y errors go together, as do the eyes': the crop moves, grows
// and turns rather than being torn.
//
// A check on photographs: 204 crops of the Face Research Lab London Set against their published
// landmarks give means of (0.57, 1.31) (1.29, 1.20) (0.73, 0.85) (0.48, 1.08) (1.27, 1.33) with
// standard deviations of 0.7 to 1.1: the same shift to the right; there the eyes' truth is the
// pupil, 1.2 pixels above the lids' mean, and the pictures are even and frontal.
struct DetectorErrors {
  std::array<float, 10> mean;
  std::array<std::array<float, 10>, 10> factor;
};
extern const DetectorErrors kMtcnnErrors;

// out[10] = scale x (mean + L z): 1 as measured, 0 none. Ten normal draws whatever the scale.
void draw_detector_errors(Random& random, double scale, float* out);

}  // namespace synface::morphable
