// Plugin instances of a trial, made from its spec.
#pragma once

#include <synface/plugin/benchmark.h>
#include <synface/plugin/identity.h>
#include <synface/plugin/library.h>
#include <synface/train/generation.h>
#include <synface/train/model.h>
#include <synface/train/spec.h>

#include <optional>

namespace synface::train {

// Makes instances; one for a trial.
class Parts {
 public:
  Parts(const TrialSpec& spec, plugin::Loader& loader, plugin::CallTrace* trace,
        const CallSettings& calls);

  Source source() const { return source(spec_.generator); }
  // Another generator for images of the trial's size.
  Source source(const PluginSpec& generator) const;
  // The N x S that is trained on.
  struct Mixups {
    std::optional<plugin::Mixup> latent, batch;
    Json latent_identity;
  };
  // Error(kUsage) for two mixups of one stage.
  Mixups mixups(const std::vector<std::uint32_t>& samples) const;
  // An instance for `place`, and where it will compute: the CPU where the plugin has no form for a
  // GPU (its note names neither LibTorch nor CUDA, or it refuses the device as unsupported).
  template <typename T>
  struct Placed {
    T instance;
    Place place;
  };
  Placed<plugin::Backbone> backbone(const Place& place = {}) const;
  Placed<plugin::Loss> loss(std::int64_t classes, std::int64_t embedding,
                            const Place& place = {}) const;
  plugin::Benchmark benchmark(const BenchmarkSpec& spec, std::int64_t embedding) const;

 private:
  template <typename T>
  Placed<T> placed(const plugin::PluginPtr& plugin, const Json& params, synface_dims dims,
                   const Place& place) const;
  plugin::PluginPtr load(plugin::Kind kind, const PluginSpec& spec) const;
  // The parameters of the schema out of the plugin's configuration.
  static Json params(const plugin::PluginInfo& info, const PluginSpec& spec);
  Json identity(const plugin::PluginInfo& info, const Json& params) const;

  const TrialSpec& spec_;
  plugin::Loader& loader_;
  plugin::CallTrace* trace_;
  CallSettings calls_;
  plugin::ContentIdentity content_;
};

}  // namespace synface::train
