#include <synface/base/error.h>
#include <synface/data/codec.h>
#include <synface/data/resize.h>
#include <synface/train/image_set.h>
#include <synface/train/parallel.h>

#include <algorithm>

namespace synface::train {

ImageSet::ImageSet(std::vector<std::uint32_t> samples) : samples_(std::move(samples)) {
  starts_.reserve(samples_.size() + 1);
  starts_.push_back(0);
  for (const std::uint32_t n : samples_) starts_.push_back(starts_.back() + n);
  if (count() == 0) fail(ExitCode::kUsage, "a set of images is empty");
}

ImageId ImageSet::id(std::int64_t n) const {
  const auto next = std::upper_bound(starts_.begin(), starts_.end(), n);
  const auto identity = static_cast<std::size_t>(next - starts_.begin()) - 1;
  return {static_cast<std::uint32_t>(identity), static_cast<std::uint32_t>(n - starts_[identity])};
}

CachedSet::CachedSet(data::ImageCache cache, std::vector<std::uint32_t> samples)
    : ImageSet(std::move(samples)), cache_(std::move(cache)) {}

DecodedSet::DecodedSet(std::vector<std::uint32_t> samples, std::int64_t height, std::int64_t width,
                       int threads, Fetch fetch)
    : ImageSet(std::move(samples)),
      height_(height),
      width_(width),
      threads_(threads),
      fetch_(std::move(fetch)) {}

void DecodedSet::prepare(std::span<const ImageId> ids) {
  std::vector<std::pair<Encoded, std::vector<std::uint8_t>*>> fresh;
  for (const ImageId id : ids) {
    const auto [it, inserted] = images_.try_emplace({id.identity, id.sample});
    if (inserted) fresh.emplace_back(fetch_(id), &it->second);
  }
  parallel(
      threads_, static_cast<std::int64_t>(fresh.size()), 1,
      [&](std::int64_t first, std::int64_t last) {
        for (std::int64_t i = first; i < last; ++i) {
          const auto& [encoded, to] = fresh[static_cast<std::size_t>(i)];
          const data::Image image = data::decode(
              {reinterpret_cast<const std::uint8_t*>(encoded.bytes.data()), encoded.bytes.size()},
              encoded.name);
          *to = data::resize(view(image), height_, width_).pixels;
        }
      });
}

const std::uint8_t* DecodedSet::image(ImageId id) const {
  const auto it = images_.find({id.identity, id.sample});
  return it == images_.end() ? nullptr : it->second.data();
}

}  // namespace synface::train
