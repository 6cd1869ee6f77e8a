#include "check_people.h"

#include <fmt/format.h>

#include <algorithm>

namespace synface::experiment {
namespace {

namespace fs = std::filesystem;

struct NamedTest {
  std::string name;  // "real.images", "benchmark.NAME.images"
  TestImages images;
  bool operator==(const NamedTest& other) const {
    return images.images == other.images.images && images.pairs == other.images.pairs;
  }
};

std::vector<NamedTest> test_sets(const Checked& checked) {
  std::vector<NamedTest> out;
  for (const auto& benchmark : checked.config.at("benchmark")) {
    if (benchmark.at("set") != "real") continue;
    const auto real = checked.config.at("real").value("images", "");
    NamedTest test{"real.images", {benchmark.value("images", real), benchmark.value("pairs", "")}};
    if (test.images.images.empty()) test.images.images = real;
    if (test.images.images != real) {
      test.name = fmt::format("benchmark.{}.images", benchmark.at("name").get<std::string>());
    }
    if (std::find(out.begin(), out.end(), test) == out.end()) out.push_back(std::move(test));
  }
  return out;
}

bool reads_pictures(const plugin::PluginInfo& info) {
  return info.kind == plugin::Kind::kGenerator &&
         std::find(info.traits.begin(), info.traits.end(), "index") != info.traits.end();
}

std::string error_text(const Overlap& overlap, const std::string& train, const fs::path& folder,
                       const NamedTest& test) {
  auto text = to_text(overlap, train, test.name);
  text += fmt::format(
      ". A network that has learnt its test people is measured too well: take them out of {}, or "
      "test on other people than those of {};",
      folder.string(), test.images.images.string());
  if (overlap.numbers && overlap.pictures == 0) text += " where the two number different people,";
  text += " or say real.allow_overlap = true, which the trials then record";
  return text;
}

}  // namespace

std::vector<PeopleCheck::Set> PeopleCheck::train_sets(const Node& document,
                                                      const Checked& checked) const {
  std::vector<Set> out;
  const auto& config = checked.config;
  if (config.at("train").value("images_seen", std::int64_t{0}) == 0) return out;
  if (checked.parts.real_mixing) {
    out.push_back({"real.train", config.at("real").at("train").get<std::string>(),
                   place_of(document, "real", "train")});
  }
  const auto& generator = config.at("generator");
  for (const auto* info : checked.plugins) {
    if (!reads_pictures(*info) || info->id != generator.at("plugin")) continue;
    for (const auto& param : info->params) {
      const auto path = generator.value(param.key, Json());
      if (param.type != plugin::ParamType::kPath || !path.is_string() || path == "") continue;
      // A folder that nobody names is by itself that of real.train.
      const auto* given = document.find("generator")->find(param.key);
      const bool own = given != nullptr || path != config.at("real").value("train", "");
      const auto name = own ? "generator." + param.key : "real.train";
      const Set set{
          name, path.get<std::string>(),
          own ? place_of(document, "generator", param.key) : place_of(document, "real", "train")};
      std::error_code error;
      if (fs::is_directory(set.folder, error)) {
        out.push_back(set);
      } else {
        diagnostics_.note(set.where,
                          fmt::format("{} is no folder of people: whether they are also people of "
                                      "real.images is not known",
                                      name));
      }
    }
  }
  return out;
}

Json PeopleCheck::check(const Node& document, const Checked& checked) {
  Json found = Json::array();
  const auto tests = test_sets(checked);
  if (tests.empty()) return found;
  const bool allowed = checked.config.at("real").value("allow_overlap", false);
  for (const auto& train : train_sets(document, checked)) {
    for (const auto& test : tests) {
      const auto& overlap = finder_.find(train.folder, test.images);
      if (!overlap.found()) continue;
      if (!allowed) {
        diagnostics_.error(train.where, error_text(overlap, train.name, train.folder, test));
        continue;
      }
      diagnostics_.warning(train.where,
                           to_text(overlap, train.name, test.name) +
                               "; real.allow_overlap lets it pass, so that the figures are "
                               "not those of strangers");
      found.push_back({{"train", train.name},
                       {"test", test.name},
                       {"people", overlap.people},
                       {"pictures", overlap.pictures}});
    }
  }
  return found;
}

}  // namespace synface::experiment
