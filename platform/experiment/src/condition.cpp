// Conditions, and the document of one cell.
#include <fmt/format.h>

#include <algorithm>

#include "synface/base/text.h"
#include "synface/experiment/grid.h"
#include "synface/experiment/keys.h"
#include "toml_value.h"

namespace synface::experiment {
namespace {

void read_clauses(const Node& table, const std::string& prefix, std::vector<Clause>& clauses) {
  for (const auto& member : table.members()) {
    const auto key = prefix.empty() ? member.key : prefix + "." + member.key;
    if (member.value.is(Node::Kind::kTable)) {
      read_clauses(member.value, key, clauses);
      continue;
    }
    Clause clause{key, {}, member.key_place};
    if (member.value.is(Node::Kind::kArray)) {
      clause.any_of = member.value.items();
    } else {
      clause.any_of = {member.value};
    }
    clauses.push_back(std::move(clause));
  }
}

// An entry of mixup, benchmark or floor by its name or plugin.
const Node* entry(const Node& list, const std::string& word) {
  for (const auto* key : {"name", "plugin"}) {
    for (const auto& item : list.items()) {
      const auto* found = item.find(key);
      if (found != nullptr && found->is(Node::Kind::kString) && found->as_string() == word) {
        return &item;
      }
    }
  }
  return nullptr;
}

const Node* look_up(const Node& document, const std::vector<std::string>& path) {
  const Node* node = &document;
  for (const auto& part : path) {
    node = node->is(Node::Kind::kArray) ? entry(*node, part) : node->find(part);
    if (node == nullptr) return nullptr;
  }
  return node;
}

const Key* host_key(const std::vector<std::string>& path) {
  if (path.size() == 1) return find_key("", path[0]);
  return path.size() == 2 ? find_key(path[0], path[1]) : nullptr;
}

std::vector<std::string> known_names(const Grid& grid, const Node& document) {
  auto names = grid.names();
  for (const auto& key : host_keys()) names.push_back(key.path());
  for (const auto& section : document.members()) {
    for (const auto& member : section.value.members()) {
      names.push_back(section.key + "." + member.key);
    }
  }
  return names;
}

bool equals_label(const Node& value, const Json& label) {
  if (value.is(Node::Kind::kString)) return label.is_string() && label == value.as_string();
  if (value.is(Node::Kind::kBoolean)) return label.is_boolean() && label == value.as_boolean();
  if (value.is_number()) return label.is_number() && label.get<double>() == value.as_number();
  return label.is_string() && label == value.to_toml();
}

bool holds(const Clause& clause, const Grid& grid, const Cell& cell) {
  for (std::size_t g = 0; g < grid.groups.size(); ++g) {
    for (const auto& axis : grid.groups[g].axes) {
      if (axis.name != clause.key) continue;
      return std::any_of(clause.any_of.begin(), clause.any_of.end(), [&](const Node& value) {
        return equals_label(value, axis.labels[cell.choice[g]]);
      });
    }
  }
  const auto path = split_path(clause.key);
  const auto* found = look_up(cell.document, path);
  std::optional<Node> standard;
  if (found == nullptr) {
    const auto* key = host_key(path);
    if (key == nullptr || key->standard.empty()) return false;
    standard = toml_value(key->standard);
    found = &*standard;
  }
  return std::any_of(clause.any_of.begin(), clause.any_of.end(),
                     [&](const Node& value) { return same_value(value, *found); });
}

// `when`: "im", "not im" or a table.
std::optional<Condition> read_when(const Node& when, const Grid& grid, const Node& document,
                                   Diagnostics& diagnostics) {
  if (when.is(Node::Kind::kTable)) return read_condition(when, grid, document, diagnostics);
  if (!when.is(Node::Kind::kString)) {
    diagnostics.error(when.where(),
                      "`when` wants the name of a boolean axis, as in \"im\" or "
                      "\"not im\", or a table of keys and values");
    return std::nullopt;
  }
  auto name = when.as_string();
  Condition condition;
  condition.negated = name.starts_with("not ");
  if (condition.negated) name.erase(0, 4);
  const auto* axis = grid.find(name);
  if (axis == nullptr) {
    diagnostics.error(when.where(), fmt::format("`when` names `{}`, which is no axis{}", name,
                                                grid.groups.empty() ? "; this file has no axes"
                                                                    : hint(name, grid.names())));
    return std::nullopt;
  }
  for (const auto& value : axis->values) {
    if (value.is(Node::Kind::kBoolean)) continue;
    diagnostics.error(when.where(), fmt::format("`when = \"{}\"` wants an axis of booleans; for a "
                                                "value write when = {{ \"{}\" = {} }}",
                                                name, name, value.to_toml()));
    return std::nullopt;
  }
  condition.clauses.push_back({name, {Node::boolean(true, when.where())}, when.where()});
  return condition;
}

void drop_entries(Node& document, std::string_view section, const Grid& grid, const Cell& cell,
                  Diagnostics& diagnostics) {
  auto* list = document.find(section);
  if (list == nullptr || !list->is(Node::Kind::kArray)) return;
  std::erase_if(list->items(), [&](Node& item) {
    const auto* when = item.find("when");
    if (when == nullptr) return false;
    const auto condition = read_when(*when, grid, cell.document, diagnostics);
    const bool keep = condition && synface::experiment::holds(*condition, grid, cell);
    item.erase("when");
    return !keep;
  });
}

}  // namespace

bool same_value(const Node& a, const Node& b) {
  if (a.is_number() && b.is_number()) return a.as_number() == b.as_number();
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Node::Kind::kBoolean:
      return a.as_boolean() == b.as_boolean();
    case Node::Kind::kString:
      return a.as_string() == b.as_string();
    case Node::Kind::kArray:
      return std::equal(a.items().begin(), a.items().end(), b.items().begin(), b.items().end(),
                        same_value);
    case Node::Kind::kTable:
      return a.members().size() == b.members().size() &&
             std::all_of(a.members().begin(), a.members().end(), [&](const Node::Member& member) {
               const auto* other = b.find(member.key);
               return other != nullptr && same_value(member.value, *other);
             });
    default:
      return false;
  }
}

Condition read_condition(const Node& table, const Grid& grid, const Node& document,
                         Diagnostics& diagnostics) {
  Condition condition;
  std::vector<Clause> clauses;
  read_clauses(table, {}, clauses);
  for (auto& clause : clauses) {
    if (grid.find(clause.key) == nullptr) {
      const auto path = split_path(clause.key, clause.where, diagnostics);
      if (!path) continue;
      if (look_up(document, *path) == nullptr && host_key(*path) == nullptr) {
        diagnostics.error(clause.where,
                          fmt::format("`{}` is neither an axis nor a key of this "
                                      "file{}",
                                      clause.key, hint(clause.key, known_names(grid, document))));
      }
    }
    condition.clauses.push_back(std::move(clause));
  }
  return condition;
}

bool holds(const Condition& condition, const Grid& grid, const Cell& cell) {
  const bool all = std::all_of(condition.clauses.begin(), condition.clauses.end(),
                               [&](const Clause& clause) { return holds(clause, grid, cell); });
  return all != condition.negated;
}

Cell make_cell(const Node& document, const Grid& grid, std::vector<std::size_t> choice,
               Diagnostics& diagnostics) {
  Cell cell{std::move(choice), document};
  for (std::size_t g = 0; g < grid.groups.size(); ++g) {
    for (const auto& axis : grid.groups[g].axes) {
      if (axis.path.empty()) continue;
      auto over = axis.values[cell.choice[g]];
      for (auto part = axis.path.rbegin(); part != axis.path.rend(); ++part) {
        auto table = Node::table(axis.where);
        table.set(*part, std::move(over), axis.where);
        over = std::move(table);
      }
      merge(cell.document, over, diagnostics);
    }
  }
  drop_entries(cell.document, "mixup", grid, cell, diagnostics);
  drop_entries(cell.document, "benchmark", grid, cell, diagnostics);
  return cell;
}

}  // namespace synface::experiment
