// What lies in the cache folder, and how it is cleared: `synface cache ls|gc`.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace synface::data {

struct CacheEntry {
  std::string folder;    // absolute
  std::string identity;  // the JSON text of identity.json
  std::uint64_t bytes = 0;
  std::uint64_t blocks = 0;
  std::uint64_t images = 0;
  std::chrono::system_clock::time_point last_use;
  bool in_use = false;            // a worker has it open now
  std::vector<std::string> sets;  // the named sets that consist of its images
};

// The image sets under <cache>/images, most recently used first; none when the folder is absent.
std::vector<CacheEntry> list_cache(const std::string& cache_folder);

struct CacheLimit {
  std::uint64_t keep_bytes = 0;        // remove the least recently used sets above this total
  std::chrono::seconds older_than{0};  // and spare what was used within this time
};

// Removes sets and returns them; one in use stays, and so does one of which a named set consists
// (`synface data rm` forgets the name first).
std::vector<CacheEntry> collect_cache(const std::string& cache_folder, const CacheLimit& limit);

}  // namespace synface::data
