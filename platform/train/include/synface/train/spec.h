// What a worker is told to do: the spec file of an attempt.
#pragma once

#include <synface/base/json.h>
#include <synface/plugin/kind.h>
#include <synface/train/augment.h>
#include <synface/train/schedule.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace synface::train {

// A plugin's part of the configuration: its id, its library, its typed parameters. Keys of the host
// (identities, size, name ...) are among the parameters and ignored there.
struct PluginSpec {
  std::string id;
  std::filesystem::path library;
  Json config = Json::object();
};

struct BenchmarkSpec {
  PluginSpec plugin;
  std::string name;  // prefix of its metrics
  std::string set;   // "heldout", "real", "train", "none"
};

struct Seeds {
  std::uint64_t data = 0, train = 0, real = 0, test = 0;
};

struct RealImages {
  std::string images, pairs;                 // what benchmarks read
  std::string train;                         // what mixups with a second set read
  std::int64_t identities = 0, samples = 0;  // drawn from `train`; 0: all
};

// The configuration of a trial (experiment/trial.h says what the JSON holds), typed.
struct TrialSpec {
  std::string trial_key, evaluation_hash, attempt_uuid;
  std::uint32_t attempt = 1;
  bool train = true, evaluate = true;
  std::string weights;  // only when evaluating
  std::string device = "cpu";
  std::filesystem::path cache, root, weights_folder, artifacts_folder;
  std::int64_t memory_limit = 0;  // MiB; 0: what the machine has

  Seeds seeds;
  PluginSpec generator, backbone, loss;
  std::vector<PluginSpec> mixups;
  std::vector<BenchmarkSpec> benchmarks;
  std::int64_t identities = 0, samples = 0;  // 0: all that the generator has
  std::int64_t height = 112, width = 112;
  std::int64_t embedding = 128;
  RealImages real;
  std::int64_t heldout_identities = 0, heldout_samples = 0;
  PluginSpec heldout_generator;  // id "": nobody draws held-out people
  Augmentation augmentation;
  Schedule schedule;
  std::int64_t images_seen = 0, batch_size = 64;
  int threads = 1;
  double momentum = 0.9, weight_decay = 5e-4;
  bool nesterov = true, shuffle_labels = false, calibrate = false, deterministic = true;
  std::string precision = "float32", isa = "auto";
  double checkpoint_every_s = 30;

  // Steps of the training: images_seen / batch_size, rounded up.
  std::int64_t total_steps() const { return (images_seen + batch_size - 1) / batch_size; }
};

// Error(kUsage) that names the key that is missing or of a wrong type.
Augmentation parse_augmentation(const Json& augment);  // the config's `augment`
TrialSpec read_spec(const std::filesystem::path& file);
TrialSpec parse_spec(const Json& spec);

}  // namespace synface::train
