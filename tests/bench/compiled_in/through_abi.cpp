// The arm as every trial runs: shared libraries, the C tables, the checked wrappers of
// platform/plugin, the worker's breadcrumb and guard around each call.
#include <synface/plugin/crumb.h>

#include "arm.h"
#include "watches.h"

namespace synface::bench {

using plugin::Kind;

TrainedPlugins trained_plugins(plugin::Loader& loader, const plugin::HostServices&,
                               const std::filesystem::path& folder) {
  return {loader.plugin(folder / "identity.so", Kind::kMixup, "identity"),
          loader.plugin(folder / "fastnet.so", Kind::kBackbone, "fastnet"),
          loader.plugin(folder / "arcface.so", Kind::kLoss, "arcface")};
}

namespace {

struct WorkersTrace {
  plugin::CrumbWriter crumb;
  plugin::Guard guard{crumb};
  explicit WorkersTrace(const std::filesystem::path& file) : crumb(file) {
    worker::watch_everything(guard);
  }
};

}  // namespace

std::shared_ptr<plugin::CallTrace> trace_of_calls(const std::filesystem::path& file) {
  const auto trace = std::make_shared<WorkersTrace>(file);
  return {trace, &trace->guard};
}

}  // namespace synface::bench
