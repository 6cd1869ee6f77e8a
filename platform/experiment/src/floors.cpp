#include "floors.h"

#include <fmt/format.h>

#include <algorithm>

#include "synface/base/text.h"
#include "synface/experiment/keys.h"

namespace synface::experiment {
namespace {

// What one [[floor]] entry says.
struct Floor {
  std::string name;
  Node set;                       // nested tables, lists of seeds taken out
  std::vector<std::string> over;  // axes
  Grid seeds;                     // lists of seeds in `set`
};

// { "train.images_seen" = 0 } as { train = { images_seen = 0 } }.
Node nested(const Node& table, Diagnostics& diagnostics) {
  auto out = Node::table(table.where());
  for (const auto& member : table.members()) {
    auto value = member.value;
    const auto path = split_path(member.key);
    for (auto part = path.rbegin(); part != path.rend(); ++part) {
      auto outer = Node::table(member.key_place);
      outer.set(*part, std::move(value), member.key_place);
      value = std::move(outer);
    }
    merge(out, value, diagnostics);
  }
  return out;
}

void read_over(const Node& over, const Grid& grid, Floor& floor, Diagnostics& diagnostics) {
  const std::vector<Node> one = {over};
  for (const auto& name : over.is(Node::Kind::kArray) ? over.items() : one) {
    if (!name.is(Node::Kind::kString)) {
      diagnostics.error(name.where(), "`floor.over` wants names of axes: [\"seed.train\"]");
    } else if (grid.find(name.as_string()) == nullptr) {
      diagnostics.error(name.where(), fmt::format("`{}` is no axis{}", name.as_string(),
                                                  hint(name.as_string(), grid.names())));
    } else {
      floor.over.push_back(name.as_string());
    }
  }
}

std::optional<Floor> read_floor(const Node& entry, const Grid& grid, Diagnostics& diagnostics) {
  for (const auto& member : entry.members()) {
    if (is_host_key("floor", member.key)) continue;
    const std::vector<std::string> names = {"name", "set", "over"};
    diagnostics.error(member.key_place,
                      fmt::format("unknown key `floor.{}`{}", member.key, hint(member.key, names)));
  }
  const auto* name = entry.find("name");
  if (name == nullptr || !name->is(Node::Kind::kString) || name->as_string() == "none") {
    diagnostics.error(name != nullptr ? name->where() : entry.where(),
                      "a floor wants a name (other than \"none\"): name = \"untrained\"");
    return std::nullopt;
  }
  Floor floor;
  floor.name = name->as_string();
  const auto* set = entry.find("set");
  if (set != nullptr && !set->is(Node::Kind::kTable)) {
    diagnostics.error(set->where(), "`floor.set` wants a table: { \"train.images_seen\" = 0 }");
    return std::nullopt;
  }
  if (set != nullptr) floor.set = nested(*set, diagnostics);
  floor.seeds = take_grid(floor.set, diagnostics);
  if (const auto* over = entry.find("over")) read_over(*over, grid, floor, diagnostics);
  return floor;
}

bool repeated(const AxisGroup& group, const Floor& floor) {
  return std::any_of(group.axes.begin(), group.axes.end(), [&](const Axis& axis) {
    const bool named =
        std::find(floor.over.begin(), floor.over.end(), axis.name) != floor.over.end();
    return named && floor.seeds.find(axis.name) == nullptr;
  });
}

// The grid over which a floor is repeated: its axes of the experiment, then its own seeds.
bool advance(std::vector<std::size_t>& choice, const Grid& grid, const Floor* floor) {
  for (std::size_t g = choice.size(); g-- > 0;) {
    if (floor != nullptr && !repeated(grid.groups[g], *floor)) continue;
    if (++choice[g] < grid.groups[g].size()) return true;
    choice[g] = 0;
  }
  return false;
}

Json labels(const Floor& floor, const Grid& grid, const std::vector<std::size_t>& choice,
            const std::vector<std::size_t>& seeds) {
  Json out = {{"floor", floor.name}};
  for (std::size_t g = 0; g < grid.groups.size(); ++g) {
    for (const auto& axis : grid.groups[g].axes) {
      const bool seed = axis.name.starts_with("seed.");
      if (seed || repeated(grid.groups[g], floor)) out[axis.name] = axis.labels[choice[g]];
    }
  }
  const auto own = labels_of(floor.seeds, seeds);
  for (const auto& [name, label] : own.items()) out[name] = label;
  return out;
}

bool too_many(const Floor& floor, const Grid& grid) {
  std::uint64_t cells = floor.seeds.cells();
  for (const auto& group : grid.groups) {
    if (cells > kMostCells) break;
    if (repeated(group, floor)) cells *= group.size();
  }
  return cells > kMostCells;
}

void visit_cells(const Floor& floor, const Node& document, const Grid& grid,
                 Diagnostics& diagnostics, const std::function<void(FloorCell)>& visit) {
  std::vector<std::size_t> choice(grid.groups.size(), 0);
  do {
    std::vector<std::size_t> seeds(floor.seeds.groups.size(), 0);
    do {
      auto cell = make_cell(document, grid, choice, diagnostics);
      merge(cell.document, floor.set, diagnostics);
      cell = {choice, make_cell(cell.document, floor.seeds, seeds, diagnostics).document};
      visit({std::move(cell), labels(floor, grid, choice, seeds)});
    } while (advance(seeds, floor.seeds, nullptr));
  } while (advance(choice, grid, &floor));
}

}  // namespace

void for_each_floor_cell(const Node& floors, const Node& document, const Grid& grid,
                         Diagnostics& diagnostics, const std::function<void(FloorCell)>& visit) {
  for (const auto& entry : floors.items()) {
    if (!entry.is(Node::Kind::kTable)) continue;
    const auto floor = read_floor(entry, grid, diagnostics);
    if (!floor) continue;
    if (too_many(*floor, grid)) {
      diagnostics.error(entry.where(),
                        fmt::format("floor `{}` is repeated over more than {} cells: name fewer "
                                    "axes in its `over`",
                                    floor->name, human_count(kMostCells)));
      continue;
    }
    visit_cells(*floor, document, grid, diagnostics, visit);
  }
}

}  // namespace synface::experiment
