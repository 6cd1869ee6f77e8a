#include "set_blocks.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <synface/base/error.h>
#include <synface/base/file.h>
#include <synface/base/hash.h>
#include <unistd.h>

#include <algorithm>

#include "fork_join.h"

namespace fs = std::filesystem;

namespace synface::data {
namespace {

std::uint32_t divided_up(std::uint32_t n, std::uint32_t by) {
  return n / by + (n % by == 0 ? 0 : 1);
}

std::string sum_of(const BlockFile& block, const Presence& wanted, std::size_t image_bytes) {
  Sha256 sum;
  for (std::size_t slot = 0; slot < kBlockSlots; ++slot) {
    if (!wanted.test(slot)) continue;
    sum.update(std::as_bytes(std::span(block.image(slot), image_bytes)));
  }
  return sum.hex();
}

BlockState inspect(const PartBlock& wanted, const fs::path& folder, const NamedSet& set) {
  BlockState state;
  state.sum = {
      wanted.identity, wanted.sample, static_cast<std::uint32_t>(wanted.wanted.count()), {}};
  state.path = wanted.path(folder);
  try {
    const std::optional<BlockFile> block = BlockFile::open(state.path, set.side, set.side);
    if (!block) {
      state.fault = "missing";
      return state;
    }
    const std::size_t lacking = (wanted.wanted & ~block->present()).count();
    if (lacking > 0) {
      state.fault = fmt::format("lacks {} of {} images", lacking, state.sum.images);
      return state;
    }
    state.sum.sha256 = sum_of(*block, wanted.wanted, set.image_bytes());
  } catch (const Error& error) {
    const std::string_view words = error.what();
    const std::string prefix = state.path + ": ";
    state.fault =
        fmt::format("damaged: {}", words.starts_with(prefix) ? words.substr(prefix.size()) : words);
  }
  return state;
}

}  // namespace

std::string PartBlock::path(const fs::path& folder) const {
  return fmt::format("{}/{}_{}.block", folder.string(), identity, sample);
}

std::vector<PartBlock> blocks_of(const SetPart& part) {
  std::vector<PartBlock> blocks;
  for (std::uint32_t i = 0; i < divided_up(part.identities, kBlockIdentities); ++i) {
    const std::uint32_t people = std::min(kBlockIdentities, part.identities - i * kBlockIdentities);
    for (std::uint32_t s = 0; s < divided_up(part.samples, kBlockSamples); ++s) {
      const std::uint32_t images = std::min(kBlockSamples, part.samples - s * kBlockSamples);
      PartBlock block{i, s, {}};
      for (std::uint32_t a = 0; a < people; ++a) {
        for (std::uint32_t b = 0; b < images; ++b) block.wanted.set(slot_of({a, b}));
      }
      blocks.push_back(block);
    }
  }
  return blocks;
}

LockFile hold_folder(const fs::path& folder) {
  if (!fs::is_directory(folder)) return {};
  LockFile lock((folder / "lock").string());
  lock.share(kInUseByte);
  return lock;
}

Present present_images(const fs::path& cache, const SetPart& part) {
  const fs::path folder = folder_of(cache, part);
  Present present;
  if (!fs::is_directory(folder)) return present;
  for (const PartBlock& block : blocks_of(part)) {
    const std::string path = block.path(folder);
    const auto there = present_in(path);
    if (!there) continue;
    present.images += (*there & block.wanted).count();
    std::error_code error;
    const auto bytes = fs::file_size(path, error);
    present.bytes += error ? 0 : bytes;
  }
  return present;
}

std::vector<BlockState> inspect_part(const fs::path& cache, const NamedSet& set,
                                     const SetPart& part, const Work& work) {
  const fs::path folder = folder_of(cache, part);
  const LockFile lock = hold_folder(folder);
  const std::vector<PartBlock> blocks = blocks_of(part);
  std::vector<BlockState> states(blocks.size());
  fork_join(work, blocks.size(), [&](std::size_t i) {
    states[i] = inspect(blocks[i], folder, set);
    if (work.progress) work.progress(states[i].sum.images);
  });
  return states;
}

std::string describe_block(const SetPart& part, const BlockSum& block) {
  const std::uint32_t person = block.identity * kBlockIdentities;
  const std::uint32_t image = block.sample * kBlockSamples;
  return fmt::format("people {} to {}, images {} to {}", part.person(person),
                     part.person(std::min(part.identities, person + kBlockIdentities) - 1), image,
                     std::min(part.samples, image + kBlockSamples) - 1);
}

void sync_part(const fs::path& cache, const SetPart& part) {
  const fs::path folder = folder_of(cache, part);
  for (const PartBlock& block : blocks_of(part)) {
    const std::string path = block.path(folder);
    const UniqueFd fd = open_file(path, O_RDONLY);
    if (::fsync(fd.get()) != 0) fail_errno(errno, ExitCode::kData, "sync", path);
  }
  sync_folder(folder);
}

PartReader::PartReader(const fs::path& cache, const NamedSet& set, const SetPart& part)
    : set_(set), part_(part), folder_(folder_of(cache, part)), lock_(hold_folder(folder_)) {}

std::uint32_t PartReader::rows() const {
  return divided_up(part_.identities, kBlockIdentities);
}

std::pair<std::uint32_t, std::uint32_t> PartReader::people(std::uint32_t row) const {
  return {row * kBlockIdentities, std::min(part_.identities, (row + 1) * kBlockIdentities)};
}

void PartReader::open(std::uint32_t row) {
  open_.clear();
  for (std::uint32_t s = 0; s < divided_up(part_.samples, kBlockSamples); ++s) {
    const PartBlock place{row, s, {}};
    const std::string path = place.path(folder_);
    std::optional<BlockFile> block = BlockFile::open(path, set_.side, set_.side);
    if (!block) {
      fail(ExitCode::kData, "{}: missing; `synface data build {}` renders it again", path,
           set_.name);
    }
    open_.push_back(std::move(*block));
  }
}

const std::uint8_t* PartReader::image(ImageId id) const {
  const std::uint8_t* pixels = open_[id.sample / kBlockSamples].image(slot_of(id));
  if (pixels == nullptr) {
    fail(ExitCode::kData, "{}: image {} of {} is not there; `synface data build {}` renders it",
         folder_.string(), id.sample, part_.person(id.identity), set_.name);
  }
  return pixels;
}

}  // namespace synface::data
