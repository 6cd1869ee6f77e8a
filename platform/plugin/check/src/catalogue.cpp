#include "catalogue.h"

#include <synface/base/error.h>

#include <algorithm>

namespace synface::plugin::check {

const Test* find_test(std::string_view id) {
  const std::span<const Test> all = tests();
  const auto at =
      std::find_if(all.begin(), all.end(), [&](const Test& test) { return test.id == id; });
  return at == all.end() ? nullptr : &*at;
}

Verdict verdict_of(const Test& test, Scene& scene) {
  try {
    test.run(scene);
    return {};
  } catch (const Verdict& verdict) {
    return verdict;
  } catch (const CallFailed& failure) {
    return {Status::kFailed, fmt::format("{}() succeeds", failure.call), failure.text()};
  } catch (const Error& e) {
    if (e.code() == ExitCode::kUsage) return {Status::kSkipped, {}, e.what()};
    return {Status::kFailed, "the plugin keeps the contract of its kind", e.what()};
  } catch (const std::bad_alloc&) {
    return {Status::kFailed, "memory for the check itself",
            "the process has used up its address space"};
  } catch (const std::exception& e) {
    return {Status::kFailed, "the check itself goes on", e.what()};
  }
}

std::vector<Described> catalogue() {
  std::vector<Described> list;
  for (const Test& test : tests()) {
    Described d{test.id, test.what, test.why, place_of(test.rule), test.rule.words, test.needs, {}};
    for (const Kind kind : kKinds) {
      if ((test.kinds & kind_bit(kind)) != 0) d.kinds.push_back(to_text(kind));
    }
    list.push_back(std::move(d));
  }
  return list;
}

}  // namespace synface::plugin::check
