// A generator for tests: an identity is a smooth colour pattern of eight coefficients, a sample
// adds light and noise. Costs microseconds an image and is learnt in a few hundred steps.
#include <synface/sdk/generator.h>
#include <synface/sdk/philox.h>

#include <cmath>
#include <string>
#include <vector>

namespace {

namespace sdk = synface::sdk;

struct Faces {
  static constexpr sdk::Param parameters[] = {
      sdk::f64("noise", 0.1).range(0, 10).doc("spread of the samples"),
      sdk::flag("fail", false).doc("render() reports an error"),
      sdk::flag("crash", false).doc("render() writes to address 0"),
  };

  explicit Faces(const sdk::Create& create)
      : noise(create.f64("noise")),
        fail(create.flag("fail")),
        crash(create.flag("crash")),
        height(create.dims().height),
        width(create.dims().width) {}

  std::vector<sdk::Block> blocks() const {
    return {{"identity", 8, true, true, "the pattern"}, {"sample", 4, false, false, "the rest"}};
  }

  void latents(const sdk::Context&, const sdk::Key* keys, uint64_t n,
               const sdk::Tensor& latents) const {
    auto* row = sdk::data<float>(latents);
    for (uint64_t r = 0; r < n; ++r, row += 12) {
      sdk::PhiloxStream identity(keys[r].data_seed, SYNFACE_STREAM_IDENTITY, keys[r].identity, 0);
      for (int i = 0; i < 8; ++i) row[i] = 2 * identity.uniform() - 1;
      sdk::PhiloxStream sample(keys[r].data_seed, SYNFACE_STREAM_SAMPLE, keys[r].identity,
                               keys[r].sample);
      for (int i = 8; i < 12; ++i) row[i] = 2 * sample.uniform() - 1;
    }
  }

  void render(const sdk::Context&, const sdk::Tensor& latents, const sdk::Key* keys,
              const sdk::Tensor& images) const {
    if (fail) throw sdk::Error(SYNFACE_ERR_INVALID, "the toy was told to fail", "fail");
    if (crash) *static_cast<volatile int*>(nullptr) = 1;
    const auto* row = sdk::data<float>(latents);
    auto* out = sdk::data<uint8_t>(images);
    for (int64_t r = 0; r < images.shape[0]; ++r, row += 12) {
      sdk::PhiloxStream grain(keys[r].data_seed, 256, keys[r].identity, keys[r].sample);
      for (int64_t y = 0; y < height; ++y) {
        for (int64_t x = 0; x < width; ++x) {
          const double u = 3.0 * static_cast<double>(x) / static_cast<double>(width);
          const double v = 3.0 * static_cast<double>(y) / static_cast<double>(height);
          for (int c = 0; c < 3; ++c) {
            const double pattern = row[c] * std::cos(u + c) + row[3 + c] * std::cos(2 * v - c) +
                                   row[6] * std::cos(u - v) + row[7] * std::sin(2 * u + c);
            const double light = noise * (row[8] + row[9] * u + row[10] * v);
            const double value = 128 + 40 * pattern + 60 * light + 8 * noise * grain.uniform();
            *out++ = static_cast<uint8_t>(value < 0 ? 0 : value > 255 ? 255 : value);
          }
        }
      }
    }
  }

  double noise;
  bool fail, crash;
  int64_t height, width;
};

}  // namespace

SYNFACE_GENERATOR_PLUGIN(Faces, "toy_faces", 1, "1.0.0", "colour patterns, for tests")
