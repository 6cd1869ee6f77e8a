#include "document.h"

#include <fmt/format.h>

#include <algorithm>

#include "synface/base/file.h"

namespace synface::experiment {
namespace fs = std::filesystem;
namespace {

void flatten(const Node& table, const std::string& prefix, std::vector<Node::Member>& out) {
  for (const auto& member : table.members()) {
    const auto key = prefix.empty() ? member.key : prefix + "." + member.key;
    if (member.value.is(Node::Kind::kTable) && !member.value.members().empty()) {
      flatten(member.value, key, out);
    } else {
      out.push_back({key, member.key_place, member.value});
    }
  }
}

bool in_zip(const Node& axes, const std::string& key) {
  const auto* zip = axes.find("zip");
  if (zip == nullptr) return false;
  if (zip->is(Node::Kind::kTable)) return zip->find(key) != nullptr;
  return std::any_of(zip->items().begin(), zip->items().end(),
                     [&](const Node& group) { return group.find(key) != nullptr; });
}

// `--set` of a key that is an axis gives the axis its values. Returns whether it did.
bool set_axis(Node& document, const Node::Member& assignment, Diagnostics& diagnostics) {
  auto* axes = document.find("axes");
  if (axes == nullptr) return false;
  if (in_zip(*axes, assignment.key)) {
    diagnostics.error(assignment.key_place,
                      fmt::format("`{0}` moves in a zip group; narrow it with --only {0}={1}, or "
                                  "give the group anew with --set 'axes.zip=[...]'",
                                  assignment.key, assignment.value.to_toml()));
    return true;
  }
  auto* product = axes->find("product");
  if (product == nullptr || product->find(assignment.key) == nullptr) return false;
  auto values = assignment.value;
  if (!values.is(Node::Kind::kArray)) values = Node::array({values}, values.where());
  product->set(assignment.key, std::move(values), assignment.key_place);
  return true;
}

void assign(Node& document, const Node& assignment, Diagnostics& diagnostics) {
  std::vector<Node::Member> flat;
  flatten(assignment, {}, flat);
  if (flat.size() == 1 && set_axis(document, flat.front(), diagnostics)) return;
  merge(document, assignment, diagnostics);
}

}  // namespace

Node read_document(const fs::path& file, const Options& options, Sources& sources,
                   Diagnostics& diagnostics) {
  auto document = read_file_with_includes(file, sources, diagnostics);
  diagnostics.throw_if_errors(sources);
  for (const auto& argument : options.set) {
    const auto assignment =
        read_assignment(argument, "--set", options.working_folder, sources, diagnostics);
    if (assignment) assign(*document, *assignment, diagnostics);
  }
  diagnostics.throw_if_errors(sources);
  return std::move(*document);
}

Condition read_only(const Options& options, const Grid& grid, const Node& document,
                    std::optional<std::vector<std::string>>& floors, Sources& sources,
                    Diagnostics& diagnostics) {
  Condition all;
  for (const auto& argument : options.only) {
    auto table = read_assignment(argument, "--only", options.working_folder, sources, diagnostics);
    if (!table) continue;
    if (const auto* floor = table->find("floor"); floor != nullptr) {
      if (!floors) floors.emplace();
      const std::vector<Node> one = {*floor};
      for (const auto& name : floor->is(Node::Kind::kArray) ? floor->items() : one) {
        floors->push_back(name.is(Node::Kind::kString) ? name.as_string() : name.to_toml());
      }
      table->erase("floor");
    }
    for (auto& clause : read_condition(*table, grid, document, diagnostics).clauses) {
      const auto same = std::find_if(all.clauses.begin(), all.clauses.end(),
                                     [&](const Clause& c) { return c.key == clause.key; });
      if (same == all.clauses.end()) {
        all.clauses.push_back(std::move(clause));
      } else {
        same->any_of.insert(same->any_of.end(), clause.any_of.begin(), clause.any_of.end());
      }
    }
  }
  return all;
}

std::string source_text(const fs::path& file, const Options& options) {
  auto text = read_file(file, ExitCode::kUsage);
  for (const auto& argument : options.set) text += fmt::format("# --set {}\n", argument);
  return text;
}

}  // namespace synface::experiment
