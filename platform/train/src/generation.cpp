#include <synface/base/error.h>
#include <synface/train/generation.h>
#include <synface/train/memory.h>

#include <algorithm>

#include "blend.h"
#include "draw.h"

namespace synface::train {
namespace {

// Images in one call of render() for each thread; and the most, so that an interruption is heard.
constexpr std::uint32_t kRenderBatch = 32, kMostInBatch = 512;

synface_key key_of(ImageId id, std::uint64_t data_seed) {
  return {data_seed, id.identity, id.sample, 0, 0};
}

}  // namespace

Source::Source(plugin::Generator generator, Json identity, std::int64_t height, std::int64_t width,
               const CallSettings& calls)
    : generator_(std::move(generator)),
      identity_(std::move(identity)),
      height_(height),
      width_(width),
      calls_(calls) {
  if (!generator_.latent()) return;
  blocks_ = generator_.blocks();
  row_length_ = plugin::Generator::row_length(blocks_);
}

std::vector<std::uint32_t> Source::extent(std::int64_t identities, std::int64_t samples) const {
  const std::uint64_t have = generator_.identities();
  const std::string name = generator_.info().name();
  if (identities == 0 && have == UINT64_MAX) {
    fail(ExitCode::kUsage, "generator.identities = 0 asks for all people, and {} has no end", name);
  }
  const std::uint64_t wanted = identities == 0 ? have : static_cast<std::uint64_t>(identities);
  if (wanted > have) {
    fail(ExitCode::kUsage, "generator.identities = {}, but {} has {} people", wanted, name, have);
  }
  if (!generator_.latent() && have != UINT64_MAX && identities > 0 && samples > 0) {
    const std::size_t able =
        people_with(generator_.samples(0, have), static_cast<std::uint64_t>(samples));
    if (wanted > able) {
      fail(ExitCode::kUsage,
           "generator.identities = {}, generator.samples = {}, but {} has {} people with so many "
           "images",
           wanted, samples, name, able);
    }
    return std::vector<std::uint32_t>(static_cast<std::size_t>(wanted),
                                      static_cast<std::uint32_t>(samples));
  }
  std::vector<std::uint32_t> extent;
  const std::vector<std::uint64_t> each = generator_.samples(0, wanted);
  for (std::uint64_t i = 0; i < wanted; ++i) {
    if (samples == 0 && each[i] == UINT64_MAX) {
      fail(ExitCode::kUsage, "generator.samples = 0 asks for all images, and {} has no end", name);
    }
    const std::uint64_t n =
        samples == 0 ? each[i]
                     : std::min<std::uint64_t>(each[i], static_cast<std::uint64_t>(samples));
    extent.push_back(static_cast<std::uint32_t>(std::min<std::uint64_t>(n, UINT32_MAX)));
  }
  return extent;
}

std::string Source::cache_identity(std::uint64_t data_seed,
                                   const std::vector<std::uint32_t>& samples,
                                   const plugin::Mixup* mixup, const Json& mixup_identity) const {
  Json identity = {{"format", 1},
                   {"generator", generator_.info().id},
                   {"revision", generator_.info().revision},
                   {"params", identity_},
                   {"height", height_},
                   {"width", width_},
                   {"data_seed", data_seed},
                   {"device", "cpu"}};
  if (mixup != nullptr) {
    // What a row is mixed with depends on the whole set.
    const bool even = std::all_of(samples.begin(), samples.end(),
                                  [&](std::uint32_t n) { return n == samples.front(); });
    identity["mixup"] = {{"plugin", mixup->info().id},
                         {"revision", mixup->info().revision},
                         {"params", mixup_identity},
                         {"identities", samples.size()},
                         {"samples", even ? Json(samples.front()) : Json(samples)}};
    if (kBlendRevision > 1) identity["mixup"]["blend"] = kBlendRevision;
  }
  return canonical_dump(identity);
}

void Source::latents(std::span<const synface_key> keys, float* rows) const {
  const synface_context ctx = make_context(calls_, SYNFACE_PHASE_EVAL, keys[0].data_seed, 0);
  const auto n = static_cast<std::int64_t>(keys.size());
  generator_.latents(ctx, keys, *View(rows, {n, row_length_}));
}

void Source::render_rows(std::span<const synface_key> keys, const float* rows,
                         std::uint8_t* images) const {
  const synface_context ctx = make_context(calls_, SYNFACE_PHASE_EVAL, keys[0].data_seed, 0);
  const auto n = static_cast<std::int64_t>(keys.size());
  generator_.render(ctx, *View(rows, {n, row_length_}), keys,
                    *View(images, {n, height_, width_, 3}));
}

// The mixable blocks of source 0's row become the blend; the others stay its own.
void Source::blend(std::span<const synface_key> keys, const std::vector<std::uint32_t>& samples,
                   const plugin::Mixup& mixup, float* rows) const {
  const synface_context ctx = make_context(calls_, SYNFACE_PHASE_EVAL, keys[0].data_seed, 0);
  const std::size_t n = keys.size(), k = mixup.mix_info().sources;
  std::vector<synface_mix_source> picked(n * k);
  const synface_mix_set set{sizeof(synface_mix_set), 0, keys[0].data_seed, samples.size(),
                            samples.data()};
  const synface_mix_set* const sets[] = {&set};
  mixup.pick(ctx, keys, sets, picked);
  blend_blocks(*this, mixup, ctx, keys, picked, rows);
}

void Source::render(std::span<const synface_key> keys, const std::vector<std::uint32_t>& samples,
                    const plugin::Mixup* mixup, std::uint8_t* images) const {
  Buffer<float> rows(keys.size() * static_cast<std::size_t>(row_length_));
  latents(keys, rows.data());
  if (mixup != nullptr) blend(keys, samples, *mixup, rows.data());
  Buffer<std::uint8_t> out(keys.size() * static_cast<std::size_t>(3 * height_ * width_));
  render_rows(keys, rows.data(), out.data());
  std::copy(out.data(), out.data() + out.size(), images);
}

// What is taken of an index of images: empty where the set has all of it, where its people differ
// in their number of images, which then are the first, or where there is no end from which to draw.
std::vector<DrawnPerson> Source::draw(const std::vector<std::uint32_t>& samples,
                                      std::uint64_t seed) const {
  if (generator_.identities() == UINT64_MAX) return {};
  const std::vector<std::uint64_t> have = generator_.samples(0, generator_.identities());
  if (std::count(have.begin(), have.end(), UINT64_MAX) > 0) return {};
  const bool even = std::all_of(samples.begin(), samples.end(),
                                [&](std::uint32_t n) { return n == samples.front(); });
  const bool whole = std::equal(samples.begin(), samples.end(), have.begin(), have.end());
  if (samples.empty() || !even || whole) return {};
  return draw_people(have, samples.size(), samples.front(), seed);
}

std::unique_ptr<ImageSet> Source::make(const std::filesystem::path& folder, std::uint64_t data_seed,
                                       const std::vector<std::uint32_t>& samples,
                                       const plugin::Mixup* mixup, const Json& mixup_identity,
                                       const Progress& progress) const {
  if (!generator_.latent()) {
    if (mixup != nullptr) {
      fail(ExitCode::kUsage, "{} mixes latent rows, and {} has none; use a mixup of images",
           mixup->info().name(), generator_.info().name());
    }
    const auto taken = std::make_shared<std::vector<DrawnPerson>>(draw(samples, data_seed));
    const auto fetch = [this, data_seed, taken](ImageId id) {
      if (!taken->empty()) {
        const DrawnPerson& drawn = (*taken)[id.identity];
        id = {static_cast<std::uint32_t>(drawn.person),
              static_cast<std::uint32_t>(drawn.images[id.sample])};
      }
      const synface_key key = key_of(id, data_seed);
      const std::string place = generator_.image_name(key);
      return DecodedSet::Encoded{
          generator_.fetch(key),
          fmt::format("{}: {}", generator_.info().name(),
                      place.empty() ? fmt::format("image {} of person {}", id.sample, id.identity)
                                    : place)};
    };
    return std::make_unique<DecodedSet>(samples, height_, width_, calls_.threads, fetch);
  }
  data::ImageCache cache(folder.string(), cache_identity(data_seed, samples, mixup, mixup_identity),
                         height_, width_);
  const auto render_ids = [&](std::span<const ImageId> ids, std::uint8_t* images) {
    std::vector<synface_key> keys;
    for (const ImageId id : ids) keys.push_back(key_of(id, data_seed));
    render(keys, samples, mixup, images);
  };
  data::ImageCache::Observer observer;
  observer.progress = progress.rendered;
  observer.drawn = progress.drawn;
  observer.waiting = observer.repaired = progress.say;
  observer.cancelled = progress.cancelled;
  const auto threads = static_cast<std::uint32_t>(std::max(1, calls_.threads));
  const std::uint32_t batch = std::min(kMostInBatch, kRenderBatch * threads);
  if (!cache.ensure(samples, batch, render_ids, observer)) throw Cancelled{};
  return std::make_unique<CachedSet>(std::move(cache), samples);
}

}  // namespace synface::train
