#include "scores.h"

#include <cstring>

namespace verification {
namespace {

template <typename Value>
void append(std::string& bytes, Value value) {
  char raw[sizeof value];
  std::memcpy(raw, &value, sizeof value);
  bytes.append(raw, sizeof value);
}

// Collects tensors and their entries of the header.
class File {
 public:
  explicit File(std::size_t rows) : rows_(rows) {}

  template <typename Value, typename Get>
  void tensor(const char* name, const char* type, Get&& get) {
    const std::size_t begin = data_.size();
    for (std::size_t i = 0; i < rows_; ++i) append(data_, static_cast<Value>(get(i)));
    header_ += std::string(",\"") + name + "\":{\"dtype\":\"" + type + "\",\"shape\":[" +
               std::to_string(rows_) + "],\"data_offsets\":[" + std::to_string(begin) + "," +
               std::to_string(data_.size()) + "]}";
  }

  std::string bytes(uint32_t people) const {
    std::string header =
        "{\"__metadata__\":{\"format\":\"synface-scores\",\"version\":\"1\",\"people\":\"" +
        std::to_string(people) + "\"}" + header_ + "}";
    header.resize((header.size() + 7) / 8 * 8, ' ');
    std::string file;
    append(file, static_cast<uint64_t>(header.size()));
    return file + header + data_;
  }

 private:
  std::size_t rows_;
  std::string header_, data_;
};

}  // namespace

std::string scores_file(const std::vector<Scored>& pairs, const std::vector<bool>& right,
                        uint32_t people) {
  File file(pairs.size());
  file.tensor<float>("score", "F32", [&](std::size_t i) { return pairs[i].score; });
  file.tensor<int32_t>("first", "I32", [&](std::size_t i) { return pairs[i].first; });
  file.tensor<int32_t>("second", "I32", [&](std::size_t i) { return pairs[i].second; });
  file.tensor<uint8_t>("same", "U8", [&](std::size_t i) { return pairs[i].same ? 1 : 0; });
  file.tensor<uint8_t>("right", "U8", [&](std::size_t i) { return right[i] ? 1 : 0; });
  return file.bytes(people);
}

}  // namespace verification
