// The blocks of the image cache that a part of a named set consists of.
#pragma once

#include <synface/data/named_set.h>

#include <array>
#include <filesystem>
#include <vector>

#include "block_file.h"
#include "range_lock.h"

namespace synface::data {

struct PartBlock {
  std::uint32_t identity = 0, sample = 0;
  Presence wanted;

  std::string path(const std::filesystem::path& folder) const;
};

// Ascending by identity, then sample.
std::vector<PartBlock> blocks_of(const SetPart& part);

inline std::filesystem::path folder_of(const std::filesystem::path& cache, const SetPart& part) {
  return cache / "images" / part.folder();
}

// Keeps a folder of the image cache from being cleared while it lives; nothing where there is no
// such folder.
LockFile hold_folder(const std::filesystem::path& folder);

// Images of a part by identity and sample: the blocks of 64 identities are open at a time.
class PartReader {
 public:
  PartReader(const std::filesystem::path& cache, const NamedSet& set, const SetPart& part);

  std::uint32_t rows() const;  // of 64 identities
  // Identities of a row: first and one behind the last.
  std::pair<std::uint32_t, std::uint32_t> people(std::uint32_t row) const;
  // Opens and checks the blocks of a row. Error(kData) names one that is missing or damaged and
  // the command that builds it again.
  void open(std::uint32_t row);
  // [H, W, 3] of an image of the open row.
  const std::uint8_t* image(ImageId id) const;

 private:
  const NamedSet& set_;
  const SetPart& part_;
  std::filesystem::path folder_;
  LockFile lock_;
  std::vector<BlockFile> open_;
};

}  // namespace synface::data
