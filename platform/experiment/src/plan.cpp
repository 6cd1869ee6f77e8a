#include "synface/experiment/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "synface/base/json.h"
#include "synface/base/text.h"

namespace synface::experiment {
namespace {

// Remembers what depends on some sections of a config alone. The trials of a grid share equal
// sections, so that their addresses tell them apart; the configs must outlive this.
template <typename T>
class BySections {
 public:
  explicit BySections(std::vector<std::string> sections) : sections_(std::move(sections)) {}

  template <typename Make>
  const T& of(const SharedObject& config, Make make) {
    std::vector<const Json*> key;
    key.reserve(sections_.size());
    for (const auto& section : sections_) key.push_back(&config.at(section));
    const auto [found, fresh] = known_.try_emplace(std::move(key));
    if (fresh) found->second = make(config);
    return found->second;
  }

 private:
  std::vector<std::string> sections_;
  std::map<std::vector<const Json*>, T> known_;
};

struct Side {
  double height = 0, width = 0;
  double pixels() const { return height * width; }
};

Side side_of(const SharedObject& config) {
  const auto& size = config.at("generator").at("size");
  if (size.is_array()) return {size[0].get<double>(), size[1].get<double>()};
  return {size.get<double>(), size.get<double>()};
}

std::uint64_t count(const Json& table, const char* key) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, table.value(key, std::int64_t{0})));
}

// Generators whose pictures are made, not read: those have numbers of people of the user's.
bool renders(const SharedObject& config) {
  return count(config.at("generator"), "identities") > 0 &&
         !config.at("generator").contains("path");
}

bool has_latent_mixup(const SharedObject& config, const std::set<std::string>& latent) {
  const auto& mixups = config.at("mixup");
  return std::any_of(mixups.begin(), mixups.end(), [&](const Json& entry) {
    return latent.contains(entry.at("plugin").get<std::string>());
  });
}

// Images of all sets that the trials need, as the cache keeps them: unmixed sets of one generator
// and data seed share the largest N and S, a latent mixup has a set for each N.
class ImageSets {
 public:
  explicit ImageSets(const std::vector<plugin::PluginInfo>& plugins) {
    for (const auto& info : plugins) {
      const bool latent =
          std::find(info.traits.begin(), info.traits.end(), "latent") != info.traits.end();
      if (info.kind == plugin::Kind::kMixup && latent) latent_.insert(info.id);
    }
  }

  void add(const SharedObject& config) {
    known_.of(config, [this](const SharedObject& fresh) {
      if (renders(fresh)) add_fresh(fresh);
      return true;
    });
  }

  std::uint64_t images() const {
    std::uint64_t sum = 0;
    for (const auto& [key, set] : sets_) sum += united(set.sizes);
    return sum;
  }
  std::uint64_t bytes() const {
    std::uint64_t sum = 0;
    for (const auto& [key, set] : sets_) sum += united(set.sizes) * set.pixels * 3;
    return sum;
  }

 private:
  struct Size {
    std::uint64_t identities = 0, samples = 0;
    auto operator<=>(const Size&) const = default;
  };
  struct Set {
    std::set<Size> sizes;
    std::uint64_t pixels = 0;
  };

  void add_fresh(const SharedObject& config) {
    auto generator = config.at("generator");
    const Size train{count(generator, "identities"), count(generator, "samples")};
    const auto pixels = static_cast<std::uint64_t>(side_of(config).pixels());
    generator.erase("identities");
    generator.erase("samples");
    const auto people = canonical_dump(generator);
    auto key = people + "/" + config.at("seed").at("data").dump();
    if (has_latent_mixup(config, latent_)) {
      key += fmt::format("/{}/{}", train.identities, canonical_dump(config.at("mixup")));
    }
    grow(key, train, pixels);
    for (const auto& benchmark : config.at("benchmark")) {
      if (benchmark.at("set") != "heldout") continue;
      const auto& heldout = config.at("heldout");
      grow(people + "/test" + config.at("seed").at("test").dump(),
           {count(heldout, "identities"), count(heldout, "samples")}, pixels);
    }
  }

  // Cells of the union of rectangles that share a corner.
  static std::uint64_t united(const std::set<Size>& sizes) {
    std::uint64_t sum = 0, samples = 0;
    for (auto size = sizes.rbegin(); size != sizes.rend(); ++size) {
      if (size->samples <= samples) continue;
      sum += size->identities * (size->samples - samples);
      samples = size->samples;
    }
    return sum;
  }

  void grow(const std::string& key, Size size, std::uint64_t pixels) {
    auto& set = sets_[key];
    set.sizes.insert(size);
    set.pixels = pixels;
  }

  BySections<bool> known_{{"seed", "generator", "mixup", "benchmark", "heldout"}};
  std::set<std::string> latent_;
  std::map<std::string, Set> sets_;
};

double embedded_images(const SharedObject& config) {
  double images = 0;
  for (const auto& benchmark : config.at("benchmark")) {
    // Both views of every image; a pairs file's length is not known here: LFW's has 6000 pairs.
    if (benchmark.at("set") == "heldout") {
      const auto& heldout = config.at("heldout");
      images += 2.0 * static_cast<double>(count(heldout, "identities") * count(heldout, "samples"));
    } else {
      images += 4000;
    }
  }
  return images;
}

// Core-seconds of one trial, rendering aside.
struct Cost {
  double training = 0, evaluation = 0;
  bool measured = false;
};

Cost cost_of(const SharedObject& config, const Rates& rates) {
  Cost cost;
  const double pixels = side_of(config).pixels() / (48.0 * 48.0);
  double rate = kDefaultTrainRate / pixels;
  double embed = kDefaultEmbedRate / pixels;
  const auto known = rates.train.find(train_cell(config));
  if (known != rates.train.end() && known->second > 0) {
    rate = known->second;
    embed = 2.5 * rate;
    cost.measured = true;
  }
  cost.training = config.at("train").at("images_seen").get<double>() / rate;
  cost.evaluation = embedded_images(config) / embed;
  return cost;
}

Estimate estimate(const Experiment& experiment, std::span<const Known> known, const Rates& rates,
                  const Machine& machine, int jobs) {
  Estimate out;
  out.measured = true;
  ImageSets sets(experiment.plugins);
  BySections<Cost> costs({"generator", "backbone", "train", "heldout", "benchmark"});
  double longest = 0;
  double render_rate = kDefaultRenderRate;
  int threads = 1;
  for (std::size_t i = 0; i < experiment.trials.size(); ++i) {
    const auto state = known.empty() ? Known::State::kNew : known[i].state;
    if (!to_run(state)) continue;
    const auto& config = experiment.trials[i].config;
    sets.add(config);
    const auto& cost = costs.of(config, [&](const auto& fresh) { return cost_of(fresh, rates); });
    out.measured = out.measured && cost.measured;
    const bool only = state == Known::State::kEvaluate;
    const double seconds = kStartSeconds + (only ? 0 : cost.training) + cost.evaluation;
    out.core_seconds += seconds;
    longest = std::max(longest, seconds);
    threads = std::max(threads, config.at("train").value("threads", 1));
    const auto rendered = rates.render.find(config.at("generator").value("plugin", ""));
    if (rendered != rates.render.end()) render_rate = rendered->second;
    out.weight_bytes += 2'000'000;
    out.journal_bytes += 200'000;
  }
  out.jobs = jobs > 0 ? jobs : std::max(1, machine.cores / threads);
  const double parallel = std::max(1, std::min(out.jobs * threads, machine.cores));
  out.render_images = sets.images();
  out.cache_bytes = sets.bytes();
  const double render = static_cast<double>(out.render_images) / render_rate;
  out.core_seconds += render;
  out.seconds = std::max(longest, out.core_seconds / parallel);
  if (out.core_seconds == 0) out.seconds = 0;
  return out;
}

// The first few kinds of doubt, each once: a grid over a thousand margins has a thousand.
void warn_of_settings(const Experiment& experiment, std::span<const Known> known, Plan& plan) {
  constexpr std::size_t kMostSaid = 20;
  std::map<std::string, int> said;
  BySections<std::optional<std::string>> doubts({"generator", "mixup", "loss", "train", "real"});
  for (std::size_t i = 0; i < experiment.trials.size(); ++i) {
    if (!known.empty() && !to_run(known[i].state)) continue;
    const auto& trial = experiment.trials[i];
    const auto& text = doubts.of(trial.config, [&](const SharedObject& fresh) {
      return cannot_converge(fresh, trial.mixes_real);
    });
    if (text) ++said[*text];
  }
  for (const auto& [text, trials] : said) {
    if (plan.warnings.size() == kMostSaid) {
      plan.warnings.push_back(
          fmt::format("... and {} more warnings like these", said.size() - kMostSaid));
      break;
    }
    plan.warnings.push_back(trials == 1 ? text : fmt::format("{} ({} trials)", text, trials));
  }
}

void warn_of_machine(const Experiment& experiment, const Machine& machine, Plan& plan) {
  int threads = 0;
  for (const auto& trial : experiment.trials) {
    threads = std::max(threads, trial.config.at("train").value("threads", 1));
  }
  const int jobs = plan.estimate.jobs;
  if (jobs * threads > machine.cores) {
    plan.warnings.push_back(fmt::format(
        "{} jobs of {} threads on {} cores: they will wait for each "
        "other; use --jobs {}",
        jobs, threads, machine.cores, std::max(1, machine.cores / std::max(1, threads))));
  }
  // A worker with LibTorch, its batch and its share of a mapped cache.
  constexpr double kWorker = 0.7e9;
  if (machine.memory > 0 && jobs * kWorker > static_cast<double>(machine.memory)) {
    plan.warnings.push_back(fmt::format("{} jobs want about {} of memory, the machine has {}", jobs,
                                        human_bytes(jobs * kWorker),
                                        human_bytes(static_cast<double>(machine.memory))));
  }
  if (machine.free_cache > 0 && plan.estimate.cache_bytes > machine.free_cache) {
    plan.warnings.push_back(
        fmt::format("the images want up to {} in the cache, where {} are free; `synface cache gc` "
                    "clears it",
                    human_bytes(static_cast<double>(plan.estimate.cache_bytes)),
                    human_bytes(static_cast<double>(machine.free_cache))));
  }
}

void warn_of_binaries(std::span<const Known> known, Plan& plan) {
  std::set<std::string> names;
  for (const auto& one : known) {
    if (one.other_binaries.empty()) continue;
    ++plan.other_binary;
    names.insert(one.other_binaries.begin(), one.other_binaries.end());
  }
  if (names.empty()) return;
  const std::vector<std::string> list(names.begin(), names.end());
  plan.warnings.push_back(fmt::format(
      "{} trials were recorded with other binaries of {}; their revisions are equal, so that they "
      "count as the same. --strict makes binaries part of the identity",
      plan.other_binary, join(list, ", ")));
}

}  // namespace

std::string_view to_text(Known::State state) {
  switch (state) {
    case Known::State::kNew:
      return "new";
    case Known::State::kDone:
      return "done";
    case Known::State::kEvaluate:
      return "evaluate";
    case Known::State::kQueued:
      return "queued";
    case Known::State::kRunning:
      return "running";
    case Known::State::kFailed:
      return "failed";
    case Known::State::kDiverged:
      return "diverged";
    case Known::State::kPruned:
      return "pruned";
  }
  return "new";
}

bool to_run(Known::State state) {
  return state == Known::State::kNew || state == Known::State::kEvaluate ||
         state == Known::State::kQueued || state == Known::State::kRunning;
}

std::string train_cell(const SharedObject& config) {
  const auto& train = config.at("train");
  return canonical_dump({{"backbone", config.at("backbone")},
                         {"size", config.at("generator").at("size")},
                         {"threads", train.at("threads")},
                         {"precision", train.at("precision")}});
}

std::optional<double> epochs_of(const SharedObject& config) {
  const auto& generator = config.at("generator");
  const auto images = count(generator, "identities") * count(generator, "samples");
  if (images == 0) return std::nullopt;
  return config.at("train").at("images_seen").get<double>() / static_cast<double>(images);
}

Plan make_plan(const Experiment& experiment, std::span<const Known> known, const Rates& rates,
               const Machine& machine, int jobs) {
  Plan plan;
  for (std::size_t i = 0; i < experiment.trials.size(); ++i) {
    const auto state = known.empty() ? Known::State::kNew : known[i].state;
    ++plan.count[std::string(to_text(state))];
    if (to_run(state)) ++plan.to_run;
  }
  plan.estimate = estimate(experiment, known, rates, machine, jobs);
  warn_of_settings(experiment, known, plan);
  warn_of_machine(experiment, machine, plan);
  warn_of_binaries(known, plan);
  return plan;
}

}  // namespace synface::experiment
