// dlib reads its own format into its own network, from which the numbers are taken. Only headers of
// dlib are used, so that the plugin needs neither libdlib nor a BLAS where it runs.
#include "weights.h"

#include <dlib/dnn.h>

#include <algorithm>
#include <istream>
#include <streambuf>
#include <utility>

namespace dlib_embedder {
namespace {

// Bytes in memory, read in pieces with a pulse before each.
class Source : public std::streambuf {
 public:
  Source(std::string bytes, const Pulse& pulse) : bytes_(std::move(bytes)), pulse_(pulse) {}

 private:
  int_type underflow() override {
    if (at_ == bytes_.size()) return traits_type::eof();
    if (pulse_) pulse_();
    const std::size_t n = std::min<std::size_t>(1 << 16, bytes_.size() - at_);
    char* first = bytes_.data() + at_;
    setg(first, first, first + n);
    at_ += n;
    return traits_type::to_int_type(*first);
  }

  std::string bytes_;
  const Pulse& pulse_;
  std::size_t at_ = 0;
};

// A pooling layer that only knows how it is stored. dlib's own would need its library.
class StoredPool {
 public:
  // Asked for by dlib's templates, called by nobody.
  template <typename Below>
  void forward(const Below&, dlib::tensor&);
  template <typename Below>
  void backward(const dlib::tensor&, Below&, dlib::tensor&);

  friend void deserialize(StoredPool&, std::istream& in) {
    std::string version;
    dlib::deserialize(version, in);
    if (version != "max_pool_2" && version != "avg_pool_2") {
      throw dlib::serialization_error("'" + version + "' where a pooling layer was expected");
    }
    long rows = 0, columns = 0;
    int ignored = 0;  // strides and paddings
    dlib::deserialize(rows, in);
    dlib::deserialize(columns, in);
    for (int i = 0; i < 4; ++i) dlib::deserialize(ignored, in);
  }
};

// The network of dlib's examples/dnn_face_recognition_ex.cpp.
template <typename Below>
using pool = dlib::add_layer<StoredPool, Below>;
template <int N, int Stride, typename Below>
using conv = dlib::affine<dlib::con<N, 3, 3, Stride, Stride, Below>>;
template <int N, int Stride, typename Below>
using block = conv<N, 1, dlib::relu<conv<N, Stride, dlib::tag1<Below>>>>;
template <int N, typename Below>
using same = dlib::relu<dlib::add_prev1<block<N, 1, Below>>>;
template <int N, typename Below>
using down = dlib::relu<dlib::add_prev2<pool<dlib::skip1<dlib::tag2<block<N, 2, Below>>>>>>;
template <typename Below>
using level0 = down<256, Below>;
template <typename Below>
using level1 = same<256, same<256, down<256, Below>>>;
template <typename Below>
using level2 = same<128, same<128, down<128, Below>>>;
template <typename Below>
using level3 = same<64, same<64, same<64, down<64, Below>>>>;
template <typename Below>
using level4 = same<32, same<32, same<32, Below>>>;
using Network = dlib::loss_metric<dlib::fc_no_bias<
    128, pool<level0<level1<level2<level3<level4<pool<dlib::relu<
             dlib::affine<dlib::con<32, 7, 7, 2, 2, dlib::input_rgb_image_sized<150>>>>>>>>>>>>>;

std::vector<float> numbers(const dlib::tensor& from, std::size_t first, std::size_t count) {
  if (from.size() < first + count) throw dlib::serialization_error("a layer is too short");
  return std::vector<float>(from.host() + first, from.host() + first + count);
}

// Receives the layers from the last to the first.
struct Collector {
  Weights* to;

  template <long N, long R, long C, int SY, int SX, int PY, int PX, typename Below>
  void operator()(std::size_t,
                  const dlib::add_layer<dlib::con_<N, R, C, SY, SX, PY, PX>, Below>& l) {
    ConvWeights& conv = to->convs.back();
    const dlib::tensor& all = l.layer_details().get_layer_params();
    conv.filters = numbers(all, 0, all.size() - static_cast<std::size_t>(N));
    conv.bias = numbers(all, conv.filters.size(), static_cast<std::size_t>(N));
  }
  template <typename Below>
  void operator()(std::size_t, const dlib::add_layer<dlib::affine_, Below>& l) {
    const auto gamma = l.layer_details().get_gamma(), beta = l.layer_details().get_beta();
    to->convs.emplace_back();
    to->convs.back().gamma = numbers(gamma.get(), 0, gamma.get().size());
    to->convs.back().beta = numbers(beta.get(), 0, beta.get().size());
  }
  template <unsigned long N, dlib::fc_bias_mode Bias, typename Below>
  void operator()(std::size_t, const dlib::add_layer<dlib::fc_<N, Bias>, Below>& l) {
    const dlib::tensor& all = l.layer_details().get_layer_params();
    to->last = numbers(all, 0, all.size());
  }
  template <typename Layer>
  void operator()(std::size_t, const Layer&) {}
};

}  // namespace

Weights read_weights(const std::string& file, const Pulse& pulse) {
  Source source(read_known_file(file, pulse), pulse);
  std::istream in(&source);
  in.exceptions(std::ios::badbit);  // what the pulse throws comes through
  try {
    Network network;
    deserialize(network, in);
    Weights weights{};
    const auto& input = dlib::input_layer(network);
    weights.mean[0] = input.get_avg_red();
    weights.mean[1] = input.get_avg_green();
    weights.mean[2] = input.get_avg_blue();
    dlib::visit_layers(network, Collector{&weights});
    std::reverse(weights.convs.begin(), weights.convs.end());
    return weights;
  } catch (const dlib::serialization_error& e) {
    throw WeightsError("the dlib with which this plugin was built cannot read " + file + ": " +
                       e.what());
  }
}

}  // namespace dlib_embedder
