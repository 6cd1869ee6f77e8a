// Improved residual networks for faces ("IR", Deng et al.: ArcFace, CVPR 2019, section 3.1).
//
//   stem    conv3x3 to w, BN, PReLU                       at the picture's own resolution
//   stage   s = 1 .. 4, channels w, 2w, 4w, 8w; blocks of
//             BN, conv3x3, BN, PReLU, conv3x3 (stride 2 in the first block), BN
//             plus the input, in the first block through conv1x1 stride 2, BN
//   head    BN, dropout, linear to D with bias, BN
//
// Names and shapes are those of insightface's arcface_torch (backbones/iresnet.py), so that a state
// dict of one is a state dict of the other; `layout` says how its last BN is trained.
#ifndef SYNFACE_BACKBONES_IRESNET_H
#define SYNFACE_BACKBONES_IRESNET_H

#include <array>
#include <optional>
#include <vector>

#include "layers/conv.h"
#include "layers/linear.h"
#include "layers/norm.h"

namespace synface::iresnet {

class Block {
 public:
  struct Tape {
    layers::Norm::Saved before, between, after, shortcut;
    at::Tensor input, normalised, activated;  // of the block and of its two convolutions
  };

  Block(layers::Parameters& parameters, const std::string& name, std::int64_t in, std::int64_t out,
        bool first, layers::Init init);

  at::Tensor forward(const layers::Call& call, const at::Tensor& x, Tape* tape) const;
  // dy may be overwritten; the tape's tensors are freed on the way.
  at::Tensor backward(const layers::Call& call, const at::Tensor& dy, Tape& tape,
                      bool accumulate) const;

  std::int64_t size_after(std::int64_t size) const noexcept { return conv2_.size_after(size); }

 private:
  struct Shortcut {
    layers::Conv conv;
    layers::Norm norm;
  };
  layers::Norm bn1_;
  layers::Conv conv1_;
  layers::Norm bn2_;
  layers::Conv conv2_;
  layers::Norm bn3_;
  std::optional<Shortcut> shortcut_;
};

struct Shape {
  std::int64_t height, width, embedding;  // of the picture and of the result
  std::vector<std::int64_t> blocks;       // of each stage
  std::int64_t channels;                  // w
  double dropout;
  bool fixed_scale;  // the last BN's gamma stays 1
  layers::Init init;
};

class IResNet {
 public:
  struct Tape {
    at::Tensor image;
    layers::Norm::Saved stem;
    std::vector<Block::Tape> blocks;
    layers::Norm::Saved head, last;
    at::Tensor flat, dropout;
    std::vector<std::int64_t> head_shape;
  };

  IResNet(layers::Parameters& parameters, const Shape& shape);

  at::Tensor forward(const layers::Call& call, const at::Tensor& x, Tape* tape) const;
  at::Tensor backward(const layers::Call& call, const at::Tensor& dy, Tape& tape, bool want_dx,
                      bool accumulate) const;

 private:
  struct Head {
    layers::Norm norm;
    layers::Linear linear;
    layers::Norm last;
  };
  std::optional<layers::Conv> stem_;
  std::optional<layers::Norm> stem_norm_;
  std::vector<Block> blocks_;
  std::optional<Head> head_;
  double dropout_;
};

}  // namespace synface::iresnet

#endif
