#include "synface/experiment/grid.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "synface/base/text.h"
#include "synface/experiment/keys.h"

namespace synface::experiment {
namespace {

const std::vector<std::string> kAxesKeys = {"product", "zip", "exclude", "only"};

bool is_section(std::string_view name) {
  if (name == "mixup" || name == "benchmark" || name == "floor" || name == "axes") return true;
  const auto keys = host_keys();
  return std::any_of(keys.begin(), keys.end(),
                     [&](const Key& key) { return !key.section.empty() && key.section == name; });
}

Json label_of(Node& value) {
  switch (value.kind()) {
    case Node::Kind::kTable: {
      const auto* label = value.find("label");
      const auto* plugin = value.find("plugin");
      const auto text = label != nullptr    ? label->as_string()
                        : plugin != nullptr ? plugin->as_string()
                                            : value.to_toml();
      value.erase("label");
      return text;
    }
    case Node::Kind::kArray:
      return value.to_toml();
    default:
      return value.to_json();
  }
}

// Table values that share a plugin need their whole text to be told apart.
// In a zip group an axis may have a value in several rows.
void make_distinct(Axis& axis, bool zipped, Diagnostics& diagnostics) {
  for (std::size_t i = 0; i < axis.labels.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (axis.labels[i] != axis.labels[j]) continue;
      if (same_value(axis.values[i], axis.values[j])) {
        if (zipped) continue;
        diagnostics.error(axis.values[i].where(), fmt::format("axis `{}` has the value {} twice",
                                                              axis.name, axis.values[i].to_toml()));
        return;
      }
      axis.labels[i] = axis.values[i].to_toml();
      axis.labels[j] = axis.values[j].to_toml();
    }
  }
}

std::optional<Axis> read_axis(const Node::Member& member, bool zipped, Diagnostics& diagnostics) {
  Axis axis;
  axis.name = member.key;
  axis.where = member.key_place;
  if (!member.value.is(Node::Kind::kArray)) {
    diagnostics.error(member.value.where(),
                      fmt::format("axis `{}` wants a list of values, this is {}", axis.name,
                                  member.value.kind_name()));
    return std::nullopt;
  }
  if (member.value.items().empty()) {
    diagnostics.error(
        member.value.where(),
        fmt::format("axis `{}` is empty: give it a value, or leave it out", axis.name));
    return std::nullopt;
  }
  const bool dotted = axis.name.find('.') != std::string::npos;
  if (dotted || is_section(axis.name)) {
    auto path = split_path(axis.name, axis.where, diagnostics);
    if (!path) return std::nullopt;
    axis.path = std::move(*path);
  }
  axis.values = member.value.items();
  for (auto& value : axis.values) {
    axis.labels.push_back(label_of(value));
    if (axis.path.empty() && (value.is(Node::Kind::kTable) || value.is(Node::Kind::kArray))) {
      diagnostics.error(value.where(),
                        fmt::format("`{}` is a condition of your own: its values are booleans, "
                                    "numbers or strings, not {}",
                                    axis.name, value.kind_name()));
    }
  }
  make_distinct(axis, zipped, diagnostics);
  return axis;
}

void flatten(const Node& table, const std::string& prefix, std::vector<Node::Member>& out) {
  for (const auto& member : table.members()) {
    const auto key = prefix.empty() ? member.key : prefix + "." + member.key;
    if (member.value.is(Node::Kind::kTable)) {
      flatten(member.value, key, out);
    } else {
      out.push_back({key, member.key_place, member.value});
    }
  }
}

// Tables in product and zip may be nested: product.seed = {...} and product."seed.x" are one.
std::vector<Node::Member> axis_members(const Node& table) {
  std::vector<Node::Member> out;
  flatten(table, {}, out);
  return out;
}

void take_seeds(Node& document, Grid& grid, Diagnostics& diagnostics) {
  auto* seeds = document.find("seed");
  if (seeds == nullptr || !seeds->is(Node::Kind::kTable)) return;
  for (auto& member : seeds->members()) {
    if (!member.value.is(Node::Kind::kArray)) continue;
    auto axis =
        read_axis({"seed." + member.key, member.key_place, member.value}, false, diagnostics);
    if (!axis) continue;
    member.value = axis->values.front();
    grid.groups.push_back({{std::move(*axis)}});
  }
}

void take_product(const Node& product, Grid& grid, Diagnostics& diagnostics) {
  if (!product.is(Node::Kind::kTable)) {
    return diagnostics.error(product.where(),
                             "`axes.product` wants a table: { key = [value, value], ... }");
  }
  for (const auto& member : axis_members(product)) {
    if (auto axis = read_axis(member, false, diagnostics))
      grid.groups.push_back({{std::move(*axis)}});
  }
}

void take_zip_group(const Node& table, Grid& grid, Diagnostics& diagnostics) {
  if (!table.is(Node::Kind::kTable)) {
    return diagnostics.error(table.where(),
                             "`axes.zip` wants tables: [ { key = [a, b], other = [c, d] } ]");
  }
  AxisGroup group;
  for (const auto& member : axis_members(table)) {
    auto axis = read_axis(member, true, diagnostics);
    if (!axis) continue;
    if (!group.axes.empty() && axis->values.size() != group.size()) {
      diagnostics.error(
          axis->where,
          fmt::format("lists of a zip group are equally long, but `{}` has {} values "
                      "and `{}` has {}",
                      axis->name, axis->values.size(), group.axes.front().name, group.size()));
      continue;
    }
    group.axes.push_back(std::move(*axis));
  }
  if (!group.axes.empty()) grid.groups.push_back(std::move(group));
}

void take_conditions(const Node& list, std::string_view word, std::vector<Condition>& out,
                     const Grid& grid, const Node& document, Diagnostics& diagnostics) {
  const std::vector<Node> one = {list};
  for (const auto& table : list.is(Node::Kind::kArray) ? list.items() : one) {
    if (!table.is(Node::Kind::kTable) || table.members().empty()) {
      diagnostics.error(table.where(),
                        fmt::format("`axes.{}` wants tables of keys and values: "
                                    "[ {{ im = true, \"generator.samples\" = 50 }} ]",
                                    word));
      continue;
    }
    out.push_back(read_condition(table, grid, document, diagnostics));
  }
}

void complain_of_doubles(const Grid& grid, Diagnostics& diagnostics) {
  std::vector<const Axis*> seen;
  for (const auto& group : grid.groups) {
    for (const auto& axis : group.axes) {
      for (const auto* other : seen) {
        if (other->name == axis.name) {
          diagnostics.error(axis.where, fmt::format("`{}` is an axis twice", axis.name));
        }
      }
      seen.push_back(&axis);
    }
  }
}

}  // namespace

const Axis* Grid::find(std::string_view name) const {
  for (const auto& group : groups) {
    for (const auto& axis : group.axes) {
      if (axis.name == name) return &axis;
    }
  }
  return nullptr;
}

std::size_t AxisGroup::telling() const {
  for (std::size_t n = 1; n < axes.size(); ++n) {
    std::set<std::string> seen;
    for (std::size_t i = 0; i < size(); ++i) {
      Json labels = Json::array();
      for (std::size_t a = 0; a < n; ++a) labels.push_back(axes[a].labels[i]);
      seen.insert(labels.dump());
    }
    if (seen.size() == size()) return n;
  }
  return axes.size();
}

std::vector<std::string> Grid::names() const {
  std::vector<std::string> names;
  for (const auto& group : groups) {
    for (const auto& axis : group.axes) names.push_back(axis.name);
  }
  return names;
}

std::uint64_t Grid::cells() const {
  std::uint64_t cells = 1;
  for (const auto& group : groups) {
    cells *= group.size();
    if (cells > kMostCells) return cells;
  }
  return cells;
}

Grid take_grid(Node& document, Diagnostics& diagnostics) {
  Grid grid;
  take_seeds(document, grid, diagnostics);
  const auto* axes = document.find("axes");
  if (axes == nullptr) return grid;
  if (!axes->is(Node::Kind::kTable)) {
    diagnostics.error(axes->where(), "`axes` wants a table with product, zip, exclude, only");
    return grid;
  }
  for (const auto& member : axes->members()) {
    if (!is_host_key("axes", member.key)) {
      diagnostics.error(member.key_place, fmt::format("unknown key `axes.{}`{}", member.key,
                                                      hint(member.key, kAxesKeys)));
    }
  }
  if (const auto* product = axes->find("product")) take_product(*product, grid, diagnostics);
  if (const auto* zip = axes->find("zip")) {
    if (zip->is(Node::Kind::kArray)) {
      for (const auto& table : zip->items()) take_zip_group(table, grid, diagnostics);
    } else {
      take_zip_group(*zip, grid, diagnostics);
    }
  }
  complain_of_doubles(grid, diagnostics);
  const auto* exclude = axes->find("exclude");
  const auto* only = axes->find("only");
  if (exclude != nullptr) {
    take_conditions(*exclude, "exclude", grid.exclude, grid, document, diagnostics);
  }
  if (only != nullptr) take_conditions(*only, "only", grid.only, grid, document, diagnostics);
  document.erase("axes");
  return grid;
}

Json labels_of(const Grid& grid, const std::vector<std::size_t>& choice) {
  Json labels = Json::object();
  for (std::size_t g = 0; g < grid.groups.size(); ++g) {
    for (const auto& axis : grid.groups[g].axes) labels[axis.name] = axis.labels[choice[g]];
  }
  return labels;
}

}  // namespace synface::experiment
