#include "check_people.h"

#include <fmt/format.h>

#include <algorithm>

namespace synface::experiment {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSayAllowed = "say real.allow_overlap = true";

struct NamedTest {
  std::string name;  // "real.images", "benchmark.NAME.images"
  TestImages images;
  bool operator==(const NamedTest& other) const {
    return images.images == other.images.images && images.pairs == other.images.pairs;
  }
};

// A parameter that is a text; another type may have the same name.
std::string text_of(const Json& benchmark, const char* key) {
  const auto value = benchmark.find(key);
  return value != benchmark.end() && value->is_string() ? value->get<std::string>() : "";
}

// What a benchmark of photographs tests on.
NamedTest test_of(const Json& benchmark, const Checked& checked) {
  const std::string real = checked.config.at("real").value("images", "");
  NamedTest test{"real.images", {text_of(benchmark, "images"), text_of(benchmark, "pairs")}};
  if (test.images.images.empty()) test.images.images = real;
  if (test.images.images != real) {
    test.name = fmt::format("benchmark.{}.images", benchmark.at("name").get<std::string>());
  }
  return test;
}

std::vector<NamedTest> test_sets(const Checked& checked) {
  std::vector<NamedTest> out;
  for (const auto& benchmark : checked.config.at("benchmark")) {
    if (benchmark.at("set") != "real") continue;
    NamedTest test = test_of(benchmark, checked);
    if (std::find(out.begin(), out.end(), test) == out.end()) out.push_back(std::move(test));
  }
  return out;
}

// Where a benchmark of photographs says what it is fitted to, or that it exists.
Location place_of_fit(const Node& document, const Json& benchmark) {
  for (const auto& entry : document.find("benchmark")->items()) {
    const auto is = [&](const char* key, const char* standard) {
      const auto* given = entry.find(key);
      return (given != nullptr ? given->as_string() : standard) == benchmark.at(key);
    };
    if (!is("plugin", "") || !is("set", "") || !is("name", "real")) continue;
    const auto* fit = entry.find("fit");
    return fit != nullptr ? fit->where() : entry.where();
  }
  return document.key_place("benchmark");
}

bool reads_pictures(const plugin::PluginInfo& info) {
  return info.kind == plugin::Kind::kGenerator &&
         std::find(info.traits.begin(), info.traits.end(), "index") != info.traits.end();
}

}  // namespace

struct PeopleCheck::Pair {
  Set train;
  NamedTest test;
  bool allowed = false;
  std::string key;     // that allows it
  std::string remedy;  // how it is given: "say KEY = true"
  std::string what;    // learns from the first: "A network"
};

namespace {

template <typename Pair>
std::string error_text(const Overlap& overlap, const Pair& pair) {
  auto text = to_text(overlap, pair.train.name, pair.test.name);
  text += fmt::format(
      ". {} that has learnt its test people is measured too well: take them out of {}, or test on "
      "other people than those of {};",
      pair.what, pair.train.folder.string(), pair.test.images.images.string());
  if (overlap.numbers && overlap.pictures == 0) text += " where the two number different people,";
  text += fmt::format(" or {}, which the trials then record", pair.remedy);
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
      if (is_folder(set)) out.push_back(set);
    }
  }
  return out;
}

bool PeopleCheck::is_folder(const Set& set) const {
  std::error_code error;
  if (fs::is_directory(set.folder, error)) return true;
  diagnostics_.note(set.where,
                    fmt::format("{} is no folder of people: whether they are also people of "
                                "real.images is not known",
                                set.name));
  return false;
}

std::vector<PeopleCheck::Pair> PeopleCheck::pairs_of(const Node& document,
                                                     const Checked& checked) const {
  std::vector<Pair> out;
  const auto& real = checked.config.at("real");
  const bool allowed = real.value("allow_overlap", false);
  const auto tests = test_sets(checked);
  if (tests.empty()) return out;
  for (const auto& train : train_sets(document, checked)) {
    for (const auto& test : tests) {
      out.push_back({train, test, allowed, "real.allow_overlap", kSayAllowed, "A network"});
    }
  }
  // A map that a benchmark fits, whether a network is trained or not, is tested on its own pairs.
  for (const auto& benchmark : checked.config.at("benchmark")) {
    const auto folder = benchmark.at("set") == "real" ? text_of(benchmark, "fit") : "";
    if (folder.empty()) continue;
    const bool filled = folder == real.value("train", "");
    const auto name = benchmark.at("name").get<std::string>();
    Pair pair{{filled ? "real.train" : fmt::format("benchmark.{}.fit", name), folder,
               filled ? place_of(document, "real", "train") : place_of_fit(document, benchmark)},
              test_of(benchmark, checked),
              allowed,
              "real.allow_overlap",
              kSayAllowed,
              "A map"};
    const auto own = benchmark.find("allow_overlap");
    if (own != benchmark.end() && own->is_boolean()) {
      if (!allowed) pair.key = fmt::format("allow_overlap of benchmark `{}`", name);
      pair.allowed = allowed || own->get<bool>();
      // It compares names itself, and knows its own parameter only.
      pair.remedy = fmt::format("give benchmark `{}` allow_overlap = true", name);
    }
    const bool told = std::any_of(out.begin(), out.end(), [&](const Pair& other) {
      return other.train.folder == pair.train.folder && other.test == pair.test;
    });
    if (!told && is_folder(pair.train)) out.push_back(std::move(pair));
  }
  return out;
}

Json PeopleCheck::check(const Node& document, const Checked& checked) {
  Json found = Json::array();
  for (const auto& pair : pairs_of(document, checked)) {
    const auto& overlap = finder_.find(pair.train.folder, pair.test.images);
    if (!overlap.found()) continue;
    if (!pair.allowed) {
      diagnostics_.error(pair.train.where, error_text(overlap, pair));
      continue;
    }
    diagnostics_.warning(
        pair.train.where,
        fmt::format("{}; {} lets it pass, so that the figures are not those of strangers",
                    to_text(overlap, pair.train.name, pair.test.name), pair.key));
    found.push_back({{"train", pair.train.name},
                     {"test", pair.test.name},
                     {"people", overlap.people},
                     {"pictures", overlap.pictures}});
  }
  return found;
}

}  // namespace synface::experiment
