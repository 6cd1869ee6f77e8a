#include "core/detector.h"

#include "core/random.h"

namespace synface::morphable {

const DetectorErrors kMtcnnErrors = {
    {0.61F, -0.88F, 0.78F, -0.89F, 0.47F, -0.54F, 0.23F, 0.52F, 0.61F, 0.45F},
    {{
        {1.03F},
        {0.04F, 1.10F},
        {0.12F, -0.09F, 1.07F},
        {0.21F, 0.73F, 0.01F, 0.93F},
        {0.27F, -0.03F, 0.10F, -0.03F, 1.42F},
        {0.02F, 0.26F, 0.14F, 0.15F, -0.14F, 1.85F},
        {0.48F, 0.18F, -0.06F, -0.26F, 0.35F, 0.18F, 1.38F},
        {-0.31F, 0.51F, 0.26F, -0.09F, 0.10F, 0.35F, 0.54F, 1.62F},
        {-0.03F, 0.01F, 0.45F, -0.30F, 0.37F, 0.03F, -0.22F, 0.00F, 1.29F},
        {-0.13F, 0.28F, 0.24F, 0.66F, -0.04F, 0.34F, 0.44F, 1.41F, -0.21F, 0.81F},
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
