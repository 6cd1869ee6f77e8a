// From an experiment file to its trials.
//
//   Experiment experiment = expand("width_depth.toml", plugins, options);   // throws for bad input
//   for (const Trial& trial : experiment.trials) ...
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "synface/experiment/grid.h"
#include "synface/experiment/identity.h"
#include "synface/experiment/trial.h"

namespace synface::experiment {

struct Options {
  std::filesystem::path working_folder;  // for paths in `set`; absolute
  std::vector<std::string> set;          // "train.batch_size=32"
  std::vector<std::string> only;         // "generator.identities=100"; equal keys: any of them
  std::optional<std::size_t> limit;      // the first so many trials
  std::optional<std::string> device;     // overrules run.device
  Numerics numerics;
  int cores = 0;             // of this machine, to refuse what it cannot do; 0: not looked at
  std::uint64_t memory = 0;  // bytes; likewise
  std::filesystem::path content_cache;  // of content identities (plugin/identity.h)
  // Called after each cell of the grid with the number of them that are done, and of all.
  std::function<void(std::uint64_t, std::uint64_t)> progress;
};

// How the count of trials came about.
struct Counts {
  std::uint64_t cells = 0;     // of all axes
  std::uint64_t excluded = 0;  // by axes.exclude and axes.only
  std::uint64_t filtered = 0;  // by --only
  std::uint64_t equal = 0;     // the same trial as an earlier cell
  std::uint64_t limited = 0;   // beyond --limit
  std::uint64_t floors = 0;    // trials of [[floor]] entries, among the trials
};

struct Experiment {
  std::string name, question;
  Json primary;        // {metric, contrast} or null
  std::string source;  // the texts that it was read from, with the --set arguments
  Json run;            // {jobs, device, retries, time_limit, memory_limit}
  std::vector<std::string> axes;
  std::vector<std::string> tied_axes;       // of these, which follow from the first of their zip
  std::vector<Trial> trials;                // grid first, then floors; seeds vary slowest
  std::vector<std::string> remarks;         // warnings and notes, as text with place and excerpt
  std::vector<plugin::PluginInfo> plugins;  // that any trial uses
  Counts counts;
};

// Throws Error(kUsage) with everything that is wrong, each with file, line and column; kPlugin
// where only plugins are missing; kData where a path's content cannot be read.
Experiment expand(const std::filesystem::path& file, const plugin::Registry& plugins,
                  const Options& options);

// One trial of `expand` by its training hash or a unique prefix of it (at least 6 digits).
const Trial& find_trial(const Experiment& experiment, const std::string& hash);

// The augmentation of a file, which need not be a whole experiment: the config's `augment`
// (trial.h). Throws Error(kUsage) with everything that is wrong, an axis over it included.
Json read_augmentation(const std::filesystem::path& file);

// A file that runs exactly this trial again (equal hashes): its config as TOML, with comments.
// `experiment`: the name to give it.
std::string to_toml(const Json& config, const std::string& experiment);

}  // namespace synface::experiment
