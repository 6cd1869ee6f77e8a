#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <unordered_set>

#include "check_people.h"
#include "document.h"
#include "floors.h"
#include "synface/base/text.h"

namespace synface::experiment {
namespace {

// The next combination; the last group moves fastest. False after the last one.
bool advance(std::vector<std::size_t>& choice, const Grid& grid) {
  for (std::size_t g = choice.size(); g-- > 0;) {
    if (++choice[g] < grid.groups[g].size()) return true;
    choice[g] = 0;
  }
  return false;
}

bool excluded(const Grid& grid, const Cell& cell) {
  const auto meets = [&](const Condition& condition) { return holds(condition, grid, cell); };
  if (std::any_of(grid.exclude.begin(), grid.exclude.end(), meets)) return true;
  return !grid.only.empty() && std::none_of(grid.only.begin(), grid.only.end(), meets);
}

// Axis labels as the config has them, so that 0 and 0.0 of two spellings are one value.
void normalise_labels(Json& axes, const Json& config) {
  for (auto& [name, label] : axes.items()) {
    const auto path = split_path(name);
    const auto* value = &config;
    for (const auto& part : path) {
      if (!value->is_object() || !value->contains(part)) {
        value = nullptr;
        break;
      }
      value = &value->at(part);
    }
    if (value != nullptr && value->is_primitive() && label.is_primitive()) label = *value;
  }
}

// What no worker starts in: LibTorch and a batch.
constexpr std::int64_t kLeastMemoryMiB = 256;

// Both hashes of a trial, cut to 128 bits each: a million of them stay small.
struct Digest {
  std::array<std::uint64_t, 4> words{};
  bool operator==(const Digest&) const = default;
};
struct DigestHash {
  std::size_t operator()(const Digest& digest) const { return digest.words[0] ^ digest.words[2]; }
};

Digest digest_of(const Identity& identity) {
  Digest digest;
  for (std::size_t i = 0; i < digest.words.size(); ++i) {
    const auto& hash = i < 2 ? identity.training_hash : identity.evaluation_hash;
    const char* begin = hash.data() + 16 * (i % 2);
    std::from_chars(begin, begin + 16, digest.words[i], 16);
  }
  return digest;
}

// Whether benchmarks were asked for and every one is left out: such a floor is no yardstick.
bool measures_nothing(const Node& document, const Json& config) {
  const auto* asked = document.find("benchmark");
  return asked != nullptr && asked->is(Node::Kind::kArray) && !asked->items().empty() &&
         config.at("benchmark").empty();
}

// What every cell goes through.
struct Tools {
  Checker checker;
  const plugin::ContentIdentity& content;
  PeopleCheck people;
};

struct Expander {
  const plugin::Registry& plugins;
  const Options& options;
  Sources sources;
  Diagnostics diagnostics;
  Experiment result;
  Grid grid;
  Condition only;
  std::optional<std::vector<std::string>> only_floors;
  std::unordered_set<Digest, DigestHash> seen;
  SharedPool pool;  // of sections, axes and parts of specs
  std::set<std::string> used_plugins;

  void run(const std::filesystem::path& file);
  void expand_grid(const Node& document, Tools& tools);
  void expand_floors(const Node& document, const Node& floors, Tools& tools);
  void add(const Cell& cell, Json axes, Tools& tools);
  Json spec_of(const Checked& checked, const Tools& tools, Json overlaps);
  void check_machine(const Node& document, const Json& threads);
  bool wanted(const Cell& cell, const std::string& floor) const;
  void describe(const Node& document, const Checker& checker, const std::filesystem::path& file);
};

bool Expander::wanted(const Cell& cell, const std::string& floor) const {
  if (only_floors &&
      std::find(only_floors->begin(), only_floors->end(), floor) == only_floors->end()) {
    return false;
  }
  return holds(only, grid, cell);
}

void Expander::check_machine(const Node& document, const Json& threads) {
  if (options.cores > 0 && threads.get<int>() > options.cores) {
    diagnostics.error(
        place_of(document, "train", "threads"),
        fmt::format("train.threads = {}, but this machine has {} {}; a trial would "
                    "only wait for itself",
                    threads.dump(), options.cores, options.cores == 1 ? "core" : "cores"));
  }
  const auto limit = result.run.value("memory_limit", std::int64_t{0});
  const auto where = place_of(document, "run", "memory_limit");
  if (limit > 0 && limit < kLeastMemoryMiB) {
    diagnostics.error(where,
                      fmt::format("run.memory_limit = {} MiB, but a worker needs at least {} "
                                  "MiB to start",
                                  limit, kLeastMemoryMiB));
  } else if (options.memory > 0 && static_cast<std::uint64_t>(limit) > options.memory >> 20U) {
    diagnostics.error(where, fmt::format("run.memory_limit = {} MiB, but this machine has {}",
                                         limit, human_bytes(static_cast<double>(options.memory))));
  }
}

void Expander::add(const Cell& cell, Json axes, Tools& tools) {
  const auto errors = diagnostics.raised();
  auto checked = tools.checker.check(cell.document);
  check_machine(cell.document, checked.config.at("train").value("threads", Json(1)));
  if (diagnostics.raised() != errors) return;
  if (axes.contains("floor") && measures_nothing(cell.document, checked.config)) {
    const auto name = axes.at("floor").get<std::string>();
    diagnostics.note({},
                     fmt::format("floor `{}` is left out: none of its benchmarks is left", name));
    return;
  }
  auto overlaps = tools.people.check(cell.document, checked);
  if (diagnostics.raised() != errors) return;
  auto identity = identity_of(checked, options.numerics, tools.content);
  if (!seen.insert(digest_of(identity)).second) {
    ++result.counts.equal;
    return;
  }
  if (options.limit && result.trials.size() >= *options.limit) {
    ++result.counts.limited;
    return;
  }
  normalise_labels(axes, checked.config);
  Trial trial;
  trial.training_hash = std::move(identity.training_hash);
  trial.evaluation_hash = std::move(identity.evaluation_hash);
  trial.axes = pool.share(std::move(axes));
  trial.experiment = result.name;
  trial.mixes_real = checked.parts.real_mixing;
  trial.spec = pool.share(spec_of(checked, tools, std::move(overlaps)));
  trial.config = pool.share(std::move(checked.config));
  result.trials.push_back(std::move(trial));
}

Json Expander::spec_of(const Checked& checked, const Tools& tools, Json overlaps) {
  Json spec = {{"format", 1}, {"device", result.run.at("device")}};
  spec["run"] = {{"retries", result.run.at("retries")},
                 {"time_limit", result.run.at("time_limit")},
                 {"memory_limit", result.run.at("memory_limit")}};
  spec["digests"] = digests_of(checked, tools.content);
  if (!overlaps.empty()) spec["overlap"] = std::move(overlaps);
  for (const auto& [room, revision] : options.numerics.rooms) spec["revisions"][room] = revision;
  for (const auto* info : checked.plugins) {
    spec["plugins"][info->name()] = info->library.string();
    spec["revisions"][info->name()] = info->revision;
    if (used_plugins.insert(info->name()).second) result.plugins.push_back(*info);
  }
  return spec;
}

void Expander::expand_grid(const Node& document, Tools& tools) {
  std::vector<std::size_t> choice(grid.groups.size(), 0);
  std::uint64_t done = 0;
  do {
    auto cell = make_cell(document, grid, choice, diagnostics);
    if (excluded(grid, cell)) {
      ++result.counts.excluded;
    } else if (!wanted(cell, "none")) {
      ++result.counts.filtered;
    } else {
      add(cell, labels_of(grid, choice), tools);
    }
    if (options.progress) options.progress(++done, result.counts.cells);
    // Errors in every cell of a large grid are the same few errors.
    if (diagnostics.raised() > 1000) return;
  } while (advance(choice, grid));
}

void Expander::expand_floors(const Node& document, const Node& floors, Tools& tools) {
  const auto before = result.trials.size();
  for_each_floor_cell(floors, document, grid, diagnostics, [&](FloorCell floor) {
    if (!wanted(floor.cell, floor.axes.at("floor").get<std::string>())) {
      ++result.counts.filtered;
    } else {
      add(floor.cell, std::move(floor.axes), tools);
    }
  });
  result.counts.floors = result.trials.size() - before;
}

void Expander::describe(const Node& document, const Checker& checker,
                        const std::filesystem::path& file) {
  const auto description = checker.check_description(document);
  result.name = description.value("name", "");
  if (result.name.empty()) result.name = file.stem().string();
  result.question = description.value("question", "");
  result.primary = description.at("primary");
  result.run = checker.check_run(document);
  if (options.device) result.run["device"] = *options.device;
  result.source = source_text(file, options);
  const bool plain = std::all_of(result.name.begin(), result.name.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.';
  });
  if (!plain) {
    const auto* name = document.find("name");
    diagnostics.error(
        name != nullptr ? name->where() : Location{},
        fmt::format("an experiment's name has letters, digits, '_', '-' and '.' only, "
                    "not \"{}\"",
                    result.name));
  }
}

void Expander::run(const std::filesystem::path& file) {
  auto document = read_document(file, options, sources, diagnostics);
  const plugin::ContentIdentity content(options.content_cache);
  Tools tools{Checker(plugins, sources, diagnostics), content,
              PeopleCheck(content, options.content_cache, diagnostics)};
  describe(document, tools.checker, file);

  grid = take_grid(document, diagnostics);
  result.axes = grid.names();
  for (const auto& group : grid.groups) {
    for (std::size_t a = group.telling(); a < group.axes.size(); ++a) {
      result.tied_axes.push_back(group.axes[a].name);
    }
  }
  result.counts.cells = grid.cells();
  if (result.counts.cells > kMostCells) {
    diagnostics.error(grid.groups.front().axes.front().where,
                      fmt::format("the axes make more than {} cells: leave values out, or move "
                                  "lists together in a zip group",
                                  human_count(static_cast<std::int64_t>(kMostCells))));
    diagnostics.throw_if_errors(sources);
  }
  only = read_only(options, grid, document, only_floors, sources, diagnostics);
  const auto floors = document.find("floor") != nullptr ? *document.find("floor") : Node();
  document.erase("floor");
  expand_grid(document, tools);
  if (floors.is(Node::Kind::kArray)) expand_floors(document, floors, tools);
  diagnostics.throw_if_errors(sources);
  if (result.trials.empty()) {
    fail(ExitCode::kUsage,
         "{}: of {} cells no trial is left: {} excluded by axes, {} left out by --only, {} by "
         "--limit",
         file.string(), result.counts.cells, result.counts.excluded, result.counts.filtered,
         result.counts.limited);
  }
  for (const auto& remark : diagnostics.list()) {
    result.remarks.push_back(Diagnostics::text(remark, sources));
  }
}

}  // namespace

Experiment expand(const std::filesystem::path& file, const plugin::Registry& plugins,
                  const Options& options) {
  Expander expander{plugins, options, {}, {}, {}, {}, {}, {}, {}, {}, {}};
  expander.run(file);
  return std::move(expander.result);
}

const Trial& find_trial(const Experiment& experiment, const std::string& hash) {
  const Trial* found = nullptr;
  for (const auto& trial : experiment.trials) {
    if (!trial.training_hash.starts_with(hash)) continue;
    if (found != nullptr && found->training_hash != trial.training_hash) {
      fail(ExitCode::kUsage, "several trials begin with {}; give more digits", hash);
    }
    found = &trial;
  }
  if (found == nullptr || hash.size() < 6) {
    fail(ExitCode::kUsage,
         "no trial of {} is called {}; `synface plan` lists them, 6 digits are enough",
         experiment.name, hash);
  }
  return *found;
}

}  // namespace synface::experiment
