// The host's keys: the one table of what an experiment file may say beside the plugins' own
// parameters. experiments/README.md is the same table for people; a test compares them.
#pragma once

#include <limits>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace synface::experiment {

enum class KeyType {
  kBoolean,
  kInteger,
  kNumber,
  kString,
  kChoice,  // a string, one of `choices`
  kPath,    // a file or folder; relative to the file that says it; "" is none
  kNumberList,
  kSize,  // an integer (square) or [height, width]
  kFree,  // tables and lists of its own form; see doc
};

// What a key's value is part of.
enum class KeyUse {
  kTraining,     // the training identity: another value is another trial
  kEvaluation,   // the evaluation identity: another value evaluates the kept weights again
  kRealMixing,   // the training identity of trials whose mixups read the real set; else nothing
  kRun,          // how it is run; changes no number and no identity
  kDescription,  // for people
};

struct Key {
  std::string_view section;  // "seed", "generator", ...; "" at the top; lists: "mixup[]"
  std::string_view name;
  KeyType type = KeyType::kString;
  KeyUse use = KeyUse::kTraining;
  std::string_view standard;  // the default, as TOML; "" where there is none (see doc)
  std::string_view unit;
  std::string_view doc;
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
  bool min_exclusive = false, max_exclusive = false;
  std::string_view neutral = {};  // as TOML: at this value the key is left out of the identity
  std::string_view choices = {};  // "cosine|step|constant"

  std::string path() const;  // "train.batch_size", "mixup[].plugin"
};

// All keys, grouped by section in the order of the reference.
std::span<const Key> host_keys();
// The keys of one section ("mixup[]" for an entry of mixup).
std::vector<const Key*> keys_of(std::string_view section);
const Key* find_key(std::string_view section, std::string_view name);
// "mixup" and "mixup[]" mean the same here.
bool is_host_key(std::string_view section, std::string_view name);
// Sections with a `plugin`, whose other members are the plugin's parameters.
bool is_plugin_section(std::string_view section);
// The kind of plugin that a section wants: "generator", "mixup" ...
std::string_view plugin_kind(std::string_view section);

// The range in words: "0 to 1", "above 0", "at least 1"; "" where there is none.
std::string range_text(const Key& key);
std::string_view type_text(KeyType type);  // "boolean", "integer" ...

}  // namespace synface::experiment
