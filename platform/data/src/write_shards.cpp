// Formats of archives with so many images each: WebDataset's tar
// (https://github.com/webdataset/webdataset: files of one sample share the name before the first
// dot and follow one another) and .safetensors.
#include <fmt/format.h>
#include <synface/base/error.h>
#include <synface/data/recordio.h>
#include <synface/data/tensorfile.h>

#include <algorithm>
#include <optional>

#include "set_writer.h"

namespace synface::data {
namespace {

// Begins and ends the archives; one that is there already is whole and stays.
class ShardWriter : public PartWriter {
 public:
  ShardWriter(const SetPart& part, const ExportOptions& options, std::string suffix)
      : part_(part),
        out_(options.out),
        suffix_(std::move(suffix)),
        shard_(std::max<std::uint64_t>(1, options.shard)) {
    const std::uint64_t n = (part.count() + shard_ - 1) / shard_;
    for (std::uint64_t i = 0; i < n; ++i) there_.push_back(std::filesystem::exists(path(i)));
  }

  bool wants(std::uint64_t index) override {
    return !there_[static_cast<std::size_t>(index / shard_)];
  }
  void add(const PartImage& image, std::span<const std::uint8_t> bytes) override {
    const std::uint64_t shard = image.index / shard_;
    if (!open_) begin(path(shard), std::min(shard_, part_.count() - shard * shard_));
    open_ = true;
    put(image, bytes);
    if (image.index + 1 == part_.count() || (image.index + 1) % shard_ == 0) {
      end();
      open_ = false;
    }
  }
  void finish() override {
    for (std::uint64_t i = 0; i < there_.size(); ++i) {
      const std::filesystem::path file = path(i);
      archives_.push_back(
          {file.filename().string(), std::filesystem::file_size(file), sha256_file(file)});
    }
  }
  std::vector<WrittenFile> archives() const override { return archives_; }
  std::uint64_t kept() const override {
    return static_cast<std::uint64_t>(std::count(there_.begin(), there_.end(), true));
  }

 protected:
  virtual void begin(const std::filesystem::path& path, std::uint64_t images) = 0;
  virtual void put(const PartImage& image, std::span<const std::uint8_t> bytes) = 0;
  virtual void end() = 0;

  const SetPart& part_;

 private:
  std::filesystem::path path(std::uint64_t shard) const {
    return out_ / fmt::format("{}-{:06}.{}", part_.name, shard, suffix_);
  }

  std::filesystem::path out_;
  std::string suffix_;
  std::uint64_t shard_;
  std::vector<bool> there_;
  bool open_ = false;
  std::vector<WrittenFile> archives_;
};

class TarWriter final : public ShardWriter {
 public:
  TarWriter(const SetPart& part, const ExportOptions& options)
      : ShardWriter(part, options, "tar"), suffix_(options.jpeg > 0 ? "jpg" : "png") {}

 private:
  void begin(const std::filesystem::path& path, std::uint64_t) override { file_.emplace(path); }
  void put(const PartImage& image, std::span<const std::uint8_t> bytes) override {
    const auto sink = [this](std::span<const std::uint8_t> piece) { file_->write(piece); };
    const std::string key = image_key(part_, image);
    const std::string label = std::to_string(image.identity);
    write_tar_file(sink, key + "." + suffix_, bytes);
    write_tar_file(sink, key + ".cls",
                   {reinterpret_cast<const std::uint8_t*>(label.data()), label.size()});
  }
  void end() override {
    write_tar_end([this](std::span<const std::uint8_t> piece) { file_->write(piece); });
    file_->commit();
    file_.reset();
  }

  std::string suffix_;
  std::optional<StagedFile> file_;
};

class TensorWriter final : public ShardWriter {
 public:
  TensorWriter(const NamedSet& set, const SetPart& part, const ExportOptions& options)
      : ShardWriter(part, options, "safetensors"), set_(set) {}

 private:
  void begin(const std::filesystem::path& path, std::uint64_t images) override {
    path_ = path;
    pixels_.clear();
    pixels_.reserve(static_cast<std::size_t>(images * set_.image_bytes()));
    labels_.clear();
    samples_.clear();
  }
  void put(const PartImage& image, std::span<const std::uint8_t> bytes) override {
    pixels_.insert(pixels_.end(), bytes.begin(), bytes.end());
    labels_.push_back(image.identity);
    samples_.push_back(image.sample);
  }
  void end() override {
    const auto n = static_cast<std::int64_t>(labels_.size());
    const TensorToWrite tensors[] = {
        {"labels", Dtype::kI64, {n}, labels_.data()},
        {"samples", Dtype::kI64, {n}, samples_.data()},
        {"images", Dtype::kU8, {n, set_.side, set_.side, 3}, pixels_.data()}};
    write_tensorfile(path_.string(), tensors,
                     {{"set", set_.name}, {"part", part_.name}, {"sha256", set_.digest()}});
  }

  const NamedSet& set_;
  std::filesystem::path path_;
  std::vector<std::uint8_t> pixels_;
  std::vector<std::int64_t> labels_, samples_;
};

}  // namespace

std::unique_ptr<PartWriter> tar_writer(const SetPart& part, const ExportOptions& options) {
  return std::make_unique<TarWriter>(part, options);
}

std::unique_ptr<PartWriter> tensor_writer(const NamedSet& set, const SetPart& part,
                                          const ExportOptions& options) {
  return std::make_unique<TensorWriter>(set, part, options);
}

}  // namespace synface::data
