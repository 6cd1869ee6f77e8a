#include <fcntl.h>
#include <fmt/format.h>
#include <synface/base/error.h>
#include <synface/base/hash.h>
#include <synface/data/image_cache.h>
#include <sys/stat.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <unordered_map>

#include "block_file.h"
#include "range_lock.h"

namespace fs = std::filesystem;

namespace synface::data {
namespace {

struct BlockId {
  std::uint32_t identity = 0, sample = 0;
  auto operator<=>(const BlockId&) const = default;
};

BlockId block_of(ImageId id) {
  return {id.identity / kBlockIdentities, id.sample / kBlockSamples};
}

std::int64_t lock_byte(BlockId id) {
  return (std::int64_t{id.identity} << 30) + std::int64_t{id.sample};
}

std::uint64_t map_key(BlockId id) {
  return std::uint64_t{id.identity} << 32 | id.sample;
}

// The images wanted of each block, in ascending order.
using Wanted = std::map<BlockId, Presence>;

Wanted wanted_blocks(std::span<const std::uint32_t> samples) {
  Wanted wanted;
  for (std::uint32_t i = 0; i < samples.size(); ++i) {
    for (std::uint32_t k = 0; k < samples[i]; ++k) {
      const ImageId id{i, k};
      wanted[block_of(id)].set(slot_of(id));
    }
  }
  return wanted;
}

ImageId id_of(BlockId block, std::size_t slot) {
  const auto s = static_cast<std::uint32_t>(slot);
  return {block.identity * kBlockIdentities + s / kBlockSamples,
          block.sample * kBlockSamples + s % kBlockSamples};
}

// Creates the folder with its identity, and marks it as used now.
std::string prepare_folder(const std::string& cache, const std::string& identity) {
  const fs::path folder = fs::path(cache) / "images" / sha256(identity).substr(0, 32);
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    const bool full = error == std::errc::no_space_on_device;
    fail(full ? ExitCode::kNoSpace : ExitCode::kData, "{}: cannot make the cache folder: {}",
         folder.string(), error.message());
  }
  const std::string path = (folder / "identity.json").string();
  if (!fs::exists(path)) {
    const std::span<const std::uint8_t> piece(
        reinterpret_cast<const std::uint8_t*>(identity.data()), identity.size());
    write_pieces(path, {&piece, 1}, false);
  }
  ::utimensat(AT_FDCWD, path.c_str(), nullptr, 0);
  return folder.string();
}

}  // namespace

struct ImageCache::State {
  std::string folder;
  std::int64_t height = 0, width = 0;
  std::size_t image_bytes = 0;
  LockFile lock;
  std::unordered_map<std::uint64_t, BlockFile> blocks;
  std::uint64_t rendered = 0, done = 0, total = 0;

  std::string path(BlockId id) const {
    return fmt::format("{}/{}_{}.block", folder, id.identity, id.sample);
  }

  // Reads a block; nothing when it is absent or damaged.
  std::optional<BlockFile> read(BlockId id, const Observer& observer) const {
    try {
      return BlockFile::open(path(id), height, width);
    } catch (const Error& error) {
      if (observer.repaired) observer.repaired(fmt::format("{}: rendered again", error.what()));
      ::unlink(path(id).c_str());
      return std::nullopt;
    }
  }

  // Maps the block if it has all that is wanted.
  bool adopt(BlockId id, const Presence& wanted, const Observer& observer) {
    std::optional<BlockFile> block = read(id, observer);
    if (!block || (block->present() & wanted) != wanted) return false;
    blocks.insert_or_assign(map_key(id), std::move(*block));
    done += wanted.count();
    if (observer.progress) observer.progress(done, total);
    return true;
  }

  bool fill(BlockId id, const Presence& wanted, std::uint32_t batch, const Render& render,
            const Observer& observer);
  bool fill_locked(BlockId id, const Presence& wanted, std::uint32_t batch, const Render& render,
                   const Observer& observer);
};

// Renders what the block lacks and writes it anew, under the block's lock. False when cancelled.
bool ImageCache::State::fill(BlockId id, const Presence& wanted, std::uint32_t batch,
                             const Render& render, const Observer& observer) {
  const std::optional<BlockFile> old = read(id, observer);
  const Presence had = old ? old->present() : Presence();
  std::vector<ImageId> missing;
  for (std::size_t slot = 0; slot < kBlockSlots; ++slot) {
    if (wanted.test(slot) && !had.test(slot)) missing.push_back(id_of(id, slot));
  }
  std::vector<std::uint8_t> fresh(missing.size() * image_bytes);
  std::size_t ready = 0;
  done += (had & wanted).count();
  bool cancelled = false;
  while (ready < missing.size() && !cancelled) {
    const std::size_t n = std::min<std::size_t>(batch, missing.size() - ready);
    render({missing.data() + ready, n}, fresh.data() + ready * image_bytes);
    ready += n;
    rendered += n;
    done += n;
    if (observer.drawn) observer.drawn(n);
    if (observer.progress) observer.progress(done, total);
    cancelled = ready < missing.size() && observer.cancelled && observer.cancelled();
  }
  Presence present = had;
  for (std::size_t i = 0; i < ready; ++i) present.set(slot_of(missing[i]));
  std::vector<std::uint8_t> images;
  images.reserve(present.count() * image_bytes);
  std::size_t next = 0;
  for (std::size_t slot = 0; slot < kBlockSlots; ++slot) {
    if (!present.test(slot)) continue;
    const std::uint8_t* from =
        had.test(slot) ? old->image(slot) : fresh.data() + next++ * image_bytes;
    images.insert(images.end(), from, from + image_bytes);
  }
  if (ready > 0) BlockFile::write(path(id), height, width, present, images);
  if (cancelled) return false;
  std::optional<BlockFile> block = BlockFile::open(path(id), height, width);
  if (!block) fail(ExitCode::kData, "{}: vanished from the cache while in use", path(id));
  blocks.insert_or_assign(map_key(id), std::move(*block));
  return true;
}

bool ImageCache::State::fill_locked(BlockId id, const Presence& wanted, std::uint32_t batch,
                                    const Render& render, const Observer& observer) {
  bool complete = false;
  try {
    complete = adopt(id, wanted, observer) || fill(id, wanted, batch, render, observer);
  } catch (...) {
    lock.release(lock_byte(id));
    throw;
  }
  lock.release(lock_byte(id));
  return complete;
}

ImageCache::ImageCache(const std::string& folder, const std::string& identity, std::int64_t height,
                       std::int64_t width)
    : state_(std::make_unique<State>()) {
  State& s = *state_;
  // A collector may remove the folder between its making and the lock: look again.
  do {
    s.folder = prepare_folder(folder, identity);
    s.lock = LockFile(s.folder + "/lock");
    s.lock.share(kInUseByte);
  } while (!fs::exists(s.folder + "/identity.json"));
  s.height = height;
  s.width = width;
  s.image_bytes = static_cast<std::size_t>(3 * height * width);
}

ImageCache::~ImageCache() = default;
ImageCache::ImageCache(ImageCache&&) noexcept = default;
ImageCache& ImageCache::operator=(ImageCache&&) noexcept = default;

bool ImageCache::ensure(std::span<const std::uint32_t> samples, std::uint32_t batch,
                        const Render& render, const Observer& observer) {
  State& s = *state_;
  const Wanted wanted = wanted_blocks(samples);
  s.done = s.total = s.rendered = 0;
  for (const auto& [id, present] : wanted) s.total += present.count();
  std::vector<BlockId> taken;
  for (const auto& [id, present] : wanted) {
    if (s.adopt(id, present, observer)) continue;
    if (!s.lock.try_exclusive(lock_byte(id))) {
      taken.push_back(id);
    } else if (!s.fill_locked(id, present, batch, render, observer)) {
      return false;
    }
  }
  const auto cancelled = [&] { return observer.cancelled && observer.cancelled(); };
  if (!taken.empty() && observer.waiting) {
    observer.waiting("waiting for images that another worker renders at this moment");
  }
  for (const BlockId id : taken) {
    if (!s.lock.wait_exclusive(lock_byte(id), cancelled)) return false;
    if (!s.fill_locked(id, wanted.at(id), batch, render, observer)) return false;
  }
  return true;
}

const std::uint8_t* ImageCache::find(ImageId id) const {
  const auto it = state_->blocks.find(map_key(block_of(id)));
  return it == state_->blocks.end() ? nullptr : it->second.image(slot_of(id));
}

std::uint64_t ImageCache::rendered() const {
  return state_->rendered;
}
const std::string& ImageCache::folder() const {
  return state_->folder;
}

}  // namespace synface::data
