#include <synface/base/error.h>
#include <synface/base/file.h>
#include <synface/base/philox.h>
#include <synface/data/listing.h>
#include <synface/train/generation.h>

#include <memory>

namespace synface::train {
namespace {

// Words that keep the draws of people and of their photographs apart.
constexpr std::uint64_t kPeople = 0, kPhotographs = 1;

}  // namespace

std::unique_ptr<ImageSet> folder_set(const std::string& folder, std::int64_t identities,
                                     std::int64_t samples, std::uint64_t seed, std::int64_t height,
                                     std::int64_t width, int threads) {
  const data::ClassFolder all = data::list_folder(folder);
  std::vector<const data::ClassFolder::Class*> able;
  for (const auto& person : all.classes) {
    if (static_cast<std::int64_t>(person.files.size()) >= samples) able.push_back(&person);
  }
  const std::size_t wanted = identities == 0 ? able.size() : static_cast<std::size_t>(identities);
  if (wanted > able.size() || wanted == 0) {
    fail(ExitCode::kUsage,
         "real.identities = {}, real.samples = {}: {} has {} people with so many images",
         identities, samples, folder, able.size());
  }
  const KeyedPermutation people(seed, kPeople, able.size());
  auto files = std::make_shared<std::vector<std::vector<std::string>>>();
  std::vector<std::uint32_t> counts;
  for (std::size_t i = 0; i < wanted; ++i) {
    const auto& person = *able[identities == 0 ? i : people(i)];
    std::vector<std::string> chosen = person.files;
    if (samples > 0) {
      const KeyedPermutation photographs(seed, kPhotographs + i, person.files.size());
      chosen.clear();
      for (std::uint64_t k = 0; k < static_cast<std::uint64_t>(samples); ++k) {
        chosen.push_back(person.files[photographs(k)]);
      }
    }
    counts.push_back(static_cast<std::uint32_t>(chosen.size()));
    files->push_back(std::move(chosen));
  }
  const auto fetch = [files](ImageId id) {
    const std::string& path = (*files)[id.identity][id.sample];
    return DecodedSet::Encoded{read_file(path), path};
  };
  return std::make_unique<DecodedSet>(std::move(counts), height, width, threads, fetch);
}

}  // namespace synface::train
