// A training of noise in memory through the plugins, for programs that measure its step.
#pragma once

#include <fmt/format.h>
#include <synface/base/paths.h>
#include <synface/plugin/host.h>
#include <synface/plugin/registry.h>
#include <synface/train/batches.h>
#include <synface/train/gemm.h>
#include <synface/train/host_extensions.h>
#include <synface/train/memory.h>
#include <synface/train/model.h>
#include <synface/train/parallel.h>
#include <synface/train/trainer.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

namespace synface::bench {

// Noise that costs nothing to make: what is measured is the step, not the pictures.
class Noise final : public train::ImageSet {
 public:
  Noise(std::int64_t classes, std::int64_t side)
      : ImageSet(std::vector<std::uint32_t>(static_cast<std::size_t>(classes), 4)),
        pixels_(static_cast<std::size_t>(3 * side * side) + 4096) {
    std::uint64_t state = 1;
    for (std::uint8_t& p : pixels_) {
      state = state * 6364136223846793005U + 1442695040888963407U;
      p = static_cast<std::uint8_t>(state >> 40);
    }
  }
  void prepare(std::span<const train::ImageId>) override {}
  const std::uint8_t* image(train::ImageId id) const override {
    return pixels_.data() + (id.identity * 37 + id.sample * 11) % 4096;
  }

 private:
  std::vector<std::uint8_t> pixels_;
};

struct NoiseSettings {
  std::string plugins, backbone = "fastnet", loss = "cosface";  // plugins "": beside the program
  std::int64_t size = 48, batch = 64, classes = 1000, embedding = 128;
  int threads = 1;
  train::Augmentation augmentation;
  std::vector<std::string> set;  // parameters of the backbone: key=value
};

class NoiseTraining {
 public:
  explicit NoiseTraining(const NoiseSettings& s)
      : host_(prepared(s)),
        loader_(host_),
        spec_(spec_of(s)),
        calls_(calls_of(s)),
        images_(s.classes, s.size),
        batches_({s.size, s.size, s.batch, 0, 0, s.augmentation, false, calls_}, images_, nullptr,
                 nullptr, nullptr),
        model_(model_of(s)),
        journal_file_(std::filesystem::temp_directory_path() /
                      fmt::format("noise_training.{}.journal", ::getpid())),
        journal_(JournalWriter::create(journal_file_, {kJournalVersion, {}, {}, 1})),
        recorder_(journal_),
        trainer_(ready(), calls_, model_, batches_, recorder_) {
    std::filesystem::remove(journal_file_);
  }

  train::Batches& batches() { return batches_; }
  train::Model& model() { return model_; }
  // Batch, forward and backward; then the optimiser.
  void step(std::int64_t number) { trainer_.step(number); }
  void optimise() { model_.parameters().step({1e-3F, 0.9F, 5e-4F, true}, spec_.threads); }

 private:
  static plugin::HostServices prepared(const NoiseSettings& s) {
    train::install_allocator();
    train::set_threads(s.threads);
    return plugin::HostServices("bench");
  }
  static train::TrialSpec spec_of(const NoiseSettings& s) {
    train::TrialSpec spec;
    spec.height = spec.width = s.size;
    spec.batch_size = s.batch;
    spec.threads = s.threads;
    spec.images_seen = s.batch * 100000;
    return spec;
  }
  static train::CallSettings calls_of(const NoiseSettings& s) {
    train::CallSettings calls;
    calls.threads = s.threads;
    calls.total_steps = 100000;
    return calls;
  }
  static Json params_of(const plugin::PluginInfo& info, const std::vector<std::string>& set) {
    Json params = Json::object();
    for (const plugin::Param& param : info.params) params[param.key] = param.def;
    for (const std::string& item : set) {
      const std::size_t equals = item.find('=');
      const std::string key = item.substr(0, equals);
      if (info.find(key) != nullptr) params[key] = Json::parse(item.substr(equals + 1));
    }
    return params;
  }
  train::Model model_of(const NoiseSettings& s) {
    train::offer_extensions(host_);
    const auto folder = s.plugins.empty() ? executable_folder().parent_path() / "plugins"
                                          : std::filesystem::path(s.plugins);
    synface_dims dims = plugin::make_dims();
    dims.classes = s.classes;
    dims.embedding = s.embedding;
    dims.height = dims.width = s.size;
    dims.max_batch = s.batch;
    const auto net =
        loader_.plugin(folder / (s.backbone + ".so"), plugin::Kind::kBackbone, s.backbone);
    const auto loss = loader_.plugin(folder / (s.loss + ".so"), plugin::Kind::kLoss, s.loss);
    return train::Model(plugin::Backbone(net, params_of(net->info, s.set), dims),
                        train::LossPath(plugin::Loss(loss, params_of(loss->info, {}), dims),
                                        {s.classes, s.embedding, s.batch, 1, 1}, s.threads),
                        true);
  }
  // The trainer wants weights.
  const train::TrialSpec& ready() {
    model_.init(calls_, 0);
    model_.bind();
    return spec_;
  }

  plugin::HostServices host_;
  plugin::Loader loader_;
  train::TrialSpec spec_;
  train::CallSettings calls_;
  Noise images_;
  train::Batches batches_;
  train::Model model_;
  std::filesystem::path journal_file_;
  JournalWriter journal_;
  train::Recorder recorder_;
  train::Trainer trainer_;
};

}  // namespace synface::bench
