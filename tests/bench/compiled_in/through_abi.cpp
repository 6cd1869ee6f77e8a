// The arm as every trial runs: shared libraries, the C tables, the checked wrappers of
// platform/plugin, a breadcrumb before each call.
#include <synface/plugin/crumb.h>

#include "arm.h"

namespace synface::bench {

using plugin::Kind;

TrainedPlugins trained_plugins(plugin::Loader& loader, const plugin::HostServices&,
                               const std::filesystem::path& folder) {
  return {loader.plugin(folder / "identity.so", Kind::kMixup, "identity"),
          loader.plugin(folder / "fastnet.so", Kind::kBackbone, "fastnet"),
          loader.plugin(folder / "arcface.so", Kind::kLoss, "arcface")};
}

std::unique_ptr<plugin::CallTrace> trace_of_calls(const std::filesystem::path& file) {
  return std::make_unique<plugin::CrumbWriter>(file);
}

}  // namespace synface::bench
