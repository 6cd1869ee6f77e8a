#include "overlap_words.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "synface/base/text.h"

namespace synface::report {
namespace {

using Json = nlohmann::json;

struct Shared {
  std::set<std::string> trials;
  std::int64_t people = 0, pictures = 0;  // of the trial that shares most
};
using Found = std::map<std::pair<std::string, std::string>, Shared>;  // training set, test set

// A statement of training hashes and of what experiments recorded as `overlap`.
Found read(store::Statement select, const std::set<std::string>& only) {
  Found found;
  while (select.step()) {
    const std::string hash(select.text(0));
    if (!only.empty() && !only.contains(hash)) continue;
    for (const Json& one : Json::parse(select.text(1))) {
      Shared& shared = found[{one.value("train", "the training photographs"),
                              one.value("test", "the test photographs")}];
      shared.trials.insert(hash);
      shared.people = std::max(shared.people, one.value("people", std::int64_t{0}));
      shared.pictures = std::max(shared.pictures, one.value("pictures", std::int64_t{0}));
    }
  }
  return found;
}

std::string counted(std::int64_t n, const char* one, const char* many) {
  return fmt::format("{} {}", human_count(n), n == 1 ? one : many);
}

std::vector<std::string> sentences(const Found& found, bool one_trial) {
  std::vector<std::string> result;
  for (const auto& [sets, shared] : found) {
    const auto trials = static_cast<std::int64_t>(shared.trials.size());
    result.push_back(fmt::format(
        "{} tested on people of {} training photographs (real.allow_overlap): {} of {} {} also in "
        "{}, and {}; figures on {} are better than for people never seen",
        one_trial ? "was" : counted(trials, "trial was", "trials were"),
        one_trial || trials == 1 ? "its" : "their", counted(shared.people, "person", "people"),
        sets.second, shared.people == 1 ? "is" : "are", sets.first,
        counted(shared.pictures, "picture", "pictures"), sets.second));
  }
  return result;
}

}  // namespace

std::vector<std::string> overlap_words(store::Database& db, const std::string& experiment,
                                       const std::set<std::string>& only) {
  auto select = db.prepare(
      "SELECT t.training_hash, m.spec -> '$.overlap' AS found FROM experiment x "
      "JOIN member m ON m.experiment = x.id AND m.current JOIN trial t ON t.id = m.trial "
      "WHERE x.name = ? AND found IS NOT NULL");
  select.with(experiment);
  return sentences(read(std::move(select), only), false);
}

std::vector<std::string> overlap_words(store::Database& db, const std::string& hash) {
  auto select = db.prepare(
      "SELECT t.training_hash, m.spec -> '$.overlap' AS found FROM trial t "
      "JOIN member m ON m.trial = t.id WHERE t.training_hash = ? AND found IS NOT NULL");
  select.with(hash);
  return sentences(read(std::move(select), {}), true);
}

}  // namespace synface::report
