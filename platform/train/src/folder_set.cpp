#include <synface/base/error.h>
#include <synface/base/file.h>
#include <synface/data/listing.h>
#include <synface/train/generation.h>

#include <memory>

#include "draw.h"

namespace synface::train {

std::unique_ptr<ImageSet> folder_set(const std::string& folder, std::int64_t identities,
                                     std::int64_t samples, std::uint64_t seed, std::int64_t height,
                                     std::int64_t width, int threads) {
  const data::ClassFolder all = data::list_folder(folder);
  std::vector<std::uint64_t> images;
  for (const auto& person : all.classes) images.push_back(person.files.size());
  const std::size_t able = people_with(images, static_cast<std::uint64_t>(samples));
  const std::size_t wanted = identities == 0 ? able : static_cast<std::size_t>(identities);
  if (wanted > able || wanted == 0) {
    fail(ExitCode::kUsage,
         "real.identities = {}, real.samples = {}: {} has {} people with so many images",
         identities, samples, folder, able);
  }
  auto files = std::make_shared<std::vector<std::vector<std::string>>>();
  std::vector<std::uint32_t> counts;
  for (const DrawnPerson& drawn : draw_people(images, static_cast<std::uint64_t>(identities),
                                              static_cast<std::uint64_t>(samples), seed)) {
    auto& chosen = files->emplace_back();
    for (const std::uint64_t k : drawn.images) {
      chosen.push_back(all.classes[drawn.person].files[k]);
    }
    counts.push_back(static_cast<std::uint32_t>(chosen.size()));
  }
  const auto fetch = [files](ImageId id) {
    const std::string& path = (*files)[id.identity][id.sample];
    return DecodedSet::Encoded{read_file(path), path};
  };
  return std::make_unique<DecodedSet>(std::move(counts), height, width, threads, fetch);
}

}  // namespace synface::train
