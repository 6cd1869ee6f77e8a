#include <fmt/format.h>

#include <algorithm>

#include "synface/base/text.h"
#include "synface/experiment/keys.h"
#include "synface/experiment/node.h"

namespace synface::experiment {
namespace {

// Drops what belongs to the plugin that `table` named before.
void drop_plugin_parameters(Node& table, const std::string& section) {
  std::erase_if(table.members(),
                [&](const Node::Member& member) { return !is_host_key(section, member.key); });
}

std::string entry_name(const Node& entry, std::string_view key) {
  const auto* name = entry.find(key);
  return name != nullptr && name->is(Node::Kind::kString) ? name->as_string() : std::string();
}

// The entries of a list of tables that a word addresses: by name, else by plugin.
std::vector<Node*> addressed(Node& list, const std::string& word) {
  for (const auto* key : {"name", "plugin"}) {
    std::vector<Node*> found;
    for (auto& entry : list.items()) {
      if (entry_name(entry, key) == word) found.push_back(&entry);
    }
    if (!found.empty()) return found;
  }
  return {};
}

void merge_entries(Node& list, const Node& over, Diagnostics& diagnostics,
                   const std::string& path) {
  for (const auto& member : over.members()) {
    const auto found = addressed(list, member.key);
    if (found.size() == 1) {
      merge(*found[0], member.value, diagnostics, path);
      continue;
    }
    std::vector<std::string> names;
    for (const auto& entry : list.items()) {
      const auto name = entry_name(entry, "name");
      names.push_back(name.empty() ? entry_name(entry, "plugin") : name);
    }
    if (found.empty()) {
      diagnostics.error(
          member.key_place,
          fmt::format("no entry of `{}` is called `{}`{}", path, member.key,
                      names.empty() ? "; the list is empty" : hint(member.key, names)));
    } else {
      diagnostics.error(member.key_place,
                        fmt::format("{} entries of `{}` are called `{}`: give each a `name`",
                                    found.size(), path, member.key));
    }
  }
}

}  // namespace

void merge(Node& under, const Node& over, Diagnostics& diagnostics, const std::string& path) {
  const bool entries = path == "mixup" || path == "benchmark" || path == "floor";
  if (under.is(Node::Kind::kArray) && over.is(Node::Kind::kTable) && entries) {
    return merge_entries(under, over, diagnostics, path);
  }
  if (!under.is(Node::Kind::kTable) || !over.is(Node::Kind::kTable)) {
    under = over;
    return;
  }
  const auto plugin = entry_name(over, "plugin");
  if (!plugin.empty() && !entry_name(under, "plugin").empty() &&
      entry_name(under, "plugin") != plugin) {
    drop_plugin_parameters(under, path);
  }
  // Two ways to state one budget: the upper layer's replaces the lower one's.
  if (path == "train" && over.find("images_seen") != nullptr) under.erase("epochs");
  if (path == "train" && over.find("epochs") != nullptr) under.erase("images_seen");
  for (const auto& member : over.members()) {
    auto* below = under.find(member.key);
    if (below == nullptr) {
      under.set(member.key, member.value, member.key_place);
      continue;
    }
    const auto inner = path.empty() ? member.key : path + "." + member.key;
    auto merged = std::move(*below);
    merge(merged, member.value, diagnostics, inner);
    under.set(member.key, std::move(merged), member.key_place);
  }
}

}  // namespace synface::experiment
