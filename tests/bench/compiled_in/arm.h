// What the two arms of abi_race differ in: where their plugins come from, and how a call reaches
// them. through_abi.cpp and compiled_in.cpp each implement it.
#pragma once

#include <synface/plugin/library.h>
#include <synface/plugin/trace.h>

#include <filesystem>
#include <memory>

namespace synface::bench {

struct TrainedPlugins {
  plugin::PluginPtr mixup, backbone, loss;  // identity, fastnet, arcface
};

// `folder`: the plugins of the build.
TrainedPlugins trained_plugins(plugin::Loader& loader, const plugin::HostServices& host,
                               const std::filesystem::path& folder);

// What a worker does around each call: the breadcrumb in `file`, and the guard of the host's state
// with all its watches; nullptr where nothing is done.
std::shared_ptr<plugin::CallTrace> trace_of_calls(const std::filesystem::path& file);

}  // namespace synface::bench
