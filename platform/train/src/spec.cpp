#include <synface/base/error.h>
#include <synface/base/paths.h>
#include <synface/train/spec.h>

namespace synface::train {
namespace {

// A JSON object whose members are asked for by their full name in errors.
class Part {
 public:
  Part(const Json& json, std::string name) : json_(json), name_(std::move(name)) {
    if (!json_.is_object()) fail(ExitCode::kUsage, "the spec's {} is no table", name_);
  }

  bool has(const char* key) const { return json_.contains(key); }
  Part part(const char* key) const {
    static const Json kNone = Json::object();
    return Part(has(key) ? json_.at(key) : kNone, full(key));
  }
  template <typename T>
  void read(const char* key, T& to) const {
    if (!has(key) || json_.at(key).is_null()) return;
    try {
      to = json_.at(key).get<T>();
    } catch (const Json::exception&) {
      fail(ExitCode::kUsage, "the spec's {} has a wrong type: {}", full(key), json_.at(key).dump());
    }
  }
  template <typename T>
  T need(const char* key) const {
    if (!has(key)) fail(ExitCode::kUsage, "the spec has no {}", full(key));
    T value{};
    read(key, value);
    return value;
  }
  const Json& json() const { return json_; }
  // The elements of an array; none when it is absent.
  Json list(const char* key) const {
    if (!has(key)) return Json::array();
    if (!json_.at(key).is_array()) fail(ExitCode::kUsage, "the spec's {} is no list", full(key));
    return json_.at(key);
  }

 private:
  std::string full(const char* key) const { return name_.empty() ? key : name_ + "." + key; }
  const Json& json_;
  std::string name_;
};

PluginSpec plugin_of(const Part& part, plugin::Kind kind, const Part& libraries) {
  PluginSpec spec;
  spec.id = part.need<std::string>("plugin");
  const std::string key = std::string(to_text(kind)) + "/" + spec.id;
  spec.library = libraries.need<std::string>(key.c_str());
  spec.config = part.json();
  return spec;
}

void read_train(const Part& train, TrialSpec& spec) {
  spec.images_seen = train.need<std::int64_t>("images_seen");
  train.read("batch_size", spec.batch_size);
  train.read("threads", spec.threads);
  train.read("learning_rate", spec.schedule.peak);
  train.read("schedule", spec.schedule.name);
  train.read("warmup", spec.schedule.warmup);
  train.read("milestones", spec.schedule.milestones);
  train.read("margin_ramp", spec.schedule.margin_ramp);
  train.read("momentum", spec.momentum);
  train.read("nesterov", spec.nesterov);
  train.read("weight_decay", spec.weight_decay);
  train.read("precision", spec.precision);
  train.read("deterministic", spec.deterministic);
  train.read("isa", spec.isa);
  train.read("shuffle_labels", spec.shuffle_labels);
  train.read("calibrate", spec.calibrate);
  train.read("checkpoint_every_s", spec.checkpoint_every_s);
  if (spec.batch_size < 1 || spec.threads < 1 || spec.images_seen < 0) {
    fail(ExitCode::kUsage, "train.batch_size and train.threads must be at least 1");
  }
}

void read_augment(const Part& augment, Augmentation& to) {
  augment.read("flip", to.flip);
  augment.read("scale", to.scale);
  augment.read("rotation", to.rotation);
  augment.read("shift", to.shift);
  augment.read("color", to.color);
  augment.read("blur", to.blur);
  augment.read("erasing", to.erasing);
  augment.read("warp", to.warp);
  augment.read("resample", to.resample);
  augment.read("jpeg", to.jpeg);
  augment.read("gamma", to.gamma);
  augment.read("contrast", to.contrast);
  augment.read("white_balance", to.white_balance);
  augment.read("grey", to.grey);
}

void read_size(const Part& generator, TrialSpec& spec) {
  if (!generator.has("size")) return;
  if (!generator.json().at("size").is_array()) {
    generator.read("size", spec.height);
    spec.width = spec.height;
    return;
  }
  std::vector<std::int64_t> size;
  generator.read("size", size);
  if (size.size() != 2) fail(ExitCode::kUsage, "the spec's generator.size is not [height, width]");
  spec.height = size[0];
  spec.width = size[1];
}

void read_what(const Part& top, TrialSpec& spec) {
  const auto tasks = top.need<std::vector<std::string>>("do");
  spec.train = spec.evaluate = false;
  for (const std::string& task : tasks) {
    if (task != "train" && task != "evaluate") fail(ExitCode::kUsage, "the spec's do: {}?", task);
    (task == "train" ? spec.train : spec.evaluate) = true;
  }
  top.read("weights", spec.weights);
  if (!spec.train && spec.weights.empty()) {
    fail(ExitCode::kUsage, "the spec evaluates without training and names no weights");
  }
}

void read_paths(const Part& paths, TrialSpec& spec) {
  const auto folder = [&](const char* key, const std::filesystem::path& otherwise) {
    return paths.has(key) ? std::filesystem::path(paths.need<std::string>(key)) : otherwise;
  };
  spec.artifacts_folder = paths.need<std::string>("artifacts");
  spec.root = folder("root", spec.artifacts_folder);
  spec.weights_folder = folder("weights", spec.artifacts_folder);
  spec.cache = paths.has("cache") ? folder("cache", {}) : cache_folder();
}

void read_real(const Part& real, RealImages& to) {
  real.read("images", to.images);
  real.read("pairs", to.pairs);
  real.read("train", to.train);
  real.read("identities", to.identities);
  real.read("samples", to.samples);
}

void read_plugins(const Part& config, const Part& libraries, TrialSpec& spec) {
  const Part generator = config.part("generator");
  spec.generator = plugin_of(generator, plugin::Kind::kGenerator, libraries);
  generator.read("identities", spec.identities);
  generator.read("samples", spec.samples);
  read_size(generator, spec);
  const Part backbone = config.part("backbone");
  spec.backbone = plugin_of(backbone, plugin::Kind::kBackbone, libraries);
  backbone.read("embedding", spec.embedding);
  spec.loss = plugin_of(config.part("loss"), plugin::Kind::kLoss, libraries);
  for (const Json& mixup : config.list("mixup")) {
    spec.mixups.push_back(plugin_of(Part(mixup, "mixup[]"), plugin::Kind::kMixup, libraries));
  }
  for (const Json& json : config.list("benchmark")) {
    const Part part(json, "benchmark[]");
    BenchmarkSpec benchmark{plugin_of(part, plugin::Kind::kBenchmark, libraries), {}, "heldout"};
    part.read("set", benchmark.set);
    part.read("name", benchmark.name);
    if (benchmark.name.empty()) benchmark.name = benchmark.plugin.id;
    spec.benchmarks.push_back(std::move(benchmark));
  }
}

}  // namespace

Augmentation parse_augmentation(const Json& augment) {
  Augmentation settings;
  read_augment(Part(augment, "augment"), settings);
  return settings;
}

TrialSpec parse_spec(const Json& json) {
  const Part top(json, "");
  if (top.need<int>("format") != 1) {
    fail(
        ExitCode::kUsage,
        "the spec is of format {}, this worker reads format 1; install the same version of synface "
        "and synface-worker",
        json.at("format").dump());
  }
  TrialSpec spec;
  spec.trial_key = top.need<std::string>("trial_key");
  top.read("evaluation_hash", spec.evaluation_hash);
  top.read("attempt_uuid", spec.attempt_uuid);
  top.read("attempt", spec.attempt);
  top.read("device", spec.device);
  read_what(top, spec);
  read_paths(top.part("paths"), spec);
  top.part("run").read("memory_limit", spec.memory_limit);

  const Part config = top.part("config");
  const Part seed = config.part("seed");
  seed.read("data", spec.seeds.data);
  seed.read("train", spec.seeds.train);
  seed.read("real", spec.seeds.real);
  seed.read("test", spec.seeds.test);
  read_plugins(config, top.part("plugins"), spec);
  read_train(config.part("train"), spec);
  read_augment(config.part("augment"), spec.augmentation);
  read_real(config.part("real"), spec.real);
  const Part heldout = config.part("heldout");
  heldout.read("identities", spec.heldout_identities);
  heldout.read("samples", spec.heldout_samples);
  if (heldout.has("generator")) {
    spec.heldout_generator =
        plugin_of(heldout.part("generator"), plugin::Kind::kGenerator, top.part("plugins"));
  }
  return spec;
}

TrialSpec read_spec(const std::filesystem::path& file) {
  return parse_spec(read_json_file(file));
}

}  // namespace synface::train
