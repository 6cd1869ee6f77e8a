#include "traits.h"

#include <synface/base/error.h>
#include <synface/plugin/mixup.h>

#include <algorithm>
#include <variant>

namespace synface::plugin {
namespace {

std::vector<std::string> traits_of_mixup(const PluginPtr& plugin) {
  Json defaults = Json::object();
  for (const Param& param : plugin->info.params) {
    if (param.required) return {};
    defaults[param.key] = param.def;
  }
  synface_dims dims = make_dims();
  dims.identities = 1000;  // any set of a usual size
  dims.samples = 10;
  dims.max_batch = 64;
  try {
    const Mixup mixup(plugin, defaults, dims);
    std::vector<std::string> traits = {mixup.latent() ? "latent" : "batch"};
    if (mixup.mix_info().sets > 1) traits.emplace_back("real");
    return traits;
  } catch (const Error&) {
    return {};  // a trial that names it gets the plugin's own message
  }
}

}  // namespace

std::vector<std::string> traits_of(const std::shared_ptr<const Library>& library,
                                   const Plugin& plugin) {
  switch (plugin.info.kind) {
    case Kind::kGenerator:
      return {std::get<synface_generator_table>(plugin.tables.table).render != nullptr ? "latent"
                                                                                       : "index"};
    case Kind::kBackbone: {
      const auto& table = std::get<synface_backbone_table>(plugin.tables.table);
      const bool trainable = table.backward != nullptr && plugin.tables.has_parameters;
      return {trainable ? "trainable" : "frozen"};
    }
    case Kind::kMixup:
      return traits_of_mixup(PluginPtr(library, &plugin));
    case Kind::kLoss:
    case Kind::kBenchmark:
      break;
  }
  return {};
}

}  // namespace synface::plugin
