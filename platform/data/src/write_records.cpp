// InsightFace's training files (recognition/arcface_torch/dataset.py and
// recognition/common/face_image.py of github.com/deepinsight/insightface read them): train.rec in
// RecordIO, train.idx with "KEY\tOFFSET\n", property with "PEOPLE,HEIGHT,WIDTH". Record 0 has two
// labels, the keys of the first people's record and behind the last; records from 1 are images, and
// each person has a record with two labels, the keys of their first image and behind their last.
#include <fmt/format.h>
#include <synface/base/error.h>
#include <synface/data/recordio.h>

#include <array>

#include "set_writer.h"

namespace synface::data {
namespace {

// Labels and keys are stored as float32.
constexpr std::uint64_t kExact = std::uint64_t{1} << 24;

class RecordWriter final : public PartWriter {
 public:
  RecordWriter(const NamedSet& set, const SetPart& part, const ExportOptions& options)
      : set_(set),
        part_(part),
        out_(options.out),
        records_(options.out / (part.name + ".rec")),
        index_(options.out / (part.name + ".idx")) {
    const std::uint64_t people = part.count() + 1;
    if (people + part.identities > kExact) {
      fail(ExitCode::kUsage,
           "{} images of {} people: InsightFace's records count in float32, exact up to {} images "
           "and people together; export a smaller set, or as webdataset",
           part.count(), part.identities, kExact);
    }
    put(0, {}, {static_cast<float>(people), static_cast<float>(people + part.identities)});
  }

  void add(const PartImage& image, std::span<const std::uint8_t> bytes) override {
    const auto label = static_cast<float>(image.identity);
    put_record(image.index + 1, image_record({&label, 1}, image.index + 1, bytes));
  }

  void finish() override {
    const std::uint64_t people = part_.count() + 1;
    for (std::uint32_t i = 0; i < part_.identities; ++i) {
      const std::uint64_t first = std::uint64_t{i} * part_.samples + 1;
      put(people + i, {}, {static_cast<float>(first), static_cast<float>(first + part_.samples)});
    }
    StagedFile property(out_ / "property");
    property.write(fmt::format("{},{},{}\n", part_.identities, set_.side, set_.side));
    archives_ = {records_.commit(), index_.commit(), property.commit()};
  }
  std::vector<WrittenFile> archives() const override { return archives_; }

 private:
  void put(std::uint64_t key, std::span<const std::uint8_t> bytes,
           const std::array<float, 2>& labels) {
    put_record(key, image_record(labels, key, bytes));
  }
  void put_record(std::uint64_t key, std::span<const std::uint8_t> record) {
    index_.write(fmt::format("{}\t{}\n", key, records_.size()));
    write_record([&](std::span<const std::uint8_t> piece) { records_.write(piece); }, record);
  }

  const NamedSet& set_;
  const SetPart& part_;
  std::filesystem::path out_;
  StagedFile records_, index_;
  std::vector<WrittenFile> archives_;
};

}  // namespace

std::unique_ptr<PartWriter> record_writer(const NamedSet& set, const SetPart& part,
                                          const ExportOptions& options) {
  return std::make_unique<RecordWriter>(set, part, options);
}

}  // namespace synface::data
