#include "pictures.h"

#include <synface/base/error.h>
#include <synface/base/paths.h>
#include <synface/plugin/identity.h>
#include <synface/plugin/registry.h>
#include <synface/plugin/validate.h>
#include <synface/train/gemm.h>
#include <synface/train/host_extensions.h>
#include <synface/train/parallel.h>

#include "stop.h"
#include "version.h"

namespace synface::worker {
namespace {

// KEY=VALUE; a value that is JSON is taken as such, anything else as a text.
Json given_values(const std::vector<std::string>& set, const char* option) {
  Json values = Json::object();
  for (const std::string& item : set) {
    const std::size_t equals = item.find('=');
    if (equals == std::string::npos || equals == 0) {
      fail(ExitCode::kUsage, "{} {}: wanted KEY=VALUE", option, item);
    }
    const std::string text = item.substr(equals + 1);
    Json value = Json::parse(text, nullptr, false);
    values[item.substr(0, equals)] = value.is_discarded() ? Json(text) : std::move(value);
  }
  return values;
}

Json validated(const plugin::PluginInfo& info, const Json& values) {
  plugin::Given given;
  given.values = values;
  const plugin::Validated result = plugin::validate(info, given);
  std::string problems;
  for (const auto& diagnostic : result.diagnostics) {
    if (diagnostic.severity == plugin::Severity::kError) {
      problems += (problems.empty() ? "" : "; ") + diagnostic.message;
    }
  }
  if (!problems.empty()) fail(ExitCode::kUsage, "{}: {}", info.name(), problems);
  return result.params;
}

}  // namespace

void add_picture_options(CLI::App& command, PictureOptions& options) {
  command.add_option("--generator", options.generator, "id of the generator")
      ->capture_default_str();
  command.add_option("--set", options.set, "a parameter of the generator: KEY=VALUE");
  command.add_option("--size", options.size, "side of the pictures in pixels")
      ->check(CLI::Range(16, 1024))
      ->capture_default_str();
  command.add_option("--seed", options.seed, "which people (seed.data)")->capture_default_str();
  command.add_option("--threads", options.threads, "threads that render")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
}

Pictures::Pictures(const PictureOptions& options, std::int64_t identities, std::int64_t samples)
    : host_(kVersion), loader_(host_) {
  train::install_allocator();
  train::set_threads(options.threads);
  train::offer_extensions(host_);
  plugin::ScanOptions scan = plugin::standard_scan();
  scan.describer = executable_path();
  const plugin::Registry registry = plugin::Registry::scan(scan);
  const plugin::ContentIdentity content(cache_folder() / "content");
  train::CallSettings calls;
  calls.threads = options.threads;
  calls.cancel = stop_flag();

  const plugin::PluginInfo& info = registry.find(plugin::Kind::kGenerator, options.generator);
  const Json params = validated(info, given_values(options.set, "--set"));
  synface_dims dims = plugin::make_dims();
  dims.height = dims.width = options.size;
  dims.identities = identities;
  dims.samples = samples;
  plugin::Generator generator(loader_.plugin(info.library, info.kind, info.id), params, dims);
  source_ = std::make_unique<train::Source>(std::move(generator),
                                            plugin::identity_params(info, params, content),
                                            options.size, options.size, calls);
  if (options.mixup.empty()) return;
  const plugin::PluginInfo& mix = registry.find(plugin::Kind::kMixup, options.mixup);
  const Json mix_params = validated(mix, given_values(options.mixup_set, "--mixup-set"));
  mixup_.emplace(loader_.plugin(mix.library, mix.kind, mix.id), mix_params, dims);
  if (!mixup_->latent()) {
    fail(ExitCode::kUsage, "{} mixes training batches, not single pictures", mix.name());
  }
  mixup_identity_ = plugin::identity_params(mix, mix_params, content);
}

}  // namespace synface::worker
