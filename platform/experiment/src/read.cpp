// Reading: TOML to nodes, includes, and `--set` assignments.
#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "synface/base/error.h"
#include "synface/experiment/node.h"

namespace synface::experiment {
namespace fs = std::filesystem;
namespace {

Location place(const toml::source_region& region, int source) {
  return {source, static_cast<int>(region.begin.line), static_cast<int>(region.begin.column)};
}

bool before(const Node::Member& a, const Node::Member& b) {
  return std::pair(a.key_place.line, a.key_place.column) <
         std::pair(b.key_place.line, b.key_place.column);
}

Node convert(const toml::node& from, int source, Diagnostics& diagnostics) {
  const auto where = place(from.source(), source);
  if (const auto* value = from.as_boolean()) return Node::boolean(value->get(), where);
  if (const auto* value = from.as_integer()) return Node::integer(value->get(), where);
  if (const auto* value = from.as_floating_point()) return Node::floating(value->get(), where);
  if (const auto* value = from.as_string()) return Node::string(value->get(), where);
  if (const auto* list = from.as_array()) {
    std::vector<Node> items;
    for (const auto& item : *list) items.push_back(convert(item, source, diagnostics));
    return Node::array(std::move(items), where);
  }
  auto table = Node::table(where);
  if (const auto* members = from.as_table()) {
    for (const auto& [key, value] : *members) {
      table.set(std::string(key.str()), convert(value, source, diagnostics),
                place(key.source(), source));
    }
    // toml++ sorts by key; cells come in the order in which the user wrote the axes.
    std::stable_sort(table.members().begin(), table.members().end(), before);
    return table;
  }
  diagnostics.error(where, "dates and times have no meaning here; write a number or a string");
  return table;
}

struct Reader {
  Sources& sources;
  Diagnostics& diagnostics;
  std::vector<fs::path> open;  // the chain of files being read, to find circles

  std::optional<Node> read(const fs::path& file, Location asked_at);
  bool read_includes(Node& result, const Node& own, const fs::path& folder);
};

std::string chain(const std::vector<fs::path>& open, const fs::path& again) {
  std::string text;
  for (const auto& file : open) text += file.filename().string() + " -> ";
  return text + again.filename().string();
}

std::optional<Node> Reader::read(const fs::path& file, Location asked_at) {
  std::error_code error;
  const auto canonical = fs::weakly_canonical(file, error);
  if (std::find(open.begin(), open.end(), canonical) != open.end()) {
    diagnostics.error(asked_at, fmt::format("a circle of includes: {}", chain(open, canonical)));
    return std::nullopt;
  }
  std::ifstream stream(file, std::ios::binary);
  if (!stream || fs::is_directory(file, error)) {
    diagnostics.error(asked_at, fmt::format("cannot read {}: {}", file.string(),
                                            fs::is_directory(file, error) ? "it is a folder"
                                            : fs::exists(file, error)     ? "no rights to read it"
                                                                          : "no such file"));
    return std::nullopt;
  }
  std::stringstream text;
  text << stream.rdbuf();
  const int source = sources.add(file.string(), text.str(), file.parent_path());
  auto own = read_toml(text.str(), source, diagnostics);
  if (!own) return std::nullopt;

  open.push_back(canonical);
  auto result = Node::table({source, 1, 1});
  const bool whole = read_includes(result, *own, file.parent_path());
  open.pop_back();
  own->erase("include");
  merge(result, *own, diagnostics);
  if (!whole) return std::nullopt;
  return result;
}

bool Reader::read_includes(Node& result, const Node& own, const fs::path& folder) {
  const auto* include = own.find("include");
  if (include == nullptr) return true;
  std::vector<Node> files;
  if (include->is(Node::Kind::kString)) {
    files.push_back(*include);
  } else if (include->is(Node::Kind::kArray)) {
    files = include->items();
  } else {
    diagnostics.error(include->where(), "`include` wants a file name or a list of file names");
    return false;
  }
  bool whole = true;
  for (const auto& name : files) {
    if (!name.is(Node::Kind::kString)) {
      diagnostics.error(name.where(),
                        fmt::format("`include` wants file names, this is {}", name.kind_name()));
      whole = false;
      continue;
    }
    const auto included = read(folder / name.as_string(), name.where());
    if (included) {
      merge(result, *included, diagnostics);
    } else {
      whole = false;
    }
  }
  return whole;
}

}  // namespace

std::optional<Node> read_toml(const std::string& text, int source, Diagnostics& diagnostics) {
  try {
    const toml::table table = toml::parse(std::string_view(text));
    const auto errors = diagnostics.raised();
    auto node = convert(table, source, diagnostics);
    if (diagnostics.raised() != errors) return std::nullopt;
    return node;
  } catch (const toml::parse_error& error) {
    diagnostics.error(place(error.source(), source),
                      fmt::format("this is no valid TOML: {}", error.description()));
    return std::nullopt;
  }
}

std::optional<Node> read_file_with_includes(const fs::path& file, Sources& sources,
                                            Diagnostics& diagnostics) {
  return Reader{sources, diagnostics, {}}.read(file, {});
}

std::optional<Node> read_assignment(const std::string& argument, std::string_view option,
                                    const fs::path& working_folder, Sources& sources,
                                    Diagnostics& diagnostics) {
  const auto equals = argument.find('=');
  const int source = sources.add(std::string(option), argument, working_folder);
  if (equals == std::string::npos || equals == 0) {
    diagnostics.error({source, 1, 1},
                      fmt::format("{} wants key=value, as in {} seed.train=3", option, option));
    return std::nullopt;
  }
  Diagnostics quiet;  // what is no TOML value is tried as a string
  if (auto node = read_toml(argument, source, quiet)) return node;

  const auto value = argument.substr(equals + 1);
  // A list or a quoted text that does not parse is a slip, not a string.
  const bool slip = value.empty() || std::string_view("[{\"'").find(value[0]) != std::string::npos;
  if (slip || value.find('\'') != std::string::npos || value.find('\n') != std::string::npos) {
    for (const auto& found : quiet.list()) diagnostics.error(found.where, found.message);
    return std::nullopt;
  }
  return read_toml(argument.substr(0, equals + 1) + "'" + value + "'", source, diagnostics);
}

std::vector<std::string> split_path(std::string_view path) {
  std::vector<std::string> parts;
  std::string part;
  bool quoted = false;
  for (const char c : path) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == '.' && !quoted) {
      parts.push_back(std::exchange(part, {}));
    } else {
      part += c;
    }
  }
  parts.push_back(part);
  if (quoted || std::any_of(parts.begin(), parts.end(), [](auto& p) { return p.empty(); })) {
    fail(ExitCode::kUsage, "`{}` is no key; write it as in seed.train", path);
  }
  return parts;
}

std::optional<std::vector<std::string>> split_path(std::string_view path, Location where,
                                                   Diagnostics& diagnostics) {
  try {
    return split_path(path);
  } catch (const Error& e) {
    diagnostics.error(where, e.what(), e.code());
    return std::nullopt;
  }
}

}  // namespace synface::experiment
