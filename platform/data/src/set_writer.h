// What the formats of an export have in common: images come in order, encoded.
#pragma once

#include <synface/data/export_set.h>

#include <memory>
#include <span>
#include <vector>

#include "staged_file.h"

namespace synface::data {

struct PartImage {
  std::uint64_t index = 0;  // in the part, person by person
  std::uint32_t identity = 0, sample = 0;
};

// Writes one part of a set.
class PartWriter {
 public:
  virtual ~PartWriter() = default;

  // False for an image of an archive that is there already.
  virtual bool wants(std::uint64_t) { return true; }
  // Whether add() may be called from several threads and in any order.
  virtual bool unordered() const { return false; }
  // The encoded file, or the pixels where the format has no files.
  virtual void add(const PartImage& image, std::span<const std::uint8_t> bytes) = 0;
  // After the last image: everything is on the disk.
  virtual void finish() = 0;
  // Archives, in order; none of a format of single files, which tells their number and bytes.
  virtual std::vector<WrittenFile> archives() const { return {}; }
  virtual std::pair<std::uint64_t, std::uint64_t> files_and_bytes() const;
  virtual std::uint64_t kept() const { return 0; }
};

// "PERSON_0001": the key of an image in every format.
std::string image_key(const SetPart& part, const PartImage& image);

std::unique_ptr<PartWriter> folder_writer(const SetPart& part, const ExportOptions& options);
std::unique_ptr<PartWriter> record_writer(const NamedSet& set, const SetPart& part,
                                          const ExportOptions& options);
std::unique_ptr<PartWriter> tar_writer(const SetPart& part, const ExportOptions& options);
std::unique_ptr<PartWriter> tensor_writer(const NamedSet& set, const SetPart& part,
                                          const ExportOptions& options);
// The held-out people of a set as InsightFace's verification reads them.
std::unique_ptr<PartWriter> pickle_writer(const NamedSet& set, const SetPart& part,
                                          const ExportOptions& options);

}  // namespace synface::data
