// dlib's face recognition network: 29 convolutions in 14 residual blocks and one in front of them
// (dlib's examples/dnn_face_recognition_ex.cpp, dlib_face_recognition_resnet_model_v1).
#pragma once

#include <cstdint>
#include <vector>

#include "product.h"
#include "weights.h"

namespace dlib_embedder {

constexpr std::int64_t kLength = 128;

// Never changes after it was made: any number of threads may use it, each with its own scratch.
class Network {
 public:
  explicit Network(const Weights& weights);

  struct Scratch {
    std::vector<float> columns, a, b, c;
  };
  static Scratch scratch();

  // chip [150, 150, 3] of values in -1..1 (rgb / 127.5 - 1), which is overwritten; descriptor
  // [128].
  void descriptor(float* chip, Scratch& scratch, float* descriptor) const;

 private:
  struct Conv {
    std::int64_t size, stride, padding, in;
    Factor factor;
  };
  struct Map {  // [side, side, channels]
    std::int64_t side, channels;
    float* data;
  };
  Map convolve(const Conv& conv, const Map& from, float* to, std::vector<float>& columns) const;
  void block(std::size_t first, bool down, Map& x, Scratch& scratch) const;

  float mean_[3];
  std::vector<Conv> convs_;
  Factor last_;
};

}  // namespace dlib_embedder
