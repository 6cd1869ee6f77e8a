#include <synface/base/error.h>
#include <synface/train/parts.h>

namespace synface::train {

using plugin::Kind;

Parts::Parts(const TrialSpec& spec, plugin::Loader& loader, plugin::CallTrace* trace,
             const CallSettings& calls)
    : spec_(spec),
      loader_(loader),
      trace_(trace),
      calls_(calls),
      content_(spec.cache / "content") {}

plugin::PluginPtr Parts::load(Kind kind, const PluginSpec& spec) const {
  return loader_.plugin(spec.library, kind, spec.id);
}

Json Parts::params(const plugin::PluginInfo& info, const PluginSpec& spec) {
  Json params = Json::object();
  for (const plugin::Param& param : info.params) {
    if (spec.config.contains(param.key)) {
      params[param.key] = spec.config.at(param.key);
    } else if (!param.required) {
      params[param.key] = param.def;
    } else {
      fail(ExitCode::kUsage, "{} wants a value of {}", info.name(), param.key);
    }
  }
  return params;
}

Json Parts::identity(const plugin::PluginInfo& info, const Json& params) const {
  return plugin::identity_params(info, params, content_);
}

Source Parts::source(const PluginSpec& generator) const {
  const plugin::PluginPtr loaded = load(Kind::kGenerator, generator);
  const Json given = params(loaded->info, generator);
  synface_dims dims = plugin::make_dims();
  dims.height = spec_.height;
  dims.width = spec_.width;
  dims.identities = spec_.identities;
  dims.samples = spec_.samples;
  return Source(plugin::Generator(loaded, given, dims, trace_), identity(loaded->info, given),
                spec_.height, spec_.width, calls_);
}

Parts::Mixups Parts::mixups(const std::vector<std::uint32_t>& samples) const {
  Mixups mixups;
  for (const PluginSpec& spec : spec_.mixups) {
    const plugin::PluginPtr loaded = load(Kind::kMixup, spec);
    const Json given = params(loaded->info, spec);
    synface_dims dims = plugin::make_dims();
    dims.identities = static_cast<std::int64_t>(samples.size());
    dims.samples = samples.empty() ? 0 : samples.front();
    dims.max_batch = spec_.batch_size;
    plugin::Mixup mixup(loaded, given, dims, trace_);
    std::optional<plugin::Mixup>& place = mixup.latent() ? mixups.latent : mixups.batch;
    if (place) {
      fail(ExitCode::kUsage, "two mixups at one stage: {} and {}; one of them has to go",
           place->info().name(), mixup.info().name());
    }
    if (mixup.latent()) mixups.latent_identity = identity(loaded->info, given);
    place.emplace(std::move(mixup));
  }
  return mixups;
}

template <typename T>
Parts::Placed<T> Parts::placed(const plugin::PluginPtr& plugin, const Json& params,
                               synface_dims dims, const Place& place) const {
  const bool able = !plugin->info.torch.empty() || !plugin->info.cuda.empty();
  if (place.cuda() && able) {
    dims.dev_type = place.type;
    dims.dev_id = place.id;
    try {
      return {T(plugin, params, dims, trace_), place};
    } catch (const plugin::CallError& error) {
      if (error.status() != SYNFACE_ERR_UNSUPPORTED) throw;
    }
  }
  const Place cpu;
  dims.dev_type = cpu.type;
  dims.dev_id = cpu.id;
  return {T(plugin, params, dims, trace_), cpu};
}

Parts::Placed<plugin::Backbone> Parts::backbone(const Place& place) const {
  const plugin::PluginPtr loaded = load(Kind::kBackbone, spec_.backbone);
  synface_dims dims = plugin::make_dims();
  dims.height = spec_.height;
  dims.width = spec_.width;
  dims.embedding = spec_.embedding;
  dims.max_batch = spec_.batch_size;
  return placed<plugin::Backbone>(loaded, params(loaded->info, spec_.backbone), dims, place);
}

Parts::Placed<plugin::Loss> Parts::loss(std::int64_t classes, std::int64_t embedding,
                                        const Place& place) const {
  const plugin::PluginPtr loaded = load(Kind::kLoss, spec_.loss);
  synface_dims dims = plugin::make_dims();
  dims.classes = classes;
  dims.embedding = embedding;
  dims.max_batch = spec_.batch_size;
  return placed<plugin::Loss>(loaded, params(loaded->info, spec_.loss), dims, place);
}

plugin::Benchmark Parts::benchmark(const BenchmarkSpec& spec, std::int64_t embedding) const {
  const plugin::PluginPtr loaded = load(Kind::kBenchmark, spec.plugin);
  synface_dims dims = plugin::make_dims();
  dims.embedding = embedding;
  dims.height = spec_.height;
  dims.width = spec_.width;
  return plugin::Benchmark(loaded, params(loaded->info, spec.plugin), dims, trace_);
}

}  // namespace synface::train
