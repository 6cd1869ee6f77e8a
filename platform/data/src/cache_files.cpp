#include <synface/base/error.h>
#include <synface/data/cache_files.h>
#include <synface/data/named_set.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "block_file.h"
#include "range_lock.h"

namespace fs = std::filesystem;

namespace synface::data {
namespace {

std::chrono::system_clock::time_point modified(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return {};
  return std::chrono::system_clock::time_point(std::chrono::seconds(status.st_mtim.tv_sec));
}

std::optional<CacheEntry> read_entry(const fs::path& folder) {
  std::ifstream in(folder / "identity.json", std::ios::binary);
  if (!in) return std::nullopt;
  CacheEntry entry;
  entry.folder = folder.string();
  entry.identity = {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  entry.last_use = modified((folder / "identity.json").string());
  std::error_code error;
  for (const auto& file : fs::directory_iterator(folder, error)) {
    entry.bytes += file.is_regular_file(error) ? file.file_size(error) : 0;
    if (file.path().extension() != ".block") continue;
    ++entry.blocks;
    entry.images += count_images(file.path().string());
  }
  const LockFile lock((folder / "lock").string());
  entry.in_use = !lock.try_exclusive(kInUseByte);
  return entry;
}

}  // namespace

std::vector<CacheEntry> list_cache(const std::string& cache_folder) {
  std::vector<CacheEntry> entries;
  std::error_code error;
  for (const auto& folder : fs::directory_iterator(fs::path(cache_folder) / "images", error)) {
    if (!folder.is_directory(error)) continue;
    if (auto entry = read_entry(fs::absolute(folder.path()))) entries.push_back(std::move(*entry));
  }
  for (const NamedSet& set : list_sets(cache_folder)) {
    for (const SetPart& part : set.parts) {
      const fs::path folder = fs::absolute(fs::path(cache_folder) / "images" / part.folder());
      for (CacheEntry& entry : entries) {
        if (entry.folder == folder) entry.sets.push_back(set.name);
      }
    }
  }
  std::sort(entries.begin(), entries.end(), [](const CacheEntry& a, const CacheEntry& b) {
    return std::pair(b.last_use, a.folder) < std::pair(a.last_use, b.folder);
  });
  return entries;
}

std::vector<CacheEntry> collect_cache(const std::string& cache_folder, const CacheLimit& limit) {
  std::vector<CacheEntry> removed;
  std::uint64_t kept = 0;
  const auto now = std::chrono::system_clock::now();
  for (CacheEntry& entry : list_cache(cache_folder)) {
    const bool recent = limit.older_than.count() > 0 && now - entry.last_use < limit.older_than;
    if (kept + entry.bytes <= limit.keep_bytes || recent || !entry.sets.empty()) {
      kept += entry.bytes;
      continue;
    }
    // Held until the folder is gone, so that no worker opens it in between.
    const LockFile lock(entry.folder + "/lock");
    if (!lock.try_exclusive(kInUseByte)) {
      kept += entry.bytes;
      continue;
    }
    std::error_code error;
    fs::remove(entry.folder + "/identity.json", error);
    fs::remove_all(entry.folder, error);
    if (error) {
      fail(ExitCode::kData, "{}: cannot remove: {}", entry.folder, error.message());
    }
    removed.push_back(std::move(entry));
  }
  return removed;
}

}  // namespace synface::data
