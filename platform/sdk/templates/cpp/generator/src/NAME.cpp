// People as smooth colour patterns: eight numbers are a person, three are the light of one picture.
// A generator of the LATENT sort, so that Identity Mixup can mix its people.
// <synface/generator.h> is the contract.
#include <synface/sdk/generator.h>
#include <synface/sdk/philox.h>

#include <algorithm>
#include <cmath>

namespace {

namespace sdk = synface::sdk;

constexpr int64_t kIdentity = 8, kLight = 3, kRow = kIdentity + kLight;

struct Generator {
  static constexpr sdk::Param parameters[] = {
      sdk::f64("light", 0.3).range(0.0, 1.0).doc("how much the pictures of one person differ"),
  };

  explicit Generator(const sdk::Create& create)
      : light_(create.f64("light")), height_(create.dims().height), width_(create.dims().width) {
    if (create.dims().dev_type != SYNFACE_DEVICE_CPU) {
      throw sdk::Error(SYNFACE_ERR_UNSUPPORTED, "@NAME@ computes on the CPU only", "device");
    }
  }

  // The parts of a latent row; only a mixable part is interpolated between people.
  std::vector<sdk::Block> blocks() const {
    return {{"identity", kIdentity, true, true, "the person's pattern"},
            {"light", kLight, false, false, "brightness and its slope over the picture"}};
  }

  // A row depends on its key alone: the person's part on (seed, identity), the rest on the sample
  // too.
  void latents(const sdk::Context&, const sdk::Key* keys, uint64_t n,
               const sdk::Tensor& latents) const {
    float* row = sdk::data<float>(latents, "latents");
    for (uint64_t r = 0; r < n; ++r, row += kRow) {
      sdk::PhiloxStream person(keys[r].data_seed, SYNFACE_STREAM_IDENTITY, keys[r].identity, 0);
      for (int64_t i = 0; i < kIdentity; ++i) row[i] = 2.0F * person.uniform() - 1.0F;
      sdk::PhiloxStream sample(keys[r].data_seed, SYNFACE_STREAM_SAMPLE, keys[r].identity,
                               keys[r].sample);
      for (int64_t i = kIdentity; i < kRow; ++i) row[i] = 2.0F * sample.uniform() - 1.0F;
    }
  }

  // images [n, H, W, 3] uint8, each from its own row alone.
  void render(const sdk::Context&, const sdk::Tensor& latents, const sdk::Key*,
              const sdk::Tensor& images) const {
    const float* row = sdk::data<float>(latents, "latents");
    uint8_t* out = sdk::data<uint8_t>(images, "images");
    for (int64_t r = 0; r < images.shape[0]; ++r, row += kRow) {
      for (int64_t y = 0; y < height_; ++y) {
        for (int64_t x = 0; x < width_; ++x) {
          for (int c = 0; c < 3; ++c) *out++ = colour(row, x, y, c);
        }
      }
    }
  }

 private:
  uint8_t colour(const float* row, int64_t x, int64_t y, int channel) const {
    const double u = 3.0 * static_cast<double>(x) / static_cast<double>(width_);
    const double v = 3.0 * static_cast<double>(y) / static_cast<double>(height_);
    const double pattern = row[channel] * std::cos(u + channel) +
                           row[3 + channel] * std::cos(2.0 * v - channel) +
                           row[6] * std::cos(u - v) + row[7] * std::sin(2.0 * u + channel);
    const float* light = row + kIdentity;
    const double brightness = light_ * (light[0] + light[1] * (u - 1.5) + light[2] * (v - 1.5));
    return static_cast<uint8_t>(
        std::clamp(std::lround(128.0 + 35.0 * pattern + 60.0 * brightness), 0L, 255L));
  }

  double light_;
  int64_t height_, width_;
};

}  // namespace

SYNFACE_GENERATOR_PLUGIN(Generator, "@NAME@", 1, "0.1.0",
                         "People as smooth colour patterns of eight numbers.")
