// Class folders: PERSON/PERSON_0001.png.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>

#include "set_writer.h"

namespace synface::data {
namespace {

class FolderWriter final : public PartWriter {
 public:
  FolderWriter(const SetPart& part, const ExportOptions& options)
      : part_(part), folder_(options.out / part.name), suffix_(options.jpeg > 0 ? "jpg" : "png") {
    make_folders(folder_, ExitCode::kData);
  }
  bool unordered() const override { return true; }

  // Not synced one by one: finish() does that for all of them.
  void add(const PartImage& image, std::span<const std::uint8_t> bytes) override {
    const auto path = folder_ / part_.person(image.identity) /
                      fmt::format("{}.{}", image_key(part_, image), suffix_);
    write_file_atomic(path, {reinterpret_cast<const char*>(bytes.data()), bytes.size()}, false,
                      ExitCode::kData);
    ++files_;
    bytes_ += bytes.size();
  }

  void finish() override {
    const UniqueFd fd = open_file(folder_, O_RDONLY | O_DIRECTORY);
    if (::syncfs(fd.get()) != 0) fail_errno(errno, ExitCode::kData, "sync", folder_);
  }

  std::pair<std::uint64_t, std::uint64_t> files_and_bytes() const override {
    return {files_, bytes_};
  }

 private:
  const SetPart& part_;
  std::filesystem::path folder_;
  std::string suffix_;
  std::atomic<std::uint64_t> files_ = 0, bytes_ = 0;
};

}  // namespace

std::string image_key(const SetPart& part, const PartImage& image) {
  return fmt::format("{}_{:04}", part.person(image.identity), image.sample + 1);
}

std::pair<std::uint64_t, std::uint64_t> PartWriter::files_and_bytes() const {
  std::pair<std::uint64_t, std::uint64_t> sum;
  for (const WrittenFile& file : archives()) {
    ++sum.first;
    sum.second += file.bytes;
  }
  return sum;
}

std::unique_ptr<PartWriter> folder_writer(const SetPart& part, const ExportOptions& options) {
  return std::make_unique<FolderWriter>(part, options);
}

}  // namespace synface::data
