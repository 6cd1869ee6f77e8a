// The generator `morphable`: people from a morphable 3D head, drawn on the CPU or on a GPU.
//
// The picture of (data seed, identity, sample) is a pure function of those three and of the
// parameters, to the bit whatever the batch, the number of threads and the instruction set; a GPU's
// agree with the CPU's within a grey level in all but a few of the pixels. The prior is that of
// MakeHuman's targets with the spread of 3D scans (HEAD_MODEL.md).
#include <dlfcn.h>

#include <synface/ext/parallel.h>
#include <synface/sdk/generator.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/batch_renderer.h"
#include "core/prior.h"
#include "core/renderer.h"
#include "core/safetensors.h"
#include "options.h"

namespace sdk = synface::sdk;
using namespace synface::morphable;

namespace {

// Beside this library: morphable/head.safetensors.
std::string default_head() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<const void*>(&default_head), &info) == 0 ||
      info.dli_fname == nullptr) {
    throw sdk::Error(SYNFACE_ERR_IO,
                     "cannot find the folder of the plugin; pass the head model as `head`", "head");
  }
  const std::string library = info.dli_fname;
  const std::size_t slash = library.rfind('/');
  return (slash == std::string::npos ? std::string(".") : library.substr(0, slash)) +
         "/morphable/head.safetensors";
}

std::shared_ptr<const HeadModel> read_head(const std::string& path) {
  const std::string file = path.empty() ? default_head() : path;
  try {
    return std::make_shared<const HeadModel>(HeadModel::read(file));
  } catch (const HeadError& e) {
    throw sdk::Error(SYNFACE_ERR_IO, e.what(), file);
  }
}

void check_shape(const sdk::Tensor& t, const char* name, const std::vector<int64_t>& tail) {
  bool fits = t.ndim == static_cast<int32_t>(tail.size()) + 1;
  for (std::size_t i = 0; fits && i < tail.size(); ++i) fits = t.shape[i + 1] == tail[i];
  if (!fits)
    throw sdk::Error(SYNFACE_ERR_INVALID, "the tensor has another shape than n rows", name);
}

sdk::Error error_of(const DeviceError& e, int32_t code) {
  const bool memory = dynamic_cast<const DeviceMemoryError*>(&e) != nullptr;
  return sdk::Error(memory ? SYNFACE_ERR_MEMORY : code, e.what(), "device");
}

std::unique_ptr<BatchRenderer> batch_renderer(const sdk::Create& create, const Renderer& renderer) {
  if (create.choice_index("device") == 0) return nullptr;
  try {
    return std::make_unique<BatchRenderer>(renderer, make_cuda_device());
  } catch (const DeviceError& e) {
    throw error_of(e, SYNFACE_ERR_UNSUPPORTED);
  }
}

bool cancelled(const sdk::Context& ctx) {
  return ctx.cancel != nullptr && *ctx.cancel != 0;
}

}  // namespace

struct Morphable {
  static constexpr const auto& parameters = kParameters;

  explicit Morphable(const sdk::Create& create)
      : renderer(read_head(create.path("head")), render_options(create)),
        on_device(batch_renderer(create, renderer)),
        options(prior_options(create)),
        parallel(create.find<synface_ext_parallel>(SYNFACE_EXT_PARALLEL)),
        height(create.dims().height),
        width(create.dims().width) {}

  std::vector<sdk::Block> blocks() const {
    const Layout& l = renderer.layout();
    const auto n = [](std::size_t length) { return static_cast<uint32_t>(length); };
    return {
        {"identity", n(l.identity_end), true, true,
         "gender, age, ethnicity, shape coefficients and appearance (skin, features, silhouette of "
         "hair or head cover, beard)"},
        {"expression", n(l.expression_end - l.identity_end), false, false,
         "weights of the face units, then gaze yaw and pitch in radians"},
        {"illumination", n(l.illumination_end - l.expression_end), false, false,
         "ambient light, two lamps, exposure"},
        {"pose", n(l.pose_end - l.illumination_end), false, false, "yaw, pitch, roll in radians"},
        {"camera", n(l.camera_end - l.pose_end), false, false,
         "distance, softness, sensor noise, landmark errors, white balance, saturation, motion, "
         "resolution, JPEG quality"},
        {"background", n(l.background_end - l.camera_end), false, false,
         "colours and pattern behind the head"},
        {"grooming", n(l.grooming_end - l.background_end), false, false,
         "hair length, volume, density, shade, parting and lift, beard, make-up, tan"},
        {"accessories", n(l.size - l.grooming_end), false, false,
         "glasses, head covers, earrings, what hides a part of the face"}};
  }

  void latents(const sdk::Context& ctx, const sdk::Key* keys, uint64_t n, const sdk::Tensor& out) {
    check_shape(out, "latents", {static_cast<int64_t>(renderer.layout().size)});
    if (n == 0) return;
    float* rows = sdk::data<float>(out, "latents");
    const Prior prior(renderer.head(), options);
    for (uint64_t r = 0; r < n; ++r) {
      if (cancelled(ctx)) throw sdk::Error(SYNFACE_ERR_CANCELLED, "cancelled");
      prior.draw(keys[r].data_seed, keys[r].identity, keys[r].sample,
                 rows + r * renderer.layout().size);
    }
  }

  void render(const sdk::Context& ctx, const sdk::Tensor& latents, const sdk::Key* keys,
              const sdk::Tensor& images) {
    check_shape(images, "images", {height, width, 3});
    draw(ctx, latents, keys, images, "images", false);
  }

  void masks(const sdk::Context& ctx, const sdk::Tensor& latents, const sdk::Key* keys,
             const sdk::Tensor& masks) {
    check_shape(masks, "masks", {height, width});
    draw(ctx, latents, keys, masks, "masks", true);
  }

 private:
  void draw(const sdk::Context& ctx, const sdk::Tensor& latents, const sdk::Key* keys,
            const sdk::Tensor& out, const char* name, bool masks) {
    check_shape(latents, "latents", {static_cast<int64_t>(renderer.layout().size)});
    if (latents.shape[0] != out.shape[0]) {
      throw sdk::Error(SYNFACE_ERR_INVALID, "another number of pictures than of rows", name);
    }
    if (latents.shape[0] == 0) return;
    const Batch batch{this, &ctx,  sdk::data<const float>(latents, "latents"),
                      keys, masks, sdk::data<uint8_t>(out, name)};
    const auto n = static_cast<uint64_t>(latents.shape[0]);
    if (on_device && !masks) return draw_on_device(batch, n);
    if (parallel == nullptr || ctx.threads <= 1) {
      batch.run(0, n);
      return;
    }
    synface_error error = sdk::empty_error();
    // Enough rows for several heads at once, but several ranges a thread.
    const uint64_t grain = std::clamp<uint64_t>(n / (4 * uint64_t{ctx.threads}), 1, kTogether);
    sdk::check(parallel->each(&ctx, n, grain, &Batch::body, const_cast<Batch*>(&batch), &error),
               error);
  }

  static constexpr uint64_t kTogether = 16;  // rows whose heads are shaped at once

  struct Batch {
    const Morphable* self;
    const sdk::Context* ctx;
    const float* rows;
    const sdk::Key* keys;
    bool masks;
    uint8_t* out;

    const float* row(uint64_t r) const { return rows + r * self->renderer.layout().size; }
    ImageKey key(uint64_t r) const {
      const sdk::Key& k = keys[r];
      return {k.data_seed, k.identity, self->options.copies ? 0 : k.sample, k.set};
    }

    void run(uint64_t first, uint64_t last) const {
      Scratch scratch;
      try {
        for (uint64_t r = first; r < last; r += kTogether) {
          run_together(r, last - r < kTogether ? last : r + kTogether, scratch);
        }
      } catch (const std::domain_error& e) {
        throw sdk::Error(SYNFACE_ERR_NUMERIC, e.what(), "latents");
      }
    }
    // Rows of one identity that follow each other share its head; the heads of several are one
    // matrix product.
    void run_together(uint64_t first, uint64_t last, Scratch& scratch) const {
      const float* together[kTogether] = {};
      for (uint64_t r = first; r < last; ++r) together[r - first] = row(r);
      self->renderer.shape_ahead(together, last - first, scratch);
      const auto bytes = static_cast<uint64_t>((masks ? 1 : 3) * self->height * self->width);
      for (uint64_t r = first; r < last; ++r) {
        if (cancelled(*ctx)) throw sdk::Error(SYNFACE_ERR_CANCELLED, "cancelled");
        if (masks) {
          self->renderer.masks(row(r), scratch, out + r * bytes);
          continue;
        }
        self->renderer.render(row(r), key(r), scratch, out + r * bytes);
      }
    }
    static synface_status body(void* user, uint64_t first, uint64_t last,
                               synface_error* error) noexcept {
      return sdk::guard(error, [&] { static_cast<Batch*>(user)->run(first, last); });
    }
  };

  // A range of BatchRenderer's work on the host's threads.
  struct Ranges {
    const sdk::Context* ctx;
    const BatchRenderer::Body* body;

    void run(uint64_t first, uint64_t last) const {
      if (cancelled(*ctx)) throw sdk::Error(SYNFACE_ERR_CANCELLED, "cancelled");
      (*body)(first, last);
    }
    static synface_status call(void* user, uint64_t first, uint64_t last,
                               synface_error* error) noexcept {
      return sdk::guard(error, [&] {
        try {
          static_cast<Ranges*>(user)->run(first, last);
        } catch (const std::domain_error& e) {
          throw sdk::Error(SYNFACE_ERR_NUMERIC, e.what(), "latents");
        }
      });
    }
  };

  void draw_on_device(const Batch& batch, uint64_t n) {
    std::vector<const float*> rows;
    std::vector<ImageKey> keys;
    for (uint64_t r = 0; r < n; ++r) {
      rows.push_back(batch.row(r));
      keys.push_back(batch.key(r));
    }
    const sdk::Context& ctx = *batch.ctx;
    const auto each = [&](std::size_t count, const BatchRenderer::Body& body) {
      Ranges ranges{&ctx, &body};
      synface_error error = sdk::empty_error();
      const bool alone = parallel == nullptr || ctx.threads <= 1;
      const uint64_t grain =
          std::clamp<uint64_t>(count / (4 * uint64_t{std::max(ctx.threads, 1U)}), 1, kTogether);
      sdk::check(alone ? Ranges::call(&ranges, 0, count, &error)
                       : parallel->each(&ctx, count, grain, &Ranges::call, &ranges, &error),
                 error);
    };
    const std::scoped_lock lock(device_lock);
    try {
      on_device->render(rows.data(), keys.data(), n, each, batch.out);
    } catch (const DeviceError& e) {
      throw error_of(e, SYNFACE_ERR_INTERNAL);
    }
  }

  Renderer renderer;
  std::unique_ptr<BatchRenderer> on_device;  // nullptr: the CPU draws
  std::mutex device_lock;
  PriorOptions options;
  const synface_ext_parallel* parallel;
  int64_t height, width;
};

SYNFACE_GENERATOR_PLUGIN(
    Morphable, "morphable", 3, "0.3.0",
    "People from a morphable 3D head (MakeHuman hm08, CC0): shape, skin, hair, "
    "expression, pose, light and background, drawn on the CPU or on an NVIDIA GPU")
