// An experiment file: TOML, axes, conditions, the checks of every key, the canonical config and the
// TOML that it is written back as. Paths are only looked for, includes are left alone.
#include <synface/experiment/check.h>
#include <synface/experiment/experiment.h>

#include "fuzz.h"

namespace synface::fuzz {
namespace {

using namespace synface::experiment;

plugin::PluginInfo described(plugin::Kind kind, std::string id, std::vector<std::string> keys,
                             std::vector<std::string> traits) {
  plugin::PluginInfo info;
  info.kind = kind;
  info.id = std::move(id);
  info.revision = 1;
  info.traits = std::move(traits);
  for (std::string& key : keys) {
    plugin::Param param;
    param.key = std::move(key);
    param.type = plugin::ParamType::kF64;
    param.def = 0.5;
    param.min = 0;
    param.max = 100;
    info.params.push_back(std::move(param));
  }
  return info;
}

plugin::Registry some_plugins() {
  using plugin::Kind;
  return plugin::Registry::of({
      described(Kind::kGenerator, "faces", {"pose"}, {"latent"}),
      described(Kind::kMixup, "identity", {"strength"}, {"latent"}),
      described(Kind::kMixup, "domain", {"steps"}, {"batch", "real"}),
      described(Kind::kBackbone, "net", {"width"}, {"trainable"}),
      described(Kind::kBackbone, "lbp", {"radius"}, {"frozen"}),
      described(Kind::kLoss, "cosface", {"scale", "margin"}, {}),
      described(Kind::kBenchmark, "verification", {"bootstrap"}, {}),
  });
}

void check_cells(const Node& document, const Grid& grid, const Checker& checker,
                 Diagnostics& diagnostics) {
  constexpr std::size_t kCells = 4;  // of each group the first few: the rest takes the same way
  std::vector<std::size_t> choice(grid.groups.size(), 0);
  for (std::size_t i = 0; i < kCells; ++i) {
    for (std::size_t g = 0; g < choice.size(); ++g) choice[g] = i % grid.groups[g].size();
    const Cell cell = make_cell(document, grid, choice, diagnostics);
    for (const Condition& condition : grid.exclude) holds(condition, grid, cell);
    for (const Condition& condition : grid.only) holds(condition, grid, cell);
    labels_of(grid, choice);
    const auto raised = diagnostics.raised();
    const Checked checked = checker.check(cell.document);
    if (diagnostics.raised() != raised) return;
    canonical_dump(checked.config);
    Sources sources;
    Diagnostics again;
    const std::string toml = to_toml(checked.config, "again");
    require(read_toml(toml, sources.add("again.toml", toml, "/"), again).has_value(),
            "an accepted cell is written as TOML");
  }
}

void read_experiment(const std::string& text) {
  static const plugin::Registry plugins = some_plugins();
  Sources sources;
  Diagnostics diagnostics;
  const int source = sources.add("experiment.toml", text, "/");
  auto document = read_toml(text, source, diagnostics);
  require(document.has_value() != (diagnostics.errors() > 0), "bad TOML is an error");
  if (document) {
    const Checker checker(plugins, sources, diagnostics);
    checker.check_description(*document);
    checker.check_run(*document);
    const Grid grid = take_grid(*document, diagnostics);
    document->erase("floor");
    if (grid.cells() <= kMostCells) check_cells(*document, grid, checker, diagnostics);
  }
  for (const Diagnostic& d : diagnostics.list()) {
    require(!Diagnostics::text(d, sources).empty(), "an error says something");
  }
}

}  // namespace
}  // namespace synface::fuzz

// Bytes without a line break are one --set as well.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(synface::fuzz::as_text(data, size));
  synface::fuzz::read_experiment(text);
  if (text.find('\n') == std::string::npos) {
    synface::experiment::Sources sources;
    synface::experiment::Diagnostics diagnostics;
    synface::experiment::read_assignment(text, "--set", "/", sources, diagnostics);
  }
  return 0;
}
