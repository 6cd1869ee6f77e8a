// Checker: single values against the key table.
#include <fmt/format.h>

#include <cmath>

#include "synface/base/text.h"
#include "synface/experiment/check.h"

namespace synface::experiment {
namespace {

bool in_range(const Key& key, double value) {
  if (!std::isfinite(value)) return false;
  const bool low = key.min_exclusive ? value > key.min : value >= key.min;
  const bool high = key.max_exclusive ? value < key.max : value <= key.max;
  return low && high;
}

std::string wants(const Key& key) {
  const auto range = range_text(key);
  const auto article = key.type == KeyType::kInteger ? "an" : "a";
  return fmt::format("{} {}{}{}", article, type_text(key.type), range.empty() ? "" : ", ", range);
}

bool whole(const Node& value) {
  if (value.is(Node::Kind::kInteger)) return true;
  return value.is(Node::Kind::kFloat) && std::isfinite(value.as_number()) &&
         std::abs(value.as_number()) <= 9007199254740992.0 &&
         value.as_number() == std::floor(value.as_number());
}

}  // namespace

std::optional<Json> Checker::number(const Key& key, const Node& value) const {
  const bool integer = key.type == KeyType::kInteger;
  if (!value.is_number() || (integer && !whole(value))) {
    diagnostics_.error(value.where(),
                       fmt::format("`{}` wants {}, not {}", key.path(), wants(key),
                                   value.is_number() ? value.to_toml() : value.kind_name()));
    return std::nullopt;
  }
  if (!in_range(key, value.as_number())) {
    diagnostics_.error(value.where(), fmt::format("`{}` = {} is out of range: it wants {}",
                                                  key.path(), value.to_toml(), wants(key)));
    return std::nullopt;
  }
  if (!integer) return Json(value.as_number() + 0.0);  // -0.0 becomes 0.0
  return value.is(Node::Kind::kInteger) ? Json(value.as_integer())
                                        : Json(static_cast<std::int64_t>(value.as_number()));
}

std::optional<Json> Checker::path(const Node& value) const {
  namespace fs = std::filesystem;
  const fs::path given = value.as_string();
  if (given.empty()) return Json("");
  const auto source = value.where().source;
  const auto base = source >= 0 ? sources_.base(source) : fs::path();
  const auto full = fs::absolute(given.is_absolute() ? given : base / given).lexically_normal();
  std::error_code error;
  if (!fs::exists(full, error)) {
    diagnostics_.error(value.where(), fmt::format("there is no {}", full.string()));
    return std::nullopt;
  }
  auto text = full.string();
  if (text.size() > 1 && text.back() == '/') text.pop_back();
  return Json(text);
}

std::optional<Json> Checker::size(const Key& key, const Node& value) const {
  Key side = key;
  side.type = KeyType::kInteger;
  if (!value.is(Node::Kind::kArray)) return number(side, value);
  if (value.items().size() != 2) {
    diagnostics_.error(value.where(),
                       fmt::format("`{}` wants one number or [height, width]", key.path()));
    return std::nullopt;
  }
  const auto height = number(side, value.items()[0]);
  const auto width = number(side, value.items()[1]);
  if (!height || !width) return std::nullopt;
  if (*height == *width) return height;
  return Json::array({*height, *width});
}

Json Checker::typed(const Key& key, const Node& value, const Json& standard) const {
  using Kind = Node::Kind;
  const auto refuse = [&] {
    diagnostics_.error(value.where(), fmt::format("`{}` wants a {}, not {}", key.path(),
                                                  type_text(key.type), value.kind_name()));
    return standard;
  };
  switch (key.type) {
    case KeyType::kBoolean:
      return value.is(Kind::kBoolean) ? Json(value.as_boolean()) : refuse();
    case KeyType::kInteger:
    case KeyType::kNumber:
      return number(key, value).value_or(standard);
    case KeyType::kString:
      return value.is(Kind::kString) ? Json(value.as_string()) : refuse();
    case KeyType::kPath:
      return value.is(Kind::kString) ? path(value).value_or(standard) : refuse();
    case KeyType::kSize:
      return size(key, value).value_or(standard);
    case KeyType::kFree:
      return value.to_json();
    case KeyType::kChoice: {
      const auto choices = split(key.choices, '|');
      const bool text = value.is(Kind::kString);
      if (text && std::find(choices.begin(), choices.end(), value.as_string()) != choices.end()) {
        return value.as_string();
      }
      diagnostics_.error(value.where(), fmt::format("`{}` is one of {}, not {}{}", key.path(),
                                                    join(choices, ", "), value.to_toml(),
                                                    text ? hint(value.as_string(), choices) : ""));
      return standard;
    }
    case KeyType::kNumberList: {
      if (!value.is(Kind::kArray)) return refuse();
      Json list = Json::array();
      Key element = key;
      element.type = KeyType::kNumber;
      for (const auto& item : value.items()) {
        if (auto one = number(element, item)) list.push_back(*one);
      }
      return list;
    }
  }
  return standard;
}

}  // namespace synface::experiment
