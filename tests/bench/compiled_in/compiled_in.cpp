// The other arm: the same three plugins linked into the program. The training loop, the loss head
// and the batches are platform/train's own objects; this file takes the place of the three wrappers
// of platform/plugin (backbone.cpp, loss.cpp, mixup.cpp: the linker takes these members first), and
// each call of a step becomes a call of the plugin's method: no table, no status, no breadcrumb, no
// guard, no check of what came back. Only making and binding an instance goes through the table,
// once.
#include <synface/base/error.h>
#include <synface/plugin/backbone.h>
#include <synface/plugin/loss.h>
#include <synface/plugin/mixup.h>
#include <synface/sdk/loss.h>
#include <synface/sdk/mixup.h>

#include "arm.h"
#include "fastnet_direct.h"

// The plugins' own sources, their descriptors kept, their notes and exported entries left out.
#undef SYNFACE_LOSS_PLUGIN
#define SYNFACE_LOSS_PLUGIN(TYPE, ID, REVISION, VERSION, DOC)          \
  constexpr synface_plugin kLossRecord = synface::sdk::describe<TYPE>( \
      SYNFACE_KIND_LOSS, ID, VERSION, DOC, REVISION, &synface::sdk::kLossTable<TYPE>.base);
#include "losses/arcface/arcface.cpp"
#undef SYNFACE_MIXUP_PLUGIN
#define SYNFACE_MIXUP_PLUGIN(TYPE, ID, REVISION, VERSION, DOC)          \
  constexpr synface_plugin kMixupRecord = synface::sdk::describe<TYPE>( \
      SYNFACE_KIND_MIXUP, ID, VERSION, DOC, REVISION, &synface::sdk::kMixupTable<TYPE>.base);
#include "mixups/identity/identity.cpp"

namespace synface::plugin {

Backbone::Backbone(PluginPtr plugin, const Json& params, const synface_dims& dims, CallTrace* trace)
    : ParametricInstance(of_kind(std::move(plugin), Kind::kBackbone), params, dims, trace),
      embedding_(dims.embedding) {}

void Backbone::forward(const synface_context& ctx, const synface_tensor& x,
                       const synface_tensor& embeddings) const {
  bench::fastnet::forward(self_, ctx, x, embeddings, false);
}

Tape Backbone::forward_train(const synface_context& ctx, const synface_tensor& x,
                             const synface_tensor& embeddings) const {
  return Tape(bench::fastnet::forward(self_, ctx, x, embeddings, true), self_,
              bench::fastnet::free_tape);
}

void Backbone::backward(const synface_context& ctx, const Tape& tape,
                        const synface_tensor& d_embeddings, const synface_tensor* d_x,
                        bool accumulate) const {
  bench::fastnet::backward(self_, ctx, tape.get(), d_embeddings, d_x, accumulate);
}

void Backbone::calibrate(const synface_context&, const synface_tensor&, std::uint64_t,
                         std::uint64_t) const {
  broken("calibrate() is not compiled in");
}

Loss::Loss(PluginPtr plugin, const Json& params, const synface_dims& dims, CallTrace* trace)
    : ParametricInstance(of_kind(std::move(plugin), Kind::kLoss), params, dims, trace) {
  const sdk::LossInfo given = sdk::plugin_of<ArcFace>(self_).info();
  info_ = {sizeof info_, SYNFACE_LOSS_MARGIN, 0, given.scale, given.margin, 1, given.margin_unit};
  info_.flags = SYNFACE_LOSS_NORM_X | SYNFACE_LOSS_NORM_W;
}

void Loss::margin(const synface_context& ctx, const synface_tensor& cos, const synface_tensor& norm,
                  const synface_tensor& weights, const synface_tensor& z,
                  const synface_tensor& dz_dcos, const synface_tensor* dz_dnorm) const {
  sdk::plugin_of<ArcFace>(self_).margin(ctx, cos, norm, weights, z, dz_dcos, dz_dnorm);
}

Tape Loss::logits(const synface_context&, const synface_tensor&, const synface_tensor&,
                  const synface_tensor&, const synface_tensor&, const synface_tensor&, bool) const {
  broken("logits() is not compiled in");
}

void Loss::logits_backward(const synface_context&, const Tape&, const synface_tensor&,
                           const synface_tensor&, const synface_tensor*) const {
  broken("logits_backward() is not compiled in");
}

Tape Loss::loss(const synface_context&, const synface_tensor&, const synface_tensor&,
                const synface_tensor&, const synface_tensor&, bool) const {
  broken("loss() is not compiled in");
}

void Loss::loss_backward(const synface_context&, const Tape&, const synface_tensor&,
                         const synface_tensor&, bool) const {
  broken("loss_backward() is not compiled in");
}

Mixup::Mixup(PluginPtr plugin, const Json& params, const synface_dims& dims, CallTrace* trace)
    : Instance(of_kind(std::move(plugin), Kind::kMixup), params, dims, trace) {
  const sdk::MixInfo given = sdk::plugin_of<IdentityMixup>(self_).info();
  info_ = {sizeof info_, given.stage, given.sources, given.sets};
}

void Mixup::pick(const synface_context& ctx, std::span<const synface_key> keys,
                 std::span<const synface_mix_set* const> sets,
                 std::span<synface_mix_source> sources) const {
  sdk::plugin_of<IdentityMixup>(self_).pick(ctx, keys.data(), keys.size(), sets.data(),
                                            static_cast<std::uint32_t>(sets.size()),
                                            sources.data());
}

void Mixup::apply(const synface_context&, std::span<const synface_tensor* const>,
                  std::span<synface_mix_source>, const synface_tensor&) const {
  broken("apply() is not compiled in");
}

}  // namespace synface::plugin

namespace synface::bench {
namespace {

template <typename Table>
plugin::PluginPtr linked(const synface_plugin& record, const Table& table,
                         const synface_parameters_table* parameters,
                         const plugin::HostServices& host) {
  plugin::Plugin made;
  made.info = plugin::info_from_abi(record);
  made.name = made.info.name();
  made.tables.table = table;
  if (parameters != nullptr) {
    made.tables.parameters = *parameters;
    made.tables.has_parameters = true;
  }
  made.host = host.abi();
  return std::make_shared<const plugin::Plugin>(std::move(made));
}

}  // namespace

TrainedPlugins trained_plugins(plugin::Loader&, const plugin::HostServices& host,
                               const std::filesystem::path&) {
  const synface_backbone_table& backbone = fastnet::table();
  return {linked(kMixupRecord, sdk::kMixupTable<IdentityMixup>, nullptr, host),
          linked(fastnet::record(), backbone, backbone.parameters, host),
          linked(kLossRecord, sdk::kLossTable<ArcFace>, nullptr, host)};
}

std::shared_ptr<plugin::CallTrace> trace_of_calls(const std::filesystem::path&) {
  return nullptr;
}

}  // namespace synface::bench
