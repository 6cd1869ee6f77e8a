#include <fmt/format.h>

#include "synface/experiment/experiment.h"

namespace synface::experiment {
namespace {

Node node_of(const Json& value) {
  switch (value.type()) {
    case Json::value_t::boolean:
      return Node::boolean(value.get<bool>(), {});
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
      return Node::integer(value.get<std::int64_t>(), {});
    case Json::value_t::number_float:
      return Node::floating(value.get<double>(), {});
    case Json::value_t::string:
      return Node::string(value.get<std::string>(), {});
    case Json::value_t::array: {
      std::vector<Node> items;
      for (const auto& item : value) items.push_back(node_of(item));
      return Node::array(std::move(items), {});
    }
    default:
      break;
  }
  auto table = Node::table({});
  for (const auto& [key, member] : value.items()) table.set(key, node_of(member), {});
  return table;
}

void write_table(std::string& out, const std::string& header, const Json& table) {
  out += fmt::format("\n{}\n", header);
  const auto node = node_of(table);
  // Plugin and set first: they say what the rest means.
  for (const bool first : {true, false}) {
    for (const auto& member : node.members()) {
      const bool leads = member.key == "plugin" || member.key == "name" || member.key == "set";
      if (leads == first) out += fmt::format("{} = {}\n", member.key, member.value.to_toml());
    }
  }
}

}  // namespace

std::string to_toml(const Json& config, const std::string& experiment) {
  auto out = fmt::format("name = {}\n", Node::string(experiment, {}).to_toml());
  for (const auto* section :
       {"seed", "generator", "backbone", "loss", "train", "augment", "real", "heldout"}) {
    if (config.contains(section)) {
      write_table(out, fmt::format("[{}]", section), config.at(section));
    }
  }
  for (const auto* section : {"mixup", "benchmark"}) {
    if (!config.contains(section)) continue;
    for (const auto& entry : config.at(section)) {
      write_table(out, fmt::format("[[{}]]", section), entry);
    }
  }
  return out;
}

}  // namespace synface::experiment
