// Named sets as files of other tools.
//
// LAYOUT of DIR, with PERSON as SetPart::person() and images counted from 1 as in LFW:
//   folders      train/PERSON/PERSON_0001.png, heldout/PERSON/...
//   recordio     train.rec, train.idx, property as InsightFace has them (record 0 tells where the
//                people's own records are, records from 1 are images with the label as a float);
//                heldout.bin, the pairs with their images as its verification reads them
//   webdataset   train-000000.tar ...: PERSON_0001.jpg with PERSON_0001.cls, the label in decimal
//   safetensors  train-000000.safetensors ...: images [n, H, W, 3] U8, labels [n] I64, samples [n]
//                I64
// and in each of them pairs.txt of the held-out people, manifest.json of the set, and export.json,
// which is written last: a folder that has it is whole, with the SHA-256 of every archive. Until
// then export.partial.json says what is being written; the same export goes on from there.
#pragma once

#include <synface/data/named_set.h>

#include <cstdint>
#include <filesystem>
#include <string>

namespace synface::data {

enum class ExportFormat { kFolders, kRecordio, kWebdataset, kSafetensors };
std::string to_text(ExportFormat format);

struct ExportOptions {
  ExportFormat format = ExportFormat::kFolders;
  std::filesystem::path out;
  int jpeg = 0;                 // quality 1 .. 100; 0: PNG. Not of safetensors, which has pixels
  std::uint32_t shard = 10000;  // images in an archive of webdataset and safetensors
};

struct ExportReport {
  std::uint64_t images = 0;
  std::uint64_t bytes = 0;  // of all files
  std::uint64_t files = 0;
  std::uint64_t kept = 0;  // archives that an interrupted export had finished
};

// Bytes that an export takes, by a first few images of it: what `out` must have free.
std::uint64_t estimate_export(const std::filesystem::path& cache, const NamedSet& set,
                              const ExportOptions& options);

// Equal sets give equal files, whatever the threads and the interruptions. Error(kUsage) for a set
// that is not whole, a folder that holds something else or numbers that the format cannot hold;
// Error(kNoSpace) before anything is written where the estimate does not fit, and on a disk that
// fills up; Error(kData) for damaged images; Stopped.
ExportReport export_set(const std::filesystem::path& cache, const NamedSet& set,
                        const ExportOptions& options, const Work& work);

}  // namespace synface::data
