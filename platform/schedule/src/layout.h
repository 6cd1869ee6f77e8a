// Where the files of an attempt lie below <database>.d, and what its spec says.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "synface/base/json.h"
#include "synface/schedule/run.h"
#include "synface/store/records.h"

namespace synface::schedule {

namespace fs = std::filesystem;

// journals/<hash>.<attempt>.<uuid>.{journal,spec.json,log} and .journal.{crumb,stack},
// checkpoints/<hash>.<device>.<isa>, weights/<hash>, artifacts/<hash>/<evaluation>; <hash> is
// the first 16 digits of the training hash, <evaluation> of the evaluation hash.
struct AttemptPaths {
  fs::path journal, spec, log, crumb, stack, checkpoint;
};

// The files beside a journal.
AttemptPaths beside(const fs::path& journal);
AttemptPaths attempt_paths(const fs::path& root, const store::Work& work, const std::string& device,
                           const std::string& isa, const store::Uuid& uuid);

// How a worker is told to make an attempt; `--resume` is the caller's.
std::vector<std::string> worker_command(const fs::path& worker, const AttemptPaths& paths);

// A trial that is over needs its checkpoints no more, those of other devices and instruction sets
// neither.
void remove_checkpoints(const fs::path& root, const std::string& training_hash);

// What the worker reads.
Json worker_spec(const fs::path& root, const store::Work& work, const std::string& device,
                 const store::Uuid& uuid);

// `train.isa` of the trial where it pins one, else the processor's.
std::string isa_of(const store::Work& work);
std::string device_of(const store::Work& work, const Options& options);

// A member of a JSON object, or `fallback` where it is absent or of another type.
template <typename T>
T member(const Json& object, const char* key, T fallback) {
  if (!object.is_object()) return fallback;
  const auto found = object.find(key);
  if (found == object.end()) return fallback;
  if constexpr (std::is_same_v<T, std::string>) {
    if (!found->is_string()) return fallback;
  } else if constexpr (std::is_same_v<T, bool>) {
    if (!found->is_boolean()) return fallback;
  } else {
    if (!found->is_number()) return fallback;
  }
  return found->template get<T>();
}
// The same for a member that is an object; empty where it is absent.
const Json& part(const Json& object, const char* key);
const Json& part(const SharedObject& object, const char* key);

// Whether the trial of this spec wants its checkpoints kept when it is over.
bool keeps_checkpoints(const Json& spec);

// What bounds a trial's attempts.
struct Limits {
  int retries = 0;
  double time_s = 0;            // 0: none
  std::int64_t memory_mib = 0;  // 0: none
};
Limits limits_of(const store::Work& work, const Options& options);

}  // namespace synface::schedule
