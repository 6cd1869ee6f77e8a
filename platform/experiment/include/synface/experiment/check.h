// From a cell's document to its canonical config: types, ranges, defaults, plugins' schemas.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "synface/experiment/keys.h"
#include "synface/experiment/node.h"
#include "synface/plugin/registry.h"

namespace synface::experiment {

// Which optional parts of a config have an effect, and so count for an identity.
struct Parts {
  bool real_mixing = false;  // a mixup reads the real set: real.train, identities, samples, seed
  bool heldout = false;      // a benchmark reads held-out people
  bool real_images = false;  // a benchmark reads real photographs
};

struct Checked {
  Json config;  // canonical (trial.h); incomplete where there were errors
  Parts parts;
  std::vector<const plugin::PluginInfo*> plugins;  // that the config names, each once
};

// Checks one document after the other against the same plugins. Everything wrong goes to the
// diagnostics; nothing is thrown for a user's slip.
class Checker {
 public:
  // The references must outlive the checker.
  Checker(const plugin::Registry& plugins, const Sources& sources, Diagnostics& diagnostics);

  // `document` without axes, floors and `when`.
  Checked check(const Node& document) const;

  // Run settings ({jobs, device, retries, time_limit, memory_limit}) and descriptions
  // ({name, question, primary}), which are not part of a trial's config.
  Json check_run(const Node& document) const;
  Json check_description(const Node& document) const;

  // Are the document's tables and lists such, and known?
  void check_sections(const Node& document) const;
  // One of the host's tables (nullptr: nothing is said), with defaults.
  Json check_table(std::string_view section, const Node* table) const;

 private:
  struct Standard {
    const Key* key;
    std::optional<Node> value;
  };

  Json check_plugin(const std::string& section, const Node& table, Checked& checked,
                    const Json* fill) const;
  void unknown_key(std::string_view section, const Node::Member& member,
                   const plugin::PluginInfo* info) const;
  Json typed(const Key& key, const Node& value, const Json& standard) const;
  std::optional<Json> number(const Key& key, const Node& value) const;
  std::optional<Json> path(const Node& value) const;
  std::optional<Json> size(const Key& key, const Node& value) const;
  const plugin::PluginInfo* find_plugin(const std::string& section, const Node& table) const;

  void check_generator(const Node& document, Checked& checked) const;
  void check_heldout(const Node& document, Checked& checked) const;
  void check_mixups(const Node& document, Checked& checked) const;
  void check_network(const Node& document, Checked& checked) const;
  void check_benchmarks(const Node& document, Checked& checked) const;
  std::optional<Json> check_benchmark(const Node& entry, Checked& checked) const;
  void check_budget(const Node& document, Checked& checked) const;
  void check_seeds(const Node& document, const Checked& checked) const;

  const plugin::Registry& plugins_;
  const Sources& sources_;
  Diagnostics& diagnostics_;
  std::vector<Standard> standards_;
};

// Where a key of the document is written; the section's place, or nowhere, when it is not.
Location place_of(const Node& document, std::string_view section, std::string_view name);

}  // namespace synface::experiment
