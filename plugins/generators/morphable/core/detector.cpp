#include "core/detector.h"

#include "core/random.h"

namespace synface::morphable {

const DetectorErrors kMtcnnErrors = {
    {1.47F, -0.91F, 0.18F, -0.87F, 0.67F, -0.53F, 1.45F, 0.87F, -0.50F, 0.98F},
    {{
        {1.24F},
        {0.20F, 1.39F},
        {0.15F, -0.21F, 1.39F},
        {0.21F, 0.74F, 0.11F, 0.81F},
        {0.60F, 0.11F, 0.25F, -0.02F, 1.23F},
        {-0.30F, 0.04F, 0.14F, 0.13F, 0.03F, 1.81F},
        {0.21F, 0.25F, 0.08F, -0.15F, 0.38F, 0.02F, 1.55F},
        {-0.35F, 0.63F, 0.36F, -0.37F, -0.20F, 0.32F, 0.43F, 1.74F},
        {-0.20F, -0.01F, 0.50F, -0.16F, 0.43F, -0.11F, -0.24F, 0.08F, 1.64F},
        {-0.26F, 0.24F, 0.43F, 0.26F, -0.20F, 0.28F, 0.47F, 1.48F, -0.33F, 0.79F},
    }}};

void draw_detector_errors(Random& random, double scale, float* out) {
  std::array<double, 10> z;
  for (double& x : z) x = random.normal();
  for (std::size_t i = 0; i < 10; ++i) {
    auto error = static_cast<double>(kMtcnnErrors.mean[i]);
    for (std::size_t k = 0; k <= i; ++k) {
      error += static_cast<double>(kMtcnnErrors.factor[i][k]) * z[k];
    }
    out[i] = static_cast<float>(scale * error);
  }
}

}  // namespace synface::morphable
