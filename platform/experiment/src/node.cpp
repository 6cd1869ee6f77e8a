#include "synface/experiment/node.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace synface::experiment {
namespace {

bool bare_key(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\r':
        out += "\\r";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
          out += fmt::format("\\u{:04X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
        } else {
          out += c;
        }
    }
  }
  return out + "\"";
}

std::string float_text(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  auto text = fmt::format("{}", value);  // shortest that reads back to the same bits
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

}  // namespace

Node Node::boolean(bool value, Location where) {
  Node node;
  node.kind_ = Kind::kBoolean;
  node.integer_ = value ? 1 : 0;
  node.where_ = where;
  return node;
}

Node Node::integer(std::int64_t value, Location where) {
  Node node;
  node.kind_ = Kind::kInteger;
  node.integer_ = value;
  node.where_ = where;
  return node;
}

Node Node::floating(double value, Location where) {
  Node node;
  node.kind_ = Kind::kFloat;
  node.floating_ = value;
  node.where_ = where;
  return node;
}

Node Node::string(std::string value, Location where) {
  Node node;
  node.kind_ = Kind::kString;
  node.text_ = std::move(value);
  node.where_ = where;
  return node;
}

Node Node::array(std::vector<Node> items, Location where) {
  Node node;
  node.kind_ = Kind::kArray;
  node.items_ = std::move(items);
  node.where_ = where;
  return node;
}

Node Node::table(Location where) {
  Node node;
  node.where_ = where;
  return node;
}

std::string_view Node::kind_name() const {
  switch (kind_) {
    case Kind::kBoolean:
      return "a boolean";
    case Kind::kInteger:
      return "an integer";
    case Kind::kFloat:
      return "a number";
    case Kind::kString:
      return "a string";
    case Kind::kArray:
      return "a list";
    case Kind::kTable:
      return "a table";
  }
  return "a value";
}

const Node* Node::find(std::string_view key) const {
  for (const auto& member : members_) {
    if (member.key == key) return &member.value;
  }
  return nullptr;
}

Node* Node::find(std::string_view key) {
  return const_cast<Node*>(static_cast<const Node*>(this)->find(key));
}

Location Node::key_place(std::string_view key) const {
  for (const auto& member : members_) {
    if (member.key == key) return member.key_place;
  }
  return where_;
}

Node& Node::set(std::string key, Node value, Location key_place) {
  for (auto& member : members_) {
    if (member.key != key) continue;
    member.value = std::move(value);
    member.key_place = key_place;
    return member.value;
  }
  return members_.emplace_back(Member{std::move(key), key_place, std::move(value)}).value;
}

bool Node::erase(std::string_view key) {
  return std::erase_if(members_, [&](const Member& member) { return member.key == key; }) > 0;
}

Json Node::to_json() const {
  switch (kind_) {
    case Kind::kBoolean:
      return as_boolean();
    case Kind::kInteger:
      return integer_;
    case Kind::kFloat:
      return floating_;
    case Kind::kString:
      return text_;
    case Kind::kArray: {
      Json list = Json::array();
      for (const auto& item : items_) list.push_back(item.to_json());
      return list;
    }
    case Kind::kTable:
      break;
  }
  Json table = Json::object();
  for (const auto& member : members_) table[member.key] = member.value.to_json();
  return table;
}

std::string Node::to_toml() const {
  switch (kind_) {
    case Kind::kBoolean:
      return as_boolean() ? "true" : "false";
    case Kind::kInteger:
      return fmt::format("{}", integer_);
    case Kind::kFloat:
      return float_text(floating_);
    case Kind::kString:
      return quoted(text_);
    case Kind::kArray: {
      std::string list;
      for (const auto& item : items_) list += (list.empty() ? "" : ", ") + item.to_toml();
      return "[" + list + "]";
    }
    case Kind::kTable:
      break;
  }
  std::string table;
  for (const auto& member : members_) {
    table +=
        fmt::format("{}{} = {}", table.empty() ? "" : ", ",
                    bare_key(member.key) ? member.key : quoted(member.key), member.value.to_toml());
  }
  return table.empty() ? "{}" : "{ " + table + " }";
}

}  // namespace synface::experiment
