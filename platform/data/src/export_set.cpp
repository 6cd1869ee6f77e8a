#include <fmt/format.h>
#include <synface/base/error.h>
#include <synface/base/file.h>
#include <synface/base/text.h>
#include <synface/data/codec.h>
#include <synface/data/export_set.h>

#include <algorithm>

#include "fork_join.h"
#include "set_blocks.h"
#include "set_writer.h"

namespace fs = std::filesystem;

namespace synface::data {
namespace {

constexpr std::size_t kChunk = 512;           // images encoded before they are written in order
constexpr std::uint64_t kSmallFile = 4096;    // what a file takes at least on most file systems
constexpr std::uint64_t kTarOverhead = 2048;  // headers, the label, padding

bool has_pixels(const ExportOptions& options) {
  return options.format == ExportFormat::kSafetensors;
}

std::vector<std::uint8_t> encode(const NamedSet& set, const ExportOptions& options,
                                 const std::uint8_t* pixels) {
  const ImageView image{set.side, set.side, pixels};
  return options.jpeg > 0 ? encode_jpeg(image, options.jpeg) : encode_png(image);
}

// What an export is a function of.
Json terms(const NamedSet& set, const ExportOptions& options) {
  Json json = {{"set", set.name}, {"sha256", set.digest()}, {"format", to_text(options.format)}};
  if (!has_pixels(options)) json["encoding"] = options.jpeg > 0 ? "jpeg" : "png";
  if (options.jpeg > 0) json["quality"] = options.jpeg;
  if (options.format == ExportFormat::kWebdataset || has_pixels(options)) {
    json["shard"] = options.shard;
  }
  return json;
}

fs::path whole_mark(const ExportOptions& options) {
  return options.out / "export.json";
}
fs::path partial_mark(const ExportOptions& options) {
  return options.out / "export.partial.json";
}

// Whether an interrupted or a finished export of the same terms lies there. Error(kUsage) where
// something else does.
bool begun(const ExportOptions& options, const Json& wanted) {
  std::error_code error;
  if (!fs::exists(options.out) || fs::is_empty(options.out, error)) return false;
  for (const fs::path& mark : {whole_mark(options), partial_mark(options)}) {
    if (!fs::exists(mark)) continue;
    Json there = read_json_file(mark, ExitCode::kData);
    if (there.is_object() && there.value("terms", Json()) == wanted) return true;
    fail(ExitCode::kUsage, "{} holds another export ({}); give --out a new folder",
         options.out.string(),
         there.is_object() ? there.value("terms", Json()).dump() : "unreadable");
  }
  fail(ExitCode::kUsage, "{} is not empty and holds no export; give --out a new folder",
       options.out.string());
}

// What a killed export left half-written.
void sweep(const fs::path& folder) {
  std::vector<fs::path> torn;
  for (const auto& file : fs::recursive_directory_iterator(folder)) {
    if (file.is_regular_file() && is_temporary(file.path())) torn.push_back(file.path());
  }
  for (const fs::path& path : torn) fs::remove(path);
}

// Gives the writer every image of a part that it wants.
void write_part(const fs::path& cache, const NamedSet& set, const SetPart& part,
                const ExportOptions& options, const Work& work, PartWriter& writer) {
  PartReader reader(cache, set, part);
  std::vector<PartImage> chunk;
  std::vector<std::vector<std::uint8_t>> encoded(kChunk);
  const auto flush = [&] {
    fork_join(work, chunk.size(), [&](std::size_t i) {
      const std::uint8_t* pixels = reader.image({chunk[i].identity, chunk[i].sample});
      if (!has_pixels(options)) encoded[i] = encode(set, options, pixels);
      if (writer.unordered()) writer.add(chunk[i], encoded[i]);
    });
    for (std::size_t i = 0; i < chunk.size() && !writer.unordered(); ++i) {
      const std::uint8_t* pixels = reader.image({chunk[i].identity, chunk[i].sample});
      writer.add(chunk[i], has_pixels(options)
                               ? std::span(pixels, static_cast<std::size_t>(set.image_bytes()))
                               : std::span<const std::uint8_t>(encoded[i]));
    }
    chunk.clear();
  };
  std::uint64_t index = 0;
  for (std::uint32_t row = 0; row < reader.rows(); ++row) {
    const auto [first, last] = reader.people(row);
    bool opened = false;
    for (std::uint32_t i = first; i < last; ++i) {
      for (std::uint32_t k = 0; k < part.samples; ++k, ++index) {
        if (writer.wants(index)) {
          if (!opened) reader.open(row);
          opened = true;
          chunk.push_back({index, i, k});
        }
        if (chunk.size() == kChunk) flush();
      }
    }
    flush();  // before the next row's blocks are opened
    if (work.progress) work.progress(std::uint64_t{last - first} * part.samples);
  }
  writer.finish();
}

std::unique_ptr<PartWriter> make_writer(const NamedSet& set, const SetPart& part,
                                        const ExportOptions& options) {
  switch (options.format) {
    case ExportFormat::kFolders:
      return folder_writer(part, options);
    case ExportFormat::kRecordio:
      return &part == &set.parts[0] ? record_writer(set, part, options)
                                    : pickle_writer(set, part, options);
    case ExportFormat::kWebdataset:
      return tar_writer(part, options);
    case ExportFormat::kSafetensors:
      return tensor_writer(set, part, options);
  }
  fail(ExitCode::kInternal, "an export of no format");
}

void check_space(const fs::path& cache, const NamedSet& set, const ExportOptions& options) {
  const std::uint64_t needed = estimate_export(cache, set, options);
  const std::uint64_t free = free_space(options.out);
  if (needed <= free) return;
  fail(ExitCode::kNoSpace,
       "{} as {} takes about {}, and {} has {} free; nothing was written. Give --out a folder on "
       "another disk, or another --format or --encoding",
       set.name, to_text(options.format), human_bytes(static_cast<double>(needed)),
       options.out.string(), human_bytes(static_cast<double>(free)));
}

void write_text(const fs::path& path, const std::string& text) {
  write_file_atomic(path, text, true, ExitCode::kData);
}

}  // namespace

std::string to_text(ExportFormat format) {
  switch (format) {
    case ExportFormat::kFolders:
      return "folders";
    case ExportFormat::kRecordio:
      return "recordio";
    case ExportFormat::kWebdataset:
      return "webdataset";
    case ExportFormat::kSafetensors:
      return "safetensors";
  }
  return {};
}

std::uint64_t estimate_export(const fs::path& cache, const NamedSet& set,
                              const ExportOptions& options) {
  if (has_pixels(options)) return set.count() * (set.image_bytes() + 16) + (1U << 20U);
  const SetPart& part = set.parts[0];
  PartReader reader(cache, set, part);
  reader.open(0);
  // The largest of a few, so that the estimate errs on the safe side.
  std::uint64_t largest = 0;
  for (std::uint32_t n = 0; n < 32; ++n) {
    const ImageId id{n % std::min(part.identities, kBlockIdentities), n % part.samples};
    largest = std::max<std::uint64_t>(largest, encode(set, options, reader.image(id)).size());
  }
  if (options.format == ExportFormat::kFolders) {
    largest = (largest + kSmallFile - 1) / kSmallFile * kSmallFile;
  } else if (options.format == ExportFormat::kWebdataset) {
    largest += kTarOverhead;
  } else {
    largest += 64;
  }
  return set.count() * largest + (1U << 20U);
}

ExportReport export_set(const fs::path& cache, const NamedSet& set, const ExportOptions& options,
                        const Work& work) {
  if (!set.whole()) {
    fail(ExitCode::kUsage, "{} is not whole; `synface data build {}` goes on with it", set.name,
         set.name);
  }
  const Json wanted = terms(set, options);
  if (begun(options, wanted)) {
    sweep(options.out);
  } else {
    check_space(cache, set, options);
  }
  make_folders(options.out, ExitCode::kData);
  write_json_file(partial_mark(options), {{"terms", wanted}});
  fs::remove(whole_mark(options));
  ExportReport report;
  Json archives = Json::array();
  for (const SetPart& part : set.parts) {
    const std::unique_ptr<PartWriter> writer = make_writer(set, part, options);
    write_part(cache, set, part, options, work, *writer);
    for (const WrittenFile& file : writer->archives()) {
      archives.push_back({{"file", file.name}, {"bytes", file.bytes}, {"sha256", file.sha256}});
    }
    const auto [files, bytes] = writer->files_and_bytes();
    report.files += files;
    report.bytes += bytes;
    report.kept += writer->kept();
    report.images += part.count();
  }
  if (const std::string pairs = set.pairs_text(); !pairs.empty()) {
    write_text(options.out / "pairs.txt", pairs);
  }
  write_json_file(options.out / "manifest.json", to_json(set));
  write_json_file(whole_mark(options), {{"terms", wanted},
                                        {"images", report.images},
                                        {"files", report.files},
                                        {"bytes", report.bytes},
                                        {"archives", archives}});
  fs::remove(partial_mark(options));
  return report;
}

}  // namespace synface::data
