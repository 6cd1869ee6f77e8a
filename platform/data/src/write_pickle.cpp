// InsightFace's verification file (recognition/arcface_torch/eval/verification.py, load_bin): a
// pickle of ([encoded image, ...], [whether pair i is of one person, ...]), pair i being images 2 i
// and 2 i + 1. Written in protocol 3 of Python's pickle
// (https://docs.python.org/3/library/pickletools.html), which has bytes.
#include <synface/base/error.h>
#include <synface/data/lfw_pairs.h>

#include <bit>
#include <map>

#include "set_writer.h"

namespace synface::data {
namespace {

constexpr std::uint8_t kProto = 0x80, kEmptyList = ']', kMark = '(', kBinBytes = 'B',
                       kAppends = 'e', kTrue = 0x88, kFalse = 0x89, kTuple2 = 0x86, kStop = '.';

class PickleWriter final : public PartWriter {
 public:
  PickleWriter(const NamedSet& set, const SetPart& part, const ExportOptions& options)
      : part_(part),
        pairs_(draw_lfw_pairs(part.identities, part.samples, set.pairs.pairs, set.pairs.seed)),
        path_(options.out / (part.name + ".bin")) {
    for (const LfwPair& pair : pairs_) {
      used_[index(pair.first, pair.first_sample)];
      used_[index(pair.second, pair.second_sample)];
    }
  }

  bool wants(std::uint64_t index) override { return used_.contains(index); }
  void add(const PartImage& image, std::span<const std::uint8_t> bytes) override {
    used_.at(image.index).assign(bytes.begin(), bytes.end());
  }

  void finish() override {
    StagedFile file(path_);
    put(file, {kProto, 3, kEmptyList, kMark});
    for (const LfwPair& pair : pairs_) {
      put_image(file, used_.at(index(pair.first, pair.first_sample)));
      put_image(file, used_.at(index(pair.second, pair.second_sample)));
    }
    put(file, {kAppends, kEmptyList, kMark});
    for (const LfwPair& pair : pairs_) put(file, {pair.same ? kTrue : kFalse});
    put(file, {kAppends, kTuple2, kStop});
    archives_ = {file.commit()};
  }
  std::vector<WrittenFile> archives() const override { return archives_; }

 private:
  std::uint64_t index(std::uint32_t person, std::uint32_t sample) const {
    return std::uint64_t{person} * part_.samples + sample;
  }
  static void put(StagedFile& file, const std::vector<std::uint8_t>& bytes) { file.write(bytes); }
  static void put_image(StagedFile& file, const std::vector<std::uint8_t>& image) {
    const auto n = static_cast<std::uint32_t>(image.size());
    put(file, {kBinBytes, static_cast<std::uint8_t>(n), static_cast<std::uint8_t>(n >> 8U),
               static_cast<std::uint8_t>(n >> 16U), static_cast<std::uint8_t>(n >> 24U)});
    file.write(image);
  }

  const SetPart& part_;
  std::vector<LfwPair> pairs_;
  std::filesystem::path path_;
  std::map<std::uint64_t, std::vector<std::uint8_t>> used_;  // the images of the pairs
  std::vector<WrittenFile> archives_;
};

}  // namespace

std::unique_ptr<PartWriter> pickle_writer(const NamedSet& set, const SetPart& part,
                                          const ExportOptions& options) {
  return std::make_unique<PickleWriter>(set, part, options);
}

}  // namespace synface::data
