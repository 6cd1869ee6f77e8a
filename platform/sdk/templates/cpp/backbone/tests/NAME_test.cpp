// The gradients of parameters and image against finite differences of the forward pass.
#include <synface/backbone.h>
#include <synface/sdk/testing.h>

namespace t = synface::sdk::testing;

namespace {

constexpr int64_t kBatch = 2, kSide = 6, kLength = 3, kCells = 2, kFeatures = 3 * kCells * kCells;

struct Network {
  t::Array<float> weight{{kLength, kFeatures}}, bias{{kLength}};
  t::Array<float> d_weight{{kLength, kFeatures}}, d_bias{{kLength}};
  t::Array<float> x{{kBatch, 3, kSide, kSide}}, d_x{{kBatch, 3, kSide, kSide}};
  t::Instance<synface_backbone_table> backbone;
  synface_context ctx = t::context();

  Network() : backbone(synface_plugin_entry, {{"cells", static_cast<int>(kCells)}}, dims()) {
    for (std::size_t i = 0; i < x.values().size(); ++i) x[i] = std::sin(static_cast<float>(i));
    const synface_tensor* values[] = {weight, bias};
    const synface_tensor* gradients[] = {d_weight, d_bias};
    t::call([&](synface_error* e) {
      return backbone->parameters->init(backbone.self(), &ctx, values, 2, e);
    });
    t::call([&](synface_error* e) {
      return backbone->parameters->bind(backbone.self(), values, gradients, 2, e);
    });
  }
  static synface_dims dims() {
    synface_dims dims{};
    dims.height = dims.width = kSide;
    dims.embedding = kLength;
    dims.max_batch = kBatch;
    return dims;
  }

  // A number whose gradient by the embeddings is 1, 2, 3, ...
  double value(void** tape = nullptr) {
    t::Array<float> embeddings({kBatch, kLength});
    t::call([&](synface_error* e) {
      return backbone->forward(backbone.self(), &ctx, x, embeddings, tape, e);
    });
    double sum = 0.0;
    for (std::size_t i = 0; i < embeddings.values().size(); ++i) {
      sum += static_cast<double>(i + 1) * static_cast<double>(embeddings[i]);
    }
    return sum;
  }
  void backward(uint32_t accumulate) {
    void* tape = nullptr;
    value(&tape);
    t::Array<float> d_embeddings({kBatch, kLength});
    for (std::size_t i = 0; i < d_embeddings.values().size(); ++i) {
      d_embeddings[i] = static_cast<float>(i + 1);
    }
    t::call([&](synface_error* e) {
      return backbone->backward(backbone.self(), &ctx, tape, d_embeddings, d_x, accumulate, e);
    });
    backbone->tape_free(backbone.self(), tape);
  }
  // The layer is linear, so that a large step gives the derivative itself.
  double difference(float& place) {
    const float kept = place;
    place = kept + 1.0F;
    const double up = value();
    place = kept;
    return up - value();
  }
};

void gradients_are_those_of_the_forward_pass() {
  Network network;
  network.backward(0);
  for (const std::size_t i : {std::size_t{0}, std::size_t{7}, std::size_t{35}}) {
    t::require(t::near(network.d_weight[i], network.difference(network.weight[i]), 1e-4),
               "d_weight");
  }
  for (std::size_t i = 0; i < 3; ++i) {
    t::require(t::near(network.d_bias[i], network.difference(network.bias[i]), 1e-4), "d_bias");
  }
  for (const std::size_t i : {std::size_t{0}, std::size_t{50}, std::size_t{215}}) {
    t::require(t::near(network.d_x[i], network.difference(network.x[i]), 1e-4), "d_x");
  }
}

void accumulation_adds() {
  Network network;
  network.backward(0);
  const float once = network.d_bias[1];
  network.backward(1);
  t::require(network.d_bias[1] == 2.0F * once, "accumulate = 1 adds to the gradient");
  network.backward(0);
  t::require(network.d_bias[1] == once, "accumulate = 0 overwrites it");
}

}  // namespace

int main() {
  return t::run([] {
    gradients_are_those_of_the_forward_pass();
    accumulation_adds();
  });
}
