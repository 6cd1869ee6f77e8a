#include <synface/base/error.h>
#include <synface/data/recordio.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace synface::data {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr std::uint32_t kMagic = 0xCED7230AU;
constexpr std::size_t kLongest = std::size_t{1} << 29;

template <typename T>
void append(std::vector<std::uint8_t>& to, T value) {
  const auto bytes = std::bit_cast<std::array<std::uint8_t, sizeof(T)>>(value);
  to.insert(to.end(), bytes.begin(), bytes.end());
}

void write_part(const ByteSink& sink, std::uint32_t part, std::span<const std::uint8_t> bytes) {
  std::vector<std::uint8_t> head;
  append(head, kMagic);
  append(head, part << 29U | static_cast<std::uint32_t>(bytes.size()));
  sink(head);
  sink(bytes);
  constexpr std::array<std::uint8_t, 3> zeros{};
  sink(std::span(zeros).first((4 - bytes.size() % 4) % 4));
}

// Where the bytes hold the magic at a multiple of 4.
std::vector<std::size_t> magics(std::span<const std::uint8_t> bytes) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i + 4 <= bytes.size(); i += 4) {
    if (std::memcmp(bytes.data() + i, &kMagic, 4) == 0) found.push_back(i);
  }
  return found;
}

}  // namespace

void write_record(const ByteSink& sink, std::span<const std::uint8_t> bytes) {
  if (bytes.size() >= kLongest) {
    fail(ExitCode::kUsage, "a record of RecordIO holds less than 512 MiB, not {} bytes",
         bytes.size());
  }
  const std::vector<std::size_t> cuts = magics(bytes);
  std::size_t start = 0;
  for (const std::size_t cut : cuts) {
    write_part(sink, cut == cuts.front() ? 1 : 2, bytes.subspan(start, cut - start));
    start = cut + 4;
  }
  write_part(sink, cuts.empty() ? 0 : 3, bytes.subspan(start));
}

std::vector<std::uint8_t> image_record(std::span<const float> labels, std::uint64_t id,
                                       std::span<const std::uint8_t> image) {
  std::vector<std::uint8_t> record;
  record.reserve(24 + labels.size_bytes() + image.size());
  const bool one = labels.size() == 1;
  append(record, one ? 0U : static_cast<std::uint32_t>(labels.size()));
  append(record, one ? labels[0] : 0.0F);
  append(record, id);
  append(record, std::uint64_t{0});
  if (!one) {
    for (const float label : labels) append(record, label);
  }
  record.insert(record.end(), image.begin(), image.end());
  return record;
}

}  // namespace synface::data
