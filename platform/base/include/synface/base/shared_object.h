// JSON objects that share equal members: the configs of a grid's trials differ in a few of them.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "synface/base/json.h"

namespace synface {

// A JSON object (or null) whose copies share their members until one of them is changed. Reads like
// a Json: contains(), at(), value(), items(), dump(). References to a member stay valid while any
// object has it and it is not changed here. Copies may be read from several threads.
class SharedObject {
 public:
  using Member = std::pair<std::string, Json>;
  using Shared = std::shared_ptr<const Member>;

  SharedObject() = default;          // null
  SharedObject(const Json& object);  // Error(kInternal) where it is neither object nor null
  SharedObject(Json&& object);       // likewise
  SharedObject(Json::initializer_list_t members) : SharedObject(Json(members)) {}
  // Members with keys of their own, in any order.
  static SharedObject of(std::vector<Shared> members);

  bool is_null() const { return !members_; }
  bool is_object() const { return !is_null(); }
  bool empty() const { return size() == 0; }
  std::size_t size() const { return members_ ? members_->size() : 0; }
  bool contains(std::string_view key) const { return find(key) != nullptr; }
  // nullptr where there is no such member.
  const Json* find(std::string_view key) const;
  // Error(kInternal) where there is no such member.
  const Json& at(std::string_view key) const;
  const Json& operator[](std::string_view key) const { return at(key); }
  // For writing: what is shared is copied first, what is absent is made (null).
  Json& operator[](std::string_view key);
  template <typename T>
  T value(std::string_view key, T fallback) const {
    const Json* found = find(key);
    return found != nullptr ? found->template get<T>() : fallback;
  }

  // The members in the order of their keys; empty for null.
  const std::vector<Shared>& members() const;
  // An object of its own.
  Json json() const;
  // As json().dump() has it.
  std::string dump() const;

  friend bool operator==(const SharedObject& a, const SharedObject& b);
  friend bool operator==(const SharedObject& a, const Json& b) { return a == SharedObject(b); }
  friend void to_json(Json& out, const SharedObject& object) { out = object.json(); }

 private:
  std::shared_ptr<const std::vector<Shared>> members_;
};

// Makes objects that share every member which an earlier one has with the same spelling. Holds all
// distinct members as long as it lives; the objects may outlive it.
class SharedPool {
 public:
  SharedObject share(Json object);

 private:
  std::unordered_map<std::string, SharedObject::Shared> members_;  // by key and spelling
};

}  // namespace synface
