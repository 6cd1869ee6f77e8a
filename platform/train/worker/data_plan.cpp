#include "data_plan.h"

#include <fmt/format.h>
#include <synface/base/error.h>
#include <synface/base/file.h>
#include <synface/base/paths.h>
#include <synface/base/text.h>
#include <synface/data/lfw_pairs.h>

#include <algorithm>

namespace synface::worker {
namespace {

// A block is written anew beside the old one; its header.
constexpr std::uint64_t kBlockImages = std::uint64_t{data::kBlockIdentities} * data::kBlockSamples;
constexpr std::uint64_t kHeaderBytes = 256;
constexpr std::size_t kMostDifferences = 5;

std::uint64_t blocks_in(const data::SetPart& part) {
  const std::uint64_t rows =
      (part.identities + data::kBlockIdentities - 1) / data::kBlockIdentities;
  return rows * ((part.samples + data::kBlockSamples - 1) / data::kBlockSamples);
}

std::uint32_t pairs_of(const BuildTerms& terms) {
  if (terms.heldout == 0 || terms.pairs == 0) return 0;
  const std::uint32_t most = data::most_lfw_pairs(
      static_cast<std::uint32_t>(terms.heldout), static_cast<std::uint32_t>(terms.heldout_samples));
  const std::int64_t wanted =
      terms.pairs > 0 ? terms.pairs : std::min<std::int64_t>(most, data::kLfwPairs);
  if (wanted > most || most == 0) {
    fail(ExitCode::kUsage,
         "--heldout {} --heldout-samples {}: a tenth of these people has {} pairs of one person or "
         "of two, and {} are wanted; more held-out people, or --pairs {}",
         terms.heldout, terms.heldout_samples, most, std::max<std::int64_t>(1, wanted), most);
  }
  return static_cast<std::uint32_t>(wanted);
}

// "data_seed 0, now 1; revision 8, now 9" of two documents.
std::string differences(const Json& before, const Json& now) {
  std::vector<std::string> found;
  const Json flat_before = before.flatten(), flat_now = now.flatten();
  Json both = flat_before;
  both.update(flat_now);
  for (const auto& [path, value] : both.items()) {
    const Json old_value = flat_before.value(path, Json("absent"));
    const Json new_value = flat_now.value(path, Json("absent"));
    if (old_value == new_value) continue;
    found.push_back(
        fmt::format("{} {}, now {}", path.substr(1), old_value.dump(), new_value.dump()));
  }
  if (found.size() > kMostDifferences) {
    const std::size_t more = found.size() - kMostDifferences;
    found.resize(kMostDifferences);
    found.push_back(fmt::format("and {} more", more));
  }
  return join(found, "; ");
}

// What the pictures of a set are a function of, for comparing.
Json terms_of(const data::NamedSet& set) {
  Json json = {{"side", set.side},
               {"pairs", set.pairs.pairs},
               {"pairs_seed", set.pairs.folds > 0 ? set.pairs.seed : 0}};
  for (const data::SetPart& part : set.parts) {
    json[part.name] = {{"identities", part.identities},
                       {"samples", part.samples},
                       {"images", Json::parse(part.identity)}};
  }
  return json;
}

}  // namespace

void add_build_options(CLI::App& command, BuildTerms& terms) {
  add_picture_options(command, terms.pictures);
  command.add_option("--mixup", terms.pictures.mixup, "id of a latent mixup");
  command.add_option("--mixup-set", terms.pictures.mixup_set,
                     "a parameter of the mixup: KEY=VALUE");
  command
      .add_option("--heldout", terms.heldout,
                  "people of the second part, who are in no training set; they are never mixed")
      ->check(CLI::Range(0, 16777216))
      ->capture_default_str();
  command.add_option("--heldout-samples", terms.heldout_samples, "images of each of them")
      ->check(CLI::Range(1, 65536))
      ->capture_default_str();
  command.add_option("--seed-test", terms.seed_test, "which held-out people (seed.test)")
      ->capture_default_str();
  command
      .add_option("--pairs", terms.pairs,
                  "pairs of one person and of two, each, in every fold of the held-out people's "
                  "pairs.txt (default: 300 as in LFW, or as many as there are)")
      ->check(CLI::Range(0, 1000000));
}

Json to_json(const BuildTerms& terms) {
  const PictureOptions& p = terms.pictures;
  Json json = {{"generator", p.generator}, {"set", p.set}, {"size", p.size}, {"seed", p.seed}};
  if (!p.mixup.empty()) json["mixup"] = p.mixup;
  if (!p.mixup_set.empty()) json["mixup-set"] = p.mixup_set;
  if (terms.heldout > 0) {
    json["heldout"] = terms.heldout;
    json["heldout-samples"] = terms.heldout_samples;
    json["seed-test"] = terms.seed_test;
    json["pairs"] = pairs_of(terms);
  }
  return json;
}

void take_recorded(const CLI::App& command, const Json& build, BuildTerms& terms) {
  const auto take = [&](const char* key, auto& value) {
    if (command.count(fmt::format("--{}", key)) == 0 && build.contains(key)) {
      build[key].get_to(value);
    }
  };
  take("generator", terms.pictures.generator);
  take("set", terms.pictures.set);
  take("size", terms.pictures.size);
  take("seed", terms.pictures.seed);
  take("mixup", terms.pictures.mixup);
  take("mixup-set", terms.pictures.mixup_set);
  take("heldout", terms.heldout);
  take("heldout-samples", terms.heldout_samples);
  take("seed-test", terms.seed_test);
  take("pairs", terms.pairs);
}

data::NamedSet plan_set(const std::string& name, const BuildTerms& terms,
                        const Pictures& pictures) {
  const train::Source& source = pictures.source();
  if (!source.generator().latent()) {
    fail(ExitCode::kUsage,
         "{} has pictures already; `data build` renders the people of a generator that draws them",
         source.generator().info().name());
  }
  const data::SetSize size = data::parse_set_name(name);
  data::NamedSet set{name, terms.pictures.size, to_json(terms), {}, {}};
  const auto add = [&](const char* part, std::int64_t people, std::int64_t samples,
                       std::uint64_t seed, const plugin::Mixup* mixup) {
    data::SetPart one{
        part, {}, static_cast<std::uint32_t>(people), static_cast<std::uint32_t>(samples), {}};
    one.identity = source.cache_identity(seed, samples_of(one), mixup, pictures.mixup_identity());
    set.parts.push_back(std::move(one));
  };
  add("train", size.identities, size.samples, terms.pictures.seed, pictures.mixup());
  if (terms.heldout == 0) return set;
  if (terms.seed_test == terms.pictures.seed) {
    fail(ExitCode::kUsage,
         "--seed-test {} is --seed: the held-out people would be the training people",
         terms.seed_test);
  }
  add("heldout", terms.heldout, terms.heldout_samples, terms.seed_test, nullptr);
  const std::uint32_t pairs = pairs_of(terms);
  if (pairs > 0) set.pairs = {data::kLfwFolds, pairs, terms.seed_test};
  return set;
}

void check_same(const data::NamedSet& recorded, const data::NamedSet& planned) {
  const Json before = terms_of(recorded), now = terms_of(planned);
  if (before == now) return;
  fail(ExitCode::kUsage,
       "the set {} has other pictures ({}); give this one a label, as {}_2, or --replace it",
       recorded.name, differences(before, now), recorded.name);
}

std::uint64_t seed_of(const BuildTerms& terms, const data::SetPart& part) {
  return part.name == "heldout" ? terms.seed_test : terms.pictures.seed;
}

std::vector<std::uint32_t> samples_of(const data::SetPart& part) {
  return std::vector<std::uint32_t>(part.identities, part.samples);
}

Needs needs_of(const data::NamedSet& set) {
  Needs needs;
  needs.images = set.count();
  needs.bytes = needs.images * set.image_bytes();
  std::uint64_t there = 0;
  for (const data::SetPart& part : set.parts) {
    there += data::present_images(cache_folder(), part).images;
    needs.bytes += blocks_in(part) * kHeaderBytes;
  }
  needs.missing = needs.images - there;
  needs.free = free_space(cache_folder());
  if (needs.missing > 0) {
    needs.needed = needs.missing * set.image_bytes() +
                   std::min(kBlockImages, needs.images) * set.image_bytes() + (1U << 20U);
  }
  return needs;
}

void check_space(const data::NamedSet& set, const Needs& needs) {
  if (needs.fits()) return;
  const auto bytes = [](std::uint64_t n) { return human_bytes(static_cast<double>(n)); };
  const std::uint64_t overhead = needs.needed - needs.missing * set.image_bytes();
  const std::uint64_t room = needs.free > overhead ? needs.free - overhead : 0;
  fail(ExitCode::kNoSpace,
       "{} needs {} ({} images of {} bytes that are still to be rendered), and {} has {} free: "
       "{} of them would fit. Make room (`synface cache gc`), build a smaller set, or let "
       "SYNFACE_CACHE name a folder on another disk",
       set.name, bytes(needs.needed), human_count(static_cast<std::int64_t>(needs.missing)),
       set.image_bytes(), cache_folder().string(), bytes(needs.free),
       human_count(static_cast<std::int64_t>(room / set.image_bytes())));
}

}  // namespace synface::worker
