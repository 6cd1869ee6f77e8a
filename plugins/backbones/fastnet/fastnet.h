// FastNet: five convolutions for pictures of 48 to 64 pixels, made to be trained in minutes on a
// core. Convolution 5x5 stride 2 to 24 channels; 3x3: 48 stride 2, 48, 96 stride 2, 96, each with
// batch normalisation and PReLU; linear to D; batch normalisation.
#ifndef SYNFACE_BACKBONES_FASTNET_H
#define SYNFACE_BACKBONES_FASTNET_H

#include <vector>

#include "layers/conv.h"
#include "layers/linear.h"
#include "layers/norm.h"

namespace synface::fastnet {

class FastNet {
 public:
  struct Tape {
    at::Tensor image;
    std::vector<layers::Norm::Saved> stages;  // inputs of the normalisations
    std::vector<at::Tensor> outputs;          // of the stages: inputs of the next convolution
    at::Tensor flat;
    layers::Norm::Saved last;
  };

  FastNet(layers::Parameters& parameters, const sdk::Create& create);

  at::Tensor forward(const layers::Call& call, const at::Tensor& x, Tape* tape) const;
  at::Tensor backward(const layers::Call& call, const at::Tensor& dy, Tape& tape, bool want_dx,
                      bool accumulate) const;

 private:
  struct Stage {
    layers::Conv conv;
    layers::Norm norm;
  };
  std::vector<Stage> stages_;
  std::vector<layers::Linear> linear_;  // one
  std::vector<layers::Norm> last_;      // one
};

}  // namespace synface::fastnet

#endif
