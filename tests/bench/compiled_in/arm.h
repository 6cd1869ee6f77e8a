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

// The breadcrumb that a worker keeps, in `file`; nullptr where calls leave none.
std::unique_ptr<plugin::CallTrace> trace_of_calls(const std::filesystem::path& file);

}  // namespace synface::bench
