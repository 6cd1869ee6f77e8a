#include "layout.h"

#include <fmt/format.h>

#include <vector>

#include "synface/base/cpu.h"
#include "synface/base/hash.h"
#include "synface/base/paths.h"

namespace synface::schedule {
namespace {

std::string short_hash(const std::string& training_hash) {
  return training_hash.substr(0, 16);
}
std::string short_hash(const store::Work& work) {
  return short_hash(work.training_hash);
}

// A checkpoint is resumed only on the device kind and instruction set that wrote it.
std::string device_kind(const std::string& device) {
  return device.substr(0, device.find(':'));
}

const Json& train_of(const store::Work& work) {
  return part(part(work.spec, "config"), "train");
}

}  // namespace

const Json& part(const Json& object, const char* key) {
  static const Json empty = Json::object();
  if (!object.is_object()) return empty;
  const auto found = object.find(key);
  return found == object.end() || !found->is_object() ? empty : *found;
}

const Json& part(const SharedObject& object, const char* key) {
  static const Json empty = Json::object();
  const Json* found = object.find(key);
  return found == nullptr || !found->is_object() ? empty : *found;
}

AttemptPaths beside(const fs::path& journal) {
  const auto with = [&](const char* extension) {
    return fs::path(journal).replace_extension(extension);
  };
  return {journal,
          with(".spec.json"),
          with(".log"),
          fs::path(journal) += ".crumb",
          fs::path(journal) += ".stack",
          {}};
}

AttemptPaths attempt_paths(const fs::path& root, const store::Work& work, const std::string& device,
                           const std::string& isa, const store::Uuid& uuid) {
  AttemptPaths paths = beside(root / "journals" /
                              fmt::format("{}.{}.{}.journal", short_hash(work), work.attempts + 1,
                                          to_hex(uuid).substr(0, 8)));
  paths.checkpoint =
      root / "checkpoints" / fmt::format("{}.{}.{}", short_hash(work), device_kind(device), isa);
  return paths;
}

bool keeps_checkpoints(const Json& spec) {
  const Json& train = part(part(spec, "config"), "train");
  return member(train, "keep_checkpoints", false) || member(train, "keep_checkpoints", 0) > 0;
}

std::string isa_of(const store::Work& work) {
  const std::string pinned = member<std::string>(train_of(work), "isa", "");
  return pinned.empty() || pinned == "auto" || pinned == "native" ? cpu_isa() : pinned;
}

std::string device_of(const store::Work& work, const Options& options) {
  const std::string device = member<std::string>(work.spec, "device", "");
  return device.empty() ? options.device : device;
}

std::vector<std::string> worker_command(const fs::path& worker, const AttemptPaths& paths) {
  return {worker.string(), "trial",
          "--spec",        paths.spec.string(),
          "--journal",     paths.journal.string(),
          "--checkpoint",  paths.checkpoint.string()};
}

void remove_checkpoints(const fs::path& root, const std::string& training_hash) {
  std::error_code ignored;
  std::vector<fs::path> gone;
  for (const auto& entry : fs::directory_iterator(root / "checkpoints", ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(short_hash(training_hash) + ".")) gone.push_back(entry.path());
  }
  for (const fs::path& folder : gone) fs::remove_all(folder, ignored);
}

Json worker_spec(const fs::path& root, const store::Work& work, const std::string& device,
                 const store::Uuid& uuid) {
  Json spec = work.spec.is_object() ? work.spec : Json::object();
  spec["format"] = 1;
  spec["trial_key"] = work.training_hash;
  spec["evaluation_hash"] = work.evaluation_hash;
  spec["attempt"] = work.attempts + 1;
  spec["attempt_uuid"] = to_hex(uuid);
  spec["device"] = device;
  spec["do"] = work.train ? Json{"train", "evaluate"} : Json{"evaluate"};
  if (!work.train) {
    const fs::path weights(work.weights);
    spec["weights"] = (weights.is_absolute() ? weights : root / weights).string();
  }
  Json& paths = spec["paths"];
  if (!paths.is_object()) paths = Json::object();
  if (!paths.contains("cache")) paths["cache"] = cache_folder().string();
  paths["root"] = root.string();
  paths["weights"] = (root / "weights" / short_hash(work)).string();
  // An evaluation's files are its own: a later one of the same weights leaves them as they are.
  paths["artifacts"] =
      (root / "artifacts" / short_hash(work) / short_hash(work.evaluation_hash)).string();
  return spec;
}

Limits limits_of(const store::Work& work, const Options& options) {
  const Json& run = part(work.spec, "run");
  Limits limits;
  limits.retries = options.retries.value_or(member(run, "retries", 0));
  limits.time_s = options.time_limit_s.value_or(member(run, "time_limit", 0.0));
  limits.memory_mib = options.memory_limit.value_or(member<std::int64_t>(run, "memory_limit", 0));
  return limits;
}

}  // namespace synface::schedule
