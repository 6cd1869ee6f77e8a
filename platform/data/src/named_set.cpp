#include <fmt/format.h>
#include <synface/base/error.h>
#include <synface/base/file.h>
#include <synface/base/hash.h>
#include <synface/base/text.h>
#include <synface/data/lfw_pairs.h>
#include <synface/data/named_set.h>

#include <algorithm>

namespace fs = std::filesystem;

namespace synface::data {
namespace {

constexpr int kFormat = 1;
constexpr std::int64_t kMostSide = 65536;
constexpr std::uint32_t kMostIdentities = 1U << 24U, kMostSamples = 1U << 24U;

Json to_json(const SetPart& part) {
  Json blocks = Json::array();
  for (const BlockSum& block : part.blocks) {
    blocks.push_back({block.identity, block.sample, block.images, block.sha256});
  }
  return {{"name", part.name},       {"identity", Json::parse(part.identity)},
          {"folder", part.folder()}, {"identities", part.identities},
          {"samples", part.samples}, {"blocks", std::move(blocks)}};
}

SetPart part_of(const Json& json) {
  SetPart part;
  part.name = json.at("name").get<std::string>();
  part.identity = canonical_dump(json.at("identity"));
  part.identities = json.at("identities").get<std::uint32_t>();
  part.samples = json.at("samples").get<std::uint32_t>();
  for (const Json& block : json.at("blocks")) {
    part.blocks.push_back({block.at(0).get<std::uint32_t>(), block.at(1).get<std::uint32_t>(),
                           block.at(2).get<std::uint32_t>(), block.at(3).get<std::string>()});
  }
  return part;
}

// What nobody builds, and what sizes of memory would be made from.
void check_sizes(const NamedSet& set, const std::string& where) {
  const auto bad = [&](const std::string& what) {
    fail(ExitCode::kData, "{}: no manifest of a set: {}", where, what);
  };
  if (set.side < 1 || set.side > kMostSide) bad(fmt::format("pictures of {} pixels", set.side));
  for (const SetPart& part : set.parts) {
    if (part.identities > kMostIdentities || part.samples > kMostSamples) {
      bad(fmt::format("{} has {} people with {} images", part.name, part.identities, part.samples));
    }
    std::uint64_t images = 0;
    for (const BlockSum& block : part.blocks) images += block.images;
    if (!part.blocks.empty() && images != part.count()) {
      bad(fmt::format("the blocks of {} hold {} images of {}", part.name, images, part.count()));
    }
  }
  const SetPairs& pairs = set.pairs;
  if (pairs.folds == 0) return;
  const bool drawn = set.parts.size() > 1 && pairs.folds == kLfwFolds &&
                     pairs.pairs <= most_lfw_pairs(set.parts[1].identities, set.parts[1].samples);
  if (!drawn) bad(fmt::format("{} folds of {} pairs", pairs.folds, pairs.pairs));
}

// What would be believed without a look: the folder's name is made from the identity, sums are
// compared with what lies there.
void check(const NamedSet& set, const Json& json, const std::string& where) {
  for (std::size_t i = 0; i < set.parts.size(); ++i) {
    if (json.at("parts")[i].at("folder") != set.parts[i].folder()) {
      fail(ExitCode::kData, "{}: the folder of part {} is not that of its identity", where,
           set.parts[i].name);
    }
  }
  if (json.at("sha256") != set.digest()) {
    fail(ExitCode::kData, "{}: its blocks do not sum up to its SHA-256", where);
  }
}

fs::path sets_folder(const fs::path& cache) {
  return cache / "sets";
}

}  // namespace

std::string SetPart::folder() const {
  return sha256(identity).substr(0, 32);
}

std::string SetPart::person(std::uint32_t person) const {
  return fmt::format("{}{:06}", name == "heldout" ? "h" : "", person);
}

bool NamedSet::whole() const {
  return !parts.empty() && std::none_of(parts.begin(), parts.end(),
                                        [](const SetPart& part) { return part.blocks.empty(); });
}

std::uint64_t NamedSet::count() const {
  std::uint64_t images = 0;
  for (const SetPart& part : parts) images += part.count();
  return images;
}

std::string NamedSet::digest() const {
  if (!whole()) return {};
  std::string text = fmt::format("{}\n", side);
  for (const SetPart& part : parts) {
    text += fmt::format("{} {} {}\n", part.name, part.identities, part.samples);
    for (const BlockSum& block : part.blocks) {
      text +=
          fmt::format("{} {} {} {}\n", block.identity, block.sample, block.images, block.sha256);
    }
  }
  return sha256(text);
}

std::string NamedSet::pairs_text() const {
  if (pairs.folds == 0 || parts.size() < 2) return {};
  const SetPart& part = parts[1];
  return lfw_pairs_text(draw_lfw_pairs(part.identities, part.samples, pairs.pairs, pairs.seed),
                        pairs.pairs, [&](std::uint32_t person) { return part.person(person); });
}

Json to_json(const NamedSet& set) {
  Json parts = Json::array();
  for (const SetPart& part : set.parts) parts.push_back(to_json(part));
  Json json = {{"format", kFormat},
               {"name", set.name},
               {"side", set.side},
               {"images", set.count()},
               {"bytes", set.count() * set.image_bytes()},
               {"build", set.build},
               {"parts", std::move(parts)},
               {"sha256", set.digest()}};
  if (set.pairs.folds > 0) {
    json["pairs"] = {{"folds", set.pairs.folds},
                     {"pairs", set.pairs.pairs},
                     {"seed", set.pairs.seed},
                     {"sha256", sha256(set.pairs_text())}};
  }
  return json;
}

NamedSet set_of_json(const Json& json, const std::string& where) {
  NamedSet set;
  try {
    if (json.at("format") != kFormat) {
      fail(ExitCode::kData, "{}: format {} of a set's manifest; this synface reads {}", where,
           json.at("format").dump(), kFormat);
    }
    set.name = json.at("name").get<std::string>();
    set.side = json.at("side").get<std::int64_t>();
    set.build = json.at("build");
    for (const Json& part : json.at("parts")) set.parts.push_back(part_of(part));
    if (json.contains("pairs")) {
      const Json& pairs = json["pairs"];
      set.pairs = {pairs.at("folds").get<std::uint32_t>(), pairs.at("pairs").get<std::uint32_t>(),
                   pairs.at("seed").get<std::uint64_t>()};
    }
    check_sizes(set, where);
    check(set, json, where);
  } catch (const Json::exception& error) {
    fail(ExitCode::kData, "{}: no manifest of a set: {}", where, error.what());
  }
  return set;
}

fs::path manifest_path(const fs::path& cache, const std::string& name) {
  return sets_folder(cache) / (name + ".json");
}

std::optional<NamedSet> find_set(const fs::path& cache, const std::string& name) {
  const fs::path path = manifest_path(cache, name);
  if (!fs::exists(path)) return std::nullopt;
  return set_of_json(read_json_file(path, ExitCode::kData), path.string());
}

NamedSet open_set(const fs::path& cache, const std::string& name) {
  if (auto set = find_set(cache, name)) return std::move(*set);
  std::vector<std::string> names;
  for (const NamedSet& set : list_sets(cache)) names.push_back(set.name);
  fail(ExitCode::kUsage, "there is no set {} in {}{}; `synface data build {}` makes it", name,
       cache.string(), hint(name, names), name);
}

std::vector<NamedSet> list_sets(const fs::path& cache, std::vector<std::string>* damaged) {
  std::vector<NamedSet> sets;
  std::error_code error;
  for (const auto& file : fs::directory_iterator(sets_folder(cache), error)) {
    if (file.path().extension() != ".json") continue;
    try {
      sets.push_back(
          set_of_json(read_json_file(file.path(), ExitCode::kData), file.path().string()));
    } catch (const Error& fault) {
      if (damaged != nullptr) damaged->emplace_back(fault.what());
    }
  }
  std::sort(sets.begin(), sets.end(),
            [](const NamedSet& a, const NamedSet& b) { return a.name < b.name; });
  return sets;
}

void save_set(const fs::path& cache, const NamedSet& set) {
  write_json_file(manifest_path(cache, set.name), to_json(set));
}

void remove_set(const fs::path& cache, const std::string& name) {
  const fs::path path = manifest_path(cache, name);
  std::error_code error;
  if (!fs::remove(path, error) || error) {
    fail(ExitCode::kData, "{}: cannot remove: {}", path.string(), error.message());
  }
}

}  // namespace synface::data
