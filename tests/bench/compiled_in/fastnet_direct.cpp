#include "fastnet_direct.h"

#include <synface/sdk/backbone.h>

// The plugin's own source, its descriptor kept, its note and exported entry left out.
#undef SYNFACE_BACKBONE_PLUGIN
#define SYNFACE_BACKBONE_PLUGIN(TYPE, ID, REVISION, VERSION, DOC)                     \
  constexpr synface_plugin kFastnetRecord =                                           \
      synface::sdk::describe<TYPE>(SYNFACE_KIND_BACKBONE, ID, VERSION, DOC, REVISION, \
                                   &synface::sdk::kBackboneTable<TYPE>.base);
#include "backbones/fastnet/fastnet.cpp"

namespace synface::bench::fastnet {
namespace {

using Plugin = synface::fastnet::Plugin;

}  // namespace

const synface_plugin& record() {
  return kFastnetRecord;
}
const synface_backbone_table& table() {
  return sdk::kBackboneTable<Plugin>;
}

void* forward(void* self, const synface_context& ctx, const synface_tensor& x,
              const synface_tensor& embeddings, bool train) {
  return sdk::plugin_of<Plugin>(self).forward(ctx, x, embeddings, train).release();
}

void backward(void* self, const synface_context& ctx, void* tape,
              const synface_tensor& d_embeddings, const synface_tensor* d_x, bool accumulate) {
  sdk::plugin_of<Plugin>(self).backward(ctx, *static_cast<Plugin::Tape*>(tape), d_embeddings, d_x,
                                        accumulate);
}

void free_tape(void*, void* tape) noexcept {
  delete static_cast<Plugin::Tape*>(tape);
}

}  // namespace synface::bench::fastnet
