// A network of these layers as a backbone of the ABI: checks shapes, binds parameters, sets
// LibTorch up for each call, and hands the rest to `Net`:
//
//   struct Net {
//     struct Tape { ... };
//     Net(Parameters&, const sdk::Create&);      // declares its parameters, in the order of a
//     state dict at::Tensor forward(const Call&, const at::Tensor& x, Tape*);   // x channels-last;
//     [B, D] at::Tensor backward(const Call&, const at::Tensor& dy, Tape&, bool want_dx, bool
//     accumulate);
//   };
#ifndef SYNFACE_BACKBONES_LAYERS_BACKBONE_H
#define SYNFACE_BACKBONES_LAYERS_BACKBONE_H

#include <synface/sdk/backbone.h>

#include <memory>
#include <vector>

#include "layers/call.h"
#include "layers/parameters.h"

namespace synface::layers {

template <typename Net>
class Backbone {
 public:
  struct Tape {
    typename Net::Tape net;
    std::int64_t batch = 0;
  };

  explicit Backbone(const sdk::Create& create)
      : height_(create.dims().height),
        width_(create.dims().width),
        embedding_(create.dims().embedding),
        parallel_(create.find<synface_ext_parallel>(SYNFACE_EXT_PARALLEL)),
        net_(parameters_, create) {}
  Backbone(const Backbone&) = delete;  // layers point to parameters_
  Backbone& operator=(const Backbone&) = delete;

  std::vector<sdk::Weight> weights() const { return parameters_.list(); }
  void init(const synface_context& context, const synface_tensor* const* values, std::uint32_t n) {
    parameters_.init(context, values, n);
  }
  void bind(const synface_tensor* const* values, const synface_tensor* const* gradients,
            std::uint32_t n) {
    parameters_.bind(values, gradients, n);
  }

  std::unique_ptr<Tape> forward(const synface_context& context, const synface_tensor& x,
                                const synface_tensor& embeddings, bool keep_tape) {
    check(x, {x.ndim > 0 ? x.shape[0] : 0, 3, height_, width_}, "x");
    check(embeddings, {x.shape[0], embedding_}, "embeddings");
    if (keep_tape && !parameters_.has_gradients()) {
      throw sdk::Error(SYNFACE_ERR_INVALID, "this instance was bound without gradients", "bind");
    }
    auto tape = keep_tape ? std::make_unique<Tape>() : nullptr;
    if (tape) tape->batch = x.shape[0];
    if (x.shape[0] == 0) return tape;
    const TorchScope scope(context);
    const bool train = context.phase == SYNFACE_PHASE_TRAIN;
    const Call call = make_call(context, parallel_, train ? Mode::kTrain : Mode::kEval);
    to_torch(embeddings)
        .copy_(net_.forward(call, to_channels_last(x), tape ? &tape->net : nullptr));
    return tape;
  }

  void backward(const synface_context& context, Tape& tape, const synface_tensor& d_embeddings,
                const synface_tensor* d_x, bool accumulate) {
    check(d_embeddings, {tape.batch, embedding_}, "d_embeddings");
    if (d_x != nullptr) check(*d_x, {tape.batch, 3, height_, width_}, "d_x");
    const TorchScope scope(context);
    if (tape.batch == 0) {
      if (!accumulate) parameters_.zero_gradients();
      return;
    }
    const Call call = make_call(context, parallel_, Mode::kTrain);
    const at::Tensor dx =
        net_.backward(call, to_torch(d_embeddings), tape.net, d_x != nullptr, accumulate);
    if (d_x != nullptr) to_torch(*d_x).copy_(dx);
  }

  void calibrate(const synface_context& context, const synface_tensor& x, std::uint64_t k,
                 std::uint64_t) {
    check(x, {x.ndim > 0 ? x.shape[0] : 0, 3, height_, width_}, "x");
    if (x.shape[0] == 0) return;
    const TorchScope scope(context);
    net_.forward(calibration_call(context, parallel_, k), to_channels_last(x), nullptr);
  }

 private:
  static void check(const synface_tensor& tensor, std::initializer_list<std::int64_t> shape,
                    const char* name) {
    bool fits = static_cast<std::size_t>(tensor.ndim) == shape.size();
    std::size_t i = 0;
    for (const std::int64_t wanted : shape) fits = fits && tensor.shape[i++] == wanted;
    if (!fits) {
      throw sdk::Error(SYNFACE_ERR_INVALID, "the tensor has another shape than was agreed", name);
    }
  }

  std::int64_t height_, width_, embedding_;
  const synface_ext_parallel* parallel_;
  Parameters parameters_;
  Net net_;
};

}  // namespace synface::layers

#endif
