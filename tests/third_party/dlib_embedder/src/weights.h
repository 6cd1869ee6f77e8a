// The weights of dlib's face recognition network, from dlib's own file.
#pragma once

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

namespace dlib_embedder {

// What the only file that is accepted is called, how long it is and what it hashes to: the network
// that Davis King trained and put into the public domain (CC0), version 1.
constexpr const char* kWeightsFile = "dlib_face_recognition_resnet_model_v1.dat";
constexpr std::uint64_t kWeightsBytes = 22466066;
constexpr const char* kWeightsSha256 =
    "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30";

// A file that is missing, cut off or another one; what() names it and says what was expected.
struct WeightsError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// One convolution with the affine layer behind it: the numbers as dlib stores them.
struct ConvWeights {
  std::vector<float> filters;  // [out][in][row][column]
  std::vector<float> bias;     // [out]
  std::vector<float> gamma;    // [out], the affine layer's factor
  std::vector<float> beta;     // [out]
};

struct Weights {
  float mean[3];                   // red, green, blue, in 0..255, taken off a pixel
  std::vector<ConvWeights> convs;  // in the order in which they are computed
  std::vector<float> last;         // [256][128] of the last, linear layer
};

// WeightsError unless there is a file of the right length; cheap.
void look_for_weights(const std::string& file);

// Called every few milliseconds of what follows; throws to end it. May be empty.
using Pulse = std::function<void()>;

// The file's bytes; WeightsError unless their hash is the known one.
std::string read_known_file(const std::string& file, const Pulse& pulse);

// The same, as numbers; takes a third of a second.
Weights read_weights(const std::string& file, const Pulse& pulse = {});

}  // namespace dlib_embedder
