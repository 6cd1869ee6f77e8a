// The iresnet backbone: its parameters, and which published network each setting equals.
#include <cmath>

#include "iresnet.h"
#include "layers/backbone.h"

namespace synface::iresnet {
namespace {

constexpr sdk::Choices kDepths{"18", "34", "50", "100", "200"};
constexpr sdk::Choices kLayouts{"synface", "insightface"};
constexpr sdk::Choices kInits{"xavier", "he"};
constexpr double kNoBlocks[] = {0};

std::vector<std::int64_t> blocks_of(const sdk::Create& create) {
  std::vector<std::int64_t> blocks;
  for (const double n : create.list("blocks")) {
    if (n != std::floor(n) || n < 0) {
      throw sdk::Error(SYNFACE_ERR_INVALID, "blocks must be whole numbers", "backbone.blocks");
    }
    blocks.push_back(static_cast<std::int64_t>(n));
  }
  if (blocks.empty() || (blocks.size() == 1 && blocks[0] == 0)) {
    // insightface, arcface_torch/backbones/iresnet.py
    constexpr std::int64_t table[][4] = {
        {2, 2, 2, 2}, {3, 4, 6, 3}, {3, 4, 14, 3}, {3, 13, 30, 3}, {6, 26, 60, 6}};
    const auto& depth = table[create.choice_index("depth")];
    return {depth, depth + 4};
  }
  if (blocks.size() > 6) {
    throw sdk::Error(SYNFACE_ERR_INVALID, "blocks may name at most 6 stages", "backbone.blocks");
  }
  for (const std::int64_t n : blocks) {
    if (n < 1) {
      throw sdk::Error(SYNFACE_ERR_INVALID, "each stage needs at least one block",
                       "backbone.blocks");
    }
  }
  return blocks;
}

Shape shape_of(const sdk::Create& create) {
  const synface_dims& dims = create.dims();
  Shape shape{};
  shape.height = dims.height;
  shape.width = dims.width;
  shape.embedding = dims.embedding;
  shape.blocks = blocks_of(create);
  shape.channels = create.i64("width");
  shape.dropout = create.f64("dropout");
  shape.fixed_scale = create.choice("layout") == "insightface";
  shape.init = create.choice("init") == "he" ? layers::Init::kHe : layers::Init::kXavier;
  if (dims.height < 8 || dims.width < 8) {
    throw sdk::Error(SYNFACE_ERR_INVALID, "iresnet needs images of at least 8 x 8 pixels", "dims");
  }
  if (dims.embedding < 1) {
    throw sdk::Error(SYNFACE_ERR_INVALID, "the embedding needs at least one component",
                     "backbone.embedding");
  }
  return shape;
}

struct Net : IResNet {
  Net(layers::Parameters& parameters, const sdk::Create& create)
      : IResNet(parameters, shape_of(create)) {}
};

}  // namespace

// layout = insightface, width 64, embedding 512, 112 x 112, dropout 0: iresnet18, 34, 50, 100, 200.
// layout = synface, depth 50, width 64, embedding 512, 112 x 96, dropout 0.5: LResNet50E-IR of
// SynFace (Qiu et al., ICCV 2021), 41,755,840 parameters.
struct Plugin : layers::Backbone<Net> {
  static constexpr sdk::Param parameters[] = {
      sdk::one_of("depth", kDepths, 0)
          .doc("Blocks of the four stages: 18 = 2,2,2,2; 34 = 3,4,6,3; 50 = 3,4,14,3; 100 = "
               "3,13,30,3; 200 = 6,26,60,6."),
      sdk::f64_list("blocks", kNoBlocks)
          .min(0)
          .max(1000)
          .doc("Blocks of each stage in full, instead of `depth`; [0]: as `depth` says."),
      sdk::i64("width", 64)
          .range(1, 1024)
          .doc("Channels of the stem and of the first stage; each further stage doubles them."),
      sdk::f64("dropout", 0.5)
          .min(0.0)
          .below(1.0)
          .unit("fraction")
          .doc("Share of the last feature map's values that a training step drops (SynFace 0.5, "
               "insightface 0)."),
      sdk::one_of("layout", kLayouts, 0)
          .doc("synface: the last normalisation is trained whole; insightface: its scale stays 1."),
      sdk::one_of("init", kInits, 0)
          .doc("Distribution of the initial weights, uniform: Glorot and Bengio 2010, as SynFace, "
               "or He et al. 2015."),
  };
  using Backbone::Backbone;
};

}  // namespace synface::iresnet

SYNFACE_BACKBONE_PLUGIN(synface::iresnet::Plugin, "iresnet", 1, "1.0.0",
                        "Improved residual network for faces (ArcFace, Deng et al., CVPR 2019; "
                        "LResNet50E-IR of SynFace, Qiu et al., ICCV 2021). Any depth, width and "
                        "size of picture.")
