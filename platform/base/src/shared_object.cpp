#include "synface/base/shared_object.h"

#include <algorithm>

namespace synface {
namespace {

using Members = std::vector<SharedObject::Shared>;

auto lower_bound(const Members& members, std::string_view key) {
  return std::lower_bound(
      members.begin(), members.end(), key,
      [](const SharedObject::Shared& member, std::string_view k) { return member->first < k; });
}

void check(const Json& object) {
  if (object.is_object() || object.is_null()) return;
  fail(ExitCode::kInternal, "{} was taken for an object", object.type_name());
}

}  // namespace

SharedObject::SharedObject(const Json& object) : SharedObject(Json(object)) {}

SharedObject::SharedObject(Json&& object) {
  check(object);
  if (object.is_null()) return;
  Members members;
  members.reserve(object.size());
  for (auto& [key, value] : object.items()) {  // in the order of their keys
    members.push_back(std::make_shared<const Member>(key, std::move(value)));
  }
  members_ = std::make_shared<const Members>(std::move(members));
}

SharedObject SharedObject::of(std::vector<Shared> members) {
  std::sort(members.begin(), members.end(),
            [](const Shared& a, const Shared& b) { return a->first < b->first; });
  SharedObject object;
  object.members_ = std::make_shared<const Members>(std::move(members));
  return object;
}

const std::vector<SharedObject::Shared>& SharedObject::members() const {
  static const Members none;
  return members_ ? *members_ : none;
}

const Json* SharedObject::find(std::string_view key) const {
  const auto& all = members();
  const auto found = lower_bound(all, key);
  return found != all.end() && (*found)->first == key ? &(*found)->second : nullptr;
}

const Json& SharedObject::at(std::string_view key) const {
  if (const Json* found = find(key)) return *found;
  fail(ExitCode::kInternal, "an object has no member '{}'", key);
}

Json& SharedObject::operator[](std::string_view key) {
  Members own = members();
  auto place = own.begin() + (lower_bound(own, key) - own.cbegin());
  const bool there = place != own.end() && (*place)->first == key;
  auto member = std::make_shared<Member>(std::string(key), there ? (*place)->second : Json());
  Json& value = member->second;
  if (there) {
    *place = std::move(member);
  } else {
    own.insert(place, std::move(member));
  }
  members_ = std::make_shared<const Members>(std::move(own));
  return value;
}

Json SharedObject::json() const {
  if (is_null()) return nullptr;
  Json object = Json::object();
  for (const Shared& member : members()) object[member->first] = member->second;
  return object;
}

std::string SharedObject::dump() const {
  if (is_null()) return "null";
  std::string text = "{";
  for (const Shared& member : members()) {
    if (text.size() > 1) text += ',';
    text += Json(member->first).dump();
    text += ':';
    text += member->second.dump();
  }
  return text + "}";
}

bool operator==(const SharedObject& a, const SharedObject& b) {
  if (a.members_ == b.members_) return true;
  if (a.is_null() != b.is_null()) return false;
  const auto& left = a.members();
  const auto& right = b.members();
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](const auto& x, const auto& y) { return x == y || *x == *y; });
}

SharedObject SharedPool::share(Json object) {
  check(object);
  if (object.is_null()) return {};
  Members members;
  members.reserve(object.size());
  for (auto& [key, value] : object.items()) {
    auto& shared = members_[key + '\n' + value.dump()];
    if (!shared) shared = std::make_shared<const SharedObject::Member>(key, std::move(value));
    members.push_back(shared);
  }
  return SharedObject::of(std::move(members));
}

}  // namespace synface
