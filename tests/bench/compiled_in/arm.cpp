// One arm of abi_race: a whole training, in pieces of as many steps as each line of standard input
// says. Each line is answered with the processor and the wall seconds that the steps took; at the
// end of the input come the next step's loss and a digest of all weights and momenta.
//
// Pictures of the generator out of its cache, Identity Mixup's labels, augmentation, fastnet,
// ArcFace on soft labels, SGD: Trainer::run, with the curves in a journal as in a trial.
#include <fmt/format.h>
#include <synface/base/error.h>
#include <synface/base/file.h>
#include <synface/base/hash.h>
#include <synface/base/paths.h>
#include <synface/plugin/host.h>
#include <synface/train/gemm.h>
#include <synface/train/host_extensions.h>
#include <synface/train/memory.h>
#include <synface/train/parallel.h>
#include <synface/train/parts.h>
#include <synface/train/trainer.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "../served_steps.h"
#include "arm.h"

namespace {

using namespace synface;

struct Options {
  std::string plugins, cache;
  std::int64_t size = 48, batch = 128, identities = 100, samples = 10;
  int threads = 1, warm = 5;
};

Json defaults(const plugin::PluginInfo& info) {
  Json params = Json::object();
  for (const plugin::Param& param : info.params) params[param.key] = param.def;
  return params;
}

train::TrialSpec spec_of(const Options& options, const std::filesystem::path& plugins) {
  train::TrialSpec spec;
  spec.cache = options.cache;
  spec.generator = {"morphable", plugins / "morphable.so", Json::object()};
  spec.height = spec.width = options.size;
  spec.identities = options.identities;
  spec.samples = options.samples;
  spec.batch_size = options.batch;
  spec.threads = options.threads;
  spec.images_seen = options.batch * 1000000;
  spec.schedule = {"constant", 0.02, 0.0, {}, 0.0};
  return spec;
}

std::string digest(train::Parameters& parameters) {
  Sha256 sha;
  sha.update(std::as_bytes(parameters.flat_values()));
  sha.update(std::as_bytes(parameters.flat_momentum()));
  return sha.hex();
}

// Runs as many steps as each line says.
void serve(train::Trainer& trainer, train::Parameters& parameters, int warm) {
  train::Position position;
  const auto run = [&](std::int64_t steps) {
    const std::int64_t until = position.step + steps;
    const auto end = trainer.run(
        position, {[&] { return position.step == until; }, [](const train::Position&) {}});
    if (end != train::Trainer::End::kStopped) fail(ExitCode::kInternal, "the training diverged");
  };
  run(warm);
  bench::serve_steps(run);
  const double loss = trainer.step(position.step).loss;
  fmt::print("{:a} {}\n", loss, digest(parameters));
}

void train_arm(const Options& options) {
  train::install_allocator();
  train::set_threads(options.threads);
  plugin::HostServices host("bench");
  train::offer_extensions(host);
  plugin::Loader loader(host);
  const auto folder = options.plugins.empty() ? executable_folder().parent_path() / "plugins"
                                              : std::filesystem::path(options.plugins);
  const train::TrialSpec spec = spec_of(options, folder);
  train::CallSettings calls;
  calls.threads = options.threads;
  calls.total_steps = spec.total_steps();
  const TemporaryFolder private_folder("abi_race");
  const auto trace = bench::trace_of_calls(private_folder.path() / "arm.crumb");

  const bench::TrainedPlugins plugins = bench::trained_plugins(loader, host, folder);
  const train::Parts parts(spec, loader, nullptr, calls);
  const train::Source source = parts.source();
  const std::vector<std::uint32_t> samples = source.extent(options.identities, options.samples);
  synface_dims dims = plugin::make_dims();
  dims.identities = dims.classes = options.identities;
  dims.samples = options.samples;
  dims.embedding = spec.embedding;
  dims.height = dims.width = options.size;
  dims.max_batch = options.batch;
  const Json mixup_params = defaults(plugins.mixup->info);
  const plugin::Mixup mixup(plugins.mixup, mixup_params, dims, trace.get());
  const auto images = source.make(spec.cache, 0, samples, &mixup, mixup_params, {});
  train::Batches batches({options.size, options.size, options.batch, 0, 0, {}, false, calls},
                         *images, &mixup, nullptr, nullptr);
  train::Model model(
      plugin::Backbone(plugins.backbone, defaults(plugins.backbone->info), dims, trace.get()),
      train::LossPath(plugin::Loss(plugins.loss, defaults(plugins.loss->info), dims, trace.get()),
                      {options.identities, spec.embedding, options.batch, batches.max_labels(), 1},
                      options.threads),
      true);
  model.init(calls, 0);
  model.bind();
  JournalWriter journal =
      JournalWriter::create(private_folder.path() / "arm.journal", {kJournalVersion, {}, {}, 1});
  train::Recorder recorder(journal);
  train::Trainer trainer(spec, calls, model, batches, recorder);
  serve(trainer, model.parameters(), options.warm);
}

}  // namespace

int main(int argc, char** argv) {
  train::keep_freed_memory();
  Options options;
  CLI::App app("one arm of abi_race");
  app.add_option("--plugins", options.plugins, "folder of the plugins");
  app.add_option("--cache", options.cache, "folder of the generator's pictures")->required();
  app.add_option("--size", options.size, "side of the images");
  app.add_option("--batch", options.batch, "images a step");
  app.add_option("--identities", options.identities, "people");
  app.add_option("--samples", options.samples, "pictures of each");
  app.add_option("--threads", options.threads, "threads");
  app.add_option("--warm", options.warm, "steps before the first that is measured");
  CLI11_PARSE(app, argc, argv);
  try {
    train_arm(options);
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}: {}\n", argv[0], error.what());
    return 1;
  }
}
